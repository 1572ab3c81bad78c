"""A sidecar as text that can be edited: comments, order, separators and line ends stay as their owner wrote them."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

from retropace.annotations.annotation import Annotation, Marking
from retropace.annotations.attributes import Attributes
from retropace.annotations.labels import Label
from retropace.annotations.sidecar import BOM, COLUMNS, decoded, is_row, parse_sidecar, separator_of
from retropace.annotations.where import split_where
from retropace.errors import AnnotationError


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
        said = " ".join(part for part in (str(label), str(attributes)) if part)
        cells = {"start": start, "end": end, "label": said, "note": " ".join(note.split())}
        lines, header, at = list(self.lines), self._header(), self._header_at()
        newline = "\r\n" if any(line.endswith("\r\n") for line in lines) else "\n"
        if lines and not lines[-1].endswith(("\n", "\r")):
            lines[-1] += newline
        if header is None or at is None:
            header = list(COLUMNS)
            lines.append(",".join(COLUMNS) + newline)
            separator = ","
        else:
            separator = separator_of(lines[at])
            missing = [name for name in COLUMNS if name not in header and cells[name]]
            if missing:
                bare = lines[at].rstrip("\r\n")
                lines[at] = bare + "".join(separator + name for name in missing) + lines[at][len(bare) :]
                header = [*header, *missing]
        row = io.StringIO()
        csv.writer(row, delimiter=separator, lineterminator="").writerow([cells.get(name, "") for name in header])
        return replace(self, lines=(*lines, row.getvalue() + newline))

    def without_row(self, number: int) -> SidecarText:
        """The text without its ``number``-th row, counted from 1; raises :class:`AnnotationError` if there is none."""
        markings = self.markings()
        if not 1 <= number <= len(markings):
            held = f"{len(markings)} annotation{'s' * (len(markings) != 1)}"
            raise AnnotationError(f"holds {held}, there is no number {number}", path=self.path)
        line = markings[number - 1].origin.line
        assert line is not None
        return replace(self, lines=(*self.lines[: line - 1], *self.lines[line:]))

    def _header_at(self) -> int | None:
        return next((at for at, line in enumerate(self.lines) if is_row(line.removeprefix(BOM))), None)

    def _header(self) -> list[str] | None:
        at = self._header_at()
        if at is None:
            return None
        line = self.lines[at].removeprefix(BOM)
        return [name.strip().casefold() for name in next(csv.reader([line], delimiter=separator_of(line)))]


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
