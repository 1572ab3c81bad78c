"""Probability of backward by stretch: each labelling of the clusters is judged by its likelihood and its prior."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray, true_runs
from retropace.core.world_records import max_backward_speed_mps
from retropace.labelling import priors
from retropace.labelling.bout_likeness import judge_bouts_by_marked
from retropace.labelling.clustering import cluster_stretches
from retropace.labelling.common_sense import find_adjoining_forward, find_slow, judge_unmarked
from retropace.labelling.dip_likeness import judge_dips_by_marked
from retropace.labelling.features import StretchFeatures
from retropace.labelling.priors import LabellingProblem, LogOddsWeights, SequenceContext
from retropace.labelling.runner_model import PRIORS, GaitModel, Observations, log_marginal_likelihood, widen_prior

MAX_CLUSTERS = 24
"""Most clusters in a gait and group; beyond it the most similar ones are merged, although dissimilar."""
MAX_ENUMERATED_CLUSTERS = 7
"""Most clusters of which all combinations of directions are tried; more are labelled in batches of this size."""
LABEL_NOISE = 0.006
"""Probability that a stretch has the other direction although the model is certain; from simulated sessions."""
MIN_JUDGED_S = 8.0
"""Shortest duration (s) of a stretch judged by its features, as speed lags by 2–13 s; others follow a neighbour."""
DEFAULT_WEIGHTS = LogOddsWeights()
"""Weights of the prior log-odds that are used unless others are given."""


class RunnerModel(NamedTuple):
    """What is known of a runner from other sessions: how pace, cadence and heart rate go together."""

    gait_models: Mapping[str, GaitModel]  # model of each gait, ``run`` and ``walk``
    has_backward: bool  # whether the model was learned from any backward stretch


class _PriorEvidence(NamedTuple):
    """What the prior log-odds of backward depend on in one session, besides the clusters of its stretches."""

    problem: LabellingProblem
    context: SequenceContext
    weights: LogOddsWeights
    disabled: frozenset[str]
    known_backward: bool  # whether other sessions show that the runner runs backward

    def log_odds(
        self, observations: Observations, rows: NDArray[np.intp], owner: NDArray[np.intp], marked: NDArray[np.intp]
    ) -> FloatArray:
        """Return the prior log-odds of ``k`` clusters, ``marked`` 1, 0 or -1; ``owner`` is the cluster of ``rows``."""
        features, weights = self.problem.features, self.weights
        has_backward = self.known_backward or bool(np.any(marked == 1))
        owner_of_all = np.full(len(features), -1)
        owner_of_all[rows] = owner
        log_odds = weights.base + priors.grade_log_odds(features, owner_of_all, weights)
        if "sequence" not in self.disabled:
            log_odds += priors.sequence_log_odds(
                self.problem, self.context, owner_of_all, weights, known_backward=self.known_backward
            )
        if "duration" not in self.disabled and not has_backward:
            is_walk = bool(features.gait[rows[0]] == "walk")
            log_odds += priors.duration_log_odds(features, owner_of_all, weights, is_walk=is_walk)
        if not has_backward:
            log_odds = log_odds + weights.no_cadence * np.isnan(observations.log_cadence)
        if "repetition" not in self.disabled:
            first = np.unique(owner, return_index=True)[1]
            log_odds += priors.repetition_log_odds(
                observations, marked, self.context.position_code[rows][first], weights
            )
        return log_odds


def backward_probabilities(
    problem: LabellingProblem,
    runner: RunnerModel | None = None,
    disabled_evidence: frozenset[str] = frozenset(),
    weights: LogOddsWeights = DEFAULT_WEIGHTS,
) -> FloatArray:
    """Return the probability that each stretch was run backward, ``(n,)``; 1 or 0 where it is annotated.

    ``runner`` is None if no other session is known. ``disabled_evidence`` names evidence to leave out: ``pace``,
    ``cadence``, ``heart rate``, ``sequence``, ``repetition``, ``duration``, ``prior`` or ``rules``.
    """
    features = problem.features
    gait_models = PRIORS if runner is None else runner.gait_models
    if "prior" in disabled_evidence:
        gait_models = {gait: widen_prior(model) for gait, model in gait_models.items()}
    context = priors.find_sequence_context(problem, weights)
    if "repetition" in disabled_evidence:
        cluster = np.arange(len(features))
    else:
        # If a rep is annotated, similar stretches elsewhere in the sequence must not share its cluster.
        position = context.position_code if np.any(problem.marked == 1) else 0
        cluster = cluster_stretches(features, 4 * problem.marked + position, MAX_CLUSTERS)
    known_backward = runner is not None and runner.has_backward
    is_possible = ~(np.exp(features.log_speed) > max_backward_speed_mps(features.duration_s))
    is_judged = is_possible & (features.duration_s >= MIN_JUDGED_S)
    is_known = known_backward or bool(np.any(problem.marked == 1))
    is_forward = np.zeros(len(features), dtype=bool)
    if "rules" not in disabled_evidence:
        is_forward = find_adjoining_forward(problem)
        if not known_backward:
            is_forward |= (problem.marked < 0) & is_judged & ~find_slow(problem)
    given, problem = problem, replace(problem, marked=np.where(is_forward, 0, problem.marked))
    probability = np.where(problem.marked == 1, 1.0, 0.0)
    evidence = _PriorEvidence(problem, context, weights, disabled_evidence, known_backward)
    for gait, model in gait_models.items():
        rows = np.flatnonzero((features.gait == gait) & ((problem.marked >= 0) | is_judged))
        if len(rows):
            judged = _enumerate_labellings(evidence, model, rows, cluster[rows])
            probability[rows] = np.where(problem.marked[rows] >= 0, probability[rows], judged)
    probability = _inherit_short_stretches(problem, probability)
    if not is_known and "rules" not in disabled_evidence:
        probability = judge_unmarked(given, probability)
    elif np.any(given.marked == 1) and "repetition" not in disabled_evidence:
        by_bout, by_dip = judge_bouts_by_marked(problem, probability), judge_dips_by_marked(problem, probability)
        probability = np.maximum(by_bout, by_dip)
    # Only annotated stretches are certain.
    unmarked = LABEL_NOISE + (1.0 - 2.0 * LABEL_NOISE) * np.where(is_possible, probability, 0.0)
    return np.where(given.marked >= 0, np.maximum(given.marked, 0), unmarked)


def _enumerate_labellings(
    evidence: _PriorEvidence, model: GaitModel, rows: NDArray[np.intp], cluster: NDArray[np.intp]
) -> FloatArray:
    """Return the probability of backward of ``rows`` of one gait, over all labellings of clusters, longest first."""
    first, owner = np.unique(cluster, return_index=True, return_inverse=True)[1:]
    features, marked = evidence.problem.features, evidence.problem.marked[rows][first]
    has_backward = evidence.known_backward or bool(np.any(marked == 1))
    total_s = np.bincount(owner, features.duration_s[rows])
    free = np.flatnonzero((marked < 0) & (total_s >= (0.0 if has_backward else evidence.weights.min_cluster_s)))
    probability = np.zeros(len(first))
    if len(free) == 0:
        return probability[owner]
    observations = _pool_clusters(features, rows, owner)
    log_odds = evidence.log_odds(observations, rows, owner, marked)
    labels = np.maximum(marked, 0).astype(np.float64)
    longest_first = free[np.argsort(-total_s[free], kind="stable")]
    for start in range(0, len(longest_first), MAX_ENUMERATED_CLUSTERS):
        batch = longest_first[start : start + MAX_ENUMERATED_CLUSTERS]
        assignments = ((np.arange(2 ** len(batch))[:, None] >> np.arange(len(batch))) & 1).astype(np.float64)
        backward = np.tile(labels, (len(assignments), 1))
        backward[:, batch] = assignments
        log_posterior = log_marginal_likelihood(model, observations, backward, evidence.disabled)
        log_posterior = log_posterior + assignments @ log_odds[batch]
        posterior = np.exp(log_posterior - log_posterior.max())
        probability[batch] = posterior @ assignments / posterior.sum()
        labels[batch] = probability[batch] > 0.5
    return probability[owner]


def _pool_clusters(features: StretchFeatures, rows: NDArray[np.intp], cluster: NDArray[np.intp]) -> Observations:
    """Return one observation per cluster: weighted means over its stretches ``rows``, most by inverse variance."""
    count = int(cluster.max()) + 1

    def pool(value: FloatArray, var: FloatArray) -> tuple[FloatArray, FloatArray]:
        known = np.isfinite(value[rows])
        weight = np.where(known, 1.0 / var[rows], 0.0)
        total_weight = np.bincount(cluster, weight, count)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(cluster, np.where(known, value[rows], 0.0) * weight, count) / total_weight
        return np.where(total_weight > 0.0, mean, np.nan), 1.0 / np.maximum(total_weight, 1e-300)

    duration_s = features.duration_s[rows]
    elapsed_h, grade = (
        np.bincount(cluster, duration_s * column[rows], count) / np.bincount(cluster, duration_s, count)
        for column in (features.midpoint_s / 3600.0, features.grade)
    )
    return Observations(
        *pool(features.log_speed, features.log_speed_var),
        *pool(features.log_cadence, features.log_cadence_var),
        *pool(features.steady_state_hr_bpm, features.steady_state_hr_var),
        elapsed_h,
        grade,
    )


def _inherit_short_stretches(problem: LabellingProblem, probability: FloatArray) -> FloatArray:
    """Return the probabilities with those of short stretches taken from a neighbour, the next before the preceding."""
    inherited, moving = probability.copy(), problem.features.gait != ""
    is_short = (problem.marked < 0) & moving & (problem.features.duration_s < MIN_JUDGED_S)
    for first, end in true_runs(is_short).tolist():
        neighbours = [row for row in (end, first - 1) if 0 <= row < len(probability) and moving[row]]
        unmarked = [row for row in neighbours if problem.marked[row] < 0]
        if unmarked:
            inherited[first:end] = probability[unmarked[0]]
        else:
            inherited[first:end] = np.min(probability[neighbours], initial=1.0) if neighbours else 0.0
    return inherited
