"""Where the search for cycles is left out, and that it comes back."""

import gc
import subprocess
import sys

import pytest

from pipeline.garbage import loading, unsearched


def test_the_search_is_left_out_inside_and_comes_back() -> None:
    assert gc.isenabled()
    with unsearched():
        assert not gc.isenabled()
        with unsearched():
            assert not gc.isenabled()
        assert not gc.isenabled(), "an inner block does not bring it back"
    assert gc.isenabled()
    with pytest.raises(ValueError, match="inside"), unsearched():
        raise ValueError("inside")
    assert gc.isenabled()


def test_what_was_loaded_is_passed_over_later() -> None:
    held = {"loaded": [[] for _ in range(1000)]}
    with loading():
        held["more"] = [[] for _ in range(1000)]
    try:
        assert gc.get_freeze_count() > 2000
        assert gc.isenabled()
    finally:
        gc.unfreeze()


def test_the_command_ends_as_it_says() -> None:
    """What is registered at its start runs last, and its exit code and words are its own."""
    told = subprocess.run([sys.executable, "-m", "pipeline"], capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "usage" in told.stderr
