"""Sets: how a run of like reps went as a whole."""

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
    """How even the reps of one direction were, by one ``figure`` of them.

    ``seconds`` of reps that stand for metres, ``metres`` of those that stand for seconds, ``speed_mps`` where they
    stand for different lengths or none.
    """

    direction: str
    figure: str
    count: int
    mean: float
    best: float
    worst: float
    best_rep: int
    worst_rep: int
    spread: float
    """Coefficient of variation: standard deviation over mean; NaN for a single rep."""
    fade: float
    """By how much the figure grew from rep to rep (least squares); NaN for fewer than three."""
    fade_error: float
    """Its standard error."""


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """A set. ``kind`` is one of ``KINDS``."""

    kind: str
    line: str
    """As runners write it: ``6 × 400 m backward, r 2:00``."""
    nominal: NominalLength | None
    """What its reps stand for; None where they differ or are near no round length."""
    nominals: tuple[NominalLength | None, ...]
    """What each of them stands for."""
    reps: tuple[Rep, ...]
    statistics: tuple[SetStatistics, ...]
    """One per direction."""
    work_s: float
    work_m: float
    recovery_s: float
    recovery_m: float

    @property
    def count(self) -> int:
        """How many reps, or pairs."""
        return max((rep.number for rep in self.reps), default=0)

    @property
    def start_s(self) -> float:
        """Where its first rep starts."""
        return self.reps[0].start_s

    @property
    def end_s(self) -> float:
        """Where its last rep ends."""
        return self.reps[-1].end_s


def build_set(cleaned: CleanedActivity, bouts: Bouts, detected: DetectedSet) -> IntervalSet:
    """A set with its reps and figures."""
    reps = build_reps(cleaned, bouts, detected)
    sizes = {(one.unit, one.size) for one in detected.nominals if one is not None}
    nominal = detected.nominals[0] if len(sizes) == 1 and None not in detected.nominals else None
    directions = [word for word in ("forward", "backward") if any(rep.direction == word for rep in reps)]
    recoveries = [rep.recovery for rep in reps if rep.recovery is not None]
    return IntervalSet(
        kind=detected.kind,
        line=format_set_line(detected.kind, reps, detected.nominals),
        nominal=nominal,
        nominals=detected.nominals,
        reps=reps,
        statistics=tuple(
            _compute_statistics([rep for rep in reps if rep.direction == word], nominal) for word in directions
        ),
        work_s=sum(rep.seconds for rep in reps),
        work_m=sum(rep.metres for rep in reps),
        recovery_s=sum(one.seconds for one in recoveries),
        recovery_m=sum(one.metres for one in recoveries),
    )


def _compute_statistics(reps: list[Rep], nominal: NominalLength | None) -> SetStatistics:
    figure = "speed_mps" if nominal is None else "seconds" if nominal.unit == "m" else "metres"
    values = np.array([getattr(rep, figure) for rep in reps])
    if not np.all(np.isfinite(values)):
        figure, values = "seconds", np.array([rep.seconds for rep in reps])
    least, most = int(np.argmin(values)), int(np.argmax(values))
    best, worst = (least, most) if figure == "seconds" else (most, least)
    fade, error = fit_linear_trend(values)
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
        fade_error=error,
    )


def fit_linear_trend(values: FloatArray) -> tuple[float, float]:
    """The slope of a straight line through values one apart, by least squares, and its standard error."""
    count = len(values)
    if count < 3:
        return np.nan, np.nan
    at = np.arange(count) - (count - 1) / 2.0
    slope = float((at * values).sum() / (at**2).sum())
    left = values - values.mean() - slope * at
    return slope, float(np.sqrt((left**2).sum() / (count - 2) / (at**2).sum()))
