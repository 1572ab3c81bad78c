"""What a page is told after every change: the document of the analysis, the marks, and what may be done next."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.annotations.language.labels import parse_label
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import SegmentParameters
from retropace.core.sanitize import strip_control_chars
from retropace.editor.editor import Editor
from retropace.segmentation.segment import segment_coarse_and_fine


def find_change_points_s(track: CleanedActivity, parameters: SegmentParameters) -> list[float]:
    """Where dragged edges snap to: every change of pace or cadence, whatever is marked, and where laps end."""
    edges = np.concatenate((*segment_coarse_and_fine(track, parameters), [lap.end_s for lap in track.laps]))
    inside = edges[(edges >= 0.0) & (edges <= track.elapsed_s)]
    return [float(edge) for edge in np.unique(np.round(inside, 1))]


def hash_distance_axis(analysis: Analysis) -> str:
    """Tells one distance axis from another: annotations that say how far a stretch was change it."""
    return hashlib.sha256(analysis.cleaned.curves["distance_m"].tobytes()).hexdigest()[:16]


def snapshot_to_dict(editor: Editor, change_points_s: list[float]) -> dict[str, Any]:
    """The state as plain values for :func:`json.dumps`; texts from files are still to be shown as texts only."""
    shown = editor.snapshot
    analysis = shown.analysis
    document = analysis.to_dict()
    return {
        "version": shown.version,
        "axis": hash_distance_axis(analysis),
        "activity": document["activity"],
        "segments": document["segments"],
        "directions": document["directions"],
        "worth_a_look": document["worth_a_look"],
        "warnings": [strip_control_chars(warning) for warning in analysis.warnings],
        "annotations": [
            {
                **one,
                "number": number,
                "note": strip_control_chars(one["note"]),
                "origin": strip_control_chars(one["origin"]),
                "direction": parse_label(one["label"]).direction,
                "editable": one["kind"] == "sidecar",
            }
            for number, one in enumerate(document["annotations"])
        ],
        "change_points_s": change_points_s,
        "can_undo": editor.can_undo,
        "can_redo": editor.can_redo,
        "sidecar": strip_control_chars(str(editor.path)),
        "changed_outside": strip_control_chars(shown.external_change),
        "problem": strip_control_chars(shown.problem),
    }
