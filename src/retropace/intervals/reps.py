"""Reps and recoveries of a set with their measurements, such as pace, cadence and heart rate."""

from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segment_stats import curve_increments, stats_from_increments
from retropace.core.spans import clip, total_s, union
from retropace.intervals.bouts import Bouts
from retropace.intervals.efforts import Effort
from retropace.intervals.nominal import NominalLength
from retropace.intervals.structure import DetectedSet

HR_RECOVERY_S = 60.0
"""Seconds after a rep over which heart-rate recovery is measured (Cole 1999, N Engl J Med 341:1351)."""
HR_AVERAGING_S = 5.0
"""Seconds over which heart rate is averaged at the end of a rep and a minute after it."""
MEAN_METRICS = ("cadence_spm", "step_length_m", "steps", "heart_rate_bpm")
"""Metrics of a rep that are taken from the :class:`.SegmentStats` of its stretch."""
MIN_KIND_SHARE = 0.25
"""Least share of a recovery's time that an activity, such as walking, must take to be part of its ``kind``."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The stretch between two reps."""

    start_s: float
    end_s: float
    kind: str  # ``rest``, ``walk``, ``jog``, ``backward walk``, ``backward jog``, or two joined by "and"; else empty
    metres: float

    @property
    def seconds(self) -> float:
        """Duration including pauses of the watch."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Rep:
    """One rep of a set. Missing values are NaN."""

    number: int  # number within the set, counted from 1; both reps of a pair have the same
    start_s: float
    end_s: float
    direction: str
    gait: str
    basis: str  # ``annotated`` if any part was annotated, else ``suspected`` or ``assumed``
    nominal: NominalLength | None  # planned length; None if the rep is not close to it
    seconds: float  # seconds in which the watch was not paused, including short times of standing
    metres: float
    speed_mps: float
    cadence_spm: float
    step_length_m: float
    steps: float
    heart_rate_bpm: float
    heart_rate_max_bpm: float
    heart_rate_recovery_bpm: float  # heart rate at the end of the rep minus that a minute later
    from_median_s: float  # duration minus the median duration of the set's reps in the same direction
    from_median_m: float  # distance minus the median distance of the set's reps in the same direction
    recovery: Recovery | None  # recovery before the next rep of the set; None after the last


def build_reps(cleaned: CleanedActivity, bouts: Bouts, detected: DetectedSet) -> tuple[Rep, ...]:
    """Return the efforts of a set as reps with their measurements, in order."""
    efforts = detected.efforts
    numbers = {effort: number for number, pair in enumerate(detected.pairs, 1) for effort in pair}
    reps = []
    for index, (effort, nominal) in enumerate(zip(efforts, detected.nominals, strict=True)):
        stats = stats_from_increments(curve_increments(cleaned, np.array([effort.start_s, effort.end_s])), cleaned)
        same_direction = [other for other in efforts if other.direction == effort.direction]
        median_s = float(np.median([other.seconds for other in same_direction]))
        median_m = float(np.median([other.metres for other in same_direction]))
        inside = (cleaned.t_s >= effort.start_s) & (cleaned.t_s < effort.end_s)
        is_last = index == len(efforts) - 1
        reps.append(
            Rep(
                number=numbers.get(effort, index + 1),
                start_s=effort.start_s,
                end_s=effort.end_s,
                direction=effort.direction,
                gait=effort.gait,
                basis=_find_basis(bouts, effort),
                nominal=nominal if nominal is not None and nominal.fits(effort) else None,
                seconds=effort.seconds,
                metres=effort.metres,
                speed_mps=effort.metres / effort.seconds if effort.seconds > 0.0 else np.nan,
                **{name: float(getattr(stats, name)[0]) for name in MEAN_METRICS},
                heart_rate_max_bpm=float(np.fmax.reduce(cleaned.heart_rate_bpm[inside], initial=np.nan)),
                heart_rate_recovery_bpm=compute_heart_rate_recovery_bpm(cleaned, effort.end_s),
                from_median_s=effort.seconds - median_s,
                from_median_m=effort.metres - median_m,
                recovery=None if is_last else build_recovery(cleaned, bouts, effort.end_s, efforts[index + 1].start_s),
            )
        )
    return tuple(reps)


def _find_basis(bouts: Bouts, effort: Effort) -> str:
    inside = (bouts.edges_s[1:] > effort.start_s) & (bouts.edges_s[:-1] < effort.end_s)
    if np.any(bouts.marked & inside & (bouts.direction == effort.direction)):
        return "annotated"
    return "suspected" if effort.direction == "backward" else "assumed"


def build_recovery(cleaned: CleanedActivity, bouts: Bouts, start_s: float, end_s: float) -> Recovery:
    """Return the recovery between two times; its kind names the one or two activities that took most time."""
    metres = cleaned.gain("distance_m", start_s, end_s)
    if end_s - start_s < 1.0:
        return Recovery(start_s, end_s, "", metres)
    seconds_by_kind: dict[str, float] = {}
    overlaps_s = np.diff(np.clip(bouts.edges_s, start_s, end_s))
    for row in np.flatnonzero(overlaps_s > 0.0).tolist():
        kind = _classify_recovery(str(bouts.direction[row]), str(bouts.gait[row]))
        seconds_by_kind[kind] = seconds_by_kind.get(kind, 0.0) + float(overlaps_s[row])
    stops = union(np.concatenate((cleaned.pauses, cleaned.standing)))
    seconds_by_kind["rest"] = max(seconds_by_kind.get("rest", 0.0), total_s(clip(stops, start_s, end_s)))
    min_s = MIN_KIND_SHARE * (end_s - start_s)
    main_kinds = [kind for kind, seconds in seconds_by_kind.items() if kind and seconds >= min_s]
    kind = " and ".join(sorted(main_kinds, key=lambda kind: -seconds_by_kind[kind])[:2])
    return Recovery(start_s, end_s, kind, metres)


def _classify_recovery(direction: str, gait: str) -> str:
    if direction in ("rest", "unknown"):
        return "rest" if direction == "rest" else ""
    kind = "walk" if gait == "walk" else "jog"
    return f"backward {kind}" if direction == "backward" else kind


def compute_heart_rate_recovery_bpm(cleaned: CleanedActivity, end_s: float) -> float:
    """Return how far heart rate falls in the minute after ``end_s``; NaN if unknown or if the recording ends before."""
    later_s, half_s = end_s + HR_RECOVERY_S, HR_AVERAGING_S / 2.0
    if later_s + half_s > cleaned.elapsed_s:
        return np.nan
    means = []
    for span_s in ((end_s - HR_AVERAGING_S, end_s), (later_s - half_s, later_s + half_s)):
        known_s = cleaned.gain("heart_rate_time_s", *span_s)
        means.append(cleaned.gain("heart_rate_integral", *span_s) / known_s if known_s >= half_s else np.nan)
    return means[0] - means[1]
