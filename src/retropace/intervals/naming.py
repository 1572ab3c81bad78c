"""Formatting of a set of reps on one line in runners' notation: ``6 × 400 m backward, r 2:00``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import mode

import numpy as np

from retropace.core.units import format_duration
from retropace.intervals.nominal import NominalLength
from retropace.intervals.reps import Recovery, Rep

RECOVERY_ROUNDING_S = 5.0
"""Seconds to whose multiples recovery durations are rounded."""
MAX_EVEN_RATIO = 1.6
"""Ratio of longest to shortest recovery above which their range is printed instead of the median."""
MIN_RECOVERY_S = 5.0
"""Duration (s) below which a recovery is left out."""


def format_set_line(kind: str, reps: Sequence[Rep], nominals: Sequence[NominalLength | None]) -> str:
    """Return the notation of a set on one line; ``kind`` is that of :class:`.IntervalSet`."""
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
    """Return the planned length as text; without one, ``about`` and the median length of the reps."""
    if nominal is not None:
        return str(nominal)
    metres = [rep.metres for rep in reps]
    if np.all(np.isfinite(metres)):
        return f"about {np.median(metres):.0f} m"
    return f"about {format_duration(float(np.median([rep.seconds for rep in reps])))}"


def _format_direction(reps: Sequence[Rep]) -> str:
    """Return the most common direction of the reps, followed by ``walk`` if they were walked."""
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
