"""Bayesian model of one runner: how speed, cadence and heart rate go together, forward and backward.

Each gait has three linear regressions: log speed; log cadence given log speed; heart rate given speed. In each, the
coefficient ``backward`` is the difference from the runner's own forward line. The priors are from the literature. All
standard deviations of one regression share an unknown scale, so that any stretches follow a multivariate Student t,
which tolerates outliers (normal-inverse-gamma model; O'Hagan 1994, Kendall's Advanced Theory of Statistics 2B, 9).
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from retropace.core.gait import TYPICAL_WALK_MPS, TYPICAL_WALK_SPM, WALK_CADENCE_EXPONENT
from retropace.core.spans import FloatArray

COEFFICIENT_NAMES = ("level", "slope", "per hour", "per grade", "backward")
"""Names of the coefficients of each regression; ``slope`` is over x, ``backward`` the difference from forward."""
DEGREES_OF_FREEDOM = 30.0
"""Degrees of freedom of the Student t, with which one stretch in fifty lies beyond three standard deviations."""
EASY_RUN_MPS = 2.75
"""Easy speed (m/s) of recreational runners, 6:04 min/km, at which the running regressions have their ``level``."""


@dataclass(frozen=True, slots=True, eq=False)
class RegressionPrior:
    """One regression, ``y = [1, x - reference_x, elapsed hours, grade, backward] · coefficients + deviations``."""

    mean: FloatArray  # mean of the coefficients, ``(5,)``, in the order of ``COEFFICIENT_NAMES``
    cov: FloatArray  # covariance of the coefficients, ``(5, 5)``
    day_to_day_sd: FloatArray  # standard deviation of each coefficient from day to day in one runner, ``(5,)``
    reference_x: float  # value of ``x`` at which ``y`` is the coefficient ``level``
    forward_sd: float  # standard deviation of forward stretches around the regression line, in units of ``y``
    backward_sd: float  # standard deviation of backward stretches around the regression line, in units of ``y``
    gp_amplitude: float  # standard deviation of a smooth departure from the line: a Gaussian process over ``x``
    gp_length_scale: float  # length scale of the process: how far apart in ``x`` departures are still alike


class GaitModel(NamedTuple):
    """The three regressions of one gait, running or walking."""

    pace: RegressionPrior  # regression of log speed; it has no ``x``, so that its slope is 0
    cadence: RegressionPrior  # regression of log cadence on log speed
    heart_rate: RegressionPrior  # regression of heart rate (bpm), as it becomes if the effort lasts, on speed (m/s)


class Observations(NamedTuple):
    """Measured stretches or clusters of stretches, as ``(n,)`` columns; NaN where a value is missing."""

    log_speed: FloatArray
    log_speed_var: FloatArray
    log_cadence: FloatArray
    log_cadence_var: FloatArray
    steady_state_hr_bpm: FloatArray
    steady_state_hr_var: FloatArray
    elapsed_h: FloatArray  # hours from the start of the session to the middle of the stretch
    grade: FloatArray  # mean rise per metre of distance


def _regression_prior(
    coefficients: tuple[tuple[float, float, float], ...],
    reference_x: float,
    residual_sds: tuple[float, float],
    gp: tuple[float, float] = (0.0, 1.0),
) -> RegressionPrior:
    """Return a regression of ``coefficients`` (mean, deviation between people, between days), residuals and process."""
    mean, between_people_sd, day_to_day_sd = np.array(coefficients).T
    return RegressionPrior(mean, np.diag(between_people_sd**2), day_to_day_sd, reference_x, *residual_sds, *gp)


_UNUSED = (0.0, 0.0, 0.0)
"""Mean 0 and standard deviations 0, for a coefficient that a regression does not use."""

RUN_PRIOR = GaitModel(
    # Easy speeds of recreational runners vary by a fifth, and speeds within a session by as much again. A grade of 1 %
    # costs 5 % of energy (Minetti 2002, J Appl Physiol 93:1039) and 3 % of speed. Backward speed is 0.55–0.80 of
    # forward speed.
    pace=_regression_prior(
        ((np.log(EASY_RUN_MPS), 0.22, 0.05), _UNUSED, (0.0, 0.03, 0.03), (-3.0, 1.5, 0.5), (np.log(0.68), 0.13, 0.05)),
        0.0,
        (0.20, 0.08),
    ),
    # Cadence at easy speed is 166 spm, 150–180 in most runners (Cavagna 1988, J Physiol 399:81; van Oeveren 2017, PLoS
    # ONE 12:e0184273). It rises by 4–8 spm per m/s, a power of speed of 0.07 to 0.14; in the forward
    # controls it is 0.10, and differs from runner to runner and from day to day by 0.05 each
    # (tests/benchmarks/runner_priors.py). Backward cadence at equal speed is 8 % higher, 4–13 % in single runners
    # (Cavagna 2012, J Exp Biol 215:75).
    cadence=_regression_prior(
        ((np.log(166.0), 0.045, 0.01), (0.10, 0.07, 0.045), (0.0, 0.01, 0.01), (0.4, 0.3, 0.1), (0.08, 0.05, 0.015)),
        np.log(EASY_RUN_MPS),
        (0.008, 0.008),
        (0.015, 0.25),
    ),
    # Backward heart rate at equal speed is 15–22 bpm higher (Williford 1998, Med Sci Sports Exerc 30). Heart rate rises
    # nearly linearly with speed, from some 80 bpm standing to 150 at an easy run, and drifts by up to 20 bpm in an hour
    # (Coyle & González-Alonso 2001, Exerc Sport Sci Rev 29:88). In the public recordings it rises by 100–340 bpm per
    # unit of grade.
    heart_rate=_regression_prior(
        ((146.0, 22.0, 5.0), (14.0, 9.0, 4.0), (10.0, 10.0, 7.0), (200.0, 120.0, 40.0), (20.0, 12.0, 4.0)),
        EASY_RUN_MPS,
        (3.0, 3.0),
        (3.0, 0.7),
    ),
)
"""Model of running for an unknown runner."""
WALK_PRIOR = GaitModel(
    # Forward walking speeds vary widely. Backward walking at equal cadence has 0.45–0.75 of the speed (Laufer 2003,
    # Physiother Res Int 8:131).
    pace=_regression_prior(
        (
            (np.log(TYPICAL_WALK_MPS), 0.13, 0.05),
            _UNUSED,
            (0.0, 0.03, 0.03),
            (-2.0, 1.5, 0.5),
            (np.log(0.60), 0.17, 0.06),
        ),
        0.0,
        (0.25, 0.08),
    ),
    # Forward cadence goes with the square root of speed, so equal cadence at 0.6 of the speed is 29 % more than forward
    # cadence at equal speed.
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
"""Model of walking for an unknown runner."""
PRIORS = {"run": RUN_PRIOR, "walk": WALK_PRIOR}
"""Models for an unknown runner, by gait."""


def log_marginal_likelihood(
    model: GaitModel, observations: Observations, backward: FloatArray, disabled_evidence: frozenset[str] = frozenset()
) -> FloatArray:
    """Return the log marginal likelihood of each labelling, a row of ``backward`` ``(m, n)``, up to a constant."""
    total = np.zeros(len(backward))
    for name, prior, x, y, var in _regressions(model, observations):
        known = np.isfinite(x) & np.isfinite(y)
        if name in disabled_evidence or not np.any(known):
            continue
        labels = backward[:, known]
        design = _design_matrix(prior, x[known], observations.elapsed_h[known], observations.grade[known], labels)
        cov = design @ prior.cov @ np.swapaxes(design, -1, -2)
        cov = cov + _residual_covariance(prior, x[known], var[known], labels)
        log_det, quadratic = _solve_quadratic_forms(cov, y[known] - design @ prior.mean)
        exponent = -0.5 * (DEGREES_OF_FREEDOM + known.sum())
        total += -0.5 * log_det + exponent * np.log1p(quadratic / DEGREES_OF_FREEDOM)
    return total


def posterior(
    model: GaitModel, observations: Observations, backward: FloatArray, variance_factor: float = 1.0
) -> GaitModel:
    """Return the model after one more session of directions ``backward``; ``variance_factor`` makes it count less."""
    updated = {}
    for name, prior, x, y, var in _regressions(model, observations):
        known = np.isfinite(x) & np.isfinite(y)
        if not np.any(known):
            continue
        labels = backward[known][None]
        elapsed_h, grade = observations.elapsed_h[known], observations.grade[known]
        design = _design_matrix(prior, x[known], elapsed_h, grade, labels)[0]
        residual_cov = _residual_covariance(prior, x[known], var[known], labels)[0]
        residual_cov = variance_factor * (residual_cov + design @ np.diag(prior.day_to_day_sd**2) @ design.T)
        gain = np.linalg.solve(design @ prior.cov @ design.T + residual_cov, design @ prior.cov).T
        mean = prior.mean + gain @ (y[known] - design @ prior.mean)
        cov = prior.cov - gain @ design @ prior.cov
        updated[name.replace(" ", "_")] = replace(prior, mean=mean, cov=(cov + cov.T) / 2.0)
    return model._replace(**updated)


def add_day_variance(model: GaitModel) -> GaitModel:
    """Return the model for a new day, with the coefficients' uncertainty raised by ``day_to_day_sd``."""
    return GaitModel(*(replace(prior, cov=prior.cov + np.diag(prior.day_to_day_sd**2)) for prior in model))


def widen_prior(model: GaitModel) -> GaitModel:
    """Return the model with the standard deviation of every coefficient multiplied by five."""
    return GaitModel(*(replace(prior, cov=25.0 * prior.cov) for prior in model))


def _regressions(
    model: GaitModel, observations: Observations
) -> tuple[tuple[str, RegressionPrior, FloatArray, FloatArray, FloatArray], ...]:
    """Return the name, prior, x, y and variance of y, which includes that of x times the squared slope, of each."""
    no_x, speed_mps = np.zeros(len(observations.log_speed)), np.exp(observations.log_speed)
    cadence_var = observations.log_cadence_var + model.cadence.mean[1] ** 2 * observations.log_speed_var
    hr_slope = model.heart_rate.mean[1] * speed_mps
    hr_var = observations.steady_state_hr_var + hr_slope**2 * observations.log_speed_var
    return (
        ("pace", model.pace, no_x, observations.log_speed, observations.log_speed_var),
        ("cadence", model.cadence, observations.log_speed, observations.log_cadence, cadence_var),
        ("heart rate", model.heart_rate, speed_mps, observations.steady_state_hr_bpm, hr_var),
    )


def _design_matrix(
    prior: RegressionPrior, x: FloatArray, elapsed_h: FloatArray, grade: FloatArray, backward: FloatArray
) -> FloatArray:
    """Return the regressors ``[1, x - reference_x, elapsed hours, grade, backward]``, shape ``(m, n, 5)``."""
    columns = (np.ones(len(x)), x - prior.reference_x, elapsed_h, grade)
    return np.stack((*(np.broadcast_to(column, backward.shape) for column in columns), backward), axis=-1)


def _residual_covariance(prior: RegressionPrior, x: FloatArray, var: FloatArray, backward: FloatArray) -> FloatArray:
    """Return the covariance of deviations from the line, ``(m, n, n)``: noise, and a Gaussian process per direction."""
    noise_var = np.where(backward > 0.5, prior.backward_sd, prior.forward_sd) ** 2 + var
    covariance: FloatArray = noise_var[:, :, None] * np.eye(len(x))
    if prior.gp_amplitude:
        lag = (x[:, None] - x[None, :]) / prior.gp_length_scale
        kernel = prior.gp_amplitude**2 * np.exp(-0.5 * lag**2)
        same_label = backward[:, :, None] == backward[:, None, :]
        covariance = covariance + np.where(same_label, kernel, 0.0)
    return covariance


def _solve_quadratic_forms(cov: FloatArray, residual: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the log determinant and ``residual · cov⁻¹ · residual`` of each of ``m`` small matrices, ``(m,)`` each."""
    size = residual.shape[-1]
    augmented = np.concatenate((cov, residual[..., None]), axis=-1)
    log_det, quadratic = np.zeros(len(residual)), np.zeros(len(residual))
    for row in range(size):
        pivot = augmented[:, row, row]
        log_det += np.log(pivot)
        quadratic += augmented[:, row, size] ** 2 / pivot
        factor = augmented[:, row + 1 :, row] / pivot[:, None]
        augmented[:, row + 1 :, row + 1 :] -= factor[:, :, None] * augmented[:, None, row, row + 1 :]
    return log_det, quadratic
