"""Edges of segments: change points and starts and ends of standing, moved to annotation edges close to them."""

import numpy as np

from retropace.annotations import AnnotationTable
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, Spans, contains, subtract, union


def snap_standing(cleaned: CleanedActivity, annotations: AnnotationTable, max_shift_s: float) -> Spans:
    """Return the spans of standing outside pauses, with edges moved to an annotation edge within ``max_shift_s``."""
    standing = cleaned.standing
    annotated_s = np.unique(annotations.spans)
    if len(annotated_s) == 0 or len(standing) == 0:
        return standing
    nearest_s = annotated_s[np.abs(annotated_s[None, :] - standing.reshape(-1, 1)).argmin(axis=1)].reshape(-1, 2)
    is_snapped = (np.abs(nearest_s - standing) <= max_shift_s) & ~np.isin(standing, cleaned.pauses)
    return subtract(union(np.where(is_snapped, nearest_s, standing)), cleaned.pauses)


def find_fixed_edges(cleaned: CleanedActivity, standing: Spans) -> FloatArray:
    """Return the starts and ends of pauses, of ``standing`` and of spans without signal, and of the activity."""
    edges_s = np.unique(np.concatenate([spans.ravel() for spans in (cleaned.pauses, standing, cleaned.unknown)]))
    inner_s = edges_s[(edges_s > 0.0) & (edges_s < cleaned.elapsed_s)]
    return np.union1d(inner_s, [0.0, cleaned.elapsed_s])


def merge_edges(
    changes_s: FloatArray, fixed_edges_s: FloatArray, annotations: AnnotationTable, max_snap_s: float, resting: Spans
) -> FloatArray:
    """Return the sorted edges of segments: fixed ones, annotations' and change points far from these, outside rest."""
    annotated_s = np.unique(annotations.spans)
    changes_s = _drop_inside(changes_s, resting)
    fixed_edges_s = _drop_inside(fixed_edges_s, resting)
    if len(annotated_s) == 0:
        return np.union1d(changes_s, fixed_edges_s)
    is_near = np.abs(changes_s[:, None] - annotated_s[None, :]).min(axis=1) <= max_snap_s
    free_s = changes_s[~is_near | np.isin(changes_s, fixed_edges_s)]
    return np.union1d(np.union1d(free_s, fixed_edges_s), annotated_s)


def _drop_inside(edges_s: FloatArray, spans: Spans) -> FloatArray:
    return edges_s[~contains(spans, edges_s) | np.isin(edges_s, spans[:, 0])]
