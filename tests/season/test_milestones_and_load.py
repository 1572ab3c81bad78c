"""The smaller things that are said of a season."""

import math
from datetime import UTC, date, timedelta

import numpy as np
import pytest

from retropace.season.milestones import find_milestones
from retropace.season.outliers import find_outliers
from retropace.season.periods import find_local_days
from retropace.season.runs import Season, SeasonBest, SeasonRow, build_season, select_season_bests
from retropace.season.training_load import LoadIncrease, compute_load_increase
from retropace.season.transition import fit_gait_transition
from tests.support.season_rows import MONDAY, run, season


def days(made: Season) -> list[date]:
    return find_local_days(made.start_times, UTC)


def ramp(today: int, *runs: SeasonRow) -> LoadIncrease:
    made = season(*runs)
    return compute_load_increase(made, days(made), MONDAY + timedelta(days=today))


def test_the_last_seven_days_against_the_four_weeks_before() -> None:
    runs = [run(day, backward_s=400.0) for day in range(-7, 28, 7)]  # the first more than five weeks back
    found = ramp(30, *runs, run(28, backward_s=900.0), run(30, backward_s=300.0), run(31, backward_s=9999.0))
    assert (found.recent_s, found.baseline_s) == (1200.0, 400.0)
    assert found.is_steep
    assert not ramp(30, *runs, run(28, backward_s=600.0)).is_steep  # 1.5 is not more than 1.5
    assert not ramp(30, run(28, backward_s=900.0)).is_steep
    beginning = ramp(30, run(10, backward_s=100.0), run(28, backward_s=900.0))
    assert math.isnan(beginning.baseline_s)
    assert not beginning.is_steep  # it is no rise
    assert math.isnan(ramp(30, run(28, backward_s=900.0)).ratio)
    assert not ramp(30, *[run(day, backward_s=30.0) for day in range(2, 24, 7)], run(28, backward_s=500.0)).is_steep


def test_milestones_are_the_first_time_that_something_was_reached() -> None:
    made = season(
        run(0, backward_s=0.0),
        run(1, backward_s=200.0),
        run(2, backward_s=300.0),
        run(3, backward_s=500.0),
        run(4, backward_s=100.0),
        quarters=((2, 2.3), (3, 1.9), (4, 1.7)),
    )
    found = {
        (one.kind, one.metres if one.kind in ("in all", "at once") else 0.0): one
        for one in find_milestones(made, days(made))
    }
    assert found["first", 0.0].row == 1
    assert found["at once", 400.0].row == 1
    assert found["in all", 1000.0].row == 2
    assert found["at once", 1000.0].row == 3
    assert (found["quarter mile", 0.0].row, found["quarter mile", 0.0].value) == (3, 1.9)
    assert (found["longest", 0.0].row, found["longest", 0.0].value) == (3, 500.0)
    assert ("in all", 5000.0) not in found
    assert find_milestones(season(), []) == []


def test_the_best_of_each_is_the_fastest_and_knows_its_activity() -> None:
    bests = (
        SeasonBest("backward", "distance", 400.0, 200.0, 400.0, 5.0, "annotated", 0),
        SeasonBest("backward", "distance", 400.0, 190.0, 400.0, 5.0, "suspected", 1),
        SeasonBest("forward", "time", 60.0, 60.0, 200.0, 5.0, "assumed", 0),
        SeasonBest("forward", "time", 60.0, 60.0, 210.0, 5.0, "assumed", 1),
    )
    assert [(one.direction, one.metres / one.seconds) for one in select_season_bests(bests)] == [
        ("forward", 3.5),
        ("backward", 400.0 / 190.0),
    ]
    late_first = build_season([run(5), run(1)], bests)  # given in disorder
    assert [late_first.start_timestamps_s[one.row] for one in late_first.bests] == [
        late_first.start_timestamps_s[0]
    ] * 2


def test_walking_becomes_running_where_it_does() -> None:
    rng = np.random.default_rng(1)
    walks = [[1.0, 0.0, 60.0, speed] for speed in rng.normal(1.1, 0.1, 40)]
    runs = [[1.0, 1.0, 60.0, speed] for speed in rng.normal(2.1, 0.1, 20)]
    ahead = [[0.0, 1.0, 600.0, 3.0]]
    found = fit_gait_transition("backward", np.array([*walks, *runs, *ahead]))
    assert found is not None
    assert max(one[3] for one in walks) < found.speed_mps < min(one[3] for one in runs)
    assert found.beyond == 0.0
    assert found.run_share == pytest.approx(1.0 / 3.0)
    mixed = fit_gait_transition("backward", np.array([*walks, *runs, [1.0, 1.0, 60.0, 0.9]]))
    assert mixed is not None
    assert mixed.beyond == pytest.approx(60.0 / 3660.0)
    assert fit_gait_transition("backward", np.array(walks)) is None
    assert fit_gait_transition("forward", np.array([*walks, *runs, *ahead])) is None
    assert fit_gait_transition("backward", np.empty((0, 4))) is None


def test_what_does_not_fit_the_runner_is_pointed_out_with_why() -> None:
    rng = np.random.default_rng(2)
    usual = [
        run(day, forward_mps=float(rng.normal(3.0, 0.15)), cadence_spm=float(rng.normal(165.0, 2.0)))
        for day in range(20)
    ]
    ride = run(30, forward_mps=7.5, cadence_spm=80.0, backward_s=0.0)
    other = run(31, forward_mps=1.6, cadence_spm=120.0)
    found = find_outliers(season(*usual, ride, other))
    assert [one.row for one in found] == [20, 21]
    assert found[0].reasons[0] == "as fast as a bicycle"
    assert any(why.startswith("forward cadence 120 spm, usually 16") for why in found[1].reasons)
    assert find_outliers(season(*usual)) == []
    assert find_outliers(season(*usual[:4], other)) == []  # what is usual is not known yet
