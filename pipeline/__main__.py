"""The command `early-warning`, and `python -m pipeline`."""

import atexit
import gc
import sys

from pipeline.garbage import loading


def command() -> int:
    """Runs the command of this process and returns its exit code."""
    # The process is over then: to search what is still held would take it a second or two.
    atexit.register(gc.freeze)
    with loading():
        from pipeline.cli import main
    return main()


if __name__ == "__main__":
    sys.exit(command())
