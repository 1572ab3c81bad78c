"""Sessions of one file that hold nothing to analyse, or hold a run that another session holds too."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retropace.core.activity import Activity
from retropace.core.spans import FloatArray
from retropace.core.units import format_count

MIN_SHARED_TIMES = 0.9
"""Fraction of the times of a session from which on it is another session told again."""
MAX_APART_DEG = 5e-4
"""Largest median difference in degrees, some 50 m, between the positions of one run in two sessions."""
MAX_COMPARED = 8
"""Number of sessions before one, in order of time, with which it is compared."""


def drop_fragments(activities: Sequence[Activity]) -> list[Activity]:
    """Leave out sessions of fewer than two records with a time, unless there is no other; it is said on the others."""
    whole = [activity for activity in activities if np.sum(np.isfinite(activity.samples.t_s)) >= 2]
    if not whole or len(whole) == len(activities):
        return list(activities)
    count = format_count(len(activities) - len(whole), "session")
    return [_warn(activity, f"{count} of fewer than two records left out") for activity in whole]


def drop_repeated(activities: Sequence[Activity]) -> list[Activity]:
    """Leave out sessions whose times and positions another session of the file holds too; it is said on that one."""
    kept: list[Activity] = []
    for activity in sorted(activities, key=lambda activity: -len(activity.samples)):
        twin = next((index for index, other in enumerate(kept[-MAX_COMPARED:]) if _repeats(activity, other)), None)
        if twin is None:
            kept.append(activity)
        else:
            index = max(len(kept) - MAX_COMPARED, 0) + twin
            warning = "the file holds this run more than once: the fullest of its sessions was used"
            kept[index] = _warn(kept[index], warning)
    order = {id(activity.samples): position for position, activity in enumerate(activities)}
    return sorted(kept, key=lambda activity: order[id(activity.samples)])


def _warn(activity: Activity, warning: str) -> Activity:
    return activity if warning in activity.warnings else replace(activity, warnings=(*activity.warnings, warning))


def _repeats(activity: Activity, other: Activity) -> bool:
    """Whether nearly all times of an activity are those of the other, and their positions lie together."""
    times_s, other_s = _posix_s(activity), _posix_s(other)
    if times_s is None or other_s is None or activity.sport != other.sport:
        return False
    order = np.argsort(other_s, kind="stable")
    nearest = order[np.clip(np.searchsorted(other_s[order], times_s - 0.5), 0, len(order) - 1)]
    is_shared = np.abs(other_s[nearest] - times_s) <= 0.5
    if not np.mean(is_shared) >= MIN_SHARED_TIMES:
        return False
    apart_deg = np.hypot(
        activity.samples.lat_deg[is_shared] - other.samples.lat_deg[nearest[is_shared]],
        activity.samples.lon_deg[is_shared] - other.samples.lon_deg[nearest[is_shared]],
    )
    apart_deg = apart_deg[np.isfinite(apart_deg)]
    return not len(apart_deg) or float(np.median(apart_deg)) <= MAX_APART_DEG


def _posix_s(activity: Activity) -> FloatArray | None:
    """Return the times of all records in seconds since 1970; None if the start is not known."""
    return None if activity.start_time is None else activity.start_time.timestamp() + activity.samples.t_s
