import numpy as np
import pytest

from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity, DeviceTotals, Samples, Source
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import as_spans
from retropace.readers.fit.reader import read_fit
from tests.support.fit_bytes import ENUM, EVENT, RECORD, SESSION, START, UINT32, opened

START_EVENT, STOP_EVENT = 0, 4


def fit_with_events(events: list[tuple[int, int]], *, set_back_s: int = 0) -> bytes:
    """A run of 660 s with pauses at 200–230 and 400–430 s; the clock may be set back after 500 s."""
    made = opened()
    made.define(1, RECORD, [(253, UINT32), (5, UINT32)])
    made.define(5, EVENT, [(253, UINT32), (0, ENUM), (1, ENUM)])
    running = [*range(201), *range(230, 401), *range(430, 661)]
    for index, second in enumerate(running):
        made.data(1, START + second - set_back_s * (second > 500), 300 * index)
    for second, kind in events:
        made.data(5, START + second, 0, kind)
    made.define(2, SESSION, [(253, UINT32), (2, UINT32), (7, UINT32), (8, UINT32), (5, ENUM)])
    made.data(2, START + 660 - set_back_s, START, 660_000, 600_000, 1)
    return made.to_bytes()


EVENTS = [(0, 0), (200, 4), (230, 0), (400, 4), (430, 0), (660, 4)]


@pytest.mark.parametrize(
    "events",
    [
        EVENTS,
        EVENTS[::-1],
        sorted(EVENTS, key=lambda event: event[1]),
        sorted(EVENTS, key=lambda event: -event[1]),
        EVENTS[2:] + EVENTS[:2],
        [],
    ],
)
def test_the_order_of_timer_events_does_not_matter(events: list[tuple[int, int]]) -> None:
    (activity,) = read_fit(fit_with_events(events), "run.fit")
    cleaned = clean_activity(activity)
    assert cleaned.pauses.tolist() == [[200.0, 230.0], [400.0, 430.0]]
    assert cleaned.elapsed_s == 660.0


def test_timer_events_of_a_clock_that_was_set_back_are_paired_in_the_order_of_the_file() -> None:
    events = [*EVENTS[:5], (520, 4), (510, 0), (630, 4)]
    (activity,) = read_fit(fit_with_events(events, set_back_s=30), "run.fit")
    assert clean_activity(activity).elapsed_s == pytest.approx(660.0, abs=1.0)
    assert activity.pauses.tolist() == [[200.0, 230.0], [400.0, 430.0]]


def steady(
    pauses: list[tuple[float, float]], timer_s: float, gap_s: tuple[float, float] = (0.0, 0.0)
) -> CleanedActivity:
    """A run of 600 s at 3 m/s with such pauses, such a total of timer time, and a gap in which nobody moved."""
    t_s = np.concatenate((np.arange(gap_s[0]), np.arange(gap_s[1], 601.0)))
    distance_m = 3.0 * (t_s - np.where(t_s >= gap_s[1], gap_s[1] - gap_s[0] + 1.0, 0.0))
    samples = Samples.from_columns(t_s, distance_m=distance_m)
    totals = DeviceTotals(np.nan, timer_s, 600.0)
    return clean_activity(Activity(Source("made", "fit"), samples, pauses=as_spans(pauses), device_totals=totals))


@pytest.mark.parametrize("false", [(100.0, 160.0), (300.0, 500.0)])
def test_a_pause_in_which_the_runner_moved_on_is_none_if_the_timer_ran(false: tuple[float, float]) -> None:
    cleaned = steady([false], 600.0)
    assert len(cleaned.pauses) == 0
    assert cleaned.curves["moving_s"][-1] == pytest.approx(600.0)
    assert any("1 pause left out" in warning for warning in cleaned.warnings)


def test_a_pause_that_the_timer_confirms_stays_though_the_count_went_on() -> None:
    assert steady([(100.0, 160.0)], 540.0).pauses.tolist() == [[100.0, 160.0]]


@pytest.mark.parametrize(("timer_s", "is_paused"), [(540.0, True), (600.0, False), (np.nan, True)])
def test_a_gap_is_a_pause_if_the_timer_lacks_it(timer_s: float, is_paused: bool) -> None:
    cleaned = steady([], timer_s, (201.0, 260.0))
    assert (cleaned.pauses if is_paused else cleaned.standing).tolist() == [[200.0, 260.0]]
