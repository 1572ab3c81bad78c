"""What a page is told after every change: the document of the analysis, the marks, and what may be done next."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.annotations.language.labels import parse_label
from retropace.core.cleaned_activity import Track
from retropace.core.parameters import SegmentSettings
from retropace.core.sanitize import harmless
from retropace.editor.editor import Editor
from retropace.segmentation.segment import segment_twice


def change_points_s(track: Track, settings: SegmentSettings) -> list[float]:
    """Where dragged edges snap to: every change of pace or cadence, whatever is marked, and where laps end."""
    edges = np.concatenate((*segment_twice(track, settings), [lap.end_s for lap in track.laps]))
    inside = edges[(edges >= 0.0) & (edges <= track.elapsed_s)]
    return [float(edge) for edge in np.unique(np.round(inside, 1))]


def axis_of(analysis: Analysis) -> str:
    """Tells one distance axis from another: annotations that say how far a stretch was change it."""
    return hashlib.sha256(analysis.track.curves["distance_m"].tobytes()).hexdigest()[:16]


def state_document(editor: Editor, points_s: list[float]) -> dict[str, Any]:
    """The state as plain values for :func:`json.dumps`; texts from files are still to be shown as texts only."""
    shown = editor.shown
    analysis = shown.analysis
    document = analysis.to_dict()
    return {
        "version": shown.version,
        "axis": axis_of(analysis),
        "activity": document["activity"],
        "segments": document["segments"],
        "directions": document["directions"],
        "worth_a_look": document["worth_a_look"],
        "warnings": [harmless(warning) for warning in analysis.warnings],
        "annotations": [
            {
                **one,
                "number": number,
                "note": harmless(one["note"]),
                "origin": harmless(one["origin"]),
                "direction": parse_label(one["label"]).direction,
                "editable": one["kind"] == "sidecar",
            }
            for number, one in enumerate(document["annotations"])
        ],
        "change_points_s": points_s,
        "can_undo": editor.can_undo,
        "can_redo": editor.can_redo,
        "sidecar": harmless(str(editor.path)),
        "changed_outside": harmless(shown.outside),
        "problem": harmless(shown.problem),
    }
