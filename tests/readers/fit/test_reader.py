from functools import cache
from pathlib import Path

import numpy as np
import pytest

from retropace.core.activity import Activity
from retropace.core.errors import ReadError
from retropace.readers.fit.reader import read_fit
from tests.support.corpus_catalog import catalog_rows
from tests.support.fit_bytes import (
    ENUM,
    EVENT,
    FILE_ID,
    LAP,
    RECORD,
    SESSION,
    START,
    UINT16,
    UINT32,
    FitFile,
    run,
)
from tests.support.paths import CORPUS

FIT_ROWS = [row for row in catalog_rows("fit/") if row["n_records"] not in ("", "0")]
EMPTY_ROWS = [row for row in catalog_rows("fit/") if row["n_records"] in ("", "0")]


@cache
def corpus_file(name: str) -> list[Activity]:
    return read_fit((CORPUS / name).read_bytes(), name)


def finite(activities: list[Activity], column: str) -> int:
    return sum(int(np.isfinite(getattr(activity.samples, column)).sum()) for activity in activities)


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("row", FIT_ROWS, ids=lambda row: row["file"][4:40])
def test_real_files_hold_what_the_catalog_counted(row: dict[str, str]) -> None:
    activities = corpus_file(row["file"])
    assert sum(len(activity.samples) for activity in activities) == int(row["n_records"])
    assert finite(activities, "lat_deg") == int(row["n_positions"])
    assert finite(activities, "cadence_recorded") == int(row["n_cadence"])
    assert sum(len(activity.laps) for activity in activities) == int(row["n_laps"])
    stated = sum(activity.device_totals.distance_m for activity in activities)
    if float(row["distance_m"] or 0.0) > 0.0 and len(activities) == int(row["n_sessions"]):
        assert stated == pytest.approx(float(row["distance_m"]), rel=1e-3)
    if int(row["pauses_n"]):
        assert sum(len(activity.pauses) for activity in activities) == int(row["pauses_n"])
        paused = sum(float(np.diff(activity.pauses).sum()) for activity in activities)
        assert paused == pytest.approx(float(row["pauses_s"]), abs=1.0)
    assert len(activities[0].workout_steps) == int(row["n_workout_steps"] or 0)


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("row", EMPTY_ROWS, ids=lambda row: row["file"][4:40])
def test_plans_and_hand_entries_are_refused_in_words(row: dict[str, str]) -> None:
    with pytest.raises(ReadError, match=r"plan, not a recording|typed in by hand"):
        corpus_file(row["file"])


def test_a_multisport_file_gives_each_session_its_own_records(corpus: Path) -> None:
    activities = read_fit(
        (corpus / "fit/dtcooper__python-fitparse__activity-large-fenxi2-multisport.fit").read_bytes(), "x.fit"
    )
    running = [activity for activity in activities if activity.sport == "running"]
    assert len(activities) == 7
    assert len(running) == 2
    for activity in activities:
        assert activity.samples.t_s[0] == 0.0
        assert activity.samples.t_s[-1] == pytest.approx(activity.device_totals.elapsed_s, abs=32.0)


@pytest.mark.parametrize("big_endian", [False, True])
def test_a_plain_run_in_either_byte_order(big_endian: bool) -> None:
    (activity,) = read_fit(run(60, big_endian=big_endian).to_bytes(), "run.fit")
    assert activity.findings == ()
    assert activity.sport == "running"
    np.testing.assert_array_equal(activity.samples.t_s, np.arange(60.0))
    np.testing.assert_allclose(activity.samples.distance_m, 3.0 * np.arange(60.0))
    np.testing.assert_allclose(activity.samples.speed_mps, 3.0)
    assert activity.start_time is not None
    assert f"{activity.start_time:%Y-%m-%d %H:%M:%S}" == "2021-09-08 01:46:40"
    assert activity.device_totals.distance_m == 177.0


def test_compressed_timestamps_roll_over() -> None:
    made = FitFile()
    made.define(0, FILE_ID, [(0, ENUM), (4, UINT32)])
    made.data(0, 4, START)
    made.define(1, RECORD, [(253, UINT32), (5, UINT32)])
    made.data(1, START, 0)
    made.define(2, RECORD, [(5, UINT32)])
    for second in range(1, 100):
        made.compressed(2, START + second, second * 250)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    np.testing.assert_array_equal(activity.samples.t_s, np.arange(100.0))
    assert activity.samples.distance_m[-1] == 247.5


def test_times_since_power_on_have_an_axis_but_no_date() -> None:
    (activity,) = read_fit(run(30, start=5000).to_bytes(), "run.fit")
    assert activity.start_time is None
    assert activity.samples.t_s[-1] == 29.0
    assert any("no date" in said for said in activity.warnings)


def test_invalid_values_are_missing() -> None:
    made = run(5, end_session=False)
    made.data(1, START + 5, 0xFFFFFFFF, 0xFFFF, 0xFF)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert np.isnan(activity.samples.distance_m[-1])
    assert np.isnan(activity.samples.speed_mps[-1])
    assert np.isnan(activity.samples.cadence_recorded[-1])


def timer(made: FitFile, *events: tuple[int, int]) -> None:
    made.define(5, EVENT, [(253, UINT32), (0, ENUM), (1, ENUM)])
    for second, kind in events:
        made.data(5, START + second, 0, kind)


def test_pauses_go_from_a_stop_to_the_next_start_and_the_last_stop_is_the_end() -> None:
    made = run(100, end_session=False)
    timer(made, (0, 0), (20, 4), (35, 0), (50, 1), (50, 4), (60, 0), (99, 4))
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert activity.pauses.tolist() == [[20.0, 35.0], [50.0, 60.0]]


def test_laps_carry_trigger_intensity_and_step() -> None:
    made = run(100, end_session=False)
    made.define(6, LAP, [(253, UINT32), (2, UINT32), (7, UINT32), (24, ENUM), (23, ENUM), (71, UINT16)])
    made.data(6, START + 40, START, 40_000, 0, 2, 0)
    made.data(6, START + 99, START + 40, 59_000, 7, 1, 1)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    found = [(lap.start_s, lap.end_s, lap.trigger, lap.intensity, lap.step_index) for lap in activity.laps]
    assert found == [(0.0, 40.0, "manual", "warmup", 0), (40.0, 99.0, "session_end", "rest", 1)]


def test_chained_files_are_sessions_of_their_own() -> None:
    twice = run(30).to_bytes() + run(40, start=START + 1000).to_bytes()
    activities = read_fit(twice, "run.fit")
    assert [len(activity.samples) for activity in activities] == [30, 40]
    assert [activity.source.session for activity in activities] == [0, 1]


def test_a_multisport_file_splits_records_by_session() -> None:
    made = run(100, end_session=False)
    made.define(2, SESSION, [(253, UINT32), (2, UINT32), (7, UINT32), (5, ENUM)])
    made.data(2, START + 59, START, 60_000, 2)
    made.data(2, START + 99, START + 60, 39_000, 1)
    first, second = read_fit(made.to_bytes(), "run.fit")
    assert (first.sport, len(first.samples), second.sport, len(second.samples)) == ("cycling", 60, "running", 40)


def test_an_empty_header_or_another_kind_of_file_is_one_sentence() -> None:
    settings_file = FitFile()
    settings_file.define(0, FILE_ID, [(0, ENUM)])
    settings_file.data(0, 2)
    with pytest.raises(ReadError, match="holds settings, not a recording"):
        read_fit(settings_file.to_bytes(), "x.fit")
    with pytest.raises(ReadError, match="holds no records"):
        read_fit(FitFile().to_bytes(), "x.fit")
    with pytest.raises(ReadError, match="no FIT header"):
        read_fit(b"", "x.fit")
