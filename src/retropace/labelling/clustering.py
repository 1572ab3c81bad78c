"""Stretches that look alike: the repetitions of a set, the jogs between them. What is known of one tells of all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.labelling.features import StretchFeatures

MERGE_CHI2 = 6.0
"""Two stretches are of one kind up to this squared distance, in what their pace and cadence may differ by: of two
normal quantities 95 % lie within it (chi-squared, two degrees of freedom)."""
CLUSTER_LOG_SPEED_SD, CLUSTER_LOG_CADENCE_SD = 0.03, 0.01
"""By how much pace and cadence of one kind may differ beyond the spread of single stretches: runners tire."""


def cluster_stretches(
    features: StretchFeatures, cannot_link_group: NDArray[np.intp], max_clusters: int
) -> NDArray[np.intp]:
    """The kind of each stretch, ``(n,)``, from 0 on: the nearest two are joined until none are alike.

    Only stretches of one gait and one value of ``keep_apart`` are of one kind. Those with no pace and no cadence are on
    their own. If more than ``most`` kinds remain of any value, the nearest are joined all the same.
    """
    kind = np.arange(len(features))
    for value in np.unique(cannot_link_group):
        for gait in ("run", "walk"):
            rows = np.flatnonzero((cannot_link_group == value) & (features.gait == gait))
            kind[rows] = rows[_agglomerate(features, rows, max_clusters)]
    _, kind = np.unique(kind, return_inverse=True)
    return kind


def _agglomerate(features: StretchFeatures, rows: NDArray[np.intp], max_clusters: int) -> NDArray[np.intp]:
    """Agglomeration by centroids: for each row the first of its kind."""
    owner = np.arange(len(rows))
    if len(rows) < 2:
        return owner
    values = np.column_stack((features.log_grade_adjusted_speed[rows], features.log_cadence[rows]))
    spread2 = np.column_stack((features.log_speed_var[rows], features.log_cadence_var[rows]))
    weight = np.where(np.isfinite(values), 1.0 / spread2, 0.0)
    sums = np.where(weight > 0.0, values, 0.0) * weight
    alive = np.ones(len(rows), dtype=bool)
    near2 = squared_distance(values[:, None], spread2[:, None], values[None], spread2[None])
    np.fill_diagonal(near2, np.inf)
    # The nearest of each, so that not all pairs have to be looked at for every two that are joined.
    nearest2 = near2.min(axis=1)
    left = len(rows)
    there = weight > 0.0
    centre = np.divide(sums, weight, out=np.full(sums.shape, np.nan), where=there)
    var = np.divide(1.0, weight, out=np.full(sums.shape, np.inf), where=there)
    while left > 1:
        first = int(np.argmin(nearest2))
        if not np.isfinite(nearest2[first]) or (nearest2[first] > MERGE_CHI2 and left <= max_clusters):
            break
        one, other = sorted((first, int(np.argmin(near2[first]))))
        sums[one] += sums[other]
        weight[one] += weight[other]
        owner[owner == other] = one
        alive[other] = False
        left -= 1
        stale = alive & ((near2[one] <= nearest2) | (near2[other] <= nearest2))
        near2[other, :] = near2[:, other] = np.inf
        there = weight[one] > 0.0
        np.divide(sums[one], weight[one], out=centre[one], where=there)
        np.divide(1.0, weight[one], out=var[one], where=there)
        fresh = squared_distance(centre[one], var[one], centre, var)
        fresh[~alive] = fresh[one] = np.inf
        near2[one, :] = near2[:, one] = fresh
        nearest2 = np.minimum(nearest2, fresh)
        stale[[one, other]] = True
        nearest2[stale] = near2[stale].min(axis=1)
    return owner


def squared_distance(
    values: FloatArray, var: FloatArray, other_values: FloatArray, other_var: FloatArray
) -> FloatArray:
    """Squared distances between log speeds and log cadences (last axis), in what these may differ by within a kind.

    A signal that one side lacks (NaN) says nothing; where none is shared the distance is infinite.
    """
    both = np.isfinite(values) & np.isfinite(other_values)
    own2 = np.array([CLUSTER_LOG_SPEED_SD**2, CLUSTER_LOG_CADENCE_SD**2])
    step2 = np.where(both, (values - other_values) ** 2 / (var + other_var + own2), 0.0)
    return np.where(both.any(axis=-1), step2.sum(axis=-1), np.inf)
