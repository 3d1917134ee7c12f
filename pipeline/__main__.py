"""`python -m pipeline` is `early-warning`."""

import sys

from pipeline.cli import main

sys.exit(main())
