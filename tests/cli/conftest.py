"""What tests of commands share."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    """A folder with a copy of every sample."""
    for path in samples.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path
