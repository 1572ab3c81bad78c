"""The queue of the entries of a batch run, in processing order; it is kept on disk because there may be millions."""

import pickle
import sqlite3
from collections.abc import Iterator

from retropace.sources import Entry


class TaskQueue:
    """Entries waiting to be processed; of several entries with the same place, the first is kept."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(
            "CREATE TABLE entries (position INTEGER PRIMARY KEY, place TEXT UNIQUE, run TEXT, size INT, entry BLOB)"
        )
        self._db.execute("BEGIN")

    def add(self, entry: Entry) -> bool:
        """Append an entry unless one with the same place is queued; returns whether it was appended."""
        # Members of an archive within an archive are only fast to read in the order in which they are stored.
        run = "" if len(entry.members) < 2 else "/".join((entry.path, *entry.members[:-1]))
        added = self._db.execute(
            "INSERT OR IGNORE INTO entries (place, run, size, entry) VALUES (?, ?, ?, ?)",
            (entry.place, run, entry.size_bytes, pickle.dumps(entry)),
        )
        return added.rowcount > 0

    def entries(self) -> Iterator[Entry]:
        """Iterate over all entries: members of archives within archives as stored, then the others, largest first."""
        # A large file at the end would keep one worker busy and the others waiting.
        cursor = self._db.execute(
            "SELECT entry FROM entries ORDER BY run = '', run, CASE run WHEN '' THEN -size ELSE position END, position"
        )
        for (pickled,) in cursor:
            yield pickle.loads(pickled)

    def close(self) -> None:
        """Close and delete the temporary database."""
        self._db.close()
