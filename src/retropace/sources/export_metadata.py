"""What an export says of its activities beside the recordings: names and descriptions, found again by file or time."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from retropace.sources.entry import Entry
from retropace.sources.magic import read_created_s

MAX_CLOCK_OFFSET_S = 26 * 3600.0
"""A watch that was set to a wrong time zone is still found within this of when its file says it was made."""


@dataclass(frozen=True, slots=True)
class ExportMetadata:
    """The name and description of an activity; ``start_s`` is when it began, None if the name is that of a file."""

    name: str
    description: str = ""
    start_s: float | None = None


class MetadataIndex:
    """The names of a run, kept in a temporary database: exports name tens of thousands of activities."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE by_file (place TEXT PRIMARY KEY, name TEXT, description TEXT)")
        self._db.execute("CREATE TABLE by_start (root TEXT, number TEXT, start_s REAL, name TEXT, description TEXT)")
        self._tables: list[tuple[str, str]] = []
        """The root of each table of starts, and a checksum of what it says."""
        self._db.execute("CREATE INDEX start ON by_start (start_s)")
        self._db.execute("CREATE INDEX number ON by_start (number)")

    def add_files(self, metadata: Iterable[tuple[str, ExportMetadata]]) -> None:
        """Take in names of files, each with its place; of two for one the first counts."""
        rows = ((place, one.name, one.description) for place, one in metadata)
        self._db.executemany("INSERT OR IGNORE INTO by_file VALUES (?, ?, ?)", rows)

    def add_starts(self, root: str, metadata: Iterable[tuple[str, ExportMetadata]]) -> None:
        """Take in names of whatever began then or has that number in its name, for everything below ``root``."""
        rows = [(root, number, one.start_s, one.name, one.description) for number, one in metadata]
        self._tables.append((root, hashlib.sha256(repr(rows).encode("utf-8", "surrogatepass")).hexdigest()[:16]))
        self._db.executemany("INSERT INTO by_start VALUES (?, ?, ?, ?, ?)", rows)

    def compute_fingerprint(self, place: str) -> str:
        """Changes whenever what names this place may have changed."""
        row = self._db.execute("SELECT name, description FROM by_file WHERE place = ?", (place,)).fetchone()
        own = "" if row is None else hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return own + "".join(digest for root, digest in self._tables if place.startswith(root))

    def find_metadata(self, entry: Entry, head: bytes) -> tuple[ExportMetadata, ...]:
        """What may name an entry, given its first bytes: one without a start, or several among which starts decide."""
        row = self._db.execute("SELECT name, description FROM by_file WHERE place = ?", (entry.place,)).fetchone()
        if row is not None:
            return (ExportMetadata(*row),)
        numbers = [part for part in _find_numbers(entry.place) if len(part) > 5]
        for number in numbers:
            row = self._db.execute(
                "SELECT name, description FROM by_start WHERE number = ? AND substr(?, 1, length(root)) = root",
                (number, entry.place),
            ).fetchone()
            if row is not None:
                return (ExportMetadata(*row),)
        moment = read_created_s(head)
        if moment is None:
            return ()
        rows = self._db.execute(
            "SELECT DISTINCT name, description, start_s FROM by_start WHERE start_s BETWEEN ? AND ?"
            " AND substr(?, 1, length(root)) = root ORDER BY start_s, name",
            (moment - MAX_CLOCK_OFFSET_S, moment + MAX_CLOCK_OFFSET_S, entry.place),
        )
        return tuple(ExportMetadata(*row) for row in rows)

    def close(self) -> None:
        """Let go of the temporary database."""
        self._db.close()


def _find_numbers(place: str) -> list[str]:
    """The numbers in the last part of a place: vendors name files after the activity."""
    name = place.replace("\\", "/").rpartition("/")[2]
    return "".join(letter if letter.isdigit() and letter.isascii() else " " for letter in name).split()
