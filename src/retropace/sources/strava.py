"""The table in a Strava bulk export: names and descriptions of the files beside it.

``activities.csv`` has changed its columns, repeats some of them and is written in the language of its owner, with
commas or semicolons between. What stays is that one column holds the names of the files (``activities/123.fit.gz``),
and that the first five columns are number, date, name, sport and description. So the column of files is found by its
values; the others by the words of their headers where these are known, else by their order.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from retropace.sources.export_metadata import ExportMetadata

ACTIVITIES_FOLDER = "activities"
_NAME, _DESCRIPTION, _NOTE = "name", "description", "note"
# Headers as exports write them, casefolded; where a header is not among these the order of columns decides. English
# and German after headers that users posted (hugovk/strava-tools 1, martin-ueding/geo-activity-playground 191, 348).
_HEADERS = {
    _NAME: ("activity name", "name", "name der aktivität"),
    _DESCRIPTION: ("activity description", "description", "aktivitätsbeschreibung"),
    _NOTE: ("activity private note", "hinweis zur privatsphäre für aktivitäten"),
}
_DEFAULT_COLUMNS = {_NAME: 2, _DESCRIPTION: 4}
_MIN_FILE_SHARE = 0.5
"""At least this share of a column's filled cells are files of the export, or it is no column of files."""


def may_be_table(name: str) -> bool:
    """Whether a file is worth a look: a CSV."""
    return name.lower().endswith(".csv")


def read_metadata(data: bytes, file_exists: Callable[[str], bool]) -> Iterator[tuple[str, ExportMetadata]]:
    """Each file with the name and description of its activity; ``exists`` tells whether the export holds a file.

    Nothing for a table that names no files of the export.
    """
    text = data.decode("utf-8-sig", "replace")
    if "\0" in text:
        return
    rows = _parse_rows(text)
    column = _find_file_column(rows, file_exists)
    if column is None:
        return
    header = [cell.strip().casefold() for cell in rows[0]]
    places = {what: _find_column(header, what) for what in _HEADERS}
    for row in rows[1:]:
        file = _parse_file_path(row, column)
        if not file or not file_exists(file):
            continue
        said = {what: _read_cell(row, at) for what, at in places.items()}
        notes = [said[what] for what in (_DESCRIPTION, _NOTE) if said[what]]
        yield file, ExportMetadata(said[_NAME], "\n".join(notes))


def _parse_rows(text: str) -> list[list[str]]:
    """The rows, with whichever separator makes most of the first line."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        return []


def _find_file_column(rows: list[list[str]], file_exists: Callable[[str], bool]) -> int | None:
    """The column most of whose values are files of the export; None if there is none."""
    counts: dict[int, int] = {}
    filled: dict[int, int] = {}
    for row in rows[1:]:
        for at, cell in enumerate(row):
            if cell.strip():
                filled[at] = filled.get(at, 0) + 1
                if ACTIVITIES_FOLDER in cell and file_exists(_parse_file_path(row, at)):
                    counts[at] = counts.get(at, 0) + 1
    if not counts:
        return None
    best = max(counts, key=lambda at: (counts[at], -at))
    paths = sum(1 for row in rows[1:] if ACTIVITIES_FOLDER in _read_cell(row, best))
    return best if counts[best] >= _MIN_FILE_SHARE * max(paths, 1) or counts[best] == filled[best] else None


def _find_column(header: list[str], field: str) -> int | None:
    for at, cell in enumerate(header):
        if cell in _HEADERS[field]:
            return at
    return _DEFAULT_COLUMNS.get(field)


def _parse_file_path(row: list[str], column: int) -> str:
    """The file that a row is about, as the archive names it."""
    cell = _read_cell(row, column).replace("\\", "/")
    return str(PurePosixPath(cell)) if cell else ""


def _read_cell(row: list[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""
