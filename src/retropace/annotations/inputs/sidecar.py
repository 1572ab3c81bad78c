"""The sidecar ``NAME.annotations.csv`` beside a recording: columns ``start,end,label,note``.

``start`` and ``end`` are elapsed (``12:30``), a distance (``1.2km``) or a time of day (``08:01:10Z``). ``start`` may
also be a whole stretch (``lap 3``, ``lap 2,4``, ``12:30-15:00``) with ``end`` left empty. An empty ``end`` after a
moment means until the next row, or the end. Lines that start with ``#`` are comments. UTF-8.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

from retropace.annotations.inputs.location import parse_location, parse_point
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import Origin, UnresolvedAnnotation
from retropace.annotations.model.attributes import parse_attributes, split_attributes
from retropace.core.errors import AnnotationError

COLUMNS = ("start", "end", "label", "note")
UNTIL_NEXT = " until next"
"""Stands behind a ``where`` whose end is the next row's start."""
MAX_FILE_BYTES = 16 * 2**20
"""A sidecar is typed by a person: more than this is another file."""
BOM = "\ufeff"
"""Some editors put it before the text."""
MAX_ROWS = 10_000
"""A change every ten seconds for 28 hours."""


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file that a person writes; raises :class:`AnnotationError` if there is none or it is too large."""
    try:
        if Path(path).stat().st_size > MAX_FILE_BYTES:
            raise AnnotationError("is too large for annotations: is this the right file?", path=path)
        return Path(path).read_bytes()
    except OSError as bad:
        raise AnnotationError(f"cannot be read: {bad.strerror or bad}", path=path) from None


def decode_text(data: bytes, path: str | os.PathLike[str]) -> str:
    """UTF-8 bytes as text, a byte order mark included; raises :class:`AnnotationError` with the line that is none."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as bad:
        line = data[: bad.start].count(b"\n") + 1
        raise AnnotationError("is not UTF-8 text: save it as UTF-8", path=path, where=str(line)) from None


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of such a file without a byte order mark."""
    return decode_text(read_bytes(path), path).removeprefix(BOM)


def read_sidecar(path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """The rows of a sidecar in order; raises :class:`AnnotationError` with file and line for the first bad one."""
    return parse_sidecar(read_text(path), path)


def parse_sidecar(text: str, path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """The rows of a sidecar's text; ``path`` is for messages and origins."""
    name = os.fspath(path)
    if "\0" in text:
        raise AnnotationError("is not text: annotations are CSV with the columns start,end,label,note", path=name)
    lines = text.splitlines(keepends=True)
    table = [(number, line) for number, line in enumerate(lines, 1) if is_row(line)]
    if not table:
        return []
    first, header_line = table[0]
    delimiter = detect_delimiter(header_line)
    header = [column.strip().casefold() for column in next(csv.reader([header_line], delimiter=delimiter))]
    if not {"start", "label"} <= set(header):
        raise AnnotationError("the first line must name the columns start,end,label,note", path=name, where=str(first))
    if len(table) - 1 > MAX_ROWS:
        raise AnnotationError(
            f"has {len(table) - 1} rows, more than {MAX_ROWS}: is this the right file?",
            path=name,
            where=str(table[MAX_ROWS + 1][0]),
        )
    markings: list[UnresolvedAnnotation] = []
    for number, line in table[1:]:
        try:
            row = next(csv.reader([line], delimiter=delimiter, strict=True))
            markings.append(_parse_row(header, row, Origin("sidecar", line.strip(), name, number)))
        except csv.Error as bad:
            raise AnnotationError(f"is no CSV row: {bad}", path=name, where=str(number)) from None
        except AnnotationError as bad:
            raise AnnotationError(bad.message, path=name, where=str(number)) from None
    return markings


def is_row(line: str) -> bool:
    """Whether a line is neither empty nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def detect_delimiter(header_line: str) -> str:
    """What parts the cells, told by the header."""
    return next((mark for mark in (",", ";", "\t") if mark in header_line), ",")


def _parse_row(header: list[str], values: list[str], origin: Origin) -> UnresolvedAnnotation:
    if len(values) > len(header) and any(cell.strip() for cell in values[len(header) :]):
        raise AnnotationError(
            f"has {len(values)} cells, the header has {len(header)}: put a text with commas in quotes"
        )
    cells = {column: cell.strip() for column, cell in zip(header, values, strict=False)}
    start, end = cells.get("start", ""), cells.get("end", "")
    if not start:
        raise AnnotationError("start is empty")
    text, attributes = split_attributes(cells.get("label", ""))
    label = parse_label(text)
    in_columns = parse_attributes(cells)
    if attributes and in_columns:
        raise AnnotationError("gives distance or speed twice: behind the label and in a column")
    if end:
        parse_point(start)
        parse_point(end)
        where = f"{start}-{end}"
    else:
        try:
            parse_point(start)
            where = start + UNTIL_NEXT
        except AnnotationError:
            parse_location(start)
            where = start
    return UnresolvedAnnotation(where, label, cells.get("note", ""), origin, attributes or in_columns)
