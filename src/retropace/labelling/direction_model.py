"""Which stretches were run backward, as far as pace, cadence, heart rate, order, length and repetition tell.

Stretches that look alike are one kind (:mod:`retropace.labelling.clustering`). Every way to call the kinds forward or backward
is weighed against all others: how well it fits the runner (:mod:`retropace.labelling.runner_model`), and how usual it is. What
nobody marked is forward unless much speaks for backward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray, true_runs
from retropace.core.world_records import max_backward_speed_mps
from retropace.labelling.clustering import cluster_stretches
from retropace.labelling.features import StretchFeatures
from retropace.labelling.priors import (
    LabellingProblem,
    LogOddsWeights,
    SequenceContext,
    duration_log_odds,
    find_sequence_context,
    grade_log_odds,
    repetition_log_odds,
    sequence_log_odds,
)
from retropace.labelling.runner_model import PRIORS, GaitModel, Observations, log_marginal_likelihood, widen_prior

MAX_CLUSTERS = 24
"""Kinds of one gait that are told apart, marked and unmarked each."""
MAX_ENUMERATED_CLUSTERS = 7
"""So many kinds are labelled together, in all 128 ways."""
LABEL_NOISE = 0.006
"""How often a stretch is not what the model is certain of: where segments were cut wrong, or in ways it does not know.
On simulated sessions with even seeds."""
MIN_JUDGED_S = 8.0
"""A stretch shorter than this is too short to be told by its looks: recorded speed follows the body by 2–13 s."""
DEFAULT_WEIGHTS = LogOddsWeights()


@dataclass(frozen=True, slots=True)
class RunnerModel:
    """What is known of a runner from other sessions."""

    gait_models: Mapping[str, GaitModel]
    """By gait."""
    has_backward: bool
    """Whether any of it was backward."""


def backward_probabilities(
    problem: LabellingProblem,
    runner: RunnerModel | None = None,
    disabled_evidence: frozenset[str] = frozenset(),
    weights: LogOddsWeights = DEFAULT_WEIGHTS,
) -> FloatArray:
    """The probability that each stretch was run backward, ``(n,)``; 1 or 0 where it was said.

    ``runner`` is what is known from other sessions; None for nothing. ``without`` leaves evidence out: ``pace``,
    ``cadence``, ``heart rate``, ``sequence``, ``repetition``, ``duration`` or ``prior``.
    """
    looks = problem.features
    signatures = PRIORS if runner is None else runner.gait_models
    if "prior" in disabled_evidence:
        signatures = {gait: widen_prior(one) for gait, one in signatures.items()}
    context = find_sequence_context(problem, weights)
    if "repetition" in disabled_evidence:
        kind = np.arange(len(looks))
    else:
        # Where a rep is marked, what looks like it but lies elsewhere in the order of things is another kind.
        apart = 4 * problem.marked + (context.position_code if np.any(problem.marked == 1) else 0)
        kind = cluster_stretches(looks, apart, MAX_CLUSTERS)
    judged = _is_possible_backward(looks) & (looks.duration_s >= MIN_JUDGED_S)
    chance = np.where(problem.marked == 1, 1.0, 0.0)
    for gait, signature in signatures.items():
        rows = np.flatnonzero((looks.gait == gait) & ((problem.marked >= 0) | judged))
        if len(rows):
            found = _enumerate_labellings(
                problem, rows, kind[rows], context, signature, runner, weights, disabled_evidence
            )
            chance[rows] = np.where(problem.marked[rows] >= 0, chance[rows], found)
    # Only what the runner said is certain.
    chance = _inherit_short_stretches(problem, chance)
    return np.where(problem.marked >= 0, chance, LABEL_NOISE + (1.0 - 2.0 * LABEL_NOISE) * chance)


def _enumerate_labellings(
    problem: LabellingProblem,
    rows: NDArray[np.intp],
    cluster: NDArray[np.intp],
    context: SequenceContext,
    model: GaitModel,
    runner: RunnerModel | None,
    weights: LogOddsWeights,
    disabled_evidence: frozenset[str],
) -> FloatArray:
    """The probability of backward for some stretches of one gait: the mean over all labellings of their kinds."""
    first, owner = np.unique(cluster, return_index=True, return_inverse=True)[1:]
    said = problem.marked[rows][first]
    met = runner is not None and runner.has_backward
    known = met or bool(np.any(said == 1))
    total = np.bincount(owner, problem.features.duration_s[rows])
    free = np.flatnonzero((said < 0) & (total >= (0.0 if known else weights.min_cluster_s)))
    chance = np.zeros(len(first))
    if len(free) == 0:
        return chance[owner]
    seen = _pool_clusters(problem.features, rows, owner)
    everywhere = np.full(len(problem.features), -1)
    everywhere[rows] = owner
    usual = weights.base + grade_log_odds(problem.features, everywhere, weights)
    if "sequence" not in disabled_evidence:
        usual += sequence_log_odds(problem, context, everywhere, weights, known_backward=met)
    if "duration" not in disabled_evidence and not known:
        usual += duration_log_odds(
            problem.features, everywhere, weights, is_walk=bool(problem.features.gait[rows[0]] == "walk")
        )
    if not known:
        usual = usual + weights.no_cadence * np.isnan(seen.log_cadence)
    if "repetition" not in disabled_evidence:
        usual += repetition_log_odds(seen, said, context.position_code[rows][first], weights)
    labels = np.maximum(said, 0).astype(np.float64)
    # The longest kinds are tried all ways together; then, with these settled, the next ones.
    order = free[np.argsort(-total[free], kind="stable")]
    for start in range(0, len(order), MAX_ENUMERATED_CLUSTERS):
        tried = order[start : start + MAX_ENUMERATED_CLUSTERS]
        ways = ((np.arange(2 ** len(tried))[:, None] >> np.arange(len(tried))) & 1).astype(np.float64)
        backward = np.tile(labels, (len(ways), 1))
        backward[:, tried] = ways
        log = log_marginal_likelihood(model, seen, backward, disabled_evidence) + ways @ usual[tried]
        probability = np.exp(log - log.max())
        chance[tried] = probability @ ways / probability.sum()
        labels[tried] = chance[tried] > 0.5
    return chance[owner]


def _is_possible_backward(features: StretchFeatures) -> NDArray[np.bool_]:
    """Where nobody was ever faster backward."""
    with np.errstate(invalid="ignore"):
        fast: NDArray[np.bool_] = np.exp(features.log_speed) > max_backward_speed_mps(features.duration_s)
    return ~fast


def _pool_clusters(features: StretchFeatures, rows: NDArray[np.intp], cluster: NDArray[np.intp]) -> Observations:
    """Each kind as one stretch: means weighted by how surely each reading is known."""
    count = int(cluster.max()) + 1

    def pooled(value: FloatArray, var: FloatArray) -> tuple[FloatArray, FloatArray]:
        there = np.isfinite(value[rows])
        weight = np.where(there, 1.0 / var[rows], 0.0)
        whole = np.bincount(cluster, weight, count)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(cluster, np.where(there, value[rows], 0.0) * weight, count) / whole
        return np.where(whole > 0.0, mean, np.nan), 1.0 / np.maximum(whole, 1e-300)

    seconds = features.duration_s[rows]
    hours, grade = (
        np.bincount(cluster, seconds * column[rows], count) / np.bincount(cluster, seconds, count)
        for column in (features.midpoint_s / 3600.0, features.grade)
    )
    return Observations(
        *pooled(features.log_speed, features.log_speed_var),
        *pooled(features.log_cadence, features.log_cadence_var),
        *pooled(features.steady_state_hr_bpm, features.steady_state_hr_var),
        hours,
        grade,
    )


def _inherit_short_stretches(problem: LabellingProblem, probability: FloatArray) -> FloatArray:
    """A stretch too short to be judged is what follows it directly: who turns round slows down or sets off.

    Before a rest, a marked stretch or the end it is what it follows; between two marked ones what both are.
    """
    filled, moving = probability.copy(), problem.features.gait != ""
    short = (problem.marked < 0) & moving & (problem.features.duration_s < MIN_JUDGED_S)
    for first, end in true_runs(short).tolist():
        beside = [at for at in (end, first - 1) if 0 <= at < len(probability) and moving[at]]
        free = [at for at in beside if problem.marked[at] < 0]
        filled[first:end] = (
            probability[free[0]] if free else np.min(probability[beside], initial=1.0) if beside else 0.0
        )
    return filled
