from datetime import UTC, date, timedelta

from retropace.config.goals import Goal
from retropace.season.goal_progress import GoalProgress, compute_goal_progress
from retropace.season.periods import find_local_days
from retropace.season.runs import SeasonRow
from tests.support.season_rows import MONDAY, run, season

THRICE = Goal(sessions=3, minutes=5.0)


def reach(goal: Goal, today: int, *runs: SeasonRow) -> GoalProgress:
    made = season(*runs)
    return compute_goal_progress(goal, made, find_local_days(made.start_times, UTC), MONDAY + timedelta(days=today))


def week(number: int, count: int, seconds: float = 300.0) -> list[SeasonRow]:
    return [run(7 * number + day, backward_s=seconds) for day in range(count)]


def test_a_session_counts_if_it_is_long_enough() -> None:
    found = reach(THRICE, 6, *week(0, 3), run(4, backward_s=200.0), run(5, backward_s=0.0))
    assert (found.sessions, found.is_met, found.streak) == (3, True, 1)
    assert found.minutes == (3 * 300.0 + 200.0) / 60.0
    assert (found.first, found.end) == (MONDAY, MONDAY + timedelta(days=7))
    assert not reach(THRICE, 6, *week(0, 2), run(4, backward_s=299.0)).is_met


def test_the_present_week_breaks_no_streak_before_it_is_over() -> None:
    runs = [*week(0, 3), *week(1, 3), *week(2, 1)]
    assert reach(THRICE, 15, *runs).streak == 2
    assert reach(THRICE, 20, *runs).streak == 2  # its last day
    later = reach(THRICE, 21, *runs)
    assert (later.streak, later.best_streak, later.is_met) == (0, 2, False)
    again = reach(THRICE, 30, *runs, *week(4, 3))
    assert (again.streak, again.best_streak) == (1, 2)


def test_a_week_without_a_run_breaks_a_streak() -> None:
    found = reach(THRICE, 23, *week(0, 3), *week(1, 3), *week(3, 3))
    assert (found.streak, found.best_streak) == (1, 2)


def test_sums_of_a_month() -> None:
    goal = Goal(per="month", km=2.0, direction="backward")
    found = reach(goal, 24, *week(0, 2), *week(3, 1))
    assert (found.km, found.is_met, found.first) == (1.8, False, date(2025, 1, 1))
    assert reach(goal, 24, *week(0, 2), *week(3, 2)).is_met


def test_nothing_was_run_yet() -> None:
    found = reach(THRICE, 2)
    assert (found.sessions, found.streak, found.is_met, found.first) == (0, 0, False, MONDAY)


def test_what_comes_after_today_does_not_count() -> None:
    assert reach(THRICE, 1, *week(0, 3)).sessions == 2
