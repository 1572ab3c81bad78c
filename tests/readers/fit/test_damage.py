"""What is left of a FIT file that is cut off, changed or out of specification."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.core.activity import Activity
from retropace.core.errors import ReadError
from retropace.readers.fit.reader import read_fit
from tests.support.damage import damaged, read_or_refuse
from tests.support.fit_bytes import (
    EVENT,
    FLOAT32,
    HR,
    LAP,
    RECORD,
    START,
    UINT8,
    UINT16,
    UINT32,
    FitFile,
    opened,
    run,
    session,
)

# What fitdecode 0.11 reads of each damaged file before the damage, or all of it where one odd message was in the way.
DAMAGED = {
    "dtcooper__python-fitparse__activity-filecrc.fit": (14, "checksum does not fit"),
    "dtcooper__python-fitparse__activity-settings-corruptheader.fit": (14, "no FIT data"),
    "dtcooper__python-fitparse__activity-settings-nodata.fit": (14, "cut off at byte 783"),
    "dtcooper__python-fitparse__activity-unexpected-eof.fit": (14, "damaged or cut off at byte 751"),
    "dtcooper__python-fitparse__nick.fit": (14391, "damaged or cut off"),
    "dtcooper__python-fitparse__strava-android-app-201.10-b1218918.fit": (473, "damaged or cut off at byte 7471"),
    "jat255__Fit-File-Faker__tpv_dev_fields_20260222.fit": (3400, ""),
    "jat255__Fit-File-Faker__zwift_non_utf8_20260130.fit": (3646, ""),
    "martin-ueding__geo-activity-playground__Berlin_0_9_km_.fit": (49, "calls itself a course"),
    "mshroyer__coursepointer__invalid_truncated.fit": (2, "damaged or cut off at byte 309"),
    "pablo-albaladejo__kaiord__activity_poolswim_with_hr.fit": (3501, ""),
    "tormoder__fit__unterminated-strings.fit": (33, ""),
}


@pytest.mark.parametrize("name", sorted(DAMAGED))
def test_damaged_files_keep_every_record_before_the_damage(corpus: Path, name: str) -> None:
    records, word = DAMAGED[name]
    activities = read_fit((corpus / "bad" / name).read_bytes(), name)
    assert sum(len(activity.samples) for activity in activities) == records
    assert word in " ".join(activities[0].warnings)


def rich() -> bytes:
    """A run of forty records with a bit of everything, in two sessions."""
    made = opened()
    made.describe(0, FLOAT32, "Form Power", "W")
    made.define(5, EVENT, [(253, UINT32), (0, 0x00), (1, 0x00)])
    made.define(6, LAP, [(253, UINT32), (2, UINT32), (7, UINT32), (25, 0x00)])
    made.define(1, RECORD, [(253, UINT32), (5, UINT32), (6, UINT16), (4, UINT8)], [(0, 4, 0)])
    made.define(3, RECORD, [(5, UINT32)])
    for second in range(40):
        if second % 4 == 3:
            made.compressed(3, START + second, second * 300)
        else:
            made.data(1, START + second, second * 300, 3000, 84, struct.pack("<f", 55.0))
        if second in (10, 12):
            made.data(5, START + second, 0, 4 if second == 10 else 0)
        if second == 19:
            made.data(6, START + second, START, 19_000, 2)
    session(made, 0, 19, sport=2)
    session(made, 20, 39)
    return made.to_bytes(long_header=True)


SEAM = len(rich())
RICH = rich() + run(5, start=START + 500).to_bytes()
FULL = read_fit(RICH, "x.fit")


def all_records(activities: list[Activity]) -> list[tuple[float, float]]:
    """Time since the first record of the whole file and distance of every record, in order."""
    first = activities[0].start_time
    found = []
    for activity in activities:
        assert first is not None
        assert activity.start_time is not None
        moved = activity.samples.t_s + (activity.start_time - first).total_seconds()
        found += list(zip(moved.tolist(), activity.samples.distance_m.tolist(), strict=True))
    return found


def test_the_whole_file_holds_what_was_written() -> None:
    assert [len(activity.samples) for activity in FULL] == [20, 20, 5]
    assert all(activity.findings == () for activity in FULL)
    assert all_records(FULL)[:40] == [(float(second), 3.0 * second) for second in range(40)]


@given(st.integers(0, len(RICH) - 1))
@settings(deadline=None)
def test_a_file_cut_anywhere_keeps_a_prefix_of_its_records(length: int) -> None:
    try:
        activities = read_fit(RICH[:length], "x.fit")
    except ReadError:
        assert length < 280  # before the first record
        return
    kept = all_records(activities)
    assert kept == all_records(FULL)[: len(kept)]
    # Every whole record is kept: none is longer than 16 bytes, and an event and a lap of at most 14 lie between.
    assert len(kept) >= min(40, (length - 280) // 18)
    # What ends where the first file does is whole: nobody can tell that another one followed.
    assert any(activity.findings for activity in activities) == (length != SEAM)


@given(damaged(RICH))
@settings(deadline=None, max_examples=300)
def test_random_damage_never_leaves_as_another_exception(data: bytes) -> None:
    read_or_refuse(read_fit, data)


@given(st.binary(max_size=200), st.booleans())
@settings(deadline=None)
def test_any_bytes_behind_a_header_are_one_sentence(garbage: bytes, is_long: bool) -> None:
    made = FitFile(body=bytearray(garbage))
    read_or_refuse(read_fit, made.to_bytes(long_header=is_long))


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
@pytest.mark.parametrize("cut", [0, 2, 9])
def test_a_file_that_was_never_closed_is_read_to_its_end(size: int, cut: int) -> None:
    whole = run(60, end_session=False).to_bytes(stated_size=size)
    (activity,) = read_fit(whole[: len(whole) - cut], "run.fit")
    assert len(activity.samples) == (59 if cut == 9 else 60)
    np.testing.assert_array_equal(activity.samples.t_s, np.arange(float(len(activity.samples))))
    assert any("never closed" in said for said in activity.warnings)


@pytest.mark.parametrize("size", [1, 30, 300])
def test_a_length_that_is_too_small_is_no_end(size: int) -> None:
    (activity,) = read_fit(run(60).to_bytes(stated_size=size), "run.fit")
    assert len(activity.samples) == 60
    assert activity.device_totals.distance_m == 177.0
    assert any("length in the header" in said for said in activity.warnings)


def test_zeros_behind_a_whole_recording_are_no_records() -> None:
    made = FitFile()
    made.define(0, RECORD, [(253, UINT32)])
    for second in range(10):
        made.data(0, START + second)
    (activity,) = read_fit(made.to_bytes() + bytes(100), "run.fit")
    assert len(activity.samples) == 10
    assert "100 bytes after the end of the recording are no FIT data: passed over" in activity.warnings


def test_a_changed_byte_is_told_by_the_checksum_and_nothing_else_is_lost() -> None:
    data = bytearray(run(60).to_bytes())
    data[data.rindex(b"\x54", 0, 400)] = 85  # a cadence
    (activity,) = read_fit(bytes(data), "run.fit")
    assert len(activity.samples) == 60
    assert activity.warnings == ("the checksum does not fit: the file was changed or damaged",)


def test_a_header_whose_own_checksum_is_wrong_costs_nothing() -> None:
    data = bytearray(run(60).to_bytes(long_header=True))
    data[12] ^= 0xFF
    (activity,) = read_fit(bytes(data), "run.fit")
    assert len(activity.samples) == 60
    assert "the checksum does not fit: the file was changed or damaged" in activity.warnings


def test_garbage_behind_a_recording_is_counted() -> None:
    (activity,) = read_fit(run(60).to_bytes() + b"garbage" * 3, "run.fit")
    assert len(activity.samples) == 60
    assert activity.warnings == ("21 bytes after the end of the recording are no FIT data: passed over",)


def test_an_undefined_message_ends_what_can_be_read_and_says_where() -> None:
    made = run(30, end_session=False)
    where = 12 + len(made.body)
    made.body += b"\x0b" + bytes(20)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert len(activity.samples) == 30
    assert f"damaged or cut off at byte {where}: 21 bytes from there on are lost" in activity.warnings


def test_beats_that_cannot_be_decoded_cost_nothing() -> None:
    made = run(30, end_session=False)
    made.define(7, HR, [(10, 0x0D, 12)])  # beats without the moment they count from
    for _ in range(20):
        made.data(7, bytes(range(12)))
    session(made, 0, 29)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert len(activity.samples) == 30
    assert activity.device_totals.elapsed_s == 29.0
    assert activity.findings == ()


def test_beats_that_cannot_be_decoded_cost_nothing_between_compressed_times() -> None:
    made = run(1, end_session=False)
    made.define(7, HR, [(10, 0x0D, 12)])
    made.define(2, RECORD, [(5, UINT32)])
    for second in range(1, 60):
        made.data(7, bytes(range(12)))
        made.compressed(2, START + second, second * 300)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.samples.t_s.tolist() == list(range(60))
    assert not any("decode" in said for said in activity.warnings)


@pytest.mark.parametrize("count", [3, 40])
def test_records_that_cannot_be_decoded_are_counted_and_the_others_kept(count: int) -> None:
    made = run(30, end_session=False)
    made.define(3, RECORD, [(253, UINT32), (6, UINT16, 4)])  # a speed of two values, one of them missing
    for second in range(30, 30 + count):
        made.data(3, START + second, b"\x10\x00\xff\xff")
    made.data(1, START + 200, 60_000, 3000, 84)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert len(activity.samples) == 31
    assert activity.samples.t_s[-1] == 200.0
    words = f"{count} messages that cannot be decoded passed over ({count} × record)"
    assert words in activity.warnings
