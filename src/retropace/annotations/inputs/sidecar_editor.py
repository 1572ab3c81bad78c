"""A sidecar as text that can be edited: comments, order, separators and line ends stay as their owner wrote them."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from retropace.annotations.inputs.location import split_location
from retropace.annotations.inputs.sidecar import BOM, COLUMNS, decode_text, detect_delimiter, is_row, parse_sidecar
from retropace.annotations.language.labels import Label
from retropace.annotations.model.annotation import Annotation, UnresolvedAnnotation
from retropace.annotations.model.attributes import Attributes
from retropace.core.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class SidecarRow:
    """What a row is to say.

    ``place`` is its start and its end as they are to be written; None leaves them as they are.
    """

    label: Label
    note: str
    attributes: Attributes
    bounds: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SidecarEditor:
    """The lines of a sidecar with their ends, as read; ``path`` is for messages."""

    lines: tuple[str, ...]
    path: str

    @classmethod
    def parse(cls, data: bytes, path: str | os.PathLike[str]) -> SidecarEditor:
        """The text of a sidecar's bytes; raises :class:`AnnotationError` if it is none."""
        name = os.fspath(path)
        text = decode_text(data, name)
        made = cls(tuple(text.splitlines(keepends=True)), name)
        made.parse_rows()
        return made

    def to_bytes(self) -> bytes:
        """The bytes of the file: those that were parsed, if nothing was changed."""
        return "".join(self.lines).encode("utf-8")

    def parse_rows(self) -> list[UnresolvedAnnotation]:
        """What its rows say, in order; raises :class:`AnnotationError` for the first bad one."""
        return parse_sidecar("".join(self.lines).removeprefix(BOM), self.path)

    def with_row(self, where: str, label: Label, note: str, attributes: Attributes) -> SidecarEditor:
        """The text with one more row at its end."""
        start, end = split_location(where)
        cells = {"start": start, "end": end, "label": _format_label(label, attributes), "note": " ".join(note.split())}
        made = self._with_columns(name for name, value in cells.items() if value)
        lines = list(made.lines)
        if not lines[-1].endswith(("\n", "\r")):
            lines[-1] += made._newline()
        return replace(made, lines=(*lines, made._format_row(cells)))

    def replace_row(self, number: int, rows: Sequence[SidecarRow]) -> SidecarEditor:
        """The text with other rows in the place of its ``number``-th one, counted from 1; none take it out.

        What a row has in columns of its owner's, and whatever it says already, is kept as it is written. Raises
        :class:`AnnotationError` if there is no such row.
        """
        was = self._parse_row_number(number)
        noted = any(row.note for row in rows)
        made = self._with_columns(("end", "note") if noted else ("end",)) if rows else self
        at = made._line_number(number) - 1
        held = made._parse_cells(made.lines[at])
        lines = []
        for row in rows:
            if row == SidecarRow(was.label, was.note, was.attributes):
                lines.append(made.lines[at])
                continue
            cells = dict(held)
            if row.bounds is not None:
                cells["start"], cells["end"] = row.bounds
            if (row.label, row.attributes) != (was.label, was.attributes):
                cells |= {"label": _format_label(row.label, row.attributes), "distance": "", "speed": ""}
            if row.note != was.note:
                cells["note"] = " ".join(row.note.split())
            is_last = at == len(made.lines) - 1 and row is rows[-1] and not made.lines[at].endswith(("\n", "\r"))
            lines.append(made._format_row(cells, "" if is_last else None))
        return replace(made, lines=(*made.lines[:at], *lines, *made.lines[at + 1 :]))

    def without_row(self, number: int) -> SidecarEditor:
        """The text without its ``number``-th row, counted from 1; raises :class:`AnnotationError` if there is none."""
        return self.replace_row(number, ())

    def _parse_row_number(self, number: int) -> UnresolvedAnnotation:
        markings = self.parse_rows()
        if not 1 <= number <= len(markings):
            held = f"{len(markings)} annotation{'s' * (len(markings) != 1)}"
            raise AnnotationError(f"holds {held}, there is no number {number}", path=self.path)
        return markings[number - 1]

    def _line_number(self, number: int) -> int:
        line = self._parse_row_number(number).origin.line
        assert line is not None
        return line

    def _with_columns(self, names: Iterable[str]) -> SidecarEditor:
        """The text whose header names these columns at least, and all of ours if it has none yet."""
        at = self._header_index()
        lines = list(self.lines)
        if at is None:
            if lines and not lines[-1].endswith(("\n", "\r")):
                lines[-1] += self._newline()
            return replace(self, lines=(*lines, ",".join(COLUMNS) + self._newline()))
        wanted, held = set(names), self._column_names()
        missing = [name for name in COLUMNS if name in wanted and name not in held]
        bare = lines[at].rstrip("\r\n")
        lines[at] = bare + "".join(detect_delimiter(bare) + name for name in missing) + lines[at][len(bare) :]
        return replace(self, lines=tuple(lines))

    def _parse_cells(self, line: str) -> dict[str, str]:
        """The cells of a row by their columns."""
        bare = line.rstrip("\r\n")
        return dict(zip(self._column_names(), next(csv.reader([bare], delimiter=self._delimiter())), strict=False))

    def _format_row(self, cells: Mapping[str, str], newline: str | None = None) -> str:
        """A row of these cells, as the file parts them."""
        row = io.StringIO()
        parted = csv.writer(row, delimiter=self._delimiter(), lineterminator="")
        parted.writerow([cells.get(name, "") for name in self._column_names()])
        return row.getvalue() + (self._newline() if newline is None else newline)

    def _newline(self) -> str:
        return "\r\n" if any(line.endswith("\r\n") for line in self.lines) else "\n"

    def _header_index(self) -> int | None:
        return next((at for at, line in enumerate(self.lines) if is_row(line.removeprefix(BOM))), None)

    def _delimiter(self) -> str:
        at = self._header_index()
        return "," if at is None else detect_delimiter(self.lines[at].removeprefix(BOM))

    def _column_names(self) -> list[str]:
        at = self._header_index()
        if at is None:
            return list(COLUMNS)
        line = self.lines[at].removeprefix(BOM)
        return [name.strip().casefold() for name in next(csv.reader([line], delimiter=detect_delimiter(line)))]


def _format_label(label: Label, attributes: Attributes) -> str:
    return " ".join(part for part in (str(label), str(attributes)) if part)


def build_sidecar(annotations: Iterable[Annotation], path: str | os.PathLike[str]) -> SidecarEditor:
    """A new sidecar of annotations, in elapsed time to the microsecond."""
    made = SidecarEditor((), os.fspath(path))
    for one in annotations:
        where = f"{format_elapsed(one.start_s)}-{format_elapsed(one.end_s)}"
        made = made.with_row(where, one.label, one.note, one.attributes)
    return made


def format_elapsed(seconds: float) -> str:
    """``12:30`` or ``1:02:30.25``: as short as it can be without losing a microsecond."""
    micro = round(seconds * 1e6)
    whole, fraction = divmod(micro, 1_000_000)
    tail = f".{fraction:06d}".rstrip("0") if fraction else ""
    hours, minutes = divmod(whole // 60, 60)
    return (f"{hours}:{minutes:02d}" if hours else f"{minutes}") + f":{whole % 60:02d}{tail}"


def format_exact_elapsed(seconds: float) -> str:
    """``12:30.0``: to the millisecond, and always with a fraction, which says that the edge is to stay where it is."""
    text = format_elapsed(round(seconds, 3))
    return text if "." in text else f"{text}.0"
