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
from retropace.annotations.inputs.sidecar_editor import SidecarText
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import Annotation
from retropace.annotations.resolve.transfer import empty
from retropace.cleaning.clean import clean
from retropace.core.atomic_write import write_into_place
from retropace.core.errors import RetropaceError
from retropace.core.units import clock
from retropace.editor.edits import SAME_S, Edited, changed, cleared, painted

if TYPE_CHECKING:
    from retropace.annotations import Given
    from retropace.core.activity import Activity
    from retropace.core.cleaned_activity import Track
    from retropace.core.parameters import Settings
    from retropace.labelling.athlete import Athlete

REMEMBERED = 50
"""So many earlier versions a page may still be looking at when it asks for a change."""
NO_ROWS = b"start,end,label,note\n"
"""What undo leaves of a file that was not there before: it is never taken away, only its rows are."""


class ConflictError(RetropaceError):
    """The file was changed by somebody else just where a page asks for a change."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows: one state of the file and what came of it."""

    version: int
    analysis: Analysis
    text: SidecarText
    data: bytes | None
    """The bytes of the file; None if there is none."""
    outside: str = ""
    """That somebody else changed the file, in words."""
    problem: str = ""
    """Why the file as it is now cannot be used, in words; what is shown is then how it was before."""


@dataclass(frozen=True, slots=True)
class _Step:
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
        given: Sequence[Given] = (),
    ):
        self._activity, self.path, self._settings, self._athlete, self._given = activity, path, settings, athlete, given
        self.track = clean(activity, settings.clean)
        self._undo: list[_Step] = []
        self._redo: list[_Step] = []
        self._seen: dict[int, tuple[Annotation, ...]] = {}
        self.edits = 0
        """How many changes are in the file that were made here."""
        data = self._on_disk()
        self.shown = self._analysed(data, version=1)
        self._seen[1] = self.shown.analysis.annotations

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back that nobody else has built upon."""
        return bool(self._undo) and self._undo[-1].after == self.shown.data

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit that was taken back."""
        return bool(self._redo) and self._redo[-1].before == self.shown.data

    def refresh(self) -> Shown:
        """What the file says now, if somebody else has changed it meanwhile."""
        try:
            data = self._on_disk()
            if data == self.shown.data and not self.shown.problem:
                return self.shown
            self._show(self._analysed(data, self.shown.version + 1, outside=self._told(data)))
        except RetropaceError as bad:
            problem = f"{bad} – mend it there; until then this page shows how it was before, and saves nothing."
            if problem != self.shown.problem:
                now = self.shown
                self._show(Shown(now.version + 1, now.analysis, now.text, now.data, "", problem))
        return self.shown

    def paint(self, version: int, start_s: float, end_s: float, label: str, note: str = "") -> tuple[str, ...]:
        """Give a stretch a label; answers what was lost by it, in words."""
        meant = parse_label(label)
        span = (start_s, end_s)
        return self._edit(version, span, lambda now: painted(*self._parts(now), span, meant, note))

    def clear(self, version: int, start_s: float, end_s: float) -> tuple[str, ...]:
        """Take away what rows say of a stretch."""
        span = (start_s, end_s)
        return self._edit(version, span, lambda now: cleared(*self._parts(now), span))

    def change(self, version: int, number: int, start_s: float, end_s: float, note: str) -> tuple[str, ...]:
        """Give the annotation with this number, counted from 0 in that version, other edges or another note."""
        known = self._known(version)
        if not 0 <= number < len(known):
            raise ConflictError(f"there is no annotation {number} any more")
        meant = known[number]
        span = (start_s, end_s)

        def edit(now: Shown) -> Edited:
            which = next((one for one in now.analysis.annotations if _alike(one, meant)), None)
            if which is None:
                raise ConflictError("what was to be changed is no longer there")
            return changed(*self._parts(now), which, span, note)

        around = (min(start_s, meant.start_s), max(end_s, meant.end_s))
        return self._edit(version, around, edit)

    def undo(self) -> None:
        """Give the file what it held before the last edit, byte for byte."""
        self._checked()
        if not self.can_undo:
            raise ConflictError("there is nothing to undo")
        step = self._undo[-1]
        self._write(step.before)
        self._redo.append(self._undo.pop())
        self.edits -= 1

    def redo(self) -> None:
        """Do again what was undone last."""
        self._checked()
        if not self.can_redo:
            raise ConflictError("there is nothing to do again")
        step = self._redo[-1]
        self._write(step.after)
        self._undo.append(self._redo.pop())
        self.edits += 1

    def _edit(self, version: int, span: tuple[float, float], edit: Callable[[Shown], Edited]) -> tuple[str, ...]:
        """Carry out an edit that was asked for by a page that shows ``version``, and write what came of it."""
        known = self._known(version)
        self._checked()
        now = self.shown
        if version != now.version and _within(known, span) != _within(now.analysis.annotations, span):
            start, end = clock(span[0]), clock(span[1])
            raise ConflictError(f"the sidecar has changed meanwhile between {start} and {end}: look, and mark it again")
        edited = edit(now)
        after = edited.text.to_bytes()
        if after == now.data:
            return edited.said
        self._write(after)
        self._undo.append(_Step(NO_ROWS if now.data is None else now.data, after))
        self._redo.clear()
        self.edits += 1
        return edited.said

    def _write(self, data: bytes) -> None:
        """Write the file, if it can be analysed; nothing is changed if it cannot."""
        shown = self._analysed(data, self.shown.version + 1)
        write_into_place(self.path, data, was=self.shown.data)
        self._show(shown)

    def _checked(self) -> None:
        """See what the file holds, and that it can be edited."""
        self.refresh()
        if self.shown.problem:
            raise ConflictError(self.shown.problem)

    def _known(self, version: int) -> tuple[Annotation, ...]:
        if version not in self._seen:
            raise ConflictError("this page is out of date: load it again")
        return self._seen[version]

    def _show(self, shown: Shown) -> None:
        self.shown = shown
        self._seen[shown.version] = shown.analysis.annotations
        for old in [version for version in self._seen if version <= shown.version - REMEMBERED]:
            del self._seen[old]

    def _on_disk(self) -> bytes | None:
        return read_bytes(self.path) if os.path.lexists(self.path) else None

    def _analysed(self, data: bytes | None, version: int, outside: str = "") -> Shown:
        text = empty(self.path) if data is None else SidecarText.parse(data, self.path)
        said = [*self._given, *text.markings()]
        return Shown(version, analyze(self._activity, said, self._settings, self._athlete), text, data, outside)

    def _parts(self, now: Shown) -> tuple[SidecarText, Track, tuple[Annotation, ...]]:
        # Places given as a distance are found where the watch saw it, not where annotations have corrected it.
        return now.text, self.track, now.analysis.annotations

    def _told(self, data: bytes | None) -> str:
        if data == self.shown.data:
            return ""
        what = "was taken away" if data is None else "was changed"
        return f"{self.path.name} {what} by somebody else: this is what it says now."


def _alike(one: Annotation, other: Annotation) -> bool:
    near = abs(one.start_s - other.start_s) <= SAME_S and abs(one.end_s - other.end_s) <= SAME_S
    return near and one.label == other.label and one.origin.kind == other.origin.kind


def _within(annotations: tuple[Annotation, ...], span: tuple[float, float]) -> list[tuple[float, float, str, str]]:
    """What annotations say of a span."""
    return [
        (one.start_s, one.end_s, str(one.label), one.note)
        for one in annotations
        if one.start_s < span[1] and one.end_s > span[0]
    ]
