"""Reader of sidecars and of the label tracks of the program Audacity; docs/formats.md describes both."""

import csv
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from retropace.annotations.inputs.location import parse_location, parse_point
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import Annotation, Origin, UnresolvedAnnotation
from retropace.annotations.model.label import format_label, parse_attributes, split_attributes
from retropace.core.errors import AnnotationError
from retropace.core.sidecar_path import MAX_SIDECAR_BYTES

COLUMNS = ("start", "end", "label", "note")
"""Columns of a newly written sidecar."""
UNTIL_NEXT = " until next"
"""Suffix that marks the text of a location as lasting until the start of the next annotation."""
BOM = "\ufeff"
"""Byte order mark, which some editors put before the text."""
MAX_ROWS = 10_000
"""Largest number of rows that a sidecar may have; more are an error."""
_LABEL = re.compile(r"(-?\d+(?:[.,]\d+)?)\t(-?\d+(?:[.,]\d+)?)(?:\t(.*))?")
"""Pattern of a line of a label track: start, end and label."""


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of an annotation file; raises :class:`AnnotationError` if it cannot be read or is too large."""
    try:
        if Path(path).stat().st_size > MAX_SIDECAR_BYTES:
            raise AnnotationError("is too large for annotations: is this the right file?", path=path)
        return Path(path).read_bytes()
    except OSError as error:
        raise AnnotationError.from_os_error("cannot be read", error, path) from None


def decode_text(data: bytes, path: str | os.PathLike[str]) -> str:
    """Return UTF-8 bytes as text, with any byte order mark; raises :class:`AnnotationError` with the line at fault."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise AnnotationError("is not UTF-8 text: save it as UTF-8", path=path, where=str(line)) from None


def read_text(path: str | os.PathLike[str]) -> str:
    """Return the text of an annotation file without a byte order mark."""
    return decode_text(read_bytes(path), path).removeprefix(BOM)


def read_sidecar(path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Return the annotations in the rows of a sidecar; raises :class:`AnnotationError` with file and line."""
    return parse_sidecar(read_text(path), path)


def parse_sidecar(text: str, path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Return the annotations in the text of a sidecar; raises :class:`AnnotationError` with ``path`` and line."""
    if "\0" in text:
        raise AnnotationError("is not text: annotations are CSV with the columns start,end,label,note", path=path)
    rows = [(number, line) for number, line in enumerate(text.splitlines(keepends=True), 1) if is_row(line)]
    if not rows:
        return []
    header_number, header_line = rows.pop(0)
    delimiter, header = parse_header(header_line)
    if not {"start", "label"} <= set(header):
        message = "the first line must name the columns start,end,label,note"
        raise AnnotationError(message, path=path, where=str(header_number))

    def parse_line(line: str, origin: Origin) -> UnresolvedAnnotation:
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise AnnotationError(f"is no CSV row: {error}") from None
        return _parse_row(header, cells, origin)

    return parse_rows(rows, "sidecar", path, parse_line)


def parse_rows(
    rows: Sequence[tuple[int, str]],
    kind: str,
    path: str | os.PathLike[str],
    parse_row: Callable[[str, Origin], UnresolvedAnnotation],
) -> list[UnresolvedAnnotation]:
    """Parse numbered lines by ``parse_row``, which is given an origin of this kind; errors get path and line."""
    if len(rows) > MAX_ROWS:
        noun = "rows" if kind == "sidecar" else "labels"
        message = f"has {len(rows)} {noun}, more than {MAX_ROWS}: is this the right file?"
        raise AnnotationError(message, path=path, where=str(rows[MAX_ROWS][0]))
    annotations: list[UnresolvedAnnotation] = []
    for number, line in rows:
        try:
            annotations.append(parse_row(line, Origin(kind, line.strip(), os.fspath(path), number)))
        except AnnotationError as error:
            raise AnnotationError(error.message, path=path, where=str(number)) from None
    return annotations


def is_row(line: str) -> bool:
    """Return whether a line of a sidecar holds cells, being neither empty nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def parse_header(line: str) -> tuple[str, list[str]]:
    """Return the delimiter of cells (comma, semicolon or tab) and the names of the columns in a header line."""
    delimiter = next((delimiter for delimiter in (",", ";", "\t") if delimiter in line), ",")
    return delimiter, [name.strip().casefold() for name in next(csv.reader([line], delimiter=delimiter))]


def _parse_row(header: list[str], values: list[str], origin: Origin) -> UnresolvedAnnotation:
    if any(cell.strip() for cell in values[len(header) :]):
        count = f"has {len(values)} cells, the header has {len(header)}"
        raise AnnotationError(f"{count}: put a text with commas in quotes")
    cells = {column: cell.strip() for column, cell in zip(header, values, strict=False)}
    start, end = cells.get("start", ""), cells.get("end", "")
    if not start:
        raise AnnotationError("start is empty")
    text, attributes = split_attributes(cells.get("label", ""))
    label = parse_label(text)
    column_attributes = parse_attributes(cells)
    if attributes and column_attributes:
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
    return UnresolvedAnnotation(where, label, cells.get("note", ""), origin, attributes or column_attributes)


def read_annotations(path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Return the annotations in a file; raises :class:`AnnotationError` with file and line if one is invalid."""
    return parse_annotations(read_text(path), path)


def parse_annotations(text: str, path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Return the annotations in the text of a file; raises :class:`AnnotationError` with ``path`` and line."""
    return parse_label_track(text, path) if is_label_track(text) else parse_sidecar(text, path)


def is_label_track(text: str) -> bool:
    """Return whether the first line of a text has the form of a label track."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return _LABEL.fullmatch(first.rstrip()) is not None


def parse_label_track(text: str, path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Return the annotations in a label track in order; raises :class:`AnnotationError` with ``path`` and line."""
    lines = [(number, line.rstrip("\r\n")) for number, line in enumerate(text.splitlines(keepends=True), 1)]
    rows = [(number, line) for number, line in lines if line.strip() and not line.startswith("\\")]
    return parse_rows(rows, "audacity", path, _parse_label)


def _parse_label(line: str, origin: Origin) -> UnresolvedAnnotation:
    match = _LABEL.fullmatch(line)
    if match is None:
        raise AnnotationError("is no label of a label track: start, end in seconds and the label, parted by tabs")
    start, end = (float(part.replace(",", ".")) for part in match.groups()[:2])
    if start < 0.0 or end < start:
        raise AnnotationError(f"a label from {match[1]} to {match[2]} s is none")
    text, attributes = split_attributes(match[3] or "")
    label = parse_label(text)
    where = f"{start:.6f}s{UNTIL_NEXT}" if end == start else f"{start:.6f}s-{end:.6f}s"
    return UnresolvedAnnotation(where, label, "", origin, attributes)


def format_label_track(annotations: Iterable[Annotation]) -> str:
    """Return annotations as the text of a label track that Audacity imports, one line for each."""
    return "".join(
        f"{item.start_s:.6f}\t{item.end_s:.6f}\t{format_label(item.label, item.attributes)}\n" for item in annotations
    )
