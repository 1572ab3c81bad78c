"""A sidecar as text that can be edited: comments, order, separators and line ends stay as their owner wrote them."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from retropace.annotations.inputs.location import split_where
from retropace.annotations.inputs.sidecar import BOM, COLUMNS, decoded, is_row, parse_sidecar, separator_of
from retropace.annotations.language.labels import Label
from retropace.annotations.model.annotation import Annotation, Marking
from retropace.annotations.model.attributes import Attributes
from retropace.core.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is to say.

    ``place`` is its start and its end as they are to be written; None leaves them as they are.
    """

    label: Label
    note: str
    attributes: Attributes
    place: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SidecarText:
    """The lines of a sidecar with their ends, as read; ``path`` is for messages."""

    lines: tuple[str, ...]
    path: str

    @classmethod
    def parse(cls, data: bytes, path: str | os.PathLike[str]) -> SidecarText:
        """The text of a sidecar's bytes; raises :class:`AnnotationError` if it is none."""
        name = os.fspath(path)
        text = decoded(data, name)
        made = cls(tuple(text.splitlines(keepends=True)), name)
        made.markings()
        return made

    def to_bytes(self) -> bytes:
        """The bytes of the file: those that were parsed, if nothing was changed."""
        return "".join(self.lines).encode("utf-8")

    def markings(self) -> list[Marking]:
        """What its rows say, in order; raises :class:`AnnotationError` for the first bad one."""
        return parse_sidecar("".join(self.lines).removeprefix(BOM), self.path)

    def with_row(self, where: str, label: Label, note: str, attributes: Attributes) -> SidecarText:
        """The text with one more row at its end."""
        start, end = split_where(where)
        cells = {"start": start, "end": end, "label": _said(label, attributes), "note": " ".join(note.split())}
        made = self._with_columns(name for name, value in cells.items() if value)
        lines = list(made.lines)
        if not lines[-1].endswith(("\n", "\r")):
            lines[-1] += made._newline()
        return replace(made, lines=(*lines, made._line(cells)))

    def with_rows(self, number: int, rows: Sequence[Row]) -> SidecarText:
        """The text with other rows in the place of its ``number``-th one, counted from 1; none take it out.

        What a row has in columns of its owner's, and whatever it says already, is kept as it is written. Raises
        :class:`AnnotationError` if there is no such row.
        """
        was = self._marking(number)
        noted = any(row.note for row in rows)
        made = self._with_columns(("end", "note") if noted else ("end",)) if rows else self
        at = made._line_of(number) - 1
        held = made._cells(made.lines[at])
        lines = []
        for row in rows:
            if row == Row(was.label, was.note, was.attributes):
                lines.append(made.lines[at])
                continue
            cells = dict(held)
            if row.place is not None:
                cells["start"], cells["end"] = row.place
            if (row.label, row.attributes) != (was.label, was.attributes):
                cells |= {"label": _said(row.label, row.attributes), "distance": "", "speed": ""}
            if row.note != was.note:
                cells["note"] = " ".join(row.note.split())
            is_last = at == len(made.lines) - 1 and row is rows[-1] and not made.lines[at].endswith(("\n", "\r"))
            lines.append(made._line(cells, "" if is_last else None))
        return replace(made, lines=(*made.lines[:at], *lines, *made.lines[at + 1 :]))

    def without_row(self, number: int) -> SidecarText:
        """The text without its ``number``-th row, counted from 1; raises :class:`AnnotationError` if there is none."""
        return self.with_rows(number, ())

    def _marking(self, number: int) -> Marking:
        markings = self.markings()
        if not 1 <= number <= len(markings):
            held = f"{len(markings)} annotation{'s' * (len(markings) != 1)}"
            raise AnnotationError(f"holds {held}, there is no number {number}", path=self.path)
        return markings[number - 1]

    def _line_of(self, number: int) -> int:
        line = self._marking(number).origin.line
        assert line is not None
        return line

    def _with_columns(self, names: Iterable[str]) -> SidecarText:
        """The text whose header names these columns at least, and all of ours if it has none yet."""
        at = self._header_at()
        lines = list(self.lines)
        if at is None:
            if lines and not lines[-1].endswith(("\n", "\r")):
                lines[-1] += self._newline()
            return replace(self, lines=(*lines, ",".join(COLUMNS) + self._newline()))
        wanted, held = set(names), self._header()
        missing = [name for name in COLUMNS if name in wanted and name not in held]
        bare = lines[at].rstrip("\r\n")
        lines[at] = bare + "".join(separator_of(bare) + name for name in missing) + lines[at][len(bare) :]
        return replace(self, lines=tuple(lines))

    def _cells(self, line: str) -> dict[str, str]:
        """The cells of a row by their columns."""
        bare = line.rstrip("\r\n")
        return dict(zip(self._header(), next(csv.reader([bare], delimiter=self._separator())), strict=False))

    def _line(self, cells: Mapping[str, str], newline: str | None = None) -> str:
        """A row of these cells, as the file parts them."""
        row = io.StringIO()
        parted = csv.writer(row, delimiter=self._separator(), lineterminator="")
        parted.writerow([cells.get(name, "") for name in self._header()])
        return row.getvalue() + (self._newline() if newline is None else newline)

    def _newline(self) -> str:
        return "\r\n" if any(line.endswith("\r\n") for line in self.lines) else "\n"

    def _header_at(self) -> int | None:
        return next((at for at, line in enumerate(self.lines) if is_row(line.removeprefix(BOM))), None)

    def _separator(self) -> str:
        at = self._header_at()
        return "," if at is None else separator_of(self.lines[at].removeprefix(BOM))

    def _header(self) -> list[str]:
        at = self._header_at()
        if at is None:
            return list(COLUMNS)
        line = self.lines[at].removeprefix(BOM)
        return [name.strip().casefold() for name in next(csv.reader([line], delimiter=separator_of(line)))]


def _said(label: Label, attributes: Attributes) -> str:
    return " ".join(part for part in (str(label), str(attributes)) if part)


def sidecar_text(annotations: Iterable[Annotation], path: str | os.PathLike[str]) -> SidecarText:
    """A new sidecar of annotations, in elapsed time to the microsecond."""
    made = SidecarText((), os.fspath(path))
    for one in annotations:
        where = f"{elapsed_text(one.start_s)}-{elapsed_text(one.end_s)}"
        made = made.with_row(where, one.label, one.note, one.attributes)
    return made


def elapsed_text(seconds: float) -> str:
    """``12:30`` or ``1:02:30.25``: as short as it can be without losing a microsecond."""
    micro = round(seconds * 1e6)
    whole, fraction = divmod(micro, 1_000_000)
    tail = f".{fraction:06d}".rstrip("0") if fraction else ""
    hours, minutes = divmod(whole // 60, 60)
    return (f"{hours}:{minutes:02d}" if hours else f"{minutes}") + f":{whole % 60:02d}{tail}"


def exact_text(seconds: float) -> str:
    """``12:30.0``: to the millisecond, and always with a fraction, which says that the edge is to stay where it is."""
    text = elapsed_text(round(seconds, 3))
    return text if "." in text else f"{text}.0"
