from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, multivariate_t

from retropace.core.spans import Column
from retropace.labelling.runner_model import (
    RUN,
    TAILS,
    WALK,
    Line,
    Seen,
    Signature,
    evidence,
    learned,
    of_another_day,
    vague,
)


def seen(speed: list[float], cadence: list[float], beats: list[float]) -> Seen:
    count = len(speed)
    return Seen(
        log_speed=np.log(speed),
        log_speed_var=np.full(count, 0.03**2),
        log_cadence=np.log(cadence),
        log_cadence_var=np.full(count, 0.01**2),
        demand_bpm=np.array(beats, dtype=np.float64),
        demand_var=np.full(count, 9.0),
        hours=np.linspace(0.1, 0.6, count),
        grade=np.zeros(count),
    )


def rows(columns: Seen, picked: list[int]) -> Seen:
    return Seen(**{name: getattr(columns, name)[picked] for name in Seen.__slots__})


SESSION = seen([2.9, 2.0, 2.5, 3.4], [166.0, 172.0, 162.0, 171.0], [146.0, 141.0, 135.0, 160.0])


def covariance(line: Line, x: Column, var: Column, hours: Column, backward: Column) -> tuple[Column, Column]:
    """Mean and covariance of one regression, entry by entry."""
    count = len(x)
    design = np.array([[1.0, x[i] - line.pin, hours[i], 0.0, backward[i]] for i in range(count)])
    cov = np.zeros((count, count))
    for i in range(count):
        for j in range(count):
            cov[i, j] = design[i] @ line.cov @ design[j]
            if backward[i] == backward[j]:
                cov[i, j] += line.bend**2 * np.exp(-0.5 * ((x[i] - x[j]) / line.reach) ** 2)
            if i == j:
                cov[i, j] += var[i] + (line.backward_spread if backward[i] else line.forward_spread) ** 2
    return design @ line.mean, cov


def by_scipy(signature: Signature, columns: Seen, backward: Column) -> float:
    """The log density of all three regressions through scipy's multivariate t."""
    total = 0.0
    speed = np.exp(columns.log_speed)
    cadence_var = columns.log_cadence_var + signature.cadence.mean[1] ** 2 * columns.log_speed_var
    demand_var = columns.demand_var + (signature.beats.mean[1] * speed) ** 2 * columns.log_speed_var
    for line, x, y, var in (
        (signature.pace, np.zeros(len(backward)), columns.log_speed, columns.log_speed_var),
        (signature.cadence, columns.log_speed, columns.log_cadence, cadence_var),
        (signature.beats, speed, columns.demand_bpm, demand_var),
    ):
        mean, cov = covariance(line, x, var, columns.hours, backward)
        total += float(multivariate_t.logpdf(y, mean, cov, df=TAILS))
    return total


@pytest.mark.parametrize("signature", [RUN, WALK], ids=["run", "walk"])
def test_evidence_is_the_multivariate_student_t(signature: Signature) -> None:
    ways = np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [1, 1, 1, 1]], dtype=np.float64)
    mine = evidence(signature, SESSION, ways)
    theirs = np.array([by_scipy(signature, SESSION, way) for way in ways])
    np.testing.assert_allclose(mine - mine[0], theirs - theirs[0], rtol=1e-9)


def test_what_is_missing_says_nothing() -> None:
    ways = np.array([[0.0, 0.0], [0.0, 1.0]])
    with_beats = seen([2.9, 2.0], [166.0, 172.0], [146.0, 141.0])
    nan = np.full(2, np.nan)
    without_beats = replace(with_beats, demand_bpm=nan, demand_var=nan)
    np.testing.assert_allclose(
        evidence(RUN, without_beats, ways), evidence(RUN, with_beats, ways, frozenset(["heart rate"]))
    )
    blind = replace(without_beats, log_cadence=nan, log_speed=nan)
    np.testing.assert_array_equal(evidence(RUN, blind, ways), 0.0)


def test_more_steps_at_a_slow_pace_speak_for_backward_and_fewer_against() -> None:
    ways = np.array([[0.0, 0.0], [0.0, 1.0]])

    def odds(cadence: float, beats: float) -> float:
        log = evidence(RUN, seen([2.9, 2.0], [166.0, cadence], [146.0, beats]), ways)
        return float(log[1] - log[0])

    assert odds(170.0, 138.0) > odds(160.0, 138.0) + 2.0
    assert odds(165.0, 142.0) > odds(165.0, 124.0) + 1.0


def test_learning_is_conditioning_the_normal() -> None:
    """What is learned from some stretches predicts others as their joint normal does."""
    backward = np.array([0.0, 1.0, 0.0, 1.0])
    signature = replace(RUN, pace=replace(RUN.pace, of_day=np.zeros(5)))
    known = learned(signature, rows(SESSION, [0, 1]), backward[:2])
    line = signature.pace
    mean, cov = covariance(line, np.zeros(4), SESSION.log_speed_var, SESSION.hours, backward)
    gain = cov[2:, :2] @ np.linalg.inv(cov[:2, :2])
    expected = mean[2:] + gain @ (SESSION.log_speed[:2] - mean[:2])
    left = cov[2:, 2:] - gain @ cov[:2, 2:]
    told, spread = covariance(known.pace, np.zeros(2), SESSION.log_speed_var[2:], SESSION.hours[2:], backward[2:])
    np.testing.assert_allclose(told, expected)
    np.testing.assert_allclose(spread, left)
    assert np.isfinite(multivariate_normal.logpdf(SESSION.log_speed[2:], told, spread))


@given(st.lists(st.tuples(st.floats(1.2, 4.0), st.floats(145.0, 190.0), st.booleans()), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_every_example_makes_surer(examples: list[tuple[float, float, bool]]) -> None:
    speed, cadence, backward = zip(*examples, strict=True)
    columns = seen(list(speed), list(cadence), [140.0] * len(speed))
    after = learned(RUN, columns, np.array(backward, dtype=np.float64))
    for name in ("pace", "cadence", "beats"):
        before_cov, after_cov = getattr(RUN, name).cov, getattr(after, name).cov
        assert np.all(np.diag(after_cov) <= np.diag(before_cov) + 1e-9)
        assert np.all(np.linalg.eigvalsh(after_cov) > -1e-6)


def test_old_sessions_count_less_and_another_day_is_less_sure() -> None:
    backward = np.array([0.0, 1.0, 0.0, 0.0])
    fresh, old = (learned(RUN, SESSION, backward, fade) for fade in (1.0, 8.0))
    ratio = [float(one.pace.mean[4]) for one in (RUN, old, fresh)]
    assert abs(ratio[2] - ratio[0]) > abs(ratio[1] - ratio[0]) > 0.0
    assert fresh.pace.cov[4, 4] < old.pace.cov[4, 4] < RUN.pace.cov[4, 4]
    assert of_another_day(fresh).pace.cov[4, 4] > fresh.pace.cov[4, 4]
    assert vague(RUN).cadence.cov[4, 4] == pytest.approx(25.0 * RUN.cadence.cov[4, 4])
