"""Editing of one recording's annotations: its sidecar file, the analysis that results from it, and undo."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from retropace.analysis.pipeline import Analysis, label_activity, segment_activity
from retropace.annotations import AnnotationInput
from retropace.annotations.inputs.sidecar import read_bytes
from retropace.annotations.inputs.sidecar_editor import SidecarEditor
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import Annotation
from retropace.core.activity import Activity
from retropace.core.atomic_write import atomic_write
from retropace.core.errors import RetropaceError
from retropace.core.parameters import Settings
from retropace.core.sanitize import strip_control_chars
from retropace.core.units import format_duration
from retropace.editor import edits
from retropace.labelling.athlete import Athlete

MAX_VERSIONS = 50
"""The number of latest versions of the annotations that are kept; a page that shows an older one cannot edit."""
EMPTY_SIDECAR = b"start,end,label,note\n"
"""The content that undo writes where no file existed before the edit; undo never deletes a file."""


class ConflictError(RetropaceError):
    """Raised if a requested change cannot be applied, for example because another program has changed the file."""


@dataclass(frozen=True, slots=True)
class EditorSnapshot:
    """One state of the sidecar and the analysis that results from it."""

    version: int  # number of this state: 1 when the page is opened, and one more after each change of the file
    analysis: Analysis
    sidecar: SidecarEditor
    file_bytes: bytes | None  # content of the file; None if it does not exist
    external_change: str = ""  # sentence that says that another program has changed the file; empty if none has
    problem: str = ""  # why the current file cannot be used; the other fields are then those of the last usable state


class _UndoEntry(NamedTuple):
    """One edit that can be undone: the content of the file before it and after it."""

    before: bytes
    after: bytes


class Editor:
    """Reads, edits and writes one sidecar; ``other_inputs`` are annotations from elsewhere, such as zones."""

    def __init__(
        self,
        activity: Activity,
        path: Path,
        settings: Settings,
        athlete: Athlete | None = None,
        other_inputs: Sequence[AnnotationInput] = (),
    ):
        self.path = path
        self._settings = settings
        self._athlete = athlete
        self._other_inputs = other_inputs
        self.segmented = segment_activity(activity, settings)
        self._undo_stack: list[_UndoEntry] = []
        self._redo_stack: list[_UndoEntry] = []
        self._annotations_by_version: dict[int, Sequence[Annotation]] = {}
        self._publish(self._analyze(self._read_file(), version=1))

    @property
    def edit_count(self) -> int:
        """The number of edits that this editor has made and not undone."""
        return len(self._undo_stack)

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to undo and the file still holds what that edit wrote."""
        return bool(self._undo_stack) and self._undo_stack[-1].after == self.snapshot.file_bytes

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone edit to repeat and the file still holds what undoing it wrote."""
        return bool(self._redo_stack) and self._redo_stack[-1].before == self.snapshot.file_bytes

    def refresh(self) -> EditorSnapshot:
        """Read the file, which another program may have changed, and return the snapshot of its current content."""
        try:
            file_bytes = self._read_file()
            if file_bytes == self.snapshot.file_bytes and not self.snapshot.problem:
                return self.snapshot
            change = self._describe_external_change(file_bytes)
            self._publish(self._analyze(file_bytes, self.snapshot.version + 1, change))
        except RetropaceError as error:
            problem = f"{error} – mend it there; until then this page shows how it was before, and saves nothing."
            if problem != self.snapshot.problem:
                version = self.snapshot.version + 1
                self._publish(replace(self.snapshot, version=version, external_change="", problem=problem))
        return self.snapshot

    def label_span(self, version: int, start_s: float, end_s: float, label: str, note: str = "") -> tuple[str, ...]:
        """Label a span (elapsed seconds) for a page that shows ``version``; return sentences on lost information."""
        parsed_label, span = parse_label(label), (start_s, end_s)
        return self._edit(version, span, lambda: edits.label_span(self._place_rows(), span, parsed_label, note))

    def clear_span(self, version: int, start_s: float, end_s: float) -> tuple[str, ...]:
        """Remove the labels within a span; arguments and result as for :meth:`label_span`."""
        span = (start_s, end_s)
        return self._edit(version, span, lambda: edits.clear_span(self._place_rows(), span))

    def move_span(self, version: int, number: int, start_s: float, end_s: float, note: str) -> tuple[str, ...]:
        """Move annotation ``number`` (from 0) of ``version`` to a span, with a note; returns as :meth:`label_span`."""
        annotations = self._get_annotations(version)
        if not 0 <= number < len(annotations):
            raise ConflictError(f"there is no annotation {number} any more")
        original = annotations[number]
        span = (start_s, end_s)

        def edit() -> edits.EditResult:
            for annotation in self.snapshot.analysis.annotations:
                is_same = (annotation.label, annotation.origin.kind) == (original.label, original.origin.kind)
                if is_same and edits.is_same_span(annotation.span, original.span):
                    return edits.move_span(self._place_rows(), annotation, span, note)
            raise ConflictError("what was to be changed is no longer there")

        affected_span = (min(start_s, original.start_s), max(end_s, original.end_s))
        return self._edit(version, affected_span, edit)

    def undo(self) -> None:
        """Restore the content of the file from before the last edit, byte for byte."""
        self._ensure_editable()
        if not self.can_undo:
            raise ConflictError("there is nothing to undo")
        self._write(self._undo_stack[-1].before)
        self._redo_stack.append(self._undo_stack.pop())

    def redo(self) -> None:
        """Repeat the edit that was undone last: restore the content that it had written."""
        self._ensure_editable()
        if not self.can_redo:
            raise ConflictError("there is nothing to do again")
        self._write(self._redo_stack[-1].after)
        self._undo_stack.append(self._redo_stack.pop())

    def _edit(self, version: int, span: tuple[float, float], edit: Callable[[], edits.EditResult]) -> tuple[str, ...]:
        """Apply an edit, write the file and return the losses; raises if ``span`` has changed since ``version``."""
        known_annotations = self._get_annotations(version)
        self._ensure_editable()
        current = _summarize_within(self.snapshot.analysis.annotations, span)
        if version != self.snapshot.version and _summarize_within(known_annotations, span) != current:
            start, end = format_duration(span[0]), format_duration(span[1])
            raise ConflictError(f"the sidecar has changed meanwhile between {start} and {end}: look, and mark it again")
        result, before = edit(), self.snapshot.file_bytes
        file_bytes = result.sidecar.to_bytes()
        if file_bytes == before:
            return result.losses
        self._write(file_bytes)
        self._undo_stack.append(_UndoEntry(EMPTY_SIDECAR if before is None else before, file_bytes))
        self._redo_stack.clear()
        return result.losses

    def _write(self, file_bytes: bytes) -> None:
        """Write the file if the new content can be analysed; otherwise raise and leave it unchanged."""
        snapshot = self._analyze(file_bytes, self.snapshot.version + 1)
        atomic_write(self.path, file_bytes, expected_content=self.snapshot.file_bytes)
        self._publish(snapshot)

    def _ensure_editable(self) -> None:
        """Refresh the snapshot and raise :class:`ConflictError` if the file cannot be used."""
        self.refresh()
        if self.snapshot.problem:
            raise ConflictError(self.snapshot.problem)

    def _get_annotations(self, version: int) -> Sequence[Annotation]:
        if version not in self._annotations_by_version:
            raise ConflictError("this page is out of date: load it again")
        return self._annotations_by_version[version]

    def _publish(self, snapshot: EditorSnapshot) -> None:
        self.snapshot = snapshot
        self._annotations_by_version[snapshot.version] = snapshot.analysis.annotations
        self._annotations_by_version.pop(snapshot.version - MAX_VERSIONS, None)

    def _read_file(self) -> bytes | None:
        return read_bytes(self.path) if os.path.lexists(self.path) else None

    def _analyze(self, file_bytes: bytes | None, version: int, external_change: str = "") -> EditorSnapshot:
        sidecar = SidecarEditor.parse(file_bytes or b"", self.path)
        inputs = [*self._other_inputs, *sidecar.parse_rows()]
        analysis = label_activity(self.segmented, inputs, self._settings, self._athlete)
        return EditorSnapshot(version, analysis, sidecar, file_bytes, external_change)

    def _place_rows(self) -> edits.PlacedSidecar:
        # Locations given as a distance refer to the watch's distance, not to one corrected by annotations.
        return edits.place_rows(self.snapshot.sidecar, self.segmented.cleaned, self.snapshot.analysis.annotations)

    def _describe_external_change(self, file_bytes: bytes | None) -> str:
        if file_bytes == self.snapshot.file_bytes:
            return ""
        event = "was taken away" if file_bytes is None else "was changed"
        return f"{self.path.name} {event} by somebody else: this is what it says now."


def _summarize_within(
    annotations: Sequence[Annotation], span: tuple[float, float]
) -> list[tuple[float, float, str, str]]:
    """Return start and end (elapsed seconds), label and note of each annotation that overlaps ``span``."""
    return [
        (*annotation.span, str(annotation.label), annotation.note)
        for annotation in annotations
        if annotation.start_s < span[1] and annotation.end_s > span[0]
    ]


def hash_distance_axis(analysis: Analysis) -> str:
    """Return a hash of the distances along the activity, by which a page notices that an annotation corrected them."""
    return hashlib.sha256(analysis.cleaned.curves["distance_m"].tobytes()).hexdigest()[:16]


def snapshot_to_dict(editor: Editor) -> dict[str, Any]:
    """Return the editor's state as values for :func:`json.dumps`; its texts are not escaped for HTML."""
    snapshot = editor.snapshot
    analysis = snapshot.analysis
    document, segmented = analysis.to_dict(), editor.segmented
    # Dragged edges snap to changes of speed or cadence, and to the ends of laps.
    laps_s = [lap.end_s for lap in segmented.cleaned.laps]
    edges = np.concatenate((segmented.edges_s, segmented.fine_edges_s, laps_s))
    inside = edges[(edges >= 0.0) & (edges <= segmented.cleaned.elapsed_s)]
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
        "change_points_s": np.unique(np.round(inside, 1)).tolist(),
        "can_undo": editor.can_undo,
        "can_redo": editor.can_redo,
        "sidecar": strip_control_chars(str(editor.path)),
        "changed_outside": strip_control_chars(snapshot.external_change),
        "problem": strip_control_chars(snapshot.problem),
    }
