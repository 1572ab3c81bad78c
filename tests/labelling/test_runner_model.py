from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, multivariate_t

from retropace.core.spans import FloatArray
from retropace.labelling.runner_model import (
    DEGREES_OF_FREEDOM,
    RUN_PRIOR,
    WALK_PRIOR,
    GaitModel,
    Observations,
    RegressionPrior,
    add_day_variance,
    log_marginal_likelihood,
    posterior,
    widen_prior,
)


def build_observations(speed: list[float], cadence: list[float], beats: list[float]) -> Observations:
    count = len(speed)
    return Observations(
        log_speed=np.log(speed),
        log_speed_var=np.full(count, 0.03**2),
        log_cadence=np.log(cadence),
        log_cadence_var=np.full(count, 0.01**2),
        steady_state_hr_bpm=np.array(beats, dtype=np.float64),
        steady_state_hr_var=np.full(count, 9.0),
        elapsed_h=np.linspace(0.1, 0.6, count),
        grade=np.zeros(count),
    )


def select_rows(columns: Observations, picked: list[int]) -> Observations:
    return Observations(**{name: getattr(columns, name)[picked] for name in Observations._fields})


SESSION = build_observations([2.9, 2.0, 2.5, 3.4], [166.0, 172.0, 162.0, 171.0], [146.0, 141.0, 135.0, 160.0])


def covariance(
    line: RegressionPrior, x: FloatArray, var: FloatArray, hours: FloatArray, backward: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance of one regression, entry by entry."""
    count = len(x)
    design = np.array([[1.0, x[i] - line.reference_x, hours[i], 0.0, backward[i]] for i in range(count)])
    cov = np.zeros((count, count))
    for i in range(count):
        for j in range(count):
            cov[i, j] = design[i] @ line.cov @ design[j]
            if backward[i] == backward[j]:
                cov[i, j] += line.gp_amplitude**2 * np.exp(-0.5 * ((x[i] - x[j]) / line.gp_length_scale) ** 2)
            if i == j:
                cov[i, j] += var[i] + (line.backward_sd if backward[i] else line.forward_sd) ** 2
    return design @ line.mean, cov


def scipy_log_density(gait_model: GaitModel, columns: Observations, backward: FloatArray) -> float:
    """The log density of all three regressions through scipy's multivariate t."""
    total = 0.0
    speed = np.exp(columns.log_speed)
    cadence_var = columns.log_cadence_var + gait_model.cadence.mean[1] ** 2 * columns.log_speed_var
    demand_var = columns.steady_state_hr_var + (gait_model.heart_rate.mean[1] * speed) ** 2 * columns.log_speed_var
    for line, x, y, var in (
        (gait_model.pace, np.zeros(len(backward)), columns.log_speed, columns.log_speed_var),
        (gait_model.cadence, columns.log_speed, columns.log_cadence, cadence_var),
        (gait_model.heart_rate, speed, columns.steady_state_hr_bpm, demand_var),
    ):
        mean, cov = covariance(line, x, var, columns.elapsed_h, backward)
        total += float(multivariate_t.logpdf(y, mean, cov, df=DEGREES_OF_FREEDOM))
    return total


@pytest.mark.parametrize("gait_model", [RUN_PRIOR, WALK_PRIOR], ids=["run", "walk"])
def test_evidence_is_the_multivariate_student_t(gait_model: GaitModel) -> None:
    ways = np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [1, 1, 1, 1]], dtype=np.float64)
    mine = log_marginal_likelihood(gait_model, SESSION, ways)
    theirs = np.array([scipy_log_density(gait_model, SESSION, way) for way in ways])
    np.testing.assert_allclose(mine - mine[0], theirs - theirs[0], rtol=1e-9)


def test_what_is_missing_says_nothing() -> None:
    ways = np.array([[0.0, 0.0], [0.0, 1.0]])
    with_beats = build_observations([2.9, 2.0], [166.0, 172.0], [146.0, 141.0])
    nan = np.full(2, np.nan)
    without_beats = with_beats._replace(steady_state_hr_bpm=nan, steady_state_hr_var=nan)
    np.testing.assert_allclose(
        log_marginal_likelihood(RUN_PRIOR, without_beats, ways),
        log_marginal_likelihood(RUN_PRIOR, with_beats, ways, frozenset(["heart rate"])),
    )
    blind = without_beats._replace(log_cadence=nan, log_speed=nan)
    np.testing.assert_array_equal(log_marginal_likelihood(RUN_PRIOR, blind, ways), 0.0)


def test_more_steps_at_a_slow_pace_speak_for_backward_and_fewer_against() -> None:
    ways = np.array([[0.0, 0.0], [0.0, 1.0]])

    def odds(cadence: float, beats: float) -> float:
        log = log_marginal_likelihood(RUN_PRIOR, build_observations([2.9, 2.0], [166.0, cadence], [146.0, beats]), ways)
        return float(log[1] - log[0])

    assert odds(170.0, 138.0) > odds(160.0, 138.0) + 2.0
    assert odds(165.0, 142.0) > odds(165.0, 124.0) + 0.5


def test_learning_is_conditioning_the_normal() -> None:
    """What is learned from some stretches predicts others as their joint normal does."""
    backward = np.array([0.0, 1.0, 0.0, 1.0])
    gait_model = RUN_PRIOR._replace(pace=replace(RUN_PRIOR.pace, day_to_day_sd=np.zeros(5)))
    known = posterior(gait_model, select_rows(SESSION, [0, 1]), backward[:2])
    line = gait_model.pace
    mean, cov = covariance(line, np.zeros(4), SESSION.log_speed_var, SESSION.elapsed_h, backward)
    gain = cov[2:, :2] @ np.linalg.inv(cov[:2, :2])
    expected = mean[2:] + gain @ (SESSION.log_speed[:2] - mean[:2])
    left = cov[2:, 2:] - gain @ cov[:2, 2:]
    told, spread = covariance(known.pace, np.zeros(2), SESSION.log_speed_var[2:], SESSION.elapsed_h[2:], backward[2:])
    np.testing.assert_allclose(told, expected)
    np.testing.assert_allclose(spread, left)
    assert np.isfinite(multivariate_normal.logpdf(SESSION.log_speed[2:], told, spread))


@given(st.lists(st.tuples(st.floats(1.2, 4.0), st.floats(145.0, 190.0), st.booleans()), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_every_example_makes_surer(examples: list[tuple[float, float, bool]]) -> None:
    speed, cadence, backward = zip(*examples, strict=True)
    columns = build_observations(list(speed), list(cadence), [140.0] * len(speed))
    after = posterior(RUN_PRIOR, columns, np.array(backward, dtype=np.float64))
    for name in ("pace", "cadence", "heart_rate"):
        before_cov, after_cov = getattr(RUN_PRIOR, name).cov, getattr(after, name).cov
        assert np.all(np.diag(after_cov) <= np.diag(before_cov) + 1e-9)
        assert np.all(np.linalg.eigvalsh(after_cov) > -1e-6)


def test_old_sessions_count_less_and_another_day_is_less_sure() -> None:
    backward = np.array([0.0, 1.0, 0.0, 0.0])
    fresh, old = (posterior(RUN_PRIOR, SESSION, backward, fade) for fade in (1.0, 8.0))
    ratio = [float(one.pace.mean[4]) for one in (RUN_PRIOR, old, fresh)]
    assert abs(ratio[2] - ratio[0]) > abs(ratio[1] - ratio[0]) > 0.0
    assert fresh.pace.cov[4, 4] < old.pace.cov[4, 4] < RUN_PRIOR.pace.cov[4, 4]
    assert add_day_variance(fresh).pace.cov[4, 4] > fresh.pace.cov[4, 4]
    assert widen_prior(RUN_PRIOR).cadence.cov[4, 4] == pytest.approx(25.0 * RUN_PRIOR.cadence.cov[4, 4])
