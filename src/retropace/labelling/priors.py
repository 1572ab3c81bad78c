"""How usual it is that a stretch was run backward, before its pace, cadence and heart rate are looked at.

By where it lies in the session, what it follows, how long and steep it is, and whether something just like it was
marked. In nats, natural logarithms of odds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.labelling.clustering import MERGE_CHI2, squared_distance
from retropace.labelling.features import LOG_SPEED_PER_GRADE, StretchFeatures
from retropace.labelling.runner_model import Observations

MAX_ADJACENT_GAP_S = 3.0
"""Stretches no further apart follow each other directly."""
MAX_TRANSITION_S = 16.0
"""Slowing down takes no longer: a stretch between two others that is shorter may be nothing else."""
MAX_WARM_UP_S = 180.0
"""People warm up for longer, and cool down."""
MAX_SAME_PACE_LOG_DIFFERENCE = 0.12
"""Two stretches whose log speeds differ by less go on at one pace."""
MIN_EASY_RUN_S = 120.0
"""The first running this long is taken for the runner's easy pace."""


@dataclass(frozen=True, slots=True)
class LogOddsWeights:
    """How usual things are. Chosen on simulated sessions with even seeds and real recordings; see docs/decisions.md."""

    base: float = -0.3
    """Of any kind of stretch being backward."""
    first_stretch: float = -4.5
    """Of the first stretch: people warm up forward."""
    last_stretch: float = -2.5
    """Of the last one."""
    known_runner_factor: float = 0.4
    """The share of both that counts for somebody known to run backward: some sessions of theirs are nothing else."""
    after_fast_effort: float = -4.0
    """Of what follows faster running directly: a recovery follows a rep."""
    fast_log_speed_margin: float = 0.10
    """In log speed, above easy: what counts as faster running."""
    similar_to_marked: float = 3.0
    """Of what looks just like a stretch marked backward: reps are repeated."""
    other_context_factor: float = 0.5
    """The share of that for what lies elsewhere in the order of things (:class:`Context`)."""
    dissimilar_to_marked: float = -1.5
    """Of what does not look like any stretch marked backward, where one was."""
    short_penalty: float = 1.5
    short_s: float = 30.0
    """Backward runs are rarely shorter on their own: the weight of each halving below that, over ln 2."""
    short_walk_penalty: float = 4.0
    short_walk_s: float = 45.0
    """Walks are cut up by crossings and chats, and shuffling about looks like walking backward."""
    short_total_penalty: float = 1.5
    short_total_s: float = 90.0
    """So is a session with less of it altogether."""
    grade_weight: float = -1.5
    grade_scale: float = 0.1
    """Times the squared grade over this: climbers take short steps, and few run backward up or down what is steep."""
    no_cadence: float = -3.0
    """Of what holds no cadence, where nothing is known: by pace and heart rate alone a slow walk looks backward."""
    min_cluster_s: float = 30.0
    """Less than this of a kind is not judged at all, unless something is known of the runner."""


@dataclass(frozen=True, slots=True)
class LabellingProblem:
    """What the stretches of a session look like, where they lie, and what is said of them; ``(n,)`` columns."""

    features: StretchFeatures
    start_s: FloatArray
    end_s: FloatArray
    marked: NDArray[np.intp]
    """1 marked backward, 0 marked forward, -1 nobody said."""


@dataclass(frozen=True, slots=True)
class SequenceContext:
    """Where each stretch lies in the order of things, ``(n,)`` columns from 0 to 1."""

    follows_fast_effort: FloatArray
    """How surely it follows running faster than easy directly."""
    start_proximity: FloatArray
    """1 for the very first, 0 from some minutes on."""
    end_proximity: FloatArray
    """1 for the very last, 0 until some minutes before the end."""

    @property
    def position_code(self) -> NDArray[np.intp]:
        """0 in the midst of things, 1 following faster running, 2 early, 3 last."""
        codes = np.where(
            self.end_proximity > 0.5,
            3,
            np.where(self.start_proximity > 0.5, 2, np.where(self.follows_fast_effort > 0.5, 1, 0)),
        )
        return codes.astype(np.intp)


def find_sequence_context(problem: LabellingProblem, weights: LogOddsWeights) -> SequenceContext:
    """Where each stretch lies; standing stretches lie nowhere."""
    looks = problem.features
    moving = np.flatnonzero(looks.gait != "")
    follows, early, last = np.zeros(len(looks)), np.zeros(len(looks)), np.zeros(len(looks))
    if len(moving) == 0:
        return SequenceContext(follows, early, last)
    since_s = problem.start_s[moving] - problem.start_s[moving[0]]
    early[moving] = np.clip(1.0 - since_s / MAX_WARM_UP_S, 0.0, 1.0)
    until_s = problem.end_s[moving[-1]] - problem.end_s[moving]
    last[moving] = np.clip(1.0 - until_s / MAX_WARM_UP_S, 0.0, 1.0)
    steady = moving[
        (looks.gait[moving] == "run") & (looks.duration_s[moving] >= MIN_EASY_RUN_S) & (problem.marked[moving] != 1)
    ]
    if len(steady):
        excess = np.nan_to_num(looks.log_speed - looks.log_speed[steady[0]] - weights.fast_log_speed_margin, nan=-1.0)
        excess[(problem.marked == 1) | (early > 0.5)] = -1.0
        for back in (1, 2):
            before, after = moving[:-back], moving[back:]
            direct = problem.start_s[after] - problem.end_s[before] < (
                MAX_ADJACENT_GAP_S if back == 1 else MAX_TRANSITION_S
            )
            sure = np.where(direct, 1.0 / (1.0 + np.exp(-excess[before] / 0.02)), 0.0)
            follows[after] = np.maximum(follows[after], sure)
        for one, other in pairwise(moving.tolist()):
            # Whatever goes on at the same pace is still the same recovery.
            alike = abs(looks.log_speed[other] - looks.log_speed[one]) < MAX_SAME_PACE_LOG_DIFFERENCE
            if alike and problem.start_s[other] - problem.end_s[one] < MAX_ADJACENT_GAP_S:
                follows[other] = max(follows[other], follows[one])
    return SequenceContext(follows, early, last)


def sequence_log_odds(
    problem: LabellingProblem,
    context: SequenceContext,
    cluster: NDArray[np.intp],
    weights: LogOddsWeights,
    *,
    known_backward: bool,
) -> FloatArray:
    """What place and order say of each kind, ``owner`` being the kind of each stretch, -1 for none.

    ``known`` is whether the runner is known to run backward from other sessions.
    """
    count = int(cluster.max()) + 1
    seconds = problem.features.duration_s
    share = _cluster_mean(
        seconds * (weights.first_stretch * context.start_proximity + weights.last_stretch * context.end_proximity),
        cluster,
        count,
    )
    ends: FloatArray = (
        share
        / np.maximum(_cluster_mean(seconds, cluster, count), 1e-9)
        * (weights.known_runner_factor if known_backward else 1.0)
    )
    # Somebody who marked what follows faster running as backward recovers that way.
    if np.any((problem.marked == 1) & (context.follows_fast_effort > 0.5)):
        return ends
    weight: FloatArray = ends + weights.after_fast_effort * _cluster_mean(context.follows_fast_effort, cluster, count)
    return weight


def grade_log_odds(features: StretchFeatures, cluster: NDArray[np.intp], weights: LogOddsWeights) -> FloatArray:
    """What steepness says of each kind."""
    return weights.grade_weight * _cluster_mean(
        (features.grade / weights.grade_scale) ** 2, cluster, int(cluster.max()) + 1
    )


def duration_log_odds(
    features: StretchFeatures, cluster: NDArray[np.intp], weights: LogOddsWeights, *, is_walk: bool
) -> FloatArray:
    """What the mean and the whole length of its stretches say of each kind."""
    there = cluster >= 0
    total = np.bincount(cluster[there], features.duration_s[there])
    mean = total / np.bincount(cluster[there])
    brief, brief_s = (
        (weights.short_walk_penalty, weights.short_walk_s) if is_walk else (weights.short_penalty, weights.short_s)
    )
    weight: FloatArray = -brief * np.maximum(np.log(brief_s / mean), 0.0) - weights.short_total_penalty * np.maximum(
        np.log(weights.short_total_s / total), 0.0
    )
    return weight


def repetition_log_odds(
    observations: Observations, marked: NDArray[np.intp], position_code: NDArray[np.intp], weights: LogOddsWeights
) -> FloatArray:
    """What each kind says by being like, or unlike, one that was marked backward; ``(k,)`` columns.

    Nothing, if none was marked, and for what is nearer to one marked forward.
    """
    shown, others = np.flatnonzero(marked == 1), np.flatnonzero(marked == 0)
    if len(shown) == 0:
        return np.zeros(len(marked))
    values = np.column_stack(
        (observations.log_speed + LOG_SPEED_PER_GRADE * observations.grade, observations.log_cadence)
    )
    spread2 = np.column_stack((observations.log_speed_var, observations.log_cadence_var))
    near2 = squared_distance(values[:, None], spread2[:, None], values[None, shown], spread2[None, shown])
    same = position_code[:, None] == position_code[None, shown]
    like = np.max(np.exp(-0.5 * near2 / MERGE_CHI2) * np.where(same, 1.0, weights.other_context_factor), axis=1)
    if len(others):
        away2 = squared_distance(values[:, None], spread2[:, None], values[None, others], spread2[None, others]).min(
            axis=1
        )
        like = np.where(away2 < near2.min(axis=1), 0.0, like)
    weight: FloatArray = weights.similar_to_marked * like + weights.dissimilar_to_marked * (1.0 - like)
    return weight


def _cluster_mean(values: FloatArray, cluster: NDArray[np.intp], count: int) -> FloatArray:
    there = cluster >= 0
    mean: FloatArray = np.bincount(cluster[there], values[there], count) / np.maximum(
        np.bincount(cluster[there], None, count), 1
    )
    return mean
