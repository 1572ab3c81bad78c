"""What is known of one runner: how pace, cadence and heart rate go together, forward and backward.

For each gait three linear regressions: pace, cadence given pace, and heart rate given pace. Their chain is the joint
distribution of all three, and of step length, which is pace over cadence. Each has a weight for *backward*: how far
backward stretches lie off the runner's own forward line. The weights are normal, with priors from the literature; all
spreads of one regression share an unknown scale, so that what any number of stretches look like together follows a
multivariate Student t in closed form (the normal-inverse-gamma model; O'Hagan 1994, Kendall's Advanced Theory of
Statistics 2B, 9), with tails that a stumbling sensor does not frighten. What earlier sessions showed narrows the
weights, in closed form too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from retropace.core.gait import TYPICAL_WALK_MPS, TYPICAL_WALK_SPM, WALK_CADENCE_EXPONENT
from retropace.core.spans import FloatArray

COEFFICIENT_NAMES = ("level", "slope", "per hour", "per grade", "backward")
DEGREES_OF_FREEDOM = 5.0
"""Degrees of freedom of the Student t: one stretch in fifty lies beyond three spreads."""
EASY_RUN_MPS = 2.75
"""Easy running of recreational runners, 6:04 a kilometre: where the lines are pinned."""


@dataclass(frozen=True, slots=True)
class RegressionPrior:
    """One regression. The design of a stretch is ``[1, x - pin, hours, grade, backward]`` (``WEIGHTS``)."""

    mean: FloatArray
    """Of the five weights."""
    cov: FloatArray
    """Of the weights, ``(5, 5)``."""
    day_to_day_sd: FloatArray
    """By how much each weight differs from day to day (standard deviation)."""
    reference_x: float
    forward_sd: float
    """How far forward stretches lie off the line, each on its own (standard deviation)."""
    backward_sd: float
    gp_amplitude: float
    """How far the line bends: a smooth deviation that stretches of like pace have in common."""
    gp_length_scale: float
    """How near in ``x`` is like: the length scale of the bend."""


@dataclass(frozen=True, slots=True)
class GaitModel:
    """The lines of one gait: log speed; log cadence over log speed; heart rate over speed."""

    pace: RegressionPrior
    cadence: RegressionPrior
    heart_rate: RegressionPrior


@dataclass(frozen=True, slots=True)
class Observations:
    """Stretches, or kinds of stretches, as the lines see them: ``(n,)`` columns, NaN where missing."""

    log_speed: FloatArray
    log_speed_var: FloatArray
    log_cadence: FloatArray
    log_cadence_var: FloatArray
    steady_state_hr_bpm: FloatArray
    steady_state_hr_var: FloatArray
    elapsed_h: FloatArray
    grade: FloatArray


def _regression_prior(
    coefficients: tuple[tuple[float, float, float], ...],
    reference_x: float,
    residual_sds: tuple[float, float],
    gp: tuple[float, float] = (0.0, 1.0),
) -> RegressionPrior:
    """``weights`` are mean, spread between people and spread from day to day of each of ``WEIGHTS``."""
    mean, spread, of_day = np.array(coefficients).T
    return RegressionPrior(mean, np.diag(spread**2), of_day, reference_x, *residual_sds, *gp)


_FIXED_AT_ZERO = (0.0, 0.0, 0.0)

RUN_PRIOR = GaitModel(
    # Easy speeds of recreational runners spread by a fifth; what they do around it in a session by as much again. A
    # climb of 1 % costs 5 % of energy and, paid by two thirds in pace, 3 % of speed (Minetti 2002, J Appl Physiol
    # 93:1039). Backward 0.55–0.80 of the forward speed.
    pace=_regression_prior(
        (
            (np.log(EASY_RUN_MPS), 0.22, 0.05),
            _FIXED_AT_ZERO,
            (0.0, 0.03, 0.03),
            (-3.0, 1.5, 0.5),
            (np.log(0.68), 0.13, 0.05),
        ),
        0.0,
        (0.20, 0.08),
    ),
    # 166 spm at easy speed, 150–180 in most (Cavagna 1988, J Physiol 399:81; van Oeveren 2017, PLoS ONE 12:e0184273).
    # It rises by 4–8 spm per m/s there, which is with the 0.07th to 0.14th power of speed, and with the 0.05th to
    # 0.31st (median 0.2) within most of the public recordings: the prior lies between.
    # Backward at equal speed + 8 %, 4–13 in single runners (Cavagna 2012, J Exp Biol 215:75).
    cadence=_regression_prior(
        (
            (np.log(166.0), 0.045, 0.01),
            (0.16, 0.07, 0.02),
            (0.0, 0.01, 0.01),
            (0.4, 0.3, 0.1),
            (np.log(1.08), 0.023, 0.006),
        ),
        np.log(EASY_RUN_MPS),
        (0.008, 0.008),
        (0.015, 0.25),
    ),
    # Backward at equal speed 15–22 bpm more (Williford 1998, Med Sci Sports Exerc 30). Heart rate rises nearly linearly
    # with speed, from some 80 standing to 150 at an easy run, and drifts by up to 20 in an hour (Coyle &
    # González-Alonso 2001, Exerc Sport Sci Rev 29:88); by 100–340 for a grade of 1 in the public recordings.
    heart_rate=_regression_prior(
        (
            (146.0, 22.0, 5.0),
            (24.0, 8.0, 2.0),
            (10.0, 10.0, 7.0),
            (200.0, 120.0, 40.0),
            (18.0, 5.0, 2.0),
        ),
        EASY_RUN_MPS,
        (3.0, 3.0),
        (3.0, 0.7),
    ),
)
WALK_PRIOR = GaitModel(
    # Walkers dawdle, climb and hurry: forward paces spread widely. Backward at a like cadence 0.45–0.75 of the speed
    # (Laufer 2003, Physiother Res Int 8:131).
    pace=_regression_prior(
        (
            (np.log(TYPICAL_WALK_MPS), 0.13, 0.05),
            _FIXED_AT_ZERO,
            (0.0, 0.03, 0.03),
            (-2.0, 1.5, 0.5),
            (np.log(0.60), 0.17, 0.06),
        ),
        0.0,
        (0.25, 0.08),
    ),
    # A like cadence at 0.6 of the speed, where a forward walker's goes with the root of speed, is one 29 % higher than
    # forward at equal speed.
    cadence=_regression_prior(
        (
            (np.log(TYPICAL_WALK_SPM), 0.05, 0.01),
            (WALK_CADENCE_EXPONENT, 0.08, 0.03),
            (0.0, 0.01, 0.01),
            (0.3, 0.3, 0.1),
            (-WALK_CADENCE_EXPONENT * np.log(0.60), 0.09, 0.03),
        ),
        np.log(TYPICAL_WALK_MPS),
        (0.008, 0.01),
        (0.02, 0.25),
    ),
    heart_rate=_regression_prior(
        ((104.0, 15.0, 5.0), (27.0, 9.0, 3.0), (5.0, 10.0, 7.0), (200.0, 120.0, 40.0), (12.0, 8.0, 3.0)),
        TYPICAL_WALK_MPS,
        (3.0, 3.0),
        (3.0, 0.3),
    ),
)
PRIORS = {"run": RUN_PRIOR, "walk": WALK_PRIOR}
"""What is known of anybody, by gait."""


def log_marginal_likelihood(
    model: GaitModel, observations: Observations, backward: FloatArray, disabled_evidence: frozenset[str] = frozenset()
) -> FloatArray:
    """The log probability of what is seen under each labelling, up to one constant; shape ``(m,)``.

    ``backward`` is ``(m, n)`` of 0 and 1: each row a labelling of the ``n`` stretches. ``without`` names regressions
    (of ``pace``, ``cadence``, ``heart rate``) to leave out.
    """
    total = np.zeros(len(backward))
    for name, line, x, y, var in _regressions(model, observations):
        there = np.isfinite(x) & np.isfinite(y)
        if name in disabled_evidence or not np.any(there):
            continue
        labels = backward[:, there]
        design = _design_matrix(line, x[there], observations.elapsed_h[there], observations.grade[there], labels)
        cov = design @ line.cov @ np.swapaxes(design, -1, -2) + _residual_covariance(line, x[there], var[there], labels)
        logdet, square = _solve_quadratic_forms(cov, y[there] - design @ line.mean)
        total += -0.5 * logdet - 0.5 * (DEGREES_OF_FREEDOM + there.sum()) * np.log1p(square / DEGREES_OF_FREEDOM)
    return total


def posterior(
    model: GaitModel, observations: Observations, backward: FloatArray, variance_factor: float = 1.0
) -> GaitModel:
    """The signature after one more session with known directions, ``backward`` ``(n,)`` of 0 and 1.

    Conditions the weights on what is seen. The session has a form of the day of its own in every weight, and its
    readings count less by ``fade`` (at least 1).
    """
    lines = {}
    for name, line, x, y, var in _regressions(model, observations):
        there = np.isfinite(x) & np.isfinite(y)
        if not np.any(there):
            continue
        labels = backward[there]
        design = _design_matrix(line, x[there], observations.elapsed_h[there], observations.grade[there], labels[None])[
            0
        ]
        scatter = _residual_covariance(line, x[there], var[there], labels[None])[0]
        scatter = variance_factor * (scatter + design @ np.diag(line.day_to_day_sd**2) @ design.T)
        gain = np.linalg.solve(design @ line.cov @ design.T + scatter, design @ line.cov).T
        mean = line.mean + gain @ (y[there] - design @ line.mean)
        cov = line.cov - gain @ design @ line.cov
        lines[name] = replace(line, mean=mean, cov=(cov + cov.T) / 2.0)
    return GaitModel(
        lines.get("pace", model.pace),
        lines.get("cadence", model.cadence),
        lines.get("heart rate", model.heart_rate),
    )


def add_day_variance(model: GaitModel) -> GaitModel:
    """The signature for a session that is yet to be seen: what was learned, and the form of the day on top."""
    lines = (model.pace, model.cadence, model.heart_rate)
    return GaitModel(*(replace(line, cov=line.cov + np.diag(line.day_to_day_sd**2)) for line in lines))


def widen_prior(model: GaitModel) -> GaitModel:
    """The signature with hardly any prior: every weight five times as uncertain."""
    lines = (model.pace, model.cadence, model.heart_rate)
    return GaitModel(*(replace(line, cov=25.0 * line.cov) for line in lines))


def _regressions(
    model: GaitModel, observations: Observations
) -> tuple[tuple[str, RegressionPrior, FloatArray, FloatArray, FloatArray], ...]:
    """Name, line, x, y and the variance of y of each. An error in pace is one in what is expected at that pace."""
    flat, speed = np.zeros(len(observations.log_speed)), np.exp(observations.log_speed)
    cadence_var = observations.log_cadence_var + model.cadence.mean[1] ** 2 * observations.log_speed_var
    demand_var = observations.steady_state_hr_var + (model.heart_rate.mean[1] * speed) ** 2 * observations.log_speed_var
    return (
        ("pace", model.pace, flat, observations.log_speed, observations.log_speed_var),
        ("cadence", model.cadence, observations.log_speed, observations.log_cadence, cadence_var),
        ("heart rate", model.heart_rate, speed, observations.steady_state_hr_bpm, demand_var),
    )


def _design_matrix(
    prior: RegressionPrior, x: FloatArray, elapsed_h: FloatArray, grade: FloatArray, backward: FloatArray
) -> FloatArray:
    """``(m, n, 5)`` for ``(m, n)`` labels."""
    rest = (
        np.broadcast_to(column, backward.shape) for column in (np.ones(len(x)), x - prior.reference_x, elapsed_h, grade)
    )
    return np.stack((*rest, backward), axis=-1)


def _residual_covariance(prior: RegressionPrior, x: FloatArray, var: FloatArray, backward: FloatArray) -> FloatArray:
    """What the weights do not explain, ``(m, n, n)``: each stretch's own spread, and the bends of both lines."""
    own2 = np.where(backward > 0.5, prior.backward_sd, prior.forward_sd) ** 2 + var
    scatter: FloatArray = own2[:, :, None] * np.eye(len(x))
    if prior.gp_amplitude:
        alike = prior.gp_amplitude**2 * np.exp(-0.5 * ((x[:, None] - x[None, :]) / prior.gp_length_scale) ** 2)
        same = backward[:, :, None] == backward[:, None, :]
        scatter = scatter + np.where(same, alike, 0.0)
    return scatter


def _solve_quadratic_forms(cov: FloatArray, residual: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log determinants and ``off · cov⁻¹ · off`` of many small matrices at once, by elimination."""
    size = residual.shape[-1]
    work = np.concatenate((cov, residual[..., None]), axis=-1)
    logdet, square = np.zeros(len(residual)), np.zeros(len(residual))
    for at in range(size):
        pivot = work[:, at, at]
        logdet += np.log(pivot)
        square += work[:, at, size] ** 2 / pivot
        factor = work[:, at + 1 :, at] / pivot[:, None]
        work[:, at + 1 :, at + 1 :] -= factor[:, :, None] * work[:, None, at, at + 1 :]
    return logdet, square
