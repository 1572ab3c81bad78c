"""Names and descriptions of activities, which vendors' exports store in tables beside the recordings."""

import hashlib
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from retropace.sources.entry import Entry
from retropace.sources.magic import read_created_s

MAX_CLOCK_OFFSET_S = 26 * 3600.0
"""Largest time in seconds between creation of a FIT file and start in a table; a wrong time zone makes up to a day."""


@dataclass(frozen=True, slots=True)
class ExportMetadata:
    """Name and description of an activity from the table of a vendor's export."""

    name: str
    description: str = ""
    start_s: float | None = None  # seconds since 1970; None if the table names the activity's file instead
    sport: str = ""  # as the user has it in the table; empty if the table has none


class MetadataIndex:
    """Index of the metadata in all exports that a listing finds, as a temporary database."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE by_file (place TEXT PRIMARY KEY, name TEXT, description TEXT, sport TEXT)")
        self._db.execute("CREATE TABLE by_start (root TEXT, number TEXT, start_s REAL, name TEXT, description TEXT)")
        self._tables: list[tuple[str, str]] = []  # how all places of each table's export begin, and the table's hash
        self._db.execute("CREATE INDEX start ON by_start (start_s)")
        self._db.execute("CREATE INDEX number ON by_start (number)")

    def add_files(self, metadata: Iterable[tuple[str, ExportMetadata]]) -> None:
        """Add metadata by the place of the recording's file; for a place that occurs twice, the first are kept."""
        rows = ((place, activity.name, activity.description, activity.sport) for place, activity in metadata)
        self._db.executemany("INSERT OR IGNORE INTO by_file VALUES (?, ?, ?, ?)", rows)

    def add_starts(self, root: str, metadata: Iterable[tuple[str, ExportMetadata]]) -> None:
        """Add metadata with activity number and start; they apply to recordings whose place begins with ``root``."""
        rows = [(root, number, activity.start_s, activity.name, activity.description) for number, activity in metadata]
        self._tables.append((root, _hash(rows)))
        self._db.executemany("INSERT INTO by_start VALUES (?, ?, ?, ?, ?)", rows)

    def compute_fingerprint(self, place: str) -> str:
        """Compute a text that changes whenever the metadata for the file at a place may have changed."""
        row = self._find_by_file(place)
        table_digests = (digest for root, digest in self._tables if place.startswith(root))
        return ("" if row is None else _hash(row)) + "".join(table_digests)

    def find_metadata(self, entry: Entry, head: bytes) -> tuple[ExportMetadata, ...]:
        """Find metadata by place, else by a number in the name, else by the FIT file's creation, read from ``head``."""
        row = self._find_by_file(entry.place)
        if row is not None:
            name, description, sport = row
            return (ExportMetadata(name, description, sport=sport),)
        for number in _find_numbers(entry.place):
            row = self._db.execute(
                "SELECT name, description FROM by_start WHERE number = ? AND substr(?, 1, length(root)) = root",
                (number, entry.place),
            ).fetchone()
            if row is not None:
                return (ExportMetadata(*row),)
        created_s = read_created_s(head)
        if created_s is None:
            return ()
        rows = self._db.execute(
            "SELECT DISTINCT name, description, start_s FROM by_start WHERE start_s BETWEEN ? AND ?"
            " AND substr(?, 1, length(root)) = root ORDER BY start_s, name",
            (created_s - MAX_CLOCK_OFFSET_S, created_s + MAX_CLOCK_OFFSET_S, entry.place),
        )
        return tuple(ExportMetadata(*row) for row in rows)

    def _find_by_file(self, place: str) -> Any:
        return self._db.execute("SELECT name, description, sport FROM by_file WHERE place = ?", (place,)).fetchone()

    def close(self) -> None:
        """Close and delete the temporary database."""
        self._db.close()


def _hash(rows: Any) -> str:
    return hashlib.sha256(repr(rows).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _find_numbers(place: str) -> list[str]:
    return re.findall("[0-9]{6,}", place.replace("\\", "/").rpartition("/")[2])
