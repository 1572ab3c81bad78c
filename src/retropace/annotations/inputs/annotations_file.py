"""Annotation files, told apart by their content: sidecars, or label tracks of the program Audacity.

A label track has lines ``start TAB end TAB label`` in seconds, as Audacity exports and imports them.
A label of no length lasts until the next one. Lines that start with a backslash (frequency ranges) are skipped.
"""

import os
import re
from collections.abc import Iterable

from retropace.annotations.inputs.sidecar import UNTIL_NEXT, parse_rows, parse_sidecar, read_text
from retropace.annotations.language.labels import parse_label
from retropace.annotations.model.annotation import Annotation, Origin, UnresolvedAnnotation
from retropace.annotations.model.label import format_label, split_attributes
from retropace.core.errors import AnnotationError

_ROW = re.compile(r"(-?\d+(?:[.,]\d+)?)\t(-?\d+(?:[.,]\d+)?)(?:\t(.*))?")
"""Pattern of a line of a label track: start, end and label."""


def read_annotations(path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Return the annotations in a file; raises :class:`AnnotationError` with file and line if one is invalid."""
    return parse_annotations(read_text(path), path)


def parse_annotations(text: str, path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Return the annotations in the text of a file; raises :class:`AnnotationError` with ``path`` and line."""
    return parse_label_track(text, path) if is_label_track(text) else parse_sidecar(text, path)


def is_label_track(text: str) -> bool:
    """Return whether the first line of a text has the form of a label track."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return _ROW.fullmatch(first.rstrip()) is not None


def parse_label_track(text: str, path: str | os.PathLike[str]) -> list[UnresolvedAnnotation]:
    """Return the annotations in a label track in order; raises :class:`AnnotationError` with ``path`` and line."""
    lines = [(number, line.rstrip("\r\n")) for number, line in enumerate(text.splitlines(keepends=True), 1)]
    rows = [(number, line) for number, line in lines if line.strip() and not line.startswith("\\")]
    return parse_rows(rows, "audacity", path, _parse_row)


def _parse_row(line: str, origin: Origin) -> UnresolvedAnnotation:
    match = _ROW.fullmatch(line)
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
