"""Sets of reps with their totals, their statistics and runners' notation: ``6 × 400 m backward, r 2:00``."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mode

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.core.units import format_duration
from retropace.intervals.bouts import Bouts
from retropace.intervals.nominal import NominalLength
from retropace.intervals.reps import Recovery, Rep, build_reps
from retropace.intervals.structure import DetectedSet

RECOVERY_ROUNDING_S = 5.0
"""Seconds to whose multiples recovery durations are rounded."""
MAX_EVEN_RATIO = 1.6
"""Ratio of longest to shortest recovery above which their range is printed instead of the median."""
MIN_RECOVERY_S = 5.0
"""Duration (s) below which a recovery is left out."""


@dataclass(frozen=True, slots=True)
class SetStatistics:
    """Statistics that tell how evenly the reps of one direction in a set were run."""

    direction: str
    figure: str
    """Field of :class:`Rep` that is described: ``seconds`` for reps of equal planned distance, ``metres`` for equal
    planned duration, ``speed_mps`` otherwise; ``seconds`` if one of its values is unknown."""
    count: int
    mean: float
    best: float  # the lowest duration, or the highest distance or speed
    worst: float
    best_rep: int  # number within the set of the rep with the value ``best``, counted from 1
    worst_rep: int  # number within the set of the rep with the value ``worst``, counted from 1
    spread: float  # standard deviation of ``figure`` over its mean (coefficient of variation); NaN for a single rep
    fade: float  # change of ``figure`` per rep, the slope of a least-squares line; NaN for fewer than three reps
    fade_error: float  # standard error of ``fade``


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """A set of reps with its totals and statistics."""

    kind: str  # kind of set, as in ``DetectedSet.kind``
    line: str  # runners' notation of the set: ``6 × 400 m backward, r 2:00``
    nominal: NominalLength | None  # planned length of the reps; None if they differ or no round length is near
    nominals: tuple[NominalLength | None, ...]  # planned length of each rep; None if no round length is near
    reps: tuple[Rep, ...]
    statistics: tuple[SetStatistics, ...]  # statistics of the reps of each direction in the set, forward first
    work_s: float
    work_m: float
    recovery_s: float
    recovery_m: float

    @property
    def count(self) -> int:
        """Number of reps or, in a set of pairs, of pairs."""
        return max((rep.number for rep in self.reps), default=0)

    @property
    def start_s(self) -> float:
        """Start of the first rep in elapsed seconds."""
        return self.reps[0].start_s

    @property
    def end_s(self) -> float:
        """End of the last rep in elapsed seconds."""
        return self.reps[-1].end_s


def build_set(cleaned: CleanedActivity, bouts: Bouts, detected: DetectedSet) -> IntervalSet:
    """Return a detected set with its reps measured and summarised."""
    reps = build_reps(cleaned, bouts, detected)
    nominal = detected.nominals[0] if len(set(detected.nominals)) == 1 else None
    by_direction = [[rep for rep in reps if rep.direction == direction] for direction in ("forward", "backward")]
    recoveries = [rep.recovery for rep in reps if rep.recovery is not None]
    return IntervalSet(
        kind=detected.kind,
        line=_format_set_line(detected.kind, reps, detected.nominals),
        nominal=nominal,
        nominals=detected.nominals,
        reps=reps,
        statistics=tuple(_compute_statistics(same, nominal) for same in by_direction if same),
        work_s=sum(rep.seconds for rep in reps),
        work_m=sum(rep.metres for rep in reps),
        recovery_s=sum(recovery.seconds for recovery in recoveries),
        recovery_m=sum(recovery.metres for recovery in recoveries),
    )


def _compute_statistics(reps: list[Rep], nominal: NominalLength | None) -> SetStatistics:
    figure = "speed_mps" if nominal is None else "seconds" if nominal.unit == "m" else "metres"
    values = np.array([getattr(rep, figure) for rep in reps])
    if not np.all(np.isfinite(values)):
        figure, values = "seconds", np.array([rep.seconds for rep in reps])
    lowest, highest = int(np.argmin(values)), int(np.argmax(values))
    best, worst = (lowest, highest) if figure == "seconds" else (highest, lowest)
    fade, fade_error = fit_linear_trend(values)
    mean = float(values.mean())
    return SetStatistics(
        direction=reps[0].direction,
        figure=figure,
        count=len(reps),
        mean=mean,
        best=float(values[best]),
        worst=float(values[worst]),
        best_rep=reps[best].number,
        worst_rep=reps[worst].number,
        spread=float(values.std(ddof=1)) / mean if len(values) > 1 and mean > 0.0 else np.nan,
        fade=fade,
        fade_error=fade_error,
    )


def fit_linear_trend(values: FloatArray) -> tuple[float, float]:
    """Return the least-squares slope of equally spaced values and its standard error; both NaN for fewer than three."""
    count = len(values)
    if count < 3:
        return np.nan, np.nan
    positions = np.arange(count) - (count - 1) / 2.0
    slope = float((positions * values).sum() / (positions**2).sum())
    residuals = values - values.mean() - slope * positions
    return slope, float(np.sqrt((residuals**2).sum() / (count - 2) / (positions**2).sum()))


def _format_set_line(kind: str, reps: Sequence[Rep], nominals: Sequence[NominalLength | None]) -> str:
    if kind == "pairs":
        return _format_pairs(reps, nominals)
    ending = _format_recoveries([rep.recovery for rep in reps])
    direction = _format_direction(reps)
    if kind == "reps":
        return f"{len(reps)} × {_format_length(nominals[0], reps)} {direction}{ending}"
    lengths = [_format_length(nominal, [rep]) for nominal, rep in zip(nominals, reps, strict=True)]
    if all(text.endswith(" m") for text in lengths):
        lengths = [text.removesuffix(" m") for text in lengths[:-1]] + lengths[-1:]
    return f"{'-'.join(lengths)} {direction}{ending}"


def _format_pairs(reps: Sequence[Rep], nominals: Sequence[NominalLength | None]) -> str:
    """Return forward and backward reps run in turn as ``3 × (400 m forward, r 2:00, 400 m backward), r 3:00``."""
    count = max(rep.number for rep in reps)
    full = next((rep.number for rep in reps if sum(other.number == rep.number for other in reps) == 2), 1)
    pair = [rep for rep in reps if rep.number == full]
    inside = [first.recovery for first, second in pairwise(reps) if first.number == second.number]
    outside = [first.recovery for first, second in pairwise(reps) if first.number != second.number]
    length = _format_length(nominals[0], reps)
    between = _format_recoveries(inside).removeprefix(", ")
    parts = [f"{length} {_format_direction([rep])}" for rep in pair]
    body = f", {between}, ".join(parts) if between else " / ".join(parts)
    return f"{count} × ({body}){_format_recoveries(outside)}"


def _format_length(nominal: NominalLength | None, reps: Sequence[Rep]) -> str:
    if nominal is not None:
        return str(nominal)
    metres = [rep.metres for rep in reps]
    if np.all(np.isfinite(metres)):
        return f"about {np.median(metres):.0f} m"
    return f"about {format_duration(float(np.median([rep.seconds for rep in reps])))}"


def _format_direction(reps: Sequence[Rep]) -> str:
    return mode(sorted(f"{rep.direction}{' walk' if rep.gait == 'walk' else ''}" for rep in reps))


def _format_recoveries(recoveries: Sequence[Recovery | None]) -> str:
    """Return recoveries as text, such as ``, r 2:00 walk``; empty if most are too short. The word rest is left out."""
    given = [recovery for recovery in recoveries if recovery is not None]
    known = [recovery for recovery in given if recovery.seconds >= MIN_RECOVERY_S]
    if len(known) * 2 <= len(given):
        return ""
    durations_s = [RECOVERY_ROUNDING_S * round(recovery.seconds / RECOVERY_ROUNDING_S) for recovery in known]
    kind = mode(sorted(recovery.kind for recovery in known))
    text = format_duration(RECOVERY_ROUNDING_S * round(float(np.median(durations_s)) / RECOVERY_ROUNDING_S))
    if max(durations_s) > MAX_EVEN_RATIO * min(durations_s):
        text = f"{format_duration(min(durations_s))}–{format_duration(max(durations_s))}"
    return f", r {text}" + (f" {kind}" if kind not in ("", "rest") else "")
