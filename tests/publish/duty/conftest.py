"""A place where nothing was published yet, and one where the tiny night was."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import Settings


@pytest.fixture
def empty(tmp_path: Path, made: Any) -> Settings:
    """A place where nothing was published yet."""
    data = tmp_path / "data"
    settings = replace(
        made.settings,
        inbox=tmp_path / "inbox",
        warehouse=data / "warehouse.duckdb",
        out=data / "published",
        restricted=data / "restricted",
    )
    settings.restricted.mkdir(parents=True)
    return settings


@pytest.fixture
def there(made: Any, empty: Settings) -> Settings:
    """A place of its own with the tiny night published as run1."""
    shutil.copytree(made.settings.out.parent, empty.out.parent, symlinks=True, dirs_exist_ok=True)
    return empty
