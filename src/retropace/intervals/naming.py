"""A set in one line, as runners write it: ``6 × 400 m backward, r 2:00``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from retropace.core.units import clock
from retropace.intervals.nominal import Nominal
from retropace.intervals.reps import Recovery, Rep

ROUND_S = 5.0
"""Recoveries are named to five seconds."""
UNEVEN = 1.6
"""If the longest is so many times the shortest, both are named instead of the middle one."""
LEAST_S = 5.0
"""A shorter one is none."""


def line_of(kind: str, reps: Sequence[Rep], nominals: Sequence[Nominal | None]) -> str:
    """The line for a set."""
    if kind == "pairs":
        return _pairs(reps, nominals)
    ending = _recoveries([rep.recovery for rep in reps])
    name = _direction(reps)
    if kind == "reps":
        return f"{len(reps)} × {_length(nominals[0], reps)} {name}{ending}"
    lengths = [_length(one, [rep]) for one, rep in zip(nominals, reps, strict=True)]
    if all(text.endswith(" m") for text in lengths):
        lengths = [text.removesuffix(" m") for text in lengths[:-1]] + lengths[-1:]
    return f"{'-'.join(lengths)} {name}{ending}"


def _pairs(reps: Sequence[Rep], nominals: Sequence[Nominal | None]) -> str:
    count = max(rep.number for rep in reps)
    full = next((rep.number for rep in reps if sum(other.number == rep.number for other in reps) == 2), 1)
    pair = [rep for rep in reps if rep.number == full]
    inside = [first.recovery for first, second in pairwise(reps) if first.number == second.number]
    outside = [first.recovery for first, second in pairwise(reps) if first.number != second.number]
    length = _length(nominals[0], reps)
    between = _recoveries(inside).removeprefix(", ")
    parts = [f"{length} {_direction([rep])}" for rep in pair]
    body = f", {between}, ".join(parts) if between else " / ".join(parts)
    return f"{count} × ({body}){_recoveries(outside)}"


def _length(nominal: Nominal | None, reps: Sequence[Rep]) -> str:
    if nominal is not None:
        return str(nominal)
    metres = [rep.metres for rep in reps]
    if np.all(np.isfinite(metres)):
        return f"about {np.median(metres):.0f} m"
    return f"about {clock(float(np.median([rep.seconds for rep in reps])))}"


def _direction(reps: Sequence[Rep]) -> str:
    words = [f"{rep.direction}{' walk' if rep.gait == 'walk' else ''}" for rep in reps]
    return max(sorted(set(words)), key=words.count)


def _recoveries(recoveries: Sequence[Recovery | None]) -> str:
    """``, r 2:00 walk``: how long the middle one was, or the shortest and the longest if these are far apart.

    How it was spent is said unless that was standing.
    """
    some = [one for one in recoveries if one is not None and one.seconds >= LEAST_S]
    if len(some) * 2 <= len([one for one in recoveries if one is not None]):
        return ""
    lengths = [ROUND_S * round(one.seconds / ROUND_S) for one in some]
    middle = ROUND_S * round(float(np.median(lengths)) / ROUND_S)
    kinds = [one.kind for one in some]
    kind = max(sorted(set(kinds)), key=kinds.count)
    uneven = max(lengths) > UNEVEN * min(lengths)
    text = f"{clock(min(lengths))}–{clock(max(lengths))}" if uneven else clock(middle)
    return f", r {text}" + (f" {kind}" if kind not in ("", "rest") else "")
