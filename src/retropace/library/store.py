"""The library's SQLite file: opening, migrating and writing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from retropace.core.errors import RetropaceError
from retropace.core.user_dirs import data_dir
from retropace.library.migrations import migrate
from retropace.library.rows import StoredAnalysis, insert_activity

Outcome = Literal["analysed", "failed", "other sport", "no activity", "left out", "archive"]
"""What became of an input. ``left out``: a filter excluded it. ``archive``: an archive whose files are all stored."""
BUSY_TIMEOUT_S = 60.0
"""Longest time in seconds to wait while another process writes to the library; then the operation fails."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file has no result, or only results of some of its sessions."""

    reason: str  # reason in two or three words; failures with equal reasons form a group
    message: str  # reason as a full sentence for the user
    is_transient: bool = False  # whether a further attempt may succeed; if so, the next run makes one


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """The content of a file, with its analyses. A file that lies in several places is stored once."""

    sha256: str
    context_digest: str  # hash of what is known of the file besides its content: sidecar, export metadata and suffix
    size_bytes: int
    sessions: tuple[StoredAnalysis, ...] = ()  # analysis of each session; empty for a recording that is stored already


@dataclass(frozen=True, slots=True)
class Input:
    """What the library stores about a place: a file, a member of an archive, or a workout of an export."""

    place: str  # full path, or archive and member joined by ``!/``
    fingerprint: str  # text that changes whenever the file, its sidecar or its export metadata may have changed
    settings_digest: str  # hash of all that decides the result, except the file and what is known of it from outside
    outcome: Outcome
    container: str = ""  # place of the outermost archive or export on disk; empty for a file on disk
    detail: str = ""  # other sport, kind of file without an activity, or sessions left out (JSON); else empty
    failure: Failure | None = None
    recording: StoredRecording | None = field(default=None, repr=False)


def library_path() -> Path:
    """Return the default path of the library, in retropace's data folder (environment variable ``RETROPACE_DATA``)."""
    return data_dir() / "library.sqlite"


class Library:
    """An open library with its SQLite connection ``db``; ``with`` closes it. Methods raise :class:`RetropaceError`."""

    def __init__(self, path: str | os.PathLike[str], *, create: bool = True):
        self.path = os.fspath(path)
        self._is_scoped = False
        if not create and not Path(self.path).is_file():
            raise RetropaceError("there is no such library yet: 'retropace batch' makes one", path=self.path)
        with self.translate_errors():
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            self.db = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            with self.translate_errors():
                migrate(self.db, self.path)
                # With WAL, a crash of the machine may lose the last transactions but never corrupts the library.
                self.db.executescript(
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
                    "CREATE TEMP TABLE scope (place TEXT PRIMARY KEY) WITHOUT ROWID;"
                    "CREATE TEMP VIEW shown AS SELECT * FROM inputs"
                )
        except BaseException:
            self.db.close()
            raise

    def __enter__(self) -> Library:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.db.close()
        if isinstance(error, sqlite3.Error):
            raise self._to_error(error) from None

    def find_input(self, place: str) -> Input | None:
        """Read what is stored about a place, without its recording; None if nothing is stored."""
        with self.translate_errors():
            row = self.db.execute(
                "SELECT place, stamp, settings, outcome, container, detail, reason, message, passes FROM inputs"
                " LEFT JOIN failures USING (place) WHERE place = ?",
                (place,),
            ).fetchone()
        if row is None:
            return None
        _, fingerprint, settings_digest, outcome, container, detail, reason, message, is_transient = row
        failure = None if reason is None else Failure(reason, message, bool(is_transient))
        return Input(place, fingerprint, settings_digest, outcome, container, detail, failure)

    def has_size(self, size_bytes: int) -> bool:
        """Return whether any stored recording has this size in bytes; if none has, a file of this size must be new."""
        with self.translate_errors():
            return self.db.execute("SELECT 1 FROM recordings WHERE bytes = ?", (size_bytes,)).fetchone() is not None

    def has_recording(self, sha256: str, context_digest: str, settings_digest: str) -> bool:
        """Return whether a file with this checksum was analysed with this context (sidecar, names) and settings."""
        with self.translate_errors():
            return self._find_recording(sha256, context_digest, settings_digest) is not None

    def save(self, record: Input) -> None:
        """Store what is known of a place; the recording and its activities are added unless an equal one is stored."""
        with self.translate_errors(), self.transaction():
            old = self.db.execute("SELECT recording FROM inputs WHERE place = ?", (record.place,)).fetchall()
            key = None if record.recording is None else self._save_recording(record.recording, record.settings_digest)
            stamps = (record.fingerprint, record.settings_digest, record.outcome, record.detail)
            columns = "place, container, stamp, settings, outcome, detail, recording"
            values = (record.place, record.container, *stamps, key)
            # Replacing a place deletes its failure too.
            self.db.execute(f"REPLACE INTO inputs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            if (failure := record.failure) is not None:
                self.db.execute(
                    "INSERT INTO failures (place, reason, message, passes) VALUES (?, ?, ?, ?)",
                    (record.place, failure.reason, failure.message, int(failure.is_transient)),
                )
            self._delete_unreferenced(old)

    def describe_settings(self, settings_digest: str, description: str) -> None:
        """Store the text from which the hash of settings was computed, for people who read the library."""
        with self.translate_errors():
            self.db.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (settings_digest, description))

    def forget(self, places: Sequence[str]) -> None:
        """Delete places from the library, and their activities unless another place holds the same recording."""
        with self.translate_errors(), self.transaction():
            for place in places:
                # The archive that holds the place is no longer complete.
                archive = "outcome = 'archive' AND place = (SELECT container FROM inputs WHERE place = ?)"
                self.db.execute(f"DELETE FROM inputs WHERE {archive}", (place,))
                self._delete_input(place)

    def add_to_scope(self, places: Iterator[str] | Sequence[str]) -> None:
        """Add places to the scope, to which later queries are then restricted."""
        with self.translate_errors():
            if not self._is_scoped:
                self._is_scoped = True
                self.db.execute("DROP VIEW temp.shown")
                self.db.execute("CREATE TEMP VIEW shown AS SELECT inputs.* FROM scope JOIN inputs USING (place)")
            self.db.executemany("INSERT OR IGNORE INTO temp.scope VALUES (?)", ((place,) for place in places))

    def add_archive_to_scope(self, place: str) -> int:
        """Add all places in an archive to the scope; returns how many were not in it yet."""
        self.add_to_scope([])
        statement = "INSERT OR IGNORE INTO temp.scope SELECT place FROM main.inputs WHERE container = ?"
        with self.translate_errors():
            return self.db.execute(statement, (place,)).rowcount

    def mark_archive_complete(self, place: str, fingerprint: str, settings_digest: str) -> None:
        """Mark an archive as stored completely, unless a result may change; delete places that are no longer in it."""
        with self.translate_errors(), self.transaction():
            # What a filter excluded, or what failed for a passing reason, may get another result in the next run.
            members = "FROM main.inputs LEFT JOIN failures USING (place) WHERE container = ?"
            if self.db.execute(
                f"SELECT 1 {members} AND place IN (SELECT place FROM temp.scope) AND (outcome = 'left out' OR passes)",
                (place,),
            ).fetchone():
                return
            removed = f"SELECT place {members} AND place NOT IN (SELECT place FROM temp.scope)"
            for (member,) in self.db.execute(removed, (place,)).fetchall():
                self._delete_input(member)
            self.db.execute(
                "INSERT INTO inputs (place, container, stamp, settings, outcome) VALUES (?, '', ?, ?, 'archive')"
                " ON CONFLICT (place) DO UPDATE SET stamp = excluded.stamp, settings = excluded.settings,"
                " outcome = excluded.outcome, recording = NULL",
                (place, fingerprint, settings_digest),
            )

    def is_archive_complete(self, place: str, fingerprint: str, settings_digest: str) -> bool:
        """Return whether an archive was marked complete with this fingerprint and these settings."""
        stored = self.find_input(place)
        state = None if stored is None else (stored.outcome, stored.fingerprint, stored.settings_digest)
        return state == ("archive", fingerprint, settings_digest)

    def _find_recording(self, *identity: str) -> int | None:
        statement = "SELECT key FROM recordings WHERE sha256 = ? AND context_digest = ? AND settings = ?"
        row = self.db.execute(statement, identity).fetchone()
        return None if row is None else int(row[0])

    def _save_recording(self, recording: StoredRecording, settings_digest: str) -> int:
        """Insert a recording with its activities unless it is stored already; returns its key."""
        identity = (recording.sha256, recording.context_digest, settings_digest)
        if (key := self._find_recording(*identity)) is not None:
            return key
        statement = "INSERT INTO recordings (sha256, context_digest, settings, bytes) VALUES (?, ?, ?, ?)"
        key = self.db.execute(statement, (*identity, recording.size_bytes)).lastrowid
        assert key is not None
        for session in recording.sessions:
            insert_activity(self.db, key, session)
        return key

    def _delete_input(self, place: str) -> None:
        recording = self.db.execute("SELECT recording FROM inputs WHERE place = ?", (place,)).fetchall()
        self.db.execute("DELETE FROM inputs WHERE place = ?", (place,))
        self._delete_unreferenced(recording)

    def _delete_unreferenced(self, keys: list[tuple[int | None]]) -> None:
        unused = "key = ? AND NOT EXISTS (SELECT 1 FROM inputs WHERE recording = key)"
        self.db.executemany(f"DELETE FROM recordings WHERE {unused}", keys)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block in a transaction: all of it takes effect, or none."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Turn errors of SQLite and of the file system into :class:`RetropaceError`."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._to_error(error) from None
        except OSError as error:
            raise RetropaceError.from_os_error("cannot be written", error, self.path) from None

    def _to_error(self, error: sqlite3.Error) -> RetropaceError:
        if isinstance(error, sqlite3.OperationalError):
            return RetropaceError(_error_message(str(error)), path=self.path)
        message = f"is damaged or no library ({error}): move it away, and the next run makes a new one"
        return RetropaceError(message, path=self.path)


def _error_message(sqlite_message: str) -> str:
    """Turn SQLite's message about a failed operation into one for the user that says what to do."""
    if "full" in sqlite_message:
        return "cannot be written, the disk is full: make room and run the same command again"
    if "locked" in sqlite_message or "busy" in sqlite_message:
        return "is being written by another run: wait for that, or name another with --library"
    if "readonly" in sqlite_message or "unable to open" in sqlite_message:
        return "cannot be opened for writing: check its folder and permissions, or name another with --library"
    return f"cannot be used ({sqlite_message})"
