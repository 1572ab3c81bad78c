"""An editor of sidecars that keeps comments, order, delimiters and line ends as they were written."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from retropace.annotations.inputs.location import split_location
from retropace.annotations.inputs.sidecar import BOM, COLUMNS, decode_text, is_row, parse_header, parse_sidecar
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, UnresolvedAnnotation
from retropace.annotations.model.label import Attributes, Label, format_label
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.units import format_count


@dataclass(frozen=True, slots=True)
class SidecarRow:
    """New content for a row of a sidecar."""

    label: Label
    note: str
    attributes: Attributes
    bounds: tuple[str, str] | None = None  # start and end as text; None leaves them as they are


@dataclass(frozen=True, slots=True)
class SidecarEditor:
    """The text of a sidecar as lines that never change; each edit returns a new editor."""

    lines: tuple[str, ...]  # all lines with their line ends
    path: str

    @classmethod
    def parse(cls, data: bytes, path: str | os.PathLike[str]) -> SidecarEditor:
        """Return an editor for the bytes of a sidecar; raises :class:`AnnotationError` if they are not valid."""
        name = os.fspath(path)
        editor = cls(tuple(decode_text(data, name).splitlines(keepends=True)), name)
        editor.parse_rows()
        return editor

    def to_bytes(self) -> bytes:
        """Return the bytes of the file, equal to those parsed if nothing was edited."""
        return "".join(self.lines).encode("utf-8")

    def parse_rows(self) -> list[UnresolvedAnnotation]:
        """Return the annotations in the rows, in order; raises :class:`AnnotationError` for the first invalid one."""
        return parse_sidecar("".join(self.lines).removeprefix(BOM), self.path)

    def with_row(self, where: str, label: Label, note: str, attributes: Attributes) -> SidecarEditor:
        """Return an editor with a row added at the end."""
        start, end = split_location(where)
        cells = {"start": start, "end": end, "label": format_label(label, attributes), "note": " ".join(note.split())}
        editor = self._with_columns(name for name, value in cells.items() if value)
        return editor._with_line(editor._format_row(cells))

    def replace_row(self, number: int, rows: Sequence[SidecarRow]) -> SidecarEditor:
        """Return an editor with ``rows`` in place of row ``number`` (from 1), or raise :class:`AnnotationError`."""
        old = self._parse_row_number(number)
        has_note = any(row.note for row in rows)
        editor = self._with_columns(("end", "note") if has_note else ("end",)) if rows else self
        line_number = editor._parse_row_number(number).origin.line
        assert line_number is not None
        index = line_number - 1
        line = editor.lines[index]
        _, delimiter, names = editor._header()
        old_cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter))
        is_unended = index == len(editor.lines) - 1 and not line.endswith(("\n", "\r"))
        lines = []
        for row in rows:
            if row == SidecarRow(old.label, old.note, old.attributes):
                lines.append(line)
                continue
            cells = dict(zip(names, old_cells, strict=False))
            if row.bounds is not None:
                cells["start"], cells["end"] = row.bounds
            if (row.label, row.attributes) != (old.label, old.attributes):
                cells |= {"label": format_label(row.label, row.attributes), "distance": "", "speed": ""}
            if row.note != old.note:
                cells["note"] = " ".join(row.note.split())
            lines.append(editor._format_row(cells, "" if is_unended and row is rows[-1] else None))
        return replace(editor, lines=(*editor.lines[:index], *lines, *editor.lines[index + 1 :]))

    def _parse_row_number(self, number: int) -> UnresolvedAnnotation:
        annotations = self.parse_rows()
        if not 1 <= number <= len(annotations):
            count = format_count(len(annotations), "annotation")
            raise AnnotationError(f"holds {count}, there is no number {number}", path=self.path)
        return annotations[number - 1]

    def _with_columns(self, names: Iterable[str]) -> SidecarEditor:
        """Return an editor whose header has the named columns too; if there is none, one with all columns is added."""
        index, delimiter, present = self._header()
        if index is None:
            return self._with_line(",".join(COLUMNS) + self._newline())
        wanted, lines = set(names), list(self.lines)
        header = lines[index].rstrip("\r\n")
        added = "".join(delimiter + name for name in COLUMNS if name in wanted and name not in present)
        lines[index] = header + added + lines[index][len(header) :]
        return replace(self, lines=tuple(lines))

    def _with_line(self, line: str) -> SidecarEditor:
        lines = list(self.lines)
        if lines and not lines[-1].endswith(("\n", "\r")):
            lines[-1] += self._newline()
        return replace(self, lines=(*lines, line))

    def _format_row(self, cells: Mapping[str, str], newline: str | None = None) -> str:
        row = io.StringIO()
        _, delimiter, names = self._header()
        csv.writer(row, delimiter=delimiter, lineterminator="").writerow([cells.get(name, "") for name in names])
        return row.getvalue() + (self._newline() if newline is None else newline)

    def _newline(self) -> str:
        return "\r\n" if any(line.endswith("\r\n") for line in self.lines) else "\n"

    def _header(self) -> tuple[int | None, str, list[str]]:
        """Return the index of the header line (None if there is none), the delimiter and the names of the columns."""
        for index, line in enumerate(self.lines):
            if is_row(text := line.removeprefix(BOM)):
                return index, *parse_header(text)
        return None, ",", list(COLUMNS)


def build_sidecar(annotations: Iterable[Annotation], path: str | os.PathLike[str]) -> SidecarEditor:
    """Return a new sidecar with the given annotations, in elapsed times to the microsecond."""
    editor = SidecarEditor.parse(b"", path)
    for annotation in annotations:
        where = f"{format_elapsed(annotation.start_s)}-{format_elapsed(annotation.end_s)}"
        editor = editor.with_row(where, annotation.label, annotation.note, annotation.attributes)
    return editor


def format_elapsed(seconds: float) -> str:
    """Return elapsed seconds as text to the microsecond, as short as possible: ``12:30`` or ``1:02:30.25``."""
    microseconds = round(seconds * 1e6)
    whole_s, fraction = divmod(microseconds, 1_000_000)
    tail = f".{fraction:06d}".rstrip("0") if fraction else ""
    hours, minutes = divmod(whole_s // 60, 60)
    return (f"{hours}:{minutes:02d}" if hours else f"{minutes}") + f":{whole_s % 60:02d}{tail}"


def format_exact_elapsed(seconds: float) -> str:
    """Return elapsed seconds with a fraction, as in ``12:30.0``; an edge so written never moves to a change of pace."""
    text = format_elapsed(round(seconds, 3))
    return text if "." in text else f"{text}.0"


def transfer_annotations(
    annotations: Iterable[Annotation], source: CleanedActivity, target: CleanedActivity, sidecar: SidecarEditor
) -> SidecarEditor:
    """Return a sidecar with annotations moved by time of day; raises :class:`AnnotationError` if none overlaps."""
    if source.start_time is None or target.start_time is None:
        raise AnnotationError("annotations are carried by the clock, but a recording has none")
    offset_s = (target.start_time - source.start_time).total_seconds()
    last_s = offset_s + target.elapsed_s
    inside = [item for item in annotations if item.end_s > offset_s and item.start_s < last_s]
    if not inside:
        raise AnnotationError(
            f"the recordings do not overlap there: one begins {source.start_time:%Y-%m-%d %H:%M:%SZ}, "
            f"the other {target.start_time:%Y-%m-%d %H:%M:%SZ}"
        )
    for annotation in inside:
        start_s, end_s = max(annotation.start_s, offset_s), min(annotation.end_s, last_s)
        is_exact = annotation.edge_tolerance_s <= BUTTON_TOLERANCE_S  # a fraction keeps edges from being moved
        start, end = (_format_clock_time(source.start_time, edge_s, is_exact) for edge_s in (start_s, end_s))
        sidecar = sidecar.with_row(f"{start}-{end}", annotation.label, annotation.note, annotation.attributes)
    return sidecar


def _format_clock_time(start: datetime, seconds: float, is_exact: bool) -> str:
    moment = (start + timedelta(seconds=seconds)).astimezone(UTC)
    if is_exact:
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    return f"{moment + timedelta(microseconds=500_000):%Y-%m-%dT%H:%M:%SZ}"
