"""Moves uncertain edges to the likeliest change of pace and cadence near them (Hinkley 1970, Biometrika 57:1)."""

from dataclasses import replace

import numpy as np

from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, AnnotationTable
from retropace.core.findings import Finding, note
from retropace.core.spans import FloatArray, cumulate
from retropace.core.units import format_duration
from retropace.segmentation.signals import StandardizedSignals
from retropace.segmentation.turns import refine_turns

LEVEL_WINDOW_S = 20.0
"""Longest stretch (s) on each side of an edge over which median pace and cadence are taken."""
MAX_SHIFT_SD = 2.5
"""Tolerance of an edge, the farthest that it may move, in standard deviations of the normal prior on its move."""
MIN_CHANGE_SD = 1.3
"""Least change of pace and cadence at which an edge is moved, in standard deviations of their noise."""
ROUND_COUNT = 3
"""Number of rounds; each takes the medians beside the edges that the previous round found."""


def snap_edges(
    annotations: AnnotationTable, signals: StandardizedSignals
) -> tuple[AnnotationTable, tuple[Finding, ...]]:
    """Return sorted, disjoint annotations with edges moved within their tolerances to changes of pace; and findings."""
    original_s, edge_index = np.unique(annotations.spans, return_inverse=True)
    if len(original_s) == 0 or len(signals) == 0:
        return annotations, ()
    edge_index = edge_index.reshape(-1, 2)
    tolerances_s = np.full(len(original_s), np.inf)
    np.minimum.at(tolerances_s, edge_index, annotations.edge_tolerance_s[:, None])
    is_free = (tolerances_s > BUTTON_TOLERANCE_S) & (original_s > 0.0) & (original_s < len(signals) - 1.0)
    current_s = original_s
    for round_number in range(ROUND_COUNT):
        margin_s = tolerances_s if round_number == 0 else np.minimum(tolerances_s, 4.0)
        current_s = _snap_round(original_s, current_s, np.where(is_free, tolerances_s, 0.0), margin_s, signals)
    bounds_s = np.concatenate(([0.0], current_s, [float(len(signals))]))
    refined_s = refine_turns(signals, current_s, np.column_stack((bounds_s[:-2], bounds_s[2:])))
    is_refined = (current_s != original_s) & (np.abs(refined_s - original_s) <= tolerances_s)
    current_s = np.where(is_refined, refined_s, current_s)
    snapped = replace(annotations, spans=current_s[edge_index])
    shifts_s = snapped.spans - annotations.spans
    findings = []
    for row, side in np.argwhere(np.abs(shifts_s) >= 1.0).tolist():
        before, after = (format_duration(table.spans[row, side]) for table in (annotations, snapped))
        edge = f"{annotations.origin[row]}: {('start', 'end')[side]}"
        text = f"{edge} moved from {before} to {after}, where pace and cadence change"
        findings.append(note("edge-moved", text, float(shifts_s[row, side]), "s"))
    return snapped, tuple(findings)


def _snap_round(
    original_s: FloatArray,
    current_s: FloatArray,
    max_shift_s: FloatArray,
    margin_s: FloatArray,
    signals: StandardizedSignals,
) -> FloatArray:
    """Return each edge moved to its most likely place, given median pace and cadence beside the current edges."""
    bounds = np.concatenate(([0.0], current_s, [float(len(signals))]))
    moved = current_s.copy()
    for index in np.flatnonzero(max_shift_s > 0.0).tolist():
        edge, before, after = bounds[index + 1], bounds[index], bounds[index + 2]
        original, shift = original_s[index], max_shift_s[index]
        left = signals.median_level(_select_side_window(edge, before, -1.0, margin_s[index]))
        right = signals.median_level(_select_side_window(edge, after, 1.0, margin_s[index]))
        # At most half-way to the neighbours' current places, so that edges never meet.
        first = int(np.ceil(max(original - shift, (before + edge) / 2.0, 0.0)))
        last = int(np.floor(min(original + shift, (after + edge) / 2.0, float(len(signals)))))
        if last <= first or not np.nansum((right - left) ** 2) >= MIN_CHANGE_SD**2:
            moved[index] = original
            continue
        window = StandardizedSignals(signals.values[first:last], signals.known[first:last])
        cost_difference = window.cost_to_level(left) - window.cost_to_level(right)
        candidates_s = np.arange(first, last + 1, dtype=np.float64)
        cost = cumulate(cost_difference) + 0.5 * ((candidates_s - original) / (shift / MAX_SHIFT_SD)) ** 2
        moved[index] = candidates_s[int(np.argmin(cost))]
    return moved if np.all(np.diff(moved) > 0.0) else current_s


def _select_side_window(edge_s: float, neighbour_s: float, sign: float, margin_s: float) -> slice:
    """Return the seconds that give the level before (-1) or after (1) an edge; they begin ``margin_s`` away from it."""
    length = abs(neighbour_s - edge_s)
    margin = min(margin_s, length / 4.0)
    reach = min(margin + LEVEL_WINDOW_S, max(length - margin, margin + 1.0))
    low, high = sorted((edge_s + sign * margin, edge_s + sign * reach))
    return slice(max(int(np.floor(low)), 0), max(int(np.ceil(high)), 1))
