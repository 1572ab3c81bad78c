from dataclasses import replace

import numpy as np
import pytest

from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity, Lap
from retropace.readers.fit.reader import read_fit
from retropace.readers.xml.tcx import read_tcx
from retropace.simulate.kinds import draw
from tests.support.clock_faults import FAULTS, with_fault
from tests.support.fit_bytes import LAP, START, UINT32, run, session
from tests.support.tcx_documents import clock, lap, tcx

SESSIONS = [draw("reps", 2).session.activity, draw("stop and go", 2).session.activity, draw("easy", 1).session.activity]


def spans(activity: Activity) -> list[tuple[float, float]]:
    return [(lap.start_s, lap.end_s) for lap in clean_activity(activity).laps]


def with_laps(activity: Activity, *laps: Lap) -> Activity:
    return replace(activity, laps=laps)


def moved(lap: Lap, start_s: float) -> Lap:
    """A lap with another start; its length stays."""
    return replace(lap, start_s=start_s, end_s=start_s + lap.end_s - lap.start_s)


def faulty(laps: tuple[Lap, ...], kind: str) -> list[Lap]:
    middle = len(laps) // 2
    if kind == "one starts at 0":
        return [moved(lap, 0.0) if index == middle else lap for index, lap in enumerate(laps)]
    if kind == "the last starts at 0":
        return [*laps[:-1], moved(laps[-1], 0.0)]
    if kind == "one starts an hour late":
        return [moved(lap, lap.start_s + 3600.0) if index == middle else lap for index, lap in enumerate(laps)]
    if kind == "all start at 0":
        return [moved(lap, 0.0) for lap in laps]
    if kind == "all are two hours off":
        return [moved(lap, lap.start_s - 7200.0) for lap in laps]
    if kind == "one starts at 0, timers unknown":
        return [replace(lap, timer_s=np.nan) for lap in faulty(laps, "one starts at 0")]
    return list(laps[::-1])


@pytest.mark.parametrize(
    "kind",
    [
        *("one starts at 0", "the last starts at 0", "one starts an hour late", "all start at 0", "in reverse order"),
        *("all are two hours off", "one starts at 0, timers unknown"),
    ],
)
def test_laps_lie_where_their_order_and_lengths_say(kind: str) -> None:
    for sound in SESSIONS:
        assert len(sound.laps) > 3 or sound is SESSIONS[2]
        np.testing.assert_allclose(spans(with_laps(sound, *faulty(sound.laps, kind))), spans(sound), atol=3.0)


@pytest.mark.parametrize("fault", FAULTS)
def test_laps_follow_the_records_when_the_clock_has_a_fault(fault: str) -> None:
    sound = SESSIONS[0]
    np.testing.assert_allclose(spans(with_fault(sound, FAULTS[fault])), spans(sound), atol=3.0)


def test_sound_laps_are_left_alone() -> None:
    for sound in SESSIONS:
        stated = [(lap.start_s, lap.end_s) for lap in sound.laps]
        assert spans(sound) == stated
        assert not any("wrong times" in warning for warning in clean_activity(sound).warnings)


def fit_with_laps(*starts: int, end: int = 599) -> bytes:
    """A run of three laps of 200 s, which claim these starts."""
    made = run(end + 1, end_session=False)
    made.define(4, LAP, [(253, UINT32), (2, UINT32), (7, UINT32), (8, UINT32), (9, UINT32)])
    for index, start in enumerate(starts):
        length = min(200, end - 200 * index)
        made.data(4, START + 200 * index + length, START + start, length * 1000, length * 1000, length * 300)
    session(made, 0, end, distance_cm=end * 300)
    return made.to_bytes()


@pytest.mark.parametrize("starts", [(0, 0, 400), (0, 200, 0), (0, 0, 0), (0, 200, 200), (0, 400, 200), (400, 200, 0)])
def test_laps_of_a_fit_file_with_wrong_starts(starts: tuple[int, ...]) -> None:
    (activity,) = read_fit(fit_with_laps(*starts), "run.fit")
    np.testing.assert_allclose(spans(activity), [(0.0, 200.0), (200.0, 400.0), (400.0, 599.0)], atol=1.0)


@pytest.mark.parametrize(
    "starts", [(0, 0, 0), (0, 200, 0), (400, 400, 400), (0, 200, 900), (0, 100, 400), (0, 300, 400)]
)
def test_laps_of_a_tcx_file_own_their_points(starts: tuple[int, ...]) -> None:
    laps = [lap(200 * index, 200.0, [range(200 * index, 200 * index + 200)]) for index in range(3)]
    document = tcx(*laps).decode()
    for index, start in enumerate(starts):
        document = document.replace(f'"{clock(200 * index)}"', f'"@{clock(start)}"', 1)
    (activity,) = read_tcx(document.replace('"@', '"').encode(), "run.tcx")
    np.testing.assert_allclose(spans(activity), [(0.0, 200.0), (200.0, 400.0), (400.0, 600.0)], atol=1.5)
    assert len(activity.pauses) == 0


def test_laps_that_an_app_gives_the_time_of_the_session_end_after_their_length() -> None:
    made = run(600, end_session=False)
    made.define(4, LAP, [(253, UINT32), (2, UINT32), (7, UINT32)])
    for first in (0, 200, 400):
        made.data(4, START, START + first, 200_000)
    (activity,) = read_fit(made.to_bytes(), "run.fit")
    assert spans(activity) == [(0.0, 200.0), (200.0, 400.0), (400.0, 600.0)]
