"""The document that the page receives after every change: the analysis, the annotations and the possible actions."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from retropace.analysis.pipeline import Analysis, SegmentedActivity
from retropace.annotations.language.labels import parse_label
from retropace.core.sanitize import strip_control_chars
from retropace.editor.editor import Editor


def find_snap_times_s(segmented: SegmentedActivity) -> list[float]:
    """The times (elapsed seconds) to which dragged edges snap: changes of speed or cadence, and the ends of laps."""
    laps_s = [lap.end_s for lap in segmented.cleaned.laps]
    edges = np.concatenate((segmented.edges_s, segmented.fine_edges_s, laps_s))
    inside = edges[(edges >= 0.0) & (edges <= segmented.cleaned.elapsed_s)]
    return [float(edge) for edge in np.unique(np.round(inside, 1))]


def hash_distance_axis(analysis: Analysis) -> str:
    """A hash of the distances along the activity, by which a page notices that an annotation has corrected them."""
    return hashlib.sha256(analysis.cleaned.curves["distance_m"].tobytes()).hexdigest()[:16]


def snapshot_to_dict(editor: Editor) -> dict[str, Any]:
    """The editor's state as values for :func:`json.dumps`; its texts are not escaped for HTML."""
    snapshot = editor.snapshot
    analysis = snapshot.analysis
    document = analysis.to_dict()
    return {
        "version": snapshot.version,
        "axis": hash_distance_axis(analysis),
        "activity": document["activity"],
        "segments": document["segments"],
        "directions": document["directions"],
        "worth_a_look": document["worth_a_look"],
        "warnings": [strip_control_chars(warning) for warning in analysis.warnings],
        "annotations": [
            {
                **annotation,
                "number": number,
                "note": strip_control_chars(annotation["note"]),
                "origin": strip_control_chars(annotation["origin"]),
                "direction": parse_label(annotation["label"]).direction,
                "editable": annotation["kind"] == "sidecar",
            }
            for number, annotation in enumerate(document["annotations"])
        ],
        "change_points_s": find_snap_times_s(editor.segmented),
        "can_undo": editor.can_undo,
        "can_redo": editor.can_redo,
        "sidecar": strip_control_chars(str(editor.path)),
        "changed_outside": strip_control_chars(snapshot.external_change),
        "problem": strip_control_chars(snapshot.problem),
    }
