"""Hierarchical lines of many runners, fitted by empirical Bayes: coefficients by runner and session, and deviations.

It is the forward half of :mod:`retropace.labelling.runner_model`, fitted to sessions instead of assumed. In session
``s`` of runner ``r``::

    y = X · b_s + deviations         deviations: measurement variance, independent noise, Gaussian process over x
    b_s ~ t5(b_r, day-to-day SD)     b_r ~ normal(mean, between-people SD)

Deviations are fitted first, by the marginal likelihood of the stretches with nearly free coefficients, without the
tenth of each runner's sessions that scatter most, as bad files do. The coefficients follow by expectation maximization
with Student t tails of five degrees of freedom, as in the model, so that odd sessions count little.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.labelling.runner_model import DEGREES_OF_FREEDOM, RegressionPrior

BATCH_SESSIONS = 32
"""Number of sessions whose covariance matrices are factorized at once."""
MIN_SESSIONS = 3
"""Fewest sessions of a runner that tell how much sessions differ."""
EM_STEPS = 500
"""Number of steps of expectation maximization. More change no third digit, except of standard deviations that the data
cannot tell from 0, which go on falling."""
SEARCH_FACTORS = (1.6, 1.25, 1.08)
"""Factors by which a parameter of the deviations is varied, from coarse to fine."""
TRIMMED_SHARE = 0.1
"""Share of each runner's sessions, those that scatter most, from which deviations are not fitted."""
MIN_NOISE_SHARE = 0.05
"""Smallest independent noise that is tried, as a multiple of the prior's; it is as good as none."""
LENGTH_RATIOS = (0.5, 2.0)
"""Length scales of the Gaussian process that are tried beside the prior's, as multiples of it."""


@dataclass(frozen=True, slots=True)
class SessionData:
    """The stretches of one session in one regression."""

    runner: str
    x: FloatArray
    """Variable of the Gaussian process, log speed or speed, ``(n,)``."""
    y: FloatArray
    var: FloatArray
    """Measurement variance of ``y``, with that of ``x`` times the squared slope, ``(n,)``."""
    design: FloatArray
    """Regressors of level, slope, hour and grade, ``(n, 4)``."""
    told: NDArray[np.bool_]
    """Whether the session tells each coefficient by itself, ``(4,)``."""


@dataclass(frozen=True, slots=True)
class Deviations:
    """Standard deviations around the line: independent noise, and a Gaussian process over ``x``."""

    noise_sd: float
    gp_amplitude: float
    gp_length_scale: float


@dataclass(frozen=True, slots=True)
class FittedLine:
    """Empirical-Bayes estimates of one regression from a group of runners."""

    mean: FloatArray
    between_people_sd: FloatArray
    day_to_day_sd: FloatArray
    deviations: Deviations
    length_gains: FloatArray
    """Gain of a session's log likelihood, a mean over runners, with other length scales: ``LENGTH_RATIOS``."""
    scatter: FloatArray
    """Scatter of sessions relative to the deviations: its 10th, 50th and 90th percentile over runners, ``(3,)``."""
    runner_count: int
    session_count: int
    telling_count: NDArray[np.intp]
    """Number of sessions that tell each coefficient by themselves, ``(4,)``."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Sessions padded to one number of stretches; ``is_real`` is False on padding."""

    x: FloatArray
    y: FloatArray
    var: FloatArray
    design: FloatArray
    is_real: NDArray[np.bool_]


def fit_lines(sessions: Sequence[SessionData], prior: RegressionPrior) -> FittedLine:
    """Return the line of a group of runners, each of whom counts the same; ``prior`` is where the search starts."""
    ordered = sorted(sessions, key=lambda session: len(session.y))
    names = sorted({session.runner for session in ordered})
    owner = np.array([names.index(session.runner) for session in ordered])
    batches = [_pad(ordered[i : i + BATCH_SESSIONS]) for i in range(0, len(ordered), BATCH_SESSIONS)]
    free_cov = 25.0 * prior.cov[:4, :4]
    deviations = Deviations(prior.forward_sd, prior.gp_amplitude, prior.gp_length_scale)
    for factor in SEARCH_FACTORS:
        weight = _weights(owner, _scatter(batches, prior, free_cov, deviations))
        deviations, likelihood = _climb(batches, prior, free_cov, deviations, weight, factor)
    gains = []
    for ratio in LENGTH_RATIOS if prior.gp_amplitude else ():
        other = replace(deviations, gp_length_scale=ratio * prior.gp_length_scale)
        gains.append(_climb(batches, prior, free_cov, other, weight, SEARCH_FACTORS[-1])[1] - likelihood)
    scatter = _scatter(batches, prior, free_cov, deviations)
    quantiles = np.mean([np.percentile(scatter[owner == k], [10, 50, 90]) for k in range(len(names))], axis=0)
    information = [_information(batch, prior, free_cov, deviations) for batch in batches]
    precision, score = (np.concatenate(parts) for parts in zip(*information, strict=True))
    told = np.array([session.told for session in ordered])
    mean, people_sd, day_sd = _maximize(precision, score, owner, told, prior)
    return FittedLine(
        mean,
        people_sd,
        day_sd,
        deviations,
        np.array(gains) / len(names),
        quantiles,
        len(names),
        len(ordered),
        told.sum(axis=0),
    )


def _weights(owner: NDArray[np.intp], scatter: FloatArray) -> FloatArray:
    """Return weights of sessions that add up to the same for every runner, 0 for the runner's most scattered."""
    weight = np.zeros(len(owner))
    for runner in np.unique(owner):
        rows = np.flatnonzero(owner == runner)
        kept = rows[np.argsort(scatter[rows], kind="stable")][: len(rows) - int(TRIMMED_SHARE * len(rows))]
        weight[kept] = 1.0 / len(kept)
    return weight


def _pad(part: Sequence[SessionData]) -> _Batch:
    """Return sessions of similar length as one batch."""
    size = max(len(session.y) for session in part)

    def padded(columns: list[FloatArray]) -> FloatArray:
        return np.stack([np.pad(c, [(0, size - len(c)), *[(0, 0)] * (c.ndim - 1)]) for c in columns])

    return _Batch(
        padded([session.x for session in part]),
        padded([session.y for session in part]),
        padded([session.var for session in part]),
        padded([session.design for session in part]),
        np.arange(size) < np.array([len(session.y) for session in part])[:, None],
    )


def _covariance(batch: _Batch, deviations: Deviations) -> FloatArray:
    """Return the covariance of the deviations, ``(m, n, n)``, which is 1 on the diagonal of padding."""
    diagonal = np.where(batch.is_real, batch.var + deviations.noise_sd**2, 1.0)
    lag = (batch.x[:, :, None] - batch.x[:, None, :]) / deviations.gp_length_scale
    both = batch.is_real[:, :, None] & batch.is_real[:, None, :]
    kernel = np.where(both, deviations.gp_amplitude**2 * np.exp(-0.5 * lag**2), 0.0)
    return kernel + diagonal[:, :, None] * np.eye(batch.x.shape[1])


def _solve(batch: _Batch, prior: RegressionPrior, cov: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the log determinants of ``cov`` and the squared distances of the sessions from the prior's line."""
    residual = np.where(batch.is_real, batch.y - batch.design @ prior.mean[:4], 0.0)
    root = np.linalg.cholesky(cov)
    white = np.linalg.solve(root, residual[:, :, None])[:, :, 0]
    return 2.0 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1), np.asarray((white**2).sum(axis=1))


def _marginal(
    batch: _Batch, prior: RegressionPrior, free_cov: FloatArray, deviations: Deviations
) -> tuple[FloatArray, FloatArray]:
    """Return log determinants and squared distances as :func:`_solve`, with nearly free coefficients."""
    free = batch.design @ free_cov @ np.swapaxes(batch.design, 1, 2)
    return _solve(batch, prior, _covariance(batch, deviations) + free)


def _scatter(
    batches: Sequence[_Batch], prior: RegressionPrior, free_cov: FloatArray, deviations: Deviations
) -> FloatArray:
    """Return how much each session scatters around its own line, relative to the deviations."""
    distances = [_marginal(batch, prior, free_cov, deviations)[1] / batch.is_real.sum(axis=1) for batch in batches]
    scatter: FloatArray = np.sqrt(np.concatenate(distances))
    return scatter


def _climb(
    batches: Sequence[_Batch],
    prior: RegressionPrior,
    free_cov: FloatArray,
    best: Deviations,
    weight: FloatArray,
    factor: float,
) -> tuple[Deviations, float]:
    """Return where neither SD, multiplied or divided by ``factor``, makes the data more likely, and how likely."""

    def log_likelihood(tried: Deviations) -> float:
        return (
            float(weight @ -np.concatenate([sum(_marginal(batch, prior, free_cov, tried)) for batch in batches])) / 2.0
        )

    names = ("noise_sd", "gp_amplitude")[: 1 + (prior.gp_amplitude > 0.0)]
    steps = [(name, ratio) for name in names for ratio in (factor, 1.0 / factor)]
    best_value, failed, at = log_likelihood(best), 0, 0
    while failed < len(steps):
        name, ratio = steps[at % len(steps)]
        tried = replace(best, **{name: getattr(best, name) * ratio})
        is_allowed = tried.noise_sd > MIN_NOISE_SHARE * prior.forward_sd
        value = log_likelihood(tried) if is_allowed else -np.inf
        if value > best_value + 1e-6:
            best, best_value, failed = tried, value, 0
        else:
            failed, at = failed + 1, at + 1
    return best, best_value


def _information(
    batch: _Batch, prior: RegressionPrior, free_cov: FloatArray, deviations: Deviations
) -> tuple[FloatArray, FloatArray]:
    """Return what each session tells of its coefficients: precision ``(m, 4, 4)``, and precision times estimate.

    Sessions that scatter more than the deviations say count less, by the weight of a Student t.
    """
    cov = _covariance(batch, deviations)
    quadratic = _marginal(batch, prior, free_cov, deviations)[1]
    weight = (DEGREES_OF_FREEDOM + batch.is_real.sum(axis=1)) / (DEGREES_OF_FREEDOM + quadratic)
    solved = np.swapaxes(np.linalg.solve(cov, batch.design), 1, 2) * weight[:, None, None]
    return solved @ batch.design, (solved @ batch.y[:, :, None])[:, :, 0]


def _maximize(
    precision: FloatArray,
    score: FloatArray,
    owner: NDArray[np.intp],
    told: NDArray[np.bool_],
    prior: RegressionPrior,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean, between-people and day-to-day standard deviation of the coefficients, ``(4,)`` each.

    A coefficient's day-to-day variance is a mean over runners with at least ``MIN_SESSIONS`` sessions that tell it.
    """
    count, eye = int(owner.max()) + 1, np.eye(precision.shape[1])
    told_count = np.stack([np.bincount(owner, column, count) for column in told.T], axis=1)
    weight = np.where(told & (told_count[owner] >= MIN_SESSIONS), 1.0 / np.maximum(told_count[owner], 1.0), 0.0)
    mean, people = prior.mean[:4].copy(), np.diag(prior.cov)[:4].copy()
    day, trust = prior.day_to_day_sd[:4] ** 2, np.ones(len(owner))
    for _ in range(EM_STEPS):
        day_cov = (day / trust[:, None])[:, :, None] * eye
        inverse = np.linalg.inv(eye + precision @ day_cov)
        runner_precision, runner_score = inverse @ precision, (inverse @ score[:, :, None])[:, :, 0]
        total, total_score = np.zeros((count, len(mean), len(mean))), np.zeros((count, len(mean)))
        np.add.at(total, owner, runner_precision)
        np.add.at(total_score, owner, runner_score)
        gain = np.linalg.inv(eye + people[:, None] * total)
        line = (gain @ (mean + people * total_score)[:, :, None])[:, :, 0]
        line_cov = gain * people
        of_day = day_cov @ runner_precision
        shift = (day_cov @ (runner_score[:, :, None] - runner_precision @ line[owner][:, :, None]))[:, :, 0]
        spread = day_cov - of_day @ day_cov + of_day @ line_cov[owner] @ np.swapaxes(of_day, 1, 2)
        squared = shift**2 + np.diagonal(spread, axis1=1, axis2=2)
        mean = line.mean(axis=0)
        people = ((line - mean) ** 2 + np.diagonal(line_cov, axis1=1, axis2=2)).mean(axis=0)
        scaled = np.divide(squared, day, out=np.ones_like(squared), where=day > 0.0).sum(axis=1)
        trust = (DEGREES_OF_FREEDOM + len(mean)) / (DEGREES_OF_FREEDOM + scaled)
        new_day = (weight * trust[:, None] * squared).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
        day = np.where(weight.any(axis=0), new_day, day)
    return mean, np.sqrt(people), np.sqrt(day)
