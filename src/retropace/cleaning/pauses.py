"""Finds the pauses that the file does not report: gaps between records in which the runner did not move."""

from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray, Spans, as_spans, contains, midpoints, total_s, union
from retropace.core.units import format_count

MAX_RECORD_GAP_S = 15.0
"""Longest gap in seconds between records of an uninterrupted recording. Smart recording, which writes records only at
changes, leaves gaps of up to 10 s, and in the test corpus of up to 13 s."""
MAX_STANDING_SPEED_MPS = 0.3
"""Speed in m/s below which a runner counts as standing. Even beginners walk backward at 0.5 m/s or more (Laufer 2003,
Physiother Res Int 8:131)."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """When the watch was paused, and the gaps between records in which the runner did not move."""

    spans: Spans
    """Disjoint, sorted time spans in which the watch was paused."""
    gaps: Spans
    """Time spans between two records in which the runner did not move, apart from the pauses that the file reports."""
    warnings: tuple[str, ...]


def find_pauses(t_s: FloatArray, distance_m: FloatArray | None, recorded: Spans, *, has_timer: bool) -> Pauses:
    """Return the recorded pauses and the gaps between records in which the runner did not move.

    Phones with auto-pause and exports without timer events leave such gaps, which are pauses. A device that reports its
    timer (``has_timer``) reports its pauses too: any other gap is standing. A gap in which the runner moved on is a
    dropout of the recording.
    """
    if distance_m is None:
        return Pauses(recorded, as_spans([]), ())
    step_s = np.diff(t_s)
    is_gap = (step_s > MAX_RECORD_GAP_S) & (np.diff(distance_m) < MAX_STANDING_SPEED_MPS * step_s)
    is_gap &= ~contains(recorded, midpoints(t_s))
    if not np.any(is_gap):
        return Pauses(recorded, as_spans([]), ())
    gaps = np.column_stack((t_s[:-1][is_gap], t_s[1:][is_gap]))
    note = (
        f"{format_count(len(gaps), 'gap')} without movement ({total_s(gaps):.0f} s) "
        f"taken as {'standing' if has_timer else 'paused'}"
    )
    return Pauses(recorded if has_timer else union(np.concatenate((recorded, gaps))), gaps, (note,))
