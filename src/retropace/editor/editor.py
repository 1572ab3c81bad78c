"""Editing of one recording's annotations: its sidecar file, the analysis that results from it, and undo.

The file on disk is authoritative. Every edit starts from the file's current content and is written before it is shown,
so that memory never holds an annotation that the file lacks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retropace.analysis.pipeline import Analysis, label_activity, segment_activity
from retropace.annotations.inputs.sidecar import read_bytes
from retropace.annotations.inputs.sidecar_editor import SidecarEditor, empty_sidecar
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import Annotation
from retropace.core.atomic_write import atomic_write
from retropace.core.errors import RetropaceError
from retropace.core.units import format_duration
from retropace.editor.edits import EDGE_TOLERANCE_S, EditResult, clear_span, label_span, move_span

if TYPE_CHECKING:
    from retropace.annotations import AnnotationInput
    from retropace.core.activity import Activity
    from retropace.core.cleaned_activity import CleanedActivity
    from retropace.core.parameters import Settings
    from retropace.labelling.athlete import Athlete

MAX_VERSIONS = 50
"""The number of latest versions of the annotations that are kept. A page that still shows an older version cannot edit
and has to be loaded again."""
EMPTY_SIDECAR = b"start,end,label,note\n"
"""The content that undo writes where no file existed before the edit: a header without rows, as undo never deletes a
file."""


class ConflictError(RetropaceError):
    """Raised if a requested change cannot be applied, for example because another program has changed the file."""


@dataclass(frozen=True, slots=True)
class EditorSnapshot:
    """One state of the sidecar and the analysis that results from it."""

    version: int
    """The number of this state: 1 when the page is opened, and one more after each change of the file."""
    analysis: Analysis
    sidecar: SidecarEditor
    file_bytes: bytes | None
    """The content of the file; None if it does not exist."""
    external_change: str = ""
    """A sentence that says that another program has changed the file; empty if none has."""
    problem: str = ""
    """Why the current file cannot be used; the other fields are then those of the last usable state."""


@dataclass(frozen=True, slots=True)
class _UndoEntry:
    """One edit that can be undone: the content of the file before it and after it."""

    before: bytes
    after: bytes


class Editor:
    """Reads, edits and writes one sidecar; its methods raise :class:`RetropaceError` if the file cannot be used.

    ``other_inputs`` are annotations from elsewhere, such as the runner's zones (places whose stretches carry a label).
    """

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
        self.edit_count = 0
        """The number of edits that this editor has made and not undone."""
        file_bytes = self._read_file()
        self.snapshot = self._analyze(file_bytes, version=1)
        self._annotations_by_version[1] = self.snapshot.analysis.annotations

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
            self._publish(
                self._analyze(
                    file_bytes, self.snapshot.version + 1, external_change=self._describe_external_change(file_bytes)
                )
            )
        except RetropaceError as error:
            problem = f"{error} – mend it there; until then this page shows how it was before, and saves nothing."
            if problem != self.snapshot.problem:
                snapshot = self.snapshot
                self._publish(
                    EditorSnapshot(
                        snapshot.version + 1, snapshot.analysis, snapshot.sidecar, snapshot.file_bytes, "", problem
                    )
                )
        return self.snapshot

    def label_span(self, version: int, start_s: float, end_s: float, label: str, note: str = "") -> tuple[str, ...]:
        """Label a span (elapsed seconds), as a page that shows ``version`` of the annotations asks.

        Returns sentences on information that was lost.
        """
        parsed_label = parse_label(label)
        span = (start_s, end_s)
        return self._edit(
            version, span, lambda snapshot: label_span(*self._get_edit_inputs(snapshot), span, parsed_label, note)
        )

    def clear_span(self, version: int, start_s: float, end_s: float) -> tuple[str, ...]:
        """Remove the labels of a span (elapsed seconds), as a page that shows ``version`` of the annotations asks.

        Returns sentences on other information that was lost with them.
        """
        span = (start_s, end_s)
        return self._edit(version, span, lambda snapshot: clear_span(*self._get_edit_inputs(snapshot), span))

    def move_span(self, version: int, number: int, start_s: float, end_s: float, note: str) -> tuple[str, ...]:
        """Give an annotation another span (elapsed seconds) and note.

        The annotation is the one with index ``number`` in ``version``, which the page shows. Returns sentences on
        information that was lost.
        """
        annotations = self._get_annotations(version)
        if not 0 <= number < len(annotations):
            raise ConflictError(f"there is no annotation {number} any more")
        original = annotations[number]
        span = (start_s, end_s)

        def edit(snapshot: EditorSnapshot) -> EditResult:
            target = next(
                (
                    annotation
                    for annotation in snapshot.analysis.annotations
                    if _is_same_annotation(annotation, original)
                ),
                None,
            )
            if target is None:
                raise ConflictError("what was to be changed is no longer there")
            return move_span(*self._get_edit_inputs(snapshot), target, span, note)

        affected_span = (min(start_s, original.start_s), max(end_s, original.end_s))
        return self._edit(version, affected_span, edit)

    def undo(self) -> None:
        """Restore the content of the file from before the last edit, byte for byte."""
        self._ensure_editable()
        if not self.can_undo:
            raise ConflictError("there is nothing to undo")
        entry = self._undo_stack[-1]
        self._write(entry.before)
        self._redo_stack.append(self._undo_stack.pop())
        self.edit_count -= 1

    def redo(self) -> None:
        """Repeat the edit that was undone last: restore the content that it had written."""
        self._ensure_editable()
        if not self.can_redo:
            raise ConflictError("there is nothing to do again")
        entry = self._redo_stack[-1]
        self._write(entry.after)
        self._undo_stack.append(self._redo_stack.pop())
        self.edit_count += 1

    def _edit(
        self, version: int, span: tuple[float, float], edit: Callable[[EditorSnapshot], EditResult]
    ) -> tuple[str, ...]:
        """Apply an edit of ``span`` that a page showing ``version`` requested, and write the file.

        Returns sentences on information that the edit removed. Raises :class:`ConflictError` if the annotations within
        ``span`` have changed since that version.
        """
        known_annotations = self._get_annotations(version)
        self._ensure_editable()
        snapshot = self.snapshot
        if version != snapshot.version and _summarize_within(known_annotations, span) != _summarize_within(
            snapshot.analysis.annotations, span
        ):
            start, end = format_duration(span[0]), format_duration(span[1])
            raise ConflictError(f"the sidecar has changed meanwhile between {start} and {end}: look, and mark it again")
        result = edit(snapshot)
        file_bytes = result.sidecar.to_bytes()
        if file_bytes == snapshot.file_bytes:
            return result.losses
        self._write(file_bytes)
        self._undo_stack.append(
            _UndoEntry(EMPTY_SIDECAR if snapshot.file_bytes is None else snapshot.file_bytes, file_bytes)
        )
        self._redo_stack.clear()
        self.edit_count += 1
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
        for old_version in [
            version for version in self._annotations_by_version if version <= snapshot.version - MAX_VERSIONS
        ]:
            del self._annotations_by_version[old_version]

    def _read_file(self) -> bytes | None:
        return read_bytes(self.path) if os.path.lexists(self.path) else None

    def _analyze(self, file_bytes: bytes | None, version: int, external_change: str = "") -> EditorSnapshot:
        sidecar = empty_sidecar(self.path) if file_bytes is None else SidecarEditor.parse(file_bytes, self.path)
        inputs = [*self._other_inputs, *sidecar.parse_rows()]
        return EditorSnapshot(
            version,
            label_activity(self.segmented, inputs, self._settings, self._athlete),
            sidecar,
            file_bytes,
            external_change,
        )

    def _get_edit_inputs(self, snapshot: EditorSnapshot) -> tuple[SidecarEditor, CleanedActivity, Sequence[Annotation]]:
        # Locations given as a distance refer to the watch's distance, not to one corrected by annotations.
        return snapshot.sidecar, self.segmented.cleaned, snapshot.analysis.annotations

    def _describe_external_change(self, file_bytes: bytes | None) -> str:
        if file_bytes == self.snapshot.file_bytes:
            return ""
        event = "was taken away" if file_bytes is None else "was changed"
        return f"{self.path.name} {event} by somebody else: this is what it says now."


def _is_same_annotation(first: Annotation, second: Annotation) -> bool:
    has_same_edges = (
        abs(first.start_s - second.start_s) <= EDGE_TOLERANCE_S and abs(first.end_s - second.end_s) <= EDGE_TOLERANCE_S
    )
    return has_same_edges and first.label == second.label and first.origin.kind == second.origin.kind


def _summarize_within(
    annotations: Sequence[Annotation], span: tuple[float, float]
) -> list[tuple[float, float, str, str]]:
    """Start and end (elapsed seconds), label and note of each annotation that overlaps ``span``."""
    return [
        (annotation.start_s, annotation.end_s, str(annotation.label), annotation.note)
        for annotation in annotations
        if annotation.start_s < span[1] and annotation.end_s > span[0]
    ]
