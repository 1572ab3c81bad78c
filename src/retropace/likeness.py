"""How much a segment looks like those that the runner marked as backward."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.spans import Column

FLOORS = (0.06, 0.03, 0.06, 10.0)
"""The least spread of speed (log), cadence (log), step length (log) and heart rate (bpm) between stretches of one kind.
Speed and cadence of repeated runs vary by about 6 % and 3 % within a session; heart rate drifts by 10 bpm and more."""
UNLIKE = 9.0
"""Squared distance, in spreads, at which a segment is as likely something else: three spreads away in one respect."""


def likeness(features: Column, marked: NDArray[np.bool_], others: NDArray[np.bool_], weight_s: Column) -> Column:
    """The probability that each segment is of the marked kind, shape ``(n,)``; NaN where nothing can be compared.

    ``features`` is ``(n, 4)``: log speed, log cadence, log step length, heart rate, with NaN where missing. ``marked``
    are the examples, ``others`` known to be something else, both weighted by their seconds. A segment's squared
    distance from the examples (each feature in spreads, missing ones left out and the rest scaled up) is held against
    its distance from the nearest other kind, or against ``UNLIKE`` where that is nearer.
    """
    mine = _distance(features, features[marked], weight_s[marked])
    if np.any(others):
        # Other kinds are many (jogs, walks, sprints): what counts is the nearest single example.
        each = [_distance(features, features[[at]], weight_s[[at]]) for at in np.flatnonzero(others)]
        theirs = np.fmin(np.fmin.reduce(each), UNLIKE)
    else:
        theirs = np.full(len(features), UNLIKE)
    odds = np.clip(0.5 * (mine - theirs), -50.0, 50.0)
    alike: Column = 1.0 / (1.0 + np.exp(odds))
    return alike


def _distance(features: Column, examples: Column, weight_s: Column) -> Column:
    """Mean squared distance times two, so that pace and cadence alone count fully; NaN without a common feature."""
    floors = np.array(FLOORS)
    known = np.isfinite(examples)
    weight = np.where(known, weight_s[:, None], 0.0)
    total = weight.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.where(known, examples, 0.0) * weight
        centre = np.where(total > 0.0, centre.sum(axis=0) / total, np.nan)
        spread2 = (np.where(known, examples - centre, 0.0) ** 2 * weight).sum(axis=0) / total
    apart2 = (features - centre) ** 2 / np.maximum(np.nan_to_num(spread2), floors**2)
    shared = np.isfinite(apart2)
    count = shared.sum(axis=1)
    mean = np.where(shared, apart2, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count > 0, 2.0 * mean, np.nan)
