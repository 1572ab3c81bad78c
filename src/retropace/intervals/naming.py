"""A set in one line, as runners write it: ``6 × 400 m backward, r 2:00``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from retropace.core.units import format_duration
from retropace.intervals.nominal import NominalLength
from retropace.intervals.reps import Recovery, Rep

RECOVERY_ROUNDING_S = 5.0
"""Recoveries are named to five seconds."""
MAX_EVEN_RATIO = 1.6
"""If the longest is so many times the shortest, both are named instead of the middle one."""
MIN_RECOVERY_S = 5.0
"""A shorter one is none."""


def format_set_line(kind: str, reps: Sequence[Rep], nominals: Sequence[NominalLength | None]) -> str:
    """The line for a set."""
    if kind == "pairs":
        return _format_pairs(reps, nominals)
    ending = _format_recoveries([rep.recovery for rep in reps])
    name = _format_direction(reps)
    if kind == "reps":
        return f"{len(reps)} × {_format_length(nominals[0], reps)} {name}{ending}"
    lengths = [_format_length(one, [rep]) for one, rep in zip(nominals, reps, strict=True)]
    if all(text.endswith(" m") for text in lengths):
        lengths = [text.removesuffix(" m") for text in lengths[:-1]] + lengths[-1:]
    return f"{'-'.join(lengths)} {name}{ending}"


def _format_pairs(reps: Sequence[Rep], nominals: Sequence[NominalLength | None]) -> str:
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
    words = [f"{rep.direction}{' walk' if rep.gait == 'walk' else ''}" for rep in reps]
    return max(sorted(set(words)), key=words.count)


def _format_recoveries(recoveries: Sequence[Recovery | None]) -> str:
    """``, r 2:00 walk``: how long the middle one was, or the shortest and the longest if these are far apart.

    How it was spent is said unless that was standing.
    """
    some = [one for one in recoveries if one is not None and one.seconds >= MIN_RECOVERY_S]
    if len(some) * 2 <= len([one for one in recoveries if one is not None]):
        return ""
    lengths = [RECOVERY_ROUNDING_S * round(one.seconds / RECOVERY_ROUNDING_S) for one in some]
    middle = RECOVERY_ROUNDING_S * round(float(np.median(lengths)) / RECOVERY_ROUNDING_S)
    kinds = [one.kind for one in some]
    kind = max(sorted(set(kinds)), key=kinds.count)
    uneven = max(lengths) > MAX_EVEN_RATIO * min(lengths)
    text = f"{format_duration(min(lengths))}–{format_duration(max(lengths))}" if uneven else format_duration(middle)
    return f", r {text}" + (f" {kind}" if kind not in ("", "rest") else "")
