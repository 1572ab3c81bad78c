"""Which length a rep stands for."""

import numpy as np
import pytest

from retropace.intervals.efforts import Effort
from retropace.intervals.nominal import NominalLength, find_nominal, find_nominals


def work(metres: float, seconds: float, gait: str = "run", *, by_steps: bool = False) -> Effort:
    return Effort(0.0, seconds, "backward", gait, seconds, metres, by_steps, float(np.log(metres / seconds)))


def test_785_m_is_800_m_and_750_m_is_not() -> None:
    eight_hundred = NominalLength("m", 800.0)
    assert eight_hundred.fits(work(785.0, 400.0))
    assert not eight_hundred.fits(work(750.0, 400.0))
    assert eight_hundred.fits(work(823.9, 400.0))
    assert not eight_hundred.fits(work(824.1, 400.0))
    assert str(find_nominal([work(785.0, 395.0)])) == "800 m"
    assert find_nominal([work(750.0, 395.0)]) is None


@pytest.mark.parametrize(
    ("lengths", "stands_for"),
    [
        ([(396, 211), (404, 208), (401, 219), (399, 214)], "400 m"),
        ([(396, 180), (384, 181), (411, 179), (372, 180)], "3:00"),
        ([(151, 60), (149, 60), (140, 61), (155, 59)], "1:00"),
        ([(51, 26), (49, 27), (50, 25), (52, 27), (48, 25)], "50 m"),
        ([(70, 20), (75, 20), (66, 20)], "20 s"),
    ],
)
def test_sets_of_metres_and_of_seconds(lengths: list[tuple[float, float]], stands_for: str) -> None:
    assert str(find_nominal([work(metres, seconds) for metres, seconds in lengths])) == stands_for


def test_walking_is_planned_by_the_clock() -> None:
    reps = [(100.5, 91.0), (99.0, 89.0), (100.0, 92.0)]
    assert str(find_nominal([work(*one) for one in reps])) == "100 m"
    assert str(find_nominal([work(*one, gait="walk") for one in reps])) == "1:30"


def test_steps_count_metres_badly_indoors() -> None:
    reps = [(186.0, 112.0), (185.0, 111.0), (187.0, 113.0), (184.0, 112.0)]
    assert find_nominal([work(*one) for one in reps]) is None
    assert str(find_nominal([work(*one, by_steps=True) for one in reps])) == "200 m"


def test_lengths_that_differ_are_all_of_one_unit() -> None:
    works = [work(102.0, 61.0), work(196.0, 131.0), (work(305.0, 209.0)), work(201.0, 137.0), work(97.0, 66.0)]
    (likeliest, *_) = find_nominals(works)
    assert [str(one) for one in likeliest] == ["100 m", "200 m", "300 m", "200 m", "100 m"]
    assert find_nominals([work(325.0, 225.0), work(655.0, 395.0)]) == []


def test_an_unknown_distance_leaves_the_clock() -> None:
    reps = [Effort(0.0, 60.0, "backward", "run", seconds, np.nan, True, np.nan) for seconds in (60.0, 61.0, 59.0)]
    assert str(find_nominal(reps)) == "1:00"
