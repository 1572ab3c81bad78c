"""Names and descriptions of activities, which vendors' exports store in tables beside the recordings.

The name and description of a recording are found by its file or by its start time.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from retropace.sources.entry import Entry
from retropace.sources.magic import read_created_s

MAX_CLOCK_OFFSET_S = 26 * 3600.0
"""Largest difference in seconds between the creation time of a FIT file and the start of an activity in a table at
which the two may belong together.

It is more than a day, so that a watch set to a wrong time zone still matches."""


@dataclass(frozen=True, slots=True)
class ExportMetadata:
    """Name and description of an activity from the table of a vendor's export.

    ``start_s`` is its start in seconds since 1970; None if the table names the activity's file instead.
    """

    name: str
    description: str = ""
    start_s: float | None = None


class MetadataIndex:
    """Index of the metadata in all exports that a listing finds; a temporary database, as there may be very many."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE by_file (place TEXT PRIMARY KEY, name TEXT, description TEXT)")
        self._db.execute("CREATE TABLE by_start (root TEXT, number TEXT, start_s REAL, name TEXT, description TEXT)")
        self._tables: list[tuple[str, str]] = []
        """For each table that identifies activities by start time: the text with which all places of its export begin,
        and the hash of the table."""
        self._db.execute("CREATE INDEX start ON by_start (start_s)")
        self._db.execute("CREATE INDEX number ON by_start (number)")

    def add_files(self, metadata: Iterable[tuple[str, ExportMetadata]]) -> None:
        """Add metadata by the place of the recording's file; for a place that occurs twice, the first are kept."""
        rows = ((place, activity.name, activity.description) for place, activity in metadata)
        self._db.executemany("INSERT OR IGNORE INTO by_file VALUES (?, ?, ?)", rows)

    def add_starts(self, root: str, metadata: Iterable[tuple[str, ExportMetadata]]) -> None:
        """Add metadata with activity number and start; they apply to recordings whose place begins with ``root``."""
        rows = [(root, number, activity.start_s, activity.name, activity.description) for number, activity in metadata]
        self._tables.append((root, hashlib.sha256(repr(rows).encode("utf-8", "surrogatepass")).hexdigest()[:16]))
        self._db.executemany("INSERT INTO by_start VALUES (?, ?, ?, ?, ?)", rows)

    def compute_fingerprint(self, place: str) -> str:
        """Compute a text that changes whenever the metadata for the file at a place may have changed."""
        row = self._db.execute("SELECT name, description FROM by_file WHERE place = ?", (place,)).fetchone()
        file_digest = "" if row is None else hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return file_digest + "".join(digest for root, digest in self._tables if place.startswith(root))

    def find_metadata(self, entry: Entry, head: bytes) -> tuple[ExportMetadata, ...]:
        """Find the metadata that may belong to an entry; ``head`` is its first bytes, decompressed.

        If the place or an activity number in the file name matches, its metadata are the only candidate. Otherwise all
        activities that start near the creation time of the FIT file are candidates; once the file is read, the start of
        a session decides between them.
        """
        row = self._db.execute("SELECT name, description FROM by_file WHERE place = ?", (entry.place,)).fetchone()
        if row is not None:
            return (ExportMetadata(*row),)
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

    def close(self) -> None:
        """Close and delete the temporary database."""
        self._db.close()


def _find_numbers(place: str) -> list[str]:
    """Find numbers of six or more digits in the file name of a place; the activity's number may be among them."""
    name = place.replace("\\", "/").rpartition("/")[2]
    digits = "".join(letter if letter.isdigit() and letter.isascii() else " " for letter in name)
    return [number for number in digits.split() if len(number) > 5]
