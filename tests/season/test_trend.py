import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.season.trend import SpeedRatios, compute_speed_ratios, compute_student_t_quantile, fit_trend
from tests.support.season_rows import run, season


@pytest.mark.parametrize("freedom", [3, 4, 6, 10, 30, 198])
def test_student_t_against_scipy(freedom: int) -> None:
    assert compute_student_t_quantile(0.95, freedom) == pytest.approx(scipy.stats.t.ppf(0.975, freedom), rel=0.004)


@given(st.integers(0, 2**32 - 1), st.integers(5, 80))
@settings(max_examples=50)
def test_the_line_and_its_bounds_against_numpy(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    weeks = np.sort(rng.uniform(0.0, 60.0, count))
    weeks[-1] = weeks[0] + 30.0
    weeks = np.sort(weeks)
    logs = -0.5 + 0.004 * weeks + rng.normal(0.0, 0.05, count)
    found = fit_trend(SpeedRatios("run", np.arange(count), weeks * 604_800.0, np.exp(logs)))
    assert found is not None
    design = np.column_stack((np.ones(count), weeks - weeks[0]))
    coefficients, *_ = np.linalg.lstsq(design, logs, rcond=None)
    inverse = np.linalg.inv(design.T @ design)
    hat = np.einsum("ij,jk,ik->i", design, inverse, design)
    left = (logs - design @ coefficients) / (1.0 - hat)
    error = np.sqrt((inverse @ (design.T * left**2) @ design @ inverse)[1, 1])
    assert found.per_week == pytest.approx(coefficients[1], abs=1e-12)
    assert found.first_ratio == pytest.approx(np.exp(coefficients[0]))
    half = (found.high_per_week - found.low_per_week) / 2.0
    assert half == pytest.approx(error * scipy.stats.t.ppf(0.975, count - 2), rel=0.01)


def test_the_bounds_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        weeks = np.sort(rng.uniform(0.0, 52.0, 30))
        noise = rng.normal(0.0, 0.02 + 0.001 * weeks)  # wider as time goes by
        found = fit_trend(SpeedRatios("run", np.arange(30), weeks * 604_800.0, np.exp(0.003 * weeks + noise)))
        assert found is not None
        held += found.low_per_week <= 0.003 <= found.high_per_week
    assert 0.92 <= held / 400 <= 0.98


def test_like_is_compared_with_like() -> None:
    walks = [run(day, gait="walk", forward_mps=1.4, backward_mps=0.8) for day in range(0, 20, 2)]
    runs = [run(30 + day, backward_mps=2.1) for day in range(0, 24, 2)]
    found = compute_speed_ratios(season(*walks, *runs))
    assert found.gait == "run"
    assert found.rows.tolist() == list(range(10, 22))
    assert found.ratio == pytest.approx(np.full(12, 0.7))
    assert compute_speed_ratios(season(*walks, *runs[:3])).gait == "walk"


def test_too_little_says_nothing() -> None:
    assert fit_trend(compute_speed_ratios(season(*[run(day) for day in (0, 10, 20, 30)]))) is None
    assert fit_trend(compute_speed_ratios(season(*[run(day) for day in range(8)]))) is None  # a week
    assert fit_trend(compute_speed_ratios(season())) is None
    assert len(compute_speed_ratios(season(run(0, backward_s=40.0))).ratio) == 0
    steady = fit_trend(compute_speed_ratios(season(*[run(7 * week) for week in range(10)])))
    assert steady is not None
    assert not steady.is_significant
