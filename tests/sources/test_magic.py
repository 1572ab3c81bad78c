"""What a file is by its first bytes."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import fitdecode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retropace.sources.magic import (
    HEAD_BYTES,
    find_non_activity_type,
    gunzip_head,
    is_zip,
    looks_like_recording,
    read_created_s,
)
from tests.support.fit_bytes import opened
from tests.support.recordings import MadeRun, other_fit

START = datetime(2025, 5, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "told"),
    [(2, "settings"), (5, "a workout plan"), (32, "daily monitoring"), (49, "sleep"), (99, "FIT file of type 99")],
)
def test_what_a_fit_file_is(kind: int, told: str) -> None:
    assert find_non_activity_type(other_fit(kind)[:HEAD_BYTES]) == told


def test_an_activity_and_when_it_was_made() -> None:
    fit = MadeRun(START).fit()
    assert find_non_activity_type(fit[:HEAD_BYTES]) is None
    assert read_created_s(fit[:HEAD_BYTES]) == START.timestamp()
    packed = gunzip_head(gzip.compress(gzip.compress(fit))[:HEAD_BYTES])
    assert find_non_activity_type(packed) is None
    assert read_created_s(packed) == START.timestamp()


def test_big_endian_files_too() -> None:
    made = opened(big_endian=True, start=900_000_000, kind=2).to_bytes(long_header=True)
    assert find_non_activity_type(made) == "settings"
    assert read_created_s(made) == 900_000_000 + 631_065_600


def test_against_fitdecode_on_every_recording(corpus: Path) -> None:
    checked = 0
    for path in sorted(corpus.glob("*/*.[fF][iI][tT]")):
        data = path.read_bytes()
        try:
            with fitdecode.FitReader(data, check_crc=fitdecode.CrcCheck.DISABLED) as reader:
                first = next(one for one in reader if isinstance(one, fitdecode.FitDataMessage))
        except (fitdecode.FitError, StopIteration):
            continue
        if first.name != "file_id":
            continue
        kind = first.get_value("type", fallback=None)
        assert (find_non_activity_type(data[:HEAD_BYTES]) is None) == (kind in ("activity", None)), path.name
        moment = first.get_value("time_created", fallback=None)
        if isinstance(moment, datetime):
            assert read_created_s(data[:HEAD_BYTES]) == moment.timestamp(), path.name
        checked += 1
    assert checked > 30


@given(st.binary(max_size=200))
def test_whatever_the_bytes_there_is_an_answer(tail: bytes) -> None:
    for head in (tail, MadeRun(START, 10).fit()[:14] + tail, b"\x1f\x8b" + tail):
        plain = gunzip_head(head)
        assert find_non_activity_type(plain) is None or isinstance(find_non_activity_type(plain), str)
        read_created_s(plain)
        looks_like_recording(plain)


def test_recordings_are_told_from_the_rest() -> None:
    assert looks_like_recording(MadeRun(START).fit()[:HEAD_BYTES])
    assert looks_like_recording(MadeRun(START).gpx()[:HEAD_BYTES])
    assert looks_like_recording(MadeRun(START).tcx()[:HEAD_BYTES])
    for foreign in (b"", b"text", b"\xff\xd8\xff", b"<html></html>", b'{"a": 1}', b"PK\x03\x04"):
        assert not looks_like_recording(foreign)
    assert is_zip(b"PK\x03\x04rest")
