"""Formatting of a set of reps on one line in runners' notation: ``6 × 400 m backward, r 2:00``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from retropace.core.units import format_duration
from retropace.intervals.nominal import NominalLength
from retropace.intervals.reps import Recovery, Rep

RECOVERY_ROUNDING_S = 5.0
"""Recovery durations are rounded to multiples of this many seconds."""
MAX_EVEN_RATIO = 1.6
"""Largest ratio of longest to shortest recovery at which the median alone is printed; beyond it the range is."""
MIN_RECOVERY_S = 5.0
"""Minimum duration (s) of a recovery that is printed; shorter ones are left out."""


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
    """Return the planned length as text; if there is none, ``about`` and the median length of the reps."""
    if nominal is not None:
        return str(nominal)
    metres = [rep.metres for rep in reps]
    if np.all(np.isfinite(metres)):
        return f"about {np.median(metres):.0f} m"
    return f"about {format_duration(float(np.median([rep.seconds for rep in reps])))}"


def _format_direction(reps: Sequence[Rep]) -> str:
    """Return the most common direction of the reps, followed by ``walk`` if they were walked."""
    words = [f"{rep.direction}{' walk' if rep.gait == 'walk' else ''}" for rep in reps]
    return max(sorted(set(words)), key=words.count)


def _format_recoveries(recoveries: Sequence[Recovery | None]) -> str:
    """Return recoveries as text, such as ``, r 2:00 walk``: their median, or their range if they differ much.

    The kind of recovery is omitted for rest. The text is empty if most recoveries are too short.
    """
    known = [recovery for recovery in recoveries if recovery is not None and recovery.seconds >= MIN_RECOVERY_S]
    if len(known) * 2 <= len([recovery for recovery in recoveries if recovery is not None]):
        return ""
    durations_s = [RECOVERY_ROUNDING_S * round(recovery.seconds / RECOVERY_ROUNDING_S) for recovery in known]
    median_s = RECOVERY_ROUNDING_S * round(float(np.median(durations_s)) / RECOVERY_ROUNDING_S)
    kinds = [recovery.kind for recovery in known]
    kind = max(sorted(set(kinds)), key=kinds.count)
    is_uneven = max(durations_s) > MAX_EVEN_RATIO * min(durations_s)
    text = (
        f"{format_duration(min(durations_s))}–{format_duration(max(durations_s))}"
        if is_uneven
        else format_duration(median_s)
    )
    return f", r {text}" + (f" {kind}" if kind not in ("", "rest") else "")
