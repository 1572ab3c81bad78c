"""Records decoded in bulk against the reader that uses fitdecode alone: equal to the last bit, or both refuse."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retropace.activity import Activity
from retropace.errors import RetropaceError
from retropace.readers.fit import read_fit
from tests.conftest import CORPUS, ROOT
from tests.readers.reference import read_reference


def outcome(read: Any, data: bytes) -> list[Activity] | str:
    """The sessions, without how they were decoded, or the words of the refusal."""
    try:
        return [replace(one, source=replace(one.source, decoding="")) for one in read(data, "run.fit")]
    except RetropaceError as refusal:
        return str(refusal)


def assert_same(mine: Any, theirs: Any, where: str = "") -> None:
    """Equal in every part, to the last bit and with the order of what is named; NaN equals NaN."""
    assert type(mine) is type(theirs), where
    if isinstance(mine, np.ndarray):
        assert mine.dtype == theirs.dtype, where
        assert mine.shape == theirs.shape, where
        assert bits(mine) == bits(theirs), where
    elif is_dataclass(mine):
        for one in fields(mine):
            assert_same(getattr(mine, one.name), getattr(theirs, one.name), f"{where}.{one.name}")
    elif isinstance(mine, (list, tuple)):
        assert len(mine) == len(theirs), where
        for at, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            assert_same(one, other, f"{where}[{at}]")
    elif hasattr(mine, "items"):
        assert list(mine) == list(theirs), where
        for name in mine:
            assert_same(mine[name], theirs[name], f"{where}[{name!r}]")
    elif isinstance(mine, float) and np.isnan(mine):
        assert np.isnan(theirs), where
    else:
        assert mine == theirs, where


def bits(column: np.ndarray[Any, np.dtype[Any]]) -> bytes:
    """The column's bytes, every NaN of them the same."""
    return (np.where(np.isnan(column), np.nan, column) if column.dtype.kind == "f" else column).tobytes()


def files() -> list[Path]:
    return sorted(
        path
        for folder in (CORPUS / "fit", CORPUS / "bad", ROOT / "samples")
        if folder.is_dir()
        for path in folder.iterdir()
        if path.suffix.lower() == ".fit"
    )


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}-{path.stem[-30:]}")
def test_a_file_reads_the_same_to_the_last_bit(path: Path) -> None:
    data = path.read_bytes()
    assert_same(outcome(read_fit, data), outcome(read_reference, data))
