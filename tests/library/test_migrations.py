"""The schema of the library: documented, and reached from every older one."""

import sqlite3
from pathlib import Path

import pytest

from retropace.library import Library
from retropace.library.migrations import MIGRATIONS, migrate, read_schema_version
from tests.support.paths import ROOT


def test_the_schema_is_documented() -> None:
    """Every table and column stands in docs/library.md, and nothing that is not there."""
    with sqlite3.connect(":memory:", isolation_level=None) as db:
        migrate(db, "memory")
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: [row[1] for row in db.execute(f"PRAGMA table_xinfo({name})")] for name in tables}
    db.close()
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    for name, expected in columns.items():
        section = page.partition(f"### {name}\n")[2].partition("\n### ")[0]
        documented = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
        assert documented == expected, name


def test_steps_are_carried_out_in_order_and_once(tmp_path: Path) -> None:
    steps = ("CREATE TABLE one (a)", "ALTER TABLE one ADD COLUMN b; INSERT INTO one VALUES (1, 2)")
    path = tmp_path / "old.sqlite"
    db = sqlite3.connect(path, isolation_level=None)
    migrate(db, str(path), steps[:1])
    assert read_schema_version(db) == 1
    db.execute("INSERT INTO one VALUES (0)")
    migrate(db, str(path), steps)
    migrate(db, str(path), steps)
    assert db.execute("SELECT * FROM one").fetchall() == [(0, None), (1, 2)]
    db.close()


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    db = sqlite3.connect(path, isolation_level=None)
    migrate(db, str(path), ("CREATE TABLE one (a)",))
    db.execute("INSERT INTO one VALUES (0)")
    before = list(db.iterdump())
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, str(path), ("CREATE TABLE one (a)", "ALTER TABLE one ADD COLUMN b; DROP TABLE nothing"))
    assert list(db.iterdump()) == before
    assert read_schema_version(db) == 1
    db.close()


def test_the_context_digest_of_an_old_library_is_kept(tmp_path: Path) -> None:
    """The third step renames the column ``said``; what was analysed before is found again."""
    path = tmp_path / "old.sqlite"
    db = sqlite3.connect(path, isolation_level=None)
    migrate(db, str(path), MIGRATIONS[:2])
    db.execute("INSERT INTO settings VALUES ('settings', 'all of them')")
    db.execute("INSERT INTO recordings (sha256, said, settings, bytes) VALUES ('abc', 'context', 'settings', 5)")
    db.close()
    with Library(path) as library:
        assert read_schema_version(library.db) == len(MIGRATIONS)
        assert library.has_recording("abc", "context", "settings")
        assert not library.has_recording("abc", "another", "settings")
        with pytest.raises(sqlite3.IntegrityError):
            library.db.execute(
                "INSERT INTO recordings SELECT 7, sha256, context_digest, settings, bytes FROM recordings"
            )
