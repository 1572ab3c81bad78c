"""Migrations of the library: the numbered SQL scripts in ``schema/``, of which a released one is never changed."""

import sqlite3
from pathlib import Path

from retropace.core.errors import RetropaceError

APPLICATION_ID = 0x72657470
"""Application id in the header of the SQLite file, by which a library is recognised: ``retp`` in ASCII."""
MIGRATIONS = tuple(path.read_text("utf-8") for path in sorted((Path(__file__).parent / "schema").glob("*.sql")))
"""The scripts in order. ``PRAGMA user_version`` of a library holds how many of them were applied to it."""


def read_schema_version(connection: sqlite3.Connection) -> int:
    """Return the number of migrations that were applied to the library; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: str, steps: tuple[str, ...] = MIGRATIONS) -> None:
    """Apply missing ``steps`` in one transaction; raises :class:`RetropaceError` for newer and for other databases."""
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
            for statement in filter(str.strip, steps[number].split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
