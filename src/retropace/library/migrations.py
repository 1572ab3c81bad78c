"""The schema of the library as numbered migrations, applied in one transaction; ``docs/library.md`` documents it.

A released migration is never changed; a change of the schema is a further migration.
"""

from __future__ import annotations

import sqlite3

from retropace.core.errors import RetropaceError

APPLICATION_ID = 0x72657470
"""Application id in the header of the SQLite file, by which a library is recognised: ``retp`` in ASCII."""

MIGRATIONS = (
    """
    CREATE TABLE settings (
        digest TEXT PRIMARY KEY,
        description TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE recordings (
        key INTEGER PRIMARY KEY,
        sha256 TEXT NOT NULL,
        said TEXT NOT NULL,
        settings TEXT NOT NULL REFERENCES settings (digest),
        bytes INTEGER NOT NULL,
        UNIQUE (sha256, said, settings)
    );
    CREATE INDEX recordings_bytes ON recordings (bytes);
    CREATE TABLE inputs (
        place TEXT PRIMARY KEY,
        container TEXT NOT NULL,
        stamp TEXT NOT NULL,
        settings TEXT NOT NULL,
        outcome TEXT NOT NULL
            CHECK (outcome IN ('analysed', 'failed', 'other sport', 'no activity', 'left out', 'archive')),
        detail TEXT NOT NULL DEFAULT '',
        recording INTEGER REFERENCES recordings (key)
    ) WITHOUT ROWID;
    CREATE INDEX inputs_recording ON inputs (recording);
    CREATE INDEX inputs_container ON inputs (container);
    CREATE TABLE failures (
        place TEXT PRIMARY KEY REFERENCES inputs (place) ON DELETE CASCADE,
        reason TEXT NOT NULL,
        message TEXT NOT NULL,
        passes INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE activities (
        key INTEGER PRIMARY KEY,
        recording INTEGER NOT NULL REFERENCES recordings (key) ON DELETE CASCADE,
        session INTEGER NOT NULL,
        id TEXT NOT NULL,
        name TEXT,
        sport TEXT,
        sub_sport TEXT,
        start_time TEXT,
        elapsed_s REAL NOT NULL,
        timer_s REAL NOT NULL,
        moving_s REAL NOT NULL,
        distance_m REAL NOT NULL,
        distance_source TEXT NOT NULL,
        format TEXT NOT NULL,
        device TEXT,
        records INTEGER NOT NULL,
        signals INTEGER NOT NULL,
        laps INTEGER NOT NULL,
        cadence_spm REAL,
        heart_rate_bpm REAL,
        annotated_s REAL NOT NULL,
        warnings TEXT NOT NULL,
        workout TEXT,
        athlete TEXT,
        worth_a_look TEXT NOT NULL,
        duplicate_of INTEGER REFERENCES activities (key) ON DELETE SET NULL,
        UNIQUE (recording, session)
    );
    CREATE INDEX activities_start ON activities (start_time);
    CREATE INDEX activities_id ON activities (id);
    CREATE INDEX activities_duplicate ON activities (duplicate_of);
    CREATE TABLE segments (
        activity INTEGER NOT NULL REFERENCES activities (key) ON DELETE CASCADE,
        segment INTEGER NOT NULL,
        start_s REAL NOT NULL,
        end_s REAL NOT NULL,
        direction TEXT NOT NULL,
        gait TEXT,
        basis TEXT NOT NULL,
        confidence REAL,
        distance_m REAL,
        moving_s REAL,
        speed_mps REAL,
        cadence_spm REAL,
        step_length_m REAL,
        heart_rate_bpm REAL,
        steps REAL,
        PRIMARY KEY (activity, segment)
    ) WITHOUT ROWID;
    CREATE TABLE directions (
        activity INTEGER NOT NULL REFERENCES activities (key) ON DELETE CASCADE,
        direction TEXT NOT NULL,
        elapsed_s REAL NOT NULL,
        distance_m REAL,
        moving_s REAL,
        speed_mps REAL,
        cadence_spm REAL,
        step_length_m REAL,
        heart_rate_bpm REAL,
        steps REAL,
        segments INTEGER NOT NULL,
        annotated_m REAL NOT NULL,
        suspected_m REAL NOT NULL,
        PRIMARY KEY (activity, direction)
    ) WITHOUT ROWID;
    CREATE TABLE annotations (
        activity INTEGER NOT NULL REFERENCES activities (key) ON DELETE CASCADE,
        annotation INTEGER NOT NULL,
        start_s REAL NOT NULL,
        end_s REAL NOT NULL,
        label TEXT NOT NULL,
        note TEXT NOT NULL,
        origin TEXT NOT NULL,
        kind TEXT NOT NULL,
        distance_m REAL,
        speed_mps REAL,
        PRIMARY KEY (activity, annotation)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE activities ADD COLUMN runner TEXT GENERATED ALWAYS AS (json_extract(athlete, '$.name')) VIRTUAL;
    CREATE INDEX activities_runner ON activities (runner, start_time);
    ALTER TABLE directions ADD COLUMN energy_low_kcal_per_kg REAL;
    ALTER TABLE directions ADD COLUMN energy_high_kcal_per_kg REAL;
    CREATE TABLE bests (
        activity INTEGER NOT NULL REFERENCES activities (key) ON DELETE CASCADE,
        direction TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('time', 'distance')),
        asked REAL NOT NULL,
        seconds REAL NOT NULL,
        metres REAL NOT NULL,
        start_s REAL NOT NULL,
        basis TEXT NOT NULL,
        PRIMARY KEY (activity, direction, kind, asked)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE recordings RENAME COLUMN said TO context_digest;
    """,
)
"""SQL scripts in order. ``PRAGMA user_version`` of a library holds how many of them were applied to it."""


def read_schema_version(connection: sqlite3.Connection) -> int:
    """Number of migrations that were applied to the library; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: str, steps: tuple[str, ...] = MIGRATIONS) -> None:
    """Apply those ``steps`` that a library still lacks, all in one transaction, so that a failure changes nothing.

    Raises :class:`RetropaceError` for a library of a newer schema and for a database that is not a library.
    """
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    version = read_schema_version(connection)
    has_tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0
    if application != APPLICATION_ID and has_tables:
        raise RetropaceError("is a database, but no library of retropace's: name another with --library", path=path)
    if version > len(steps):
        raise RetropaceError(
            f"was written by a newer retropace (schema {version}, this one knows {len(steps)}): "
            "update retropace, or name another with --library",
            path=path,
        )
    if version == len(steps):
        return
    # Another process may have migrated the library since; the version is read again under the lock.
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for number in range(read_schema_version(connection), len(steps)):
            for statement in _split_statements(steps[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _split_statements(script: str) -> list[str]:
    return [statement for part in script.split(";") if (statement := part.strip())]
