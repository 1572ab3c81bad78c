"""The library's file: opened, brought up to date, and written one activity at a time."""

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
"""What became of an input. ``left out`` is a recording that a filter kept away, ``archive`` one whose content is all
known."""
BUSY_TIMEOUT_S = 60.0
"""How long to wait while another run writes."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an input gave nothing, or not all of it. ``passes`` says that trying again may help."""

    reason: str
    message: str
    is_transient: bool = False


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """Content that was analysed: its checksum, the checksum of what was said about it from outside, and its size."""

    sha256: str
    context_digest: str
    size_bytes: int
    sessions: tuple[StoredAnalysis, ...] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """What the library knows of a place: a file, or what lies in an archive."""

    place: str
    fingerprint: str
    settings_digest: str
    outcome: Outcome
    container: str = ""
    detail: str = ""
    failure: Failure | None = None
    recording: StoredRecording | None = field(default=None, repr=False)


def library_path() -> Path:
    """Where the library lies if nobody says otherwise; ``RETROPACE_DATA`` names another data folder."""
    return data_dir() / "library.sqlite"


class Library:
    """An open library; a context manager. Raises :class:`RetropaceError` in one sentence for whatever goes wrong."""

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
                self.db.execute("PRAGMA journal_mode = WAL")
                # In WAL mode a crash of the machine may cost the last activities, never the library.
                self.db.execute("PRAGMA synchronous = NORMAL")
                self.db.execute("PRAGMA foreign_keys = ON")
                self.db.execute("CREATE TEMP TABLE scope (place TEXT PRIMARY KEY) WITHOUT ROWID")
                self.db.execute("CREATE TEMP VIEW shown AS SELECT * FROM inputs")
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
        """What is known of a place; None if nothing is."""
        with self.translate_errors():
            row = self.db.execute(
                "SELECT place, stamp, settings, outcome, container, detail, reason, message, passes FROM inputs"
                " LEFT JOIN failures USING (place) WHERE place = ?",
                (place,),
            ).fetchone()
        if row is None:
            return None
        where, stamp, settings, outcome, container, detail, reason, message, passes = row
        failure = None if reason is None else Failure(reason, message, bool(passes))
        return Input(where, stamp, settings, outcome, container, detail, failure)

    def has_size(self, size_bytes: int) -> bool:
        """Whether any recording is that long: only then may its content be known."""
        with self.translate_errors():
            return (
                self.db.execute("SELECT 1 FROM recordings WHERE bytes = ? LIMIT 1", (size_bytes,)).fetchone()
                is not None
            )

    def has_recording(self, sha256: str, context_digest: str, settings_digest: str) -> bool:
        """Whether this content was analysed with this said about it and these settings."""
        with self.translate_errors():
            return self._find_recording(sha256, context_digest, settings_digest) is not None

    def save(self, record: Input) -> None:
        """Store what became of a place, with every activity in it, in one transaction.

        A recording without sessions is one that is known: the place is linked to it.
        """
        with self.translate_errors(), self.transaction():
            before = self.db.execute("SELECT recording FROM inputs WHERE place = ?", (record.place,)).fetchone()
            recording = (
                None if record.recording is None else self._save_recording(record.recording, record.settings_digest)
            )
            self.db.execute("DELETE FROM failures WHERE place = ?", (record.place,))
            self.db.execute(
                "INSERT INTO inputs (place, container, stamp, settings, outcome, detail, recording)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (place) DO UPDATE SET container = excluded.container,"
                " stamp = excluded.stamp, settings = excluded.settings, outcome = excluded.outcome,"
                " detail = excluded.detail, recording = excluded.recording",
                (
                    record.place,
                    record.container,
                    record.fingerprint,
                    record.settings_digest,
                    record.outcome,
                    record.detail,
                    recording,
                ),
            )
            if record.failure is not None:
                why = record.failure
                self.db.execute(
                    "INSERT INTO failures (place, reason, message, passes) VALUES (?, ?, ?, ?)",
                    (record.place, why.reason, why.message, int(why.is_transient)),
                )
            if before is not None and before[0] is not None and before[0] != recording:
                self._delete_unreferenced(before[0])

    def describe_settings(self, settings_digest: str, description: str) -> None:
        """Say what the settings with this digest are."""
        with self.translate_errors():
            self.db.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (settings_digest, description))

    def forget(self, places: Sequence[str]) -> None:
        """Delete what is known of these places, and of the activities that lie nowhere else."""
        with self.translate_errors(), self.transaction():
            for place in places:
                row = self.db.execute("SELECT recording FROM inputs WHERE place = ?", (place,)).fetchone()
                # The archive around it is no longer known as a whole.
                self.db.execute(
                    "DELETE FROM inputs WHERE outcome = 'archive'"
                    " AND place = (SELECT container FROM inputs WHERE place = ?)",
                    (place,),
                )
                self.db.execute("DELETE FROM inputs WHERE place = ?", (place,))
                if row is not None and row[0] is not None:
                    self._delete_unreferenced(row[0])

    def add_to_scope(self, places: Iterator[str] | Sequence[str]) -> None:
        """Let every question be about these places; they may be told in portions."""
        with self.translate_errors():
            if not self._is_scoped:
                self._is_scoped = True
                self.db.execute("DROP VIEW temp.shown")
                self.db.execute("CREATE TEMP VIEW shown AS SELECT inputs.* FROM scope JOIN inputs USING (place)")
            self.db.executemany("INSERT OR IGNORE INTO temp.scope VALUES (?)", ((place,) for place in places))

    def add_archive_to_scope(self, place: str) -> int:
        """Let every question be about what lies in this archive too; returns how many places these are."""
        self.add_to_scope([])
        inside = "INSERT OR IGNORE INTO temp.scope SELECT place FROM main.inputs WHERE container = ?"
        with self.translate_errors():
            return self.db.execute(inside, (place,)).rowcount

    def mark_archive_complete(self, place: str, fingerprint: str, settings_digest: str) -> None:
        """Take note that all that lies in an archive is known, and forget what lay in it once and is there no more.

        Not if something in it may still come out otherwise: was left out by a filter, or failed in a way that passes.
        """
        with self.translate_errors(), self.transaction():
            inside = "FROM main.inputs LEFT JOIN failures USING (place) WHERE container = ?"
            if self.db.execute(
                f"SELECT 1 {inside} AND place IN (SELECT place FROM temp.scope) AND (outcome = 'left out' OR passes)",
                (place,),
            ).fetchone():
                return
            gone = f"SELECT place, recording {inside} AND place NOT IN (SELECT place FROM temp.scope)"
            for old, recording in self.db.execute(gone, (place,)).fetchall():
                self.db.execute("DELETE FROM inputs WHERE place = ?", (old,))
                if recording is not None:
                    self._delete_unreferenced(recording)
            self.db.execute(
                "INSERT INTO inputs (place, container, stamp, settings, outcome) VALUES (?, '', ?, ?, 'archive')"
                " ON CONFLICT (place) DO UPDATE SET stamp = excluded.stamp, settings = excluded.settings,"
                " outcome = excluded.outcome, recording = NULL",
                (place, fingerprint, settings_digest),
            )

    def is_archive_complete(self, place: str, fingerprint: str, settings_digest: str) -> bool:
        """Whether all that lies in an archive, as it is now, is known with these settings."""
        found = self.find_input(place)
        return found is not None and (found.outcome, found.fingerprint, found.settings_digest) == (
            "archive",
            fingerprint,
            settings_digest,
        )

    def _find_recording(self, sha256: str, context_digest: str, settings_digest: str) -> int | None:
        row = self.db.execute(
            "SELECT key FROM recordings WHERE sha256 = ? AND said = ? AND settings = ?",
            (sha256, context_digest, settings_digest),
        ).fetchone()
        return None if row is None else int(row[0])

    def _save_recording(self, recording: StoredRecording, settings_digest: str) -> int:
        known = self._find_recording(recording.sha256, recording.context_digest, settings_digest)
        if known is not None:
            return known
        key = self.db.execute(
            "INSERT INTO recordings (sha256, said, settings, bytes) VALUES (?, ?, ?, ?)",
            (recording.sha256, recording.context_digest, settings_digest, recording.size_bytes),
        ).lastrowid
        assert key is not None
        for session in recording.sessions:
            insert_activity(self.db, key, session)
        return key

    def _delete_unreferenced(self, recording_key: int) -> None:
        """Delete a recording to which no place leads any more, and with it its activities."""
        self.db.execute(
            "DELETE FROM recordings WHERE key = ? AND NOT EXISTS (SELECT 1 FROM inputs WHERE recording = ?)",
            (recording_key, recording_key),
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything within happens, or nothing."""
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
        """Turns what SQLite and the system say into one sentence."""
        try:
            yield
        except sqlite3.Error as bad:
            raise self._to_error(bad) from None
        except OSError as bad:
            raise RetropaceError(f"cannot be written: {bad.strerror or bad}", path=self.path) from None

    def _to_error(self, error: sqlite3.Error) -> RetropaceError:
        if isinstance(error, sqlite3.OperationalError):
            return RetropaceError(_error_message(str(error)), path=self.path)
        message = f"is damaged or no library ({error}): move it away, and the next run makes a new one"
        return RetropaceError(message, path=self.path)


def _error_message(sqlite_message: str) -> str:
    """What is wrong with a library and what to do, from what SQLite says."""
    if "full" in sqlite_message:
        return "cannot be written, the disk is full: make room and run the same command again"
    if "locked" in sqlite_message or "busy" in sqlite_message:
        return "is being written by another run: wait for that, or name another with --library"
    if "readonly" in sqlite_message or "unable to open" in sqlite_message:
        return "cannot be opened for writing: check its folder and permissions, or name another with --library"
    return f"cannot be used ({sqlite_message})"
