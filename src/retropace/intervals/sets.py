"""Sets of reps with their totals and statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.intervals.bouts import Bouts
from retropace.intervals.naming import format_set_line
from retropace.intervals.nominal import NominalLength
from retropace.intervals.reps import Rep, build_reps
from retropace.intervals.structure import DetectedSet


@dataclass(frozen=True, slots=True)
class SetStatistics:
    """Statistics that tell how evenly the reps of one direction in a set were run."""

    direction: str
    figure: str
    """Field of :class:`Rep` that is described: ``seconds`` for reps of equal planned distance, ``metres`` for equal
    planned duration, ``speed_mps`` otherwise; ``seconds`` if one of its values is unknown."""
    count: int
    mean: float
    best: float
    """The lowest duration, or the highest distance or speed."""
    worst: float
    best_rep: int
    """Number within the set of the rep with the value ``best``, counted from 1."""
    worst_rep: int
    """Number within the set of the rep with the value ``worst``, counted from 1."""
    spread: float
    """Standard deviation of ``figure`` over its mean (coefficient of variation); NaN for a single rep."""
    fade: float
    """Change of ``figure`` per rep, the slope of a least-squares line; NaN for fewer than three reps."""
    fade_error: float
    """Standard error of ``fade``."""


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """A set of reps with its totals and statistics."""

    kind: str
    """Kind of set, as in :attr:`.DetectedSet.kind`."""
    line: str
    """Runners' notation of the set: ``6 × 400 m backward, r 2:00``."""
    nominal: NominalLength | None
    """Planned length of the reps; None if they differ or no round length is near."""
    nominals: tuple[NominalLength | None, ...]
    """Planned length of each rep; None if no round length is near."""
    reps: tuple[Rep, ...]
    statistics: tuple[SetStatistics, ...]
    """Statistics of the reps of each direction in the set, forward first."""
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
        line=format_set_line(detected.kind, reps, detected.nominals),
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
    """Return the statistics of reps of one direction."""
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
