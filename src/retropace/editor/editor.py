"""One recording while its annotations are edited: what its sidecar says now, what comes of it, and undo.

The file on the disk is the truth. Every edit begins with what it holds at that moment and is written into place before
it is shown; nothing is kept in memory that is not in the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations.inputs.sidecar import read_bytes
from retropace.annotations.inputs.sidecar_editor import SidecarEditor, empty_sidecar
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import Annotation
from retropace.cleaning.clean import clean_activity
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
"""So many earlier versions a page may still be looking at when it asks for a change."""
EMPTY_SIDECAR = b"start,end,label,note\n"
"""What undo leaves of a file that was not there before: it is never taken away, only its rows are."""


class ConflictError(RetropaceError):
    """The file was changed by somebody else just where a page asks for a change."""


@dataclass(frozen=True, slots=True)
class EditorSnapshot:
    """What a page shows: one state of the file and what came of it."""

    version: int
    analysis: Analysis
    sidecar: SidecarEditor
    file_bytes: bytes | None
    """The bytes of the file; None if there is none."""
    external_change: str = ""
    """That somebody else changed the file, in words."""
    problem: str = ""
    """Why the file as it is now cannot be used, in words; what is shown is then how it was before."""


@dataclass(frozen=True, slots=True)
class _UndoEntry:
    """What the file held before an edit and after it."""

    before: bytes
    after: bytes


class Editor:
    """Reads, edits and writes one sidecar; raises :class:`RetropaceError` where it cannot be used as it is.

    ``given`` is what is said besides, as the runner's own zones.
    """

    def __init__(
        self,
        activity: Activity,
        path: Path,
        settings: Settings,
        athlete: Athlete | None = None,
        other_inputs: Sequence[AnnotationInput] = (),
    ):
        self._activity, self.path, self._settings, self._athlete, self._other_inputs = (
            activity,
            path,
            settings,
            athlete,
            other_inputs,
        )
        self.track = clean_activity(activity, settings.clean)
        self._undo_stack: list[_UndoEntry] = []
        self._redo_stack: list[_UndoEntry] = []
        self._annotations_by_version: dict[int, tuple[Annotation, ...]] = {}
        self.edit_count = 0
        """How many changes are in the file that were made here."""
        data = self._read_file()
        self.snapshot = self._analyze(data, version=1)
        self._annotations_by_version[1] = self.snapshot.analysis.annotations

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back that nobody else has built upon."""
        return bool(self._undo_stack) and self._undo_stack[-1].after == self.snapshot.file_bytes

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit that was taken back."""
        return bool(self._redo_stack) and self._redo_stack[-1].before == self.snapshot.file_bytes

    def refresh(self) -> EditorSnapshot:
        """What the file says now, if somebody else has changed it meanwhile."""
        try:
            data = self._read_file()
            if data == self.snapshot.file_bytes and not self.snapshot.problem:
                return self.snapshot
            self._publish(
                self._analyze(data, self.snapshot.version + 1, external_change=self._describe_external_change(data))
            )
        except RetropaceError as bad:
            problem = f"{bad} – mend it there; until then this page shows how it was before, and saves nothing."
            if problem != self.snapshot.problem:
                now = self.snapshot
                self._publish(EditorSnapshot(now.version + 1, now.analysis, now.sidecar, now.file_bytes, "", problem))
        return self.snapshot

    def label_span(self, version: int, start_s: float, end_s: float, label: str, note: str = "") -> tuple[str, ...]:
        """Give a stretch a label; answers what was lost by it, in words."""
        meant = parse_label(label)
        span = (start_s, end_s)
        return self._edit(version, span, lambda now: label_span(*self._get_edit_inputs(now), span, meant, note))

    def clear_span(self, version: int, start_s: float, end_s: float) -> tuple[str, ...]:
        """Take away what rows say of a stretch."""
        span = (start_s, end_s)
        return self._edit(version, span, lambda now: clear_span(*self._get_edit_inputs(now), span))

    def move_span(self, version: int, number: int, start_s: float, end_s: float, note: str) -> tuple[str, ...]:
        """Give the annotation with this number, counted from 0 in that version, other edges or another note."""
        known = self._get_annotations(version)
        if not 0 <= number < len(known):
            raise ConflictError(f"there is no annotation {number} any more")
        meant = known[number]
        span = (start_s, end_s)

        def edit(now: EditorSnapshot) -> EditResult:
            which = next((one for one in now.analysis.annotations if _is_same_annotation(one, meant)), None)
            if which is None:
                raise ConflictError("what was to be changed is no longer there")
            return move_span(*self._get_edit_inputs(now), which, span, note)

        around = (min(start_s, meant.start_s), max(end_s, meant.end_s))
        return self._edit(version, around, edit)

    def undo(self) -> None:
        """Give the file what it held before the last edit, byte for byte."""
        self._ensure_editable()
        if not self.can_undo:
            raise ConflictError("there is nothing to undo")
        step = self._undo_stack[-1]
        self._write(step.before)
        self._redo_stack.append(self._undo_stack.pop())
        self.edit_count -= 1

    def redo(self) -> None:
        """Do again what was undone last."""
        self._ensure_editable()
        if not self.can_redo:
            raise ConflictError("there is nothing to do again")
        step = self._redo_stack[-1]
        self._write(step.after)
        self._undo_stack.append(self._redo_stack.pop())
        self.edit_count += 1

    def _edit(
        self, version: int, span: tuple[float, float], edit: Callable[[EditorSnapshot], EditResult]
    ) -> tuple[str, ...]:
        """Carry out an edit that was asked for by a page that shows ``version``, and write what came of it."""
        known = self._get_annotations(version)
        self._ensure_editable()
        now = self.snapshot
        if version != now.version and _summarize_within(known, span) != _summarize_within(
            now.analysis.annotations, span
        ):
            start, end = format_duration(span[0]), format_duration(span[1])
            raise ConflictError(f"the sidecar has changed meanwhile between {start} and {end}: look, and mark it again")
        edited = edit(now)
        after = edited.sidecar.to_bytes()
        if after == now.file_bytes:
            return edited.losses
        self._write(after)
        self._undo_stack.append(_UndoEntry(EMPTY_SIDECAR if now.file_bytes is None else now.file_bytes, after))
        self._redo_stack.clear()
        self.edit_count += 1
        return edited.losses

    def _write(self, file_bytes: bytes) -> None:
        """Write the file, if it can be analysed; nothing is changed if it cannot."""
        shown = self._analyze(file_bytes, self.snapshot.version + 1)
        atomic_write(self.path, file_bytes, expected_content=self.snapshot.file_bytes)
        self._publish(shown)

    def _ensure_editable(self) -> None:
        """See what the file holds, and that it can be edited."""
        self.refresh()
        if self.snapshot.problem:
            raise ConflictError(self.snapshot.problem)

    def _get_annotations(self, version: int) -> tuple[Annotation, ...]:
        if version not in self._annotations_by_version:
            raise ConflictError("this page is out of date: load it again")
        return self._annotations_by_version[version]

    def _publish(self, snapshot: EditorSnapshot) -> None:
        self.snapshot = snapshot
        self._annotations_by_version[snapshot.version] = snapshot.analysis.annotations
        for old in [version for version in self._annotations_by_version if version <= snapshot.version - MAX_VERSIONS]:
            del self._annotations_by_version[old]

    def _read_file(self) -> bytes | None:
        return read_bytes(self.path) if os.path.lexists(self.path) else None

    def _analyze(self, file_bytes: bytes | None, version: int, external_change: str = "") -> EditorSnapshot:
        text = empty_sidecar(self.path) if file_bytes is None else SidecarEditor.parse(file_bytes, self.path)
        said = [*self._other_inputs, *text.parse_rows()]
        return EditorSnapshot(
            version, analyze(self._activity, said, self._settings, self._athlete), text, file_bytes, external_change
        )

    def _get_edit_inputs(
        self, snapshot: EditorSnapshot
    ) -> tuple[SidecarEditor, CleanedActivity, tuple[Annotation, ...]]:
        # Places given as a distance are found where the watch saw it, not where annotations have corrected it.
        return snapshot.sidecar, self.track, snapshot.analysis.annotations

    def _describe_external_change(self, file_bytes: bytes | None) -> str:
        if file_bytes == self.snapshot.file_bytes:
            return ""
        what = "was taken away" if file_bytes is None else "was changed"
        return f"{self.path.name} {what} by somebody else: this is what it says now."


def _is_same_annotation(first: Annotation, second: Annotation) -> bool:
    near = (
        abs(first.start_s - second.start_s) <= EDGE_TOLERANCE_S and abs(first.end_s - second.end_s) <= EDGE_TOLERANCE_S
    )
    return near and first.label == second.label and first.origin.kind == second.origin.kind


def _summarize_within(
    annotations: tuple[Annotation, ...], span: tuple[float, float]
) -> list[tuple[float, float, str, str]]:
    """What annotations say of a span."""
    return [
        (one.start_s, one.end_s, str(one.label), one.note)
        for one in annotations
        if one.start_s < span[1] and one.end_s > span[0]
    ]
