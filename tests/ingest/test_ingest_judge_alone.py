"""Judging figures loads no more than it needs."""

import subprocess
import sys

from pipeline.ingest.judge import _hidden
from pipeline.settings import PROJECT_ROOT


def test_a_library_that_is_only_installed_is_not_loaded() -> None:
    with _hidden("no_such_library"):
        assert sys.modules["no_such_library"] is None
    assert sys.modules.get("no_such_library", "gone") == "gone"
    with _hidden("json"):
        assert sys.modules["json"] is not None


def test_a_judgement_loads_no_pyspark() -> None:
    program = (
        "from pipeline.ingest.judge import judge, Bound; import sys; "
        "found = judge('s', ['a'], {'f': [2.0]}, [Bound('f', 0, 1, 'w')]); "
        "print(found, sorted(name for name in sys.modules if name.startswith('pyspark')))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_ROOT, capture_output=True, text=True)
    assert ran.stdout.strip().splitlines()[-1:] == ["{'f': {'a'}} []"], ran.stderr
