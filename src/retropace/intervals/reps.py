"""Reps and what lies between them, with the figures a coach looks at."""

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

HR_RECOVERY_S, HR_AVERAGING_S = 60.0, 5.0
"""Heart rate recovery is what the heart slows by in the first minute (Cole 1999, N Engl J Med 341:1351), between means
over five seconds."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What came between two reps. ``kind`` is ``rest``, ``walk``, ``jog``, or these joined where there were several."""

    start_s: float
    end_s: float
    kind: str
    metres: float

    @property
    def seconds(self) -> float:
        """How long it took, pauses of the watch included."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Rep:
    """One rep. Missing figures are NaN."""

    number: int
    """Counted from 1 in its set; the halves of a pair share one."""
    start_s: float
    end_s: float
    direction: str
    gait: str
    basis: str
    """Why it has its direction: ``annotated`` as far as the runner said so, else ``suspected`` or ``assumed``."""
    nominal: NominalLength | None
    """What it stands for, if it is near enough to what its set stands for."""
    seconds: float
    """Without pauses of the watch; a stumble counts."""
    metres: float
    speed_mps: float
    cadence_spm: float
    step_length_m: float
    steps: float
    heart_rate_bpm: float
    heart_rate_max_bpm: float
    heart_rate_recovery_bpm: float
    """By how much the heart slowed in the minute after it, in bpm."""
    from_median_s: float
    from_median_m: float
    """How much longer it took and how much farther it went than the median of its set in its direction."""
    recovery: Recovery | None
    """What came before the next rep of the set; None after the last."""


def build_reps(cleaned: CleanedActivity, bouts: Bouts, detected: DetectedSet) -> tuple[Rep, ...]:
    """The works of a set as reps, in order."""
    works = detected.efforts
    numbers = {work: number for number, pair in enumerate(detected.pairs, 1) for work in pair}
    reps = []
    for at, (work, nominal) in enumerate(zip(works, detected.nominals, strict=True)):
        figures = stats_from_increments(curve_increments(cleaned, np.array([work.start_s, work.end_s])), cleaned)
        same = [other for other in works if other.direction == work.direction]
        after = works[at + 1] if at + 1 < len(works) else None
        reps.append(
            Rep(
                number=numbers.get(work, at + 1),
                start_s=work.start_s,
                end_s=work.end_s,
                direction=work.direction,
                gait=work.gait,
                basis=_find_basis(bouts, work),
                nominal=nominal if nominal is not None and nominal.fits(work) else None,
                seconds=work.seconds,
                metres=work.metres,
                speed_mps=work.metres / work.seconds if work.seconds > 0.0 else np.nan,
                cadence_spm=float(figures.cadence_spm[0]),
                step_length_m=float(figures.step_length_m[0]),
                steps=float(figures.steps[0]),
                heart_rate_bpm=float(figures.heart_rate_bpm[0]),
                heart_rate_max_bpm=_compute_max_heart_rate_bpm(cleaned, work),
                heart_rate_recovery_bpm=compute_heart_rate_recovery_bpm(cleaned, work.end_s),
                from_median_s=work.seconds - float(np.median([other.seconds for other in same])),
                from_median_m=work.metres - float(np.median([other.metres for other in same])),
                recovery=None if after is None else build_recovery(cleaned, bouts, work.end_s, after.start_s),
            )
        )
    return tuple(reps)


def _find_basis(bouts: Bouts, effort: Effort) -> str:
    inside = (bouts.edges_s[1:] > effort.start_s) & (bouts.edges_s[:-1] < effort.end_s)
    if np.any(bouts.marked & inside & (bouts.direction == effort.direction)):
        return "annotated"
    return "suspected" if effort.direction == "backward" else "assumed"


def build_recovery(cleaned: CleanedActivity, bouts: Bouts, start_s: float, end_s: float) -> Recovery:
    """What lies between two moments: how it was spent, by what took at least a quarter of it."""
    metres = float(cleaned.increments("distance_m", np.array([start_s, end_s]))[0])
    if end_s - start_s < 1.0:
        return Recovery(start_s, end_s, "", metres)
    spent: dict[str, float] = {}
    for at in range(len(bouts)):
        within = min(float(bouts.edges_s[at + 1]), end_s) - max(float(bouts.edges_s[at]), start_s)
        if within > 0.0:
            word = _classify_recovery(str(bouts.direction[at]), str(bouts.gait[at]))
            spent[word] = spent.get(word, 0.0) + within
    halts = union(np.concatenate((cleaned.pauses, cleaned.standing)))
    rest_s = total_s(clip(halts, start_s, end_s)) if len(halts) else 0.0
    spent["rest"] = max(spent.get("rest", 0.0), rest_s)
    shares = {word: seconds for word, seconds in spent.items() if word and seconds >= 0.25 * (end_s - start_s)}
    kind = " and ".join(sorted(shares, key=lambda word: -shares[word])[:2])
    return Recovery(start_s, end_s, kind, metres)


def _classify_recovery(direction: str, gait: str) -> str:
    if direction in ("rest", "unknown"):
        return "rest" if direction == "rest" else ""
    word = "walk" if gait == "walk" else "jog"
    return f"backward {word}" if direction == "backward" else word


def _compute_max_heart_rate_bpm(cleaned: CleanedActivity, effort: Effort) -> float:
    inside = (cleaned.t_s >= effort.start_s) & (cleaned.t_s < effort.end_s)
    beats = cleaned.heart_rate_bpm[inside]
    return float(np.nanmax(beats)) if np.any(np.isfinite(beats)) else np.nan


def compute_heart_rate_recovery_bpm(cleaned: CleanedActivity, end_s: float) -> float:
    """By how much the heart slows in the minute after a moment, in bpm; NaN where it is not known or the file ends."""
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
