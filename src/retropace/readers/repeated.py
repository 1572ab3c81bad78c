"""Removal of sessions of a file that are too short to analyse, or that repeat a run held by another session."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retropace.core.activity import Activity
from retropace.core.findings import Finding, note
from retropace.core.units import format_count

MIN_SHARED_TIMES = 0.9
"""Least share of the times of a session that another session has too for it to be a repetition of that."""
MAX_APART_DEG = 5e-4
"""Largest median difference in degrees (some 50 m) between the positions of two sessions that hold one run."""
MAX_COMPARED = 8
"""Number of sessions, the last ones kept before it, with which a session is compared."""


def drop_fragments(activities: Sequence[Activity]) -> list[Activity]:
    """Drop sessions of fewer than two records with a time, unless there is no other, which gets a warning."""
    whole = [activity for activity in activities if np.sum(np.isfinite(activity.samples.t_s)) >= 2]
    if not whole or len(whole) == len(activities):
        return list(activities)
    dropped = len(activities) - len(whole)
    count = format_count(dropped, "session")
    finding = note("fragments-left-out", f"{count} of fewer than two records left out", dropped, "sessions")
    return [_with_finding(activity, finding) for activity in whole]


def drop_repeated(activities: Sequence[Activity]) -> list[Activity]:
    """Drop sessions whose times and positions another session of the file holds too; that one gets a warning."""
    kept: list[Activity] = []
    for activity in sorted(activities, key=lambda activity: -len(activity.samples)):
        twin = next((index for index, other in enumerate(kept[-MAX_COMPARED:]) if _repeats(activity, other)), None)
        if twin is None:
            kept.append(activity)
        else:
            index = max(len(kept) - MAX_COMPARED, 0) + twin
            text = "the file holds this run more than once: the fullest of its sessions was used"
            kept[index] = _with_finding(kept[index], note("repeated-run", text))
    order = {id(activity.samples): position for position, activity in enumerate(activities)}
    return sorted(kept, key=lambda activity: order[id(activity.samples)])


def _with_finding(activity: Activity, finding: Finding) -> Activity:
    return activity if finding in activity.findings else replace(activity, findings=(*activity.findings, finding))


def _repeats(activity: Activity, other: Activity) -> bool:
    """Return whether nearly all times of an activity are also those of the other, at about the same positions."""
    if activity.start_time is None or other.start_time is None or activity.sport != other.sport:
        return False
    times_s = activity.start_time.timestamp() + activity.samples.t_s
    other_s = other.start_time.timestamp() + other.samples.t_s
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
