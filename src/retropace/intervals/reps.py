"""Reps and recoveries of a set with their measurements, such as pace, cadence and heart rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segment_stats import curve_increments, stats_from_increments
from retropace.core.spans import as_spans, clip, total_s, union
from retropace.intervals.bouts import Bouts
from retropace.intervals.efforts import Effort
from retropace.intervals.nominal import NominalLength
from retropace.intervals.structure import DetectedSet

HR_RECOVERY_S = 60.0
"""Time (s) after a rep over which heart-rate recovery is measured (Cole 1999, N Engl J Med 341:1351)."""
HR_AVERAGING_S = 5.0
"""Seconds over which heart rate is averaged at the end of a rep and a minute after it."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The stretch between two reps."""

    start_s: float
    end_s: float
    kind: str
    """What the runner did in the recovery: ``rest``, ``walk``, ``jog``, ``backward walk`` or ``backward jog``; two
    joined by "and"; empty if unknown."""
    metres: float

    @property
    def seconds(self) -> float:
        """Duration including pauses of the watch."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Rep:
    """One rep of a set. Missing values are NaN."""

    number: int
    """Number of the rep within its set, counted from 1; the forward and the backward rep of a pair have the same
    number."""
    start_s: float
    end_s: float
    direction: str
    gait: str
    basis: str
    """Basis of the rep's direction: ``annotated`` if any part was annotated, else ``suspected`` or ``assumed``."""
    nominal: NominalLength | None
    """Planned length; None if the rep is not close to the planned length of its set."""
    seconds: float
    """Seconds in which the watch was not paused, including short times of standing."""
    metres: float
    speed_mps: float
    cadence_spm: float
    step_length_m: float
    steps: float
    heart_rate_bpm: float
    heart_rate_max_bpm: float
    heart_rate_recovery_bpm: float
    """Heart rate at the end of the rep minus that a minute later."""
    from_median_s: float
    """Duration minus the median duration of the set's reps in the same direction."""
    from_median_m: float
    """Distance minus the median distance of the set's reps in the same direction."""
    recovery: Recovery | None
    """Recovery before the next rep of the set; None after the last."""


def build_reps(cleaned: CleanedActivity, bouts: Bouts, detected: DetectedSet) -> tuple[Rep, ...]:
    """Return the efforts of a set as reps with their measurements, in order."""
    efforts = detected.efforts
    numbers = {effort: number for number, pair in enumerate(detected.pairs, 1) for effort in pair}
    reps = []
    for index, (effort, nominal) in enumerate(zip(efforts, detected.nominals, strict=True)):
        stats = stats_from_increments(curve_increments(cleaned, np.array([effort.start_s, effort.end_s])), cleaned)
        same_direction = [other for other in efforts if other.direction == effort.direction]
        after = efforts[index + 1] if index + 1 < len(efforts) else None
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
                cadence_spm=float(stats.cadence_spm[0]),
                step_length_m=float(stats.step_length_m[0]),
                steps=float(stats.steps[0]),
                heart_rate_bpm=float(stats.heart_rate_bpm[0]),
                heart_rate_max_bpm=_compute_max_heart_rate_bpm(cleaned, effort),
                heart_rate_recovery_bpm=compute_heart_rate_recovery_bpm(cleaned, effort.end_s),
                from_median_s=effort.seconds - float(np.median([other.seconds for other in same_direction])),
                from_median_m=effort.metres - float(np.median([other.metres for other in same_direction])),
                recovery=None if after is None else build_recovery(cleaned, bouts, effort.end_s, after.start_s),
            )
        )
    return tuple(reps)


def _find_basis(bouts: Bouts, effort: Effort) -> str:
    """Return the basis of an effort's direction: ``annotated``, ``suspected`` or ``assumed``."""
    inside = (bouts.edges_s[1:] > effort.start_s) & (bouts.edges_s[:-1] < effort.end_s)
    if np.any(bouts.marked & inside & (bouts.direction == effort.direction)):
        return "annotated"
    return "suspected" if effort.direction == "backward" else "assumed"


def build_recovery(cleaned: CleanedActivity, bouts: Bouts, start_s: float, end_s: float) -> Recovery:
    """Return the recovery between two times.

    Its kind names the one or two things, such as rest or jog, on which the runner spent most time, each at least a
    quarter of the recovery.
    """
    metres = cleaned.gain("distance_m", start_s, end_s)
    if end_s - start_s < 1.0:
        return Recovery(start_s, end_s, "", metres)
    seconds_by_kind: dict[str, float] = {}
    for row in range(len(bouts)):
        overlap_s = min(float(bouts.edges_s[row + 1]), end_s) - max(float(bouts.edges_s[row]), start_s)
        if overlap_s > 0.0:
            kind = _classify_recovery(str(bouts.direction[row]), str(bouts.gait[row]))
            seconds_by_kind[kind] = seconds_by_kind.get(kind, 0.0) + overlap_s
    stops = union(np.concatenate((cleaned.pauses, cleaned.standing)))
    rest_s = total_s(clip(stops, start_s, end_s)) if len(stops) else 0.0
    seconds_by_kind["rest"] = max(seconds_by_kind.get("rest", 0.0), rest_s)
    main_kinds = {
        kind: seconds for kind, seconds in seconds_by_kind.items() if kind and seconds >= 0.25 * (end_s - start_s)
    }
    kind = " and ".join(sorted(main_kinds, key=lambda kind: -main_kinds[kind])[:2])
    return Recovery(start_s, end_s, kind, metres)


def _classify_recovery(direction: str, gait: str) -> str:
    """Return the kind of recovery that a bout's direction and gait stand for; empty if unknown."""
    if direction in ("rest", "unknown"):
        return "rest" if direction == "rest" else ""
    kind = "walk" if gait == "walk" else "jog"
    return f"backward {kind}" if direction == "backward" else kind


def _compute_max_heart_rate_bpm(cleaned: CleanedActivity, effort: Effort) -> float:
    inside = (cleaned.t_s >= effort.start_s) & (cleaned.t_s < effort.end_s)
    heart_rate_bpm = cleaned.heart_rate_bpm[inside]
    return float(np.nanmax(heart_rate_bpm)) if np.any(np.isfinite(heart_rate_bpm)) else np.nan


def compute_heart_rate_recovery_bpm(cleaned: CleanedActivity, end_s: float) -> float:
    """Return how far heart rate falls in the minute after ``end_s``; NaN if unknown or if the recording ends before."""
    if end_s + HR_RECOVERY_S + HR_AVERAGING_S / 2.0 > cleaned.elapsed_s:
        return np.nan
    spans = as_spans(
        [
            (end_s - HR_AVERAGING_S, end_s),
            (end_s + HR_RECOVERY_S - HR_AVERAGING_S / 2.0, end_s + HR_RECOVERY_S + HR_AVERAGING_S / 2.0),
        ]
    )
    means = []
    for edges in spans:
        beats, known_s = (
            float(cleaned.increments(name, edges)[0]) for name in ("heart_rate_integral", "heart_rate_time_s")
        )
        means.append(beats / known_s if known_s >= HR_AVERAGING_S / 2.0 else np.nan)
    return means[0] - means[1]
