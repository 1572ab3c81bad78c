"""The table of activity names, descriptions and sports in a Strava bulk export.

``activities.csv`` varies with year and language. The column of file names (``activities/123.fit.gz``) is found by its
values, and the others by their headers in a known language, else by order: number, date, name, sport, description.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from retropace.sources.export_metadata import ExportMetadata

ACTIVITIES_FOLDER = "activities"
"""Name of the folder of the recordings beside the table."""
_HEADERS = {
    "name": ("activity name", "name", "name der aktivität"),
    "description": ("activity description", "description", "aktivitätsbeschreibung"),
    "sport": (
        "type",
        *("activity type", "sport type", "typ der aktivität", "aktivitätsart", "type d'activité", "type d’activité"),
        *("tipo de actividad", "tipo di attività", "tipo de atividade", "activiteitstype"),
    ),
    "note": ("activity private note", "hinweis zur privatsphäre für aktivitäten"),
}
"""Casefolded column headers, in English and German, by field (issue hugovk/strava-tools#1, for example)."""
_DEFAULT_COLUMNS = {"name": 2, "sport": 3, "description": 4}
"""Column index of each field in a table whose headers are unknown."""
_MIN_FILE_SHARE = 0.5
"""Smallest fraction of existing files among the paths in the column of file names."""


def may_be_table(name: str) -> bool:
    """Return whether a file may be the table of activities, judging by its name."""
    return name.lower().endswith(".csv")


def read_metadata(data: bytes, file_exists: Callable[[str], bool]) -> Iterator[tuple[str, ExportMetadata]]:
    """Yield relative path and metadata of every activity whose file is in the export, according to ``file_exists``."""
    rows = _parse_rows(data.decode("utf-8-sig", "replace"))
    column = _find_file_column(rows, file_exists)
    if column is None:
        return
    header = [cell.strip().casefold() for cell in rows[0]]
    columns = {field: _find_column(header, field) for field in _HEADERS}
    known_cells = {cell for names in _HEADERS.values() for cell in names}
    if not known_cells.isdisjoint(header) and not set(_HEADERS["sport"]) & set(header):
        columns["sport"] = None  # the order of columns counts only where no header is known
    for row in rows[1:]:
        file = _parse_file_path(row, column)
        if not file or not file_exists(file):
            continue
        texts = {field: _read_cell(row, column) for field, column in columns.items()}
        descriptions = [texts[field] for field in ("description", "note") if texts[field]]
        yield file, ExportMetadata(texts["name"], "\n".join(descriptions), sport=texts["sport"])


def _parse_rows(text: str) -> list[list[str]]:
    """Parse a CSV table into rows of cells; the most frequent delimiter of the header counts. Empty if damaged."""
    if "\0" in text:
        return []
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        return []


def _find_file_column(rows: list[list[str]], file_exists: Callable[[str], bool]) -> int | None:
    file_counts: Counter[int] = Counter()
    filled_counts: Counter[int] = Counter()
    for row in rows[1:]:
        for column, cell in enumerate(row):
            filled_counts[column] += bool(cell.strip())
            if ACTIVITIES_FOLDER in cell and file_exists(_parse_file_path(row, column)):
                file_counts[column] += 1
    if not file_counts:
        return None
    best = max(file_counts, key=lambda column: (file_counts[column], -column))
    path_count = sum(1 for row in rows[1:] if ACTIVITIES_FOLDER in _read_cell(row, best))
    is_clear = file_counts[best] >= _MIN_FILE_SHARE * max(path_count, 1) or file_counts[best] == filled_counts[best]
    return best if is_clear else None


def _find_column(header: list[str], field: str) -> int | None:
    columns = (column for column, cell in enumerate(header) if cell in _HEADERS[field])
    return next(columns, _DEFAULT_COLUMNS.get(field))


def _parse_file_path(row: list[str], column: int) -> str:
    cell = _read_cell(row, column).replace("\\", "/")
    return str(PurePosixPath(cell)) if cell else ""


def _read_cell(row: list[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""
