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
from retropace.core.user_dirs import data_folder
from retropace.library.migrations import migrate
from retropace.library.rows import Kept, keep_activity

Outcome = Literal["analysed", "failed", "other sport", "no activity", "left out", "archive"]
"""What became of an input. ``left out`` is a recording that a filter kept away, ``archive`` one whose content is all
known."""
PATIENCE_S = 60.0
"""How long to wait while another run writes."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an input gave nothing, or not all of it. ``passes`` says that trying again may help."""

    reason: str
    message: str
    passes: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """Content that was analysed: its checksum, the checksum of what was said about it from outside, and its size."""

    sha256: str
    said: str
    bytes: int
    sessions: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """What the library knows of a place: a file, or what lies in an archive."""

    place: str
    stamp: str
    settings: str
    outcome: Outcome
    container: str = ""
    detail: str = ""
    failure: Failure | None = None
    recording: Recording | None = field(default=None, repr=False)


def library_path() -> Path:
    """Where the library lies if nobody says otherwise; ``RETROPACE_DATA`` names another data folder."""
    return data_folder() / "library.sqlite"


class Library:
    """An open library; a context manager. Raises :class:`RetropaceError` in one sentence for whatever goes wrong."""

    def __init__(self, path: str | os.PathLike[str], *, create: bool = True):
        self.path = os.fspath(path)
        self._is_scoped = False
        if not create and not Path(self.path).is_file():
            raise RetropaceError("there is no such library yet: 'retropace batch' makes one", path=self.path)
        with self.told():
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            self.db = sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None)
        try:
            with self.told():
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

    def __exit__(self, _kind: object, bad: BaseException | None, _trace: object) -> None:
        self.db.close()
        if isinstance(bad, sqlite3.Error):
            raise self._in_words(bad) from None

    def known(self, place: str) -> Input | None:
        """What is known of a place; None if nothing is."""
        with self.told():
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

    def has_bytes(self, count: int) -> bool:
        """Whether any recording is that long: only then may its content be known."""
        with self.told():
            return self.db.execute("SELECT 1 FROM recordings WHERE bytes = ? LIMIT 1", (count,)).fetchone() is not None

    def has_recording(self, sha256: str, said: str, settings: str) -> bool:
        """Whether this content was analysed with this said about it and these settings."""
        with self.told():
            return self._recording(sha256, said, settings) is not None

    def keep(self, found: Input) -> None:
        """Store what became of a place, with every activity in it, in one transaction.

        A recording without sessions is one that is known: the place is linked to it.
        """
        with self.told(), self.transaction():
            before = self.db.execute("SELECT recording FROM inputs WHERE place = ?", (found.place,)).fetchone()
            recording = None if found.recording is None else self._keep_recording(found.recording, found.settings)
            self.db.execute("DELETE FROM failures WHERE place = ?", (found.place,))
            self.db.execute(
                "INSERT INTO inputs (place, container, stamp, settings, outcome, detail, recording)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (place) DO UPDATE SET container = excluded.container,"
                " stamp = excluded.stamp, settings = excluded.settings, outcome = excluded.outcome,"
                " detail = excluded.detail, recording = excluded.recording",
                (found.place, found.container, found.stamp, found.settings, found.outcome, found.detail, recording),
            )
            if found.failure is not None:
                why = found.failure
                self.db.execute(
                    "INSERT INTO failures (place, reason, message, passes) VALUES (?, ?, ?, ?)",
                    (found.place, why.reason, why.message, int(why.passes)),
                )
            if before is not None and before[0] is not None and before[0] != recording:
                self._drop_unused(before[0])

    def describe(self, settings: str, description: str) -> None:
        """Say what the settings with this digest are."""
        with self.told():
            self.db.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (settings, description))

    def forget(self, places: Sequence[str]) -> None:
        """Delete what is known of these places, and of the activities that lie nowhere else."""
        with self.told(), self.transaction():
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
                    self._drop_unused(row[0])

    def show_only(self, places: Iterator[str] | Sequence[str]) -> None:
        """Let every question be about these places; they may be told in portions."""
        with self.told():
            if not self._is_scoped:
                self._is_scoped = True
                self.db.execute("DROP VIEW temp.shown")
                self.db.execute("CREATE TEMP VIEW shown AS SELECT inputs.* FROM scope JOIN inputs USING (place)")
            self.db.executemany("INSERT OR IGNORE INTO temp.scope VALUES (?)", ((place,) for place in places))

    def show_archive(self, place: str) -> int:
        """Let every question be about what lies in this archive too; returns how many places these are."""
        self.show_only([])
        inside = "INSERT OR IGNORE INTO temp.scope SELECT place FROM main.inputs WHERE container = ?"
        with self.told():
            return self.db.execute(inside, (place,)).rowcount

    def archive_done(self, place: str, stamp: str, settings: str) -> None:
        """Take note that all that lies in an archive is known, and forget what lay in it once and is there no more.

        Not if something in it may still come out otherwise: was left out by a filter, or failed in a way that passes.
        """
        with self.told(), self.transaction():
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
                    self._drop_unused(recording)
            self.db.execute(
                "INSERT INTO inputs (place, container, stamp, settings, outcome) VALUES (?, '', ?, ?, 'archive')"
                " ON CONFLICT (place) DO UPDATE SET stamp = excluded.stamp, settings = excluded.settings,"
                " outcome = excluded.outcome, recording = NULL",
                (place, stamp, settings),
            )

    def is_archive_done(self, place: str, stamp: str, settings: str) -> bool:
        """Whether all that lies in an archive, as it is now, is known with these settings."""
        found = self.known(place)
        return found is not None and (found.outcome, found.stamp, found.settings) == ("archive", stamp, settings)

    def _recording(self, sha256: str, said: str, settings: str) -> int | None:
        row = self.db.execute(
            "SELECT key FROM recordings WHERE sha256 = ? AND said = ? AND settings = ?", (sha256, said, settings)
        ).fetchone()
        return None if row is None else int(row[0])

    def _keep_recording(self, found: Recording, settings: str) -> int:
        known = self._recording(found.sha256, found.said, settings)
        if known is not None:
            return known
        key = self.db.execute(
            "INSERT INTO recordings (sha256, said, settings, bytes) VALUES (?, ?, ?, ?)",
            (found.sha256, found.said, settings, found.bytes),
        ).lastrowid
        assert key is not None
        for session in found.sessions:
            keep_activity(self.db, key, session)
        return key

    def _drop_unused(self, recording: int) -> None:
        """Delete a recording to which no place leads any more, and with it its activities."""
        self.db.execute(
            "DELETE FROM recordings WHERE key = ? AND NOT EXISTS (SELECT 1 FROM inputs WHERE recording = ?)",
            (recording, recording),
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
    def told(self) -> Iterator[None]:
        """Turns what SQLite and the system say into one sentence."""
        try:
            yield
        except sqlite3.Error as bad:
            raise self._in_words(bad) from None
        except OSError as bad:
            raise RetropaceError(f"cannot be written: {bad.strerror or bad}", path=self.path) from None

    def _in_words(self, bad: sqlite3.Error) -> RetropaceError:
        if isinstance(bad, sqlite3.OperationalError):
            return RetropaceError(_sentence(str(bad)), path=self.path)
        message = f"is damaged or no library ({bad}): move it away, and the next run makes a new one"
        return RetropaceError(message, path=self.path)


def _sentence(said: str) -> str:
    """What is wrong with a library and what to do, from what SQLite says."""
    if "full" in said:
        return "cannot be written, the disk is full: make room and run the same command again"
    if "locked" in said or "busy" in said:
        return "is being written by another run: wait for that, or name another with --library"
    if "readonly" in said or "unable to open" in said:
        return "cannot be opened for writing: check its folder and permissions, or name another with --library"
    return f"cannot be used ({said})"
