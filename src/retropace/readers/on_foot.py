"""Whether a session was done on foot: by the name of its sport or, where that does not tell, by its movement."""

from dataclasses import dataclass, replace

import numpy as np

from retropace.core.activity import Activity
from retropace.core.findings import HasFindings, note
from retropace.core.geodesy import compute_distances_m
from retropace.core.spans import FloatArray, cumulate
from retropace.core.sports import classify_sport, format_sport, is_unspecific

MIN_MOVING_MPS = 0.5
"""Slowest speed in m/s that counts as moving."""
MAX_STEP_S = 60.0
"""Longest time in seconds between two records from which a speed is computed."""
MAX_MEDIAN_MPS = 6.0
"""Highest median moving speed in m/s of a session on foot: the world's best 10 km is run at 6.4 m/s."""
RIDE_MEDIAN_MPS = 4.0
"""Median moving speed (m/s) above which a speed of ``RIDE_FAST_MPS`` or steps of ``RIDE_STEP_LENGTH_M`` mean a ride."""
RIDE_FAST_MPS = 8.5
"""Speed in m/s exceeded in a twentieth of the time by no runner whose median is above ``RIDE_MEDIAN_MPS``."""
RIDE_STEP_LENGTH_M = 2.0
"""Median length of a step in metres that is too long for a session on foot; turns of a crank give longer ones."""
MIN_JUDGED_S = 60.0
"""Shortest session in seconds that is judged by its movement; a shorter one is taken for movement on foot."""
MIN_TRAVELLED_M = 50.0
"""Shortest distance in metres that is taken for movement."""
MIN_STEPS_PER_MIN = 40.0
"""Lowest median cadence per minute that is taken for movement."""


@dataclass(frozen=True, slots=True, eq=False)
class SportVerdict(HasFindings):
    """Whether a session was done on foot, the name of its sport for display, and what was assumed."""

    is_on_foot: bool
    name: str


def judge_sport(activity: Activity) -> SportVerdict:
    """Judge a session by the names of its sport and sub-sport or, if they do not tell, by speed and cadence."""
    known = classify_sport(activity.sport, activity.sub_sport)
    name = format_sport(activity.sport)
    if known is not None:
        is_sub_sport = classify_sport(activity.sport) is not False and classify_sport(activity.sub_sport) is False
        return SportVerdict(known, format_sport(activity.sub_sport) if is_sub_sport else name)
    if not np.nanmax(activity.samples.t_s, initial=0.0) >= MIN_JUDGED_S:
        return SportVerdict(True, name)
    speeds_mps, cadences = _find_moving_speeds(activity), activity.samples.cadence_recorded
    cadence = float(np.median(cadences[cadences > 0.0])) if np.any(cadences > 0.0) else 0.0
    median_mps = min((float(np.median(speeds)) for speeds in speeds_mps), default=0.0)
    fast_mps = min((float(np.quantile(speeds, 0.95)) for speeds in speeds_mps), default=0.0)
    steps_per_min = cadence if cadence > 120.0 else 2.0 * cadence  # most devices count the strides of one foot
    step_m = 60.0 * median_mps / steps_per_min if steps_per_min > 0.0 else 0.0
    is_ride_like = median_mps > RIDE_MEDIAN_MPS and (fast_mps > RIDE_FAST_MPS or step_m > RIDE_STEP_LENGTH_M)
    if median_mps > MAX_MEDIAN_MPS or is_ride_like:
        return SportVerdict(False, f"{name or 'a sport without a name'}, too fast for running")
    if name and not speeds_mps and cadence < MIN_STEPS_PER_MIN:
        return SportVerdict(False, f"{name} without movement")
    if not name:
        return SportVerdict(True, name)
    said = "is all that is said of the sport" if is_unspecific(activity.sport) else "is not known as a sport"
    text = f'"{name}" {said}: its movement can be that of running or walking'
    return SportVerdict(True, name, findings=(note("sport-assumed", text),))


def correct_sport(activity: Activity, sport: str) -> Activity:
    """Return the activity with another sport and a finding, if that sport changes whether it was done on foot."""
    by_user, by_file = classify_sport(sport), classify_sport(activity.sport, activity.sub_sport)
    if by_user is None or by_user == by_file:
        return activity
    name = format_sport(sport)
    text = f'the sport was corrected to "{name}" after the recording: the file says "{format_sport(activity.sport)}"'
    finding = note("sport-corrected", text)
    return replace(activity, sport=name, sub_sport="", findings=(*activity.findings, finding))


def _find_moving_speeds(activity: Activity) -> list[FloatArray]:
    """Find the speeds between records while moving, by each source that has any: counter, positions, speed, totals."""
    samples, totals = activity.samples, activity.device_totals
    placed, counted = np.isfinite(samples.lat_deg) & np.isfinite(samples.lon_deg), np.isfinite(samples.distance_m)
    way_m = cumulate(compute_distances_m(samples.lat_deg[placed], samples.lon_deg[placed]))
    found = [samples.speed_mps[samples.speed_mps > MIN_MOVING_MPS]]
    ways = ((samples.t_s[counted], samples.distance_m[counted]), (samples.t_s[placed], way_m[: np.sum(placed)]))
    for t_s, distance_m in ways:
        step_s, step_m = np.diff(t_s), np.diff(distance_m)
        moving = (step_s > 0.0) & (step_s <= MAX_STEP_S) & (step_m > MIN_MOVING_MPS * step_s)
        if np.sum(step_m[moving]) > MIN_TRAVELLED_M:
            found.append(step_m[moving] / step_s[moving])
    if totals.distance_m > MIN_TRAVELLED_M and np.fmax(totals.timer_s, totals.elapsed_s) > 0.0:
        found.append(np.array([totals.distance_m / np.fmin(totals.timer_s, totals.elapsed_s)]))
    return [speeds for speeds in found if len(speeds)]
