"""Clustering of similar stretches, such as the reps of a set, by merging the nearest two (centroid linkage)."""

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.labelling.features import StretchFeatures

MERGE_CHI2 = 6.0
"""Largest squared distance at which clusters are merged: the 95 % quantile of chi-squared, two degrees of freedom."""
CLUSTER_LOG_SPEED_SD = 0.03
"""Standard deviation of log speed within a cluster beyond measurement error, as runners tire."""
CLUSTER_LOG_CADENCE_SD = 0.01
"""Standard deviation of log cadence within a cluster beyond measurement error, as runners tire."""

MAX_AGGLOMERATED = 1000
"""Largest number of stretches that are clustered one by one; of more, similar ones are pooled in cells before."""
CELL_SIZE = (0.01, 0.004)
"""Size of a cell in log speed and log cadence, well within a cluster; it is doubled while there are too many cells."""


def cluster_stretches(
    features: StretchFeatures, cannot_link_group: NDArray[np.intp], max_clusters: int
) -> NDArray[np.intp]:
    """Return the cluster of each stretch, ``(n,)`` indices from 0, by merging the nearest two until none are similar.

    Only one gait and ``cannot_link_group``, ``(n,)``, share one; above ``max_clusters``, dissimilar ones merge too.
    """
    cluster = np.arange(len(features))
    for group in np.unique(cannot_link_group):
        for gait in ("run", "walk"):
            rows = np.flatnonzero((cannot_link_group == group) & (features.gait == gait))
            cluster[rows] = rows[_agglomerate(features, rows, max_clusters)]
    _, cluster = np.unique(cluster, return_inverse=True)
    return cluster


def _agglomerate(features: StretchFeatures, rows: NDArray[np.intp], max_clusters: int) -> NDArray[np.intp]:
    """Return, for each of the stretches ``rows``, the position in ``rows`` of the first stretch of its cluster."""
    values = np.column_stack((features.log_grade_adjusted_speed[rows], features.log_cadence[rows]))
    variance = np.column_stack((features.log_speed_var[rows], features.log_cadence_var[rows]))
    if len(rows) <= MAX_AGGLOMERATED:
        return _merge_nearest(values, variance, max_clusters)
    size, first, cell = np.array(CELL_SIZE), np.arange(len(rows)), np.arange(len(rows))
    while len(first) > MAX_AGGLOMERATED:
        keys = np.round(np.nan_to_num(values, nan=-1e3) / size)
        _, first, cell = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        size = 2.0 * size
    weight = np.where(np.isfinite(values), 1.0 / variance, 0.0)
    total, total_weight = np.zeros((2, len(first), 2))
    np.add.at(total, cell.ravel(), np.where(weight > 0.0, values, 0.0) * weight)
    np.add.at(total_weight, cell.ravel(), weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        owner = _merge_nearest(total / total_weight, 1.0 / total_weight, max_clusters)
    return first[owner][cell.ravel()]


def _merge_nearest(values: FloatArray, variance: FloatArray, max_clusters: int) -> NDArray[np.intp]:
    """Return, for each of ``n`` measurements, ``(n, 2)``, the index of the first one of its cluster."""
    owner = np.arange(len(values))
    if len(values) < 2:
        return owner
    weight = np.where(np.isfinite(values), 1.0 / variance, 0.0)
    sums = np.where(weight > 0.0, values, 0.0) * weight
    alive = np.ones(len(values), dtype=bool)
    distance2 = squared_distance(values[:, None], variance[:, None], values[None], variance[None])
    np.fill_diagonal(distance2, np.inf)
    # The row minima are kept up to date, so that a merge need not look at all pairs.
    nearest2 = distance2.min(axis=1)
    remaining = len(values)
    known = weight > 0.0
    centre = np.divide(sums, weight, out=np.full(sums.shape, np.nan), where=known)
    var = np.divide(1.0, weight, out=np.full(sums.shape, np.inf), where=known)
    while remaining > 1:
        nearest = int(np.argmin(nearest2))
        if not np.isfinite(nearest2[nearest]) or (nearest2[nearest] > MERGE_CHI2 and remaining <= max_clusters):
            break
        target, source = sorted((nearest, int(np.argmin(distance2[nearest]))))
        sums[target] += sums[source]
        weight[target] += weight[source]
        owner[owner == source] = target
        alive[source] = False
        remaining -= 1
        stale = alive & ((distance2[target] <= nearest2) | (distance2[source] <= nearest2))
        distance2[source, :] = distance2[:, source] = np.inf
        known = weight[target] > 0.0
        np.divide(sums[target], weight[target], out=centre[target], where=known)
        np.divide(1.0, weight[target], out=var[target], where=known)
        updated = squared_distance(centre[target], var[target], centre, var)
        updated[~alive] = updated[target] = np.inf
        distance2[target, :] = distance2[:, target] = updated
        nearest2 = np.minimum(nearest2, updated)
        stale[[target, source]] = True
        nearest2[stale] = distance2[stale].min(axis=1)
    return owner


def squared_distance(
    values: FloatArray, var: FloatArray, other_values: FloatArray, other_var: FloatArray
) -> FloatArray:
    """Return the squared Mahalanobis distance of log speed and cadence, ``(..., 2)``; infinite if they share none."""
    shared = np.isfinite(values) & np.isfinite(other_values)
    within_var = np.array([CLUSTER_LOG_SPEED_SD**2, CLUSTER_LOG_CADENCE_SD**2])
    terms = np.where(shared, (values - other_values) ** 2 / (var + other_var + within_var), 0.0)
    return np.where(shared.any(axis=-1), terms.sum(axis=-1), np.inf)
