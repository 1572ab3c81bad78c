"""Which archives stay open, and that their files are closed when nobody reads them any longer."""

import gc
import io
import zipfile
from pathlib import Path
from typing import IO

import pytest

from retropace.core.errors import ReadError
from retropace.sources import Entry, Limits
from retropace.sources.archives import MAX_OPEN_ARCHIVES, Archives
from retropace.sources.remote import open_file


def build_zip(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def archive_entry(path: Path, *members: str) -> Entry:
    return Entry(str(path), str(path), members, path.stat().st_size, "")


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[IO[bytes]]:
    """Every file that was opened."""
    opened: list[IO[bytes]] = []

    def open_and_note(path: str) -> IO[bytes]:
        opened.append(open_file(path))
        return opened[-1]

    monkeypatch.setattr("retropace.sources.archives.open_file", open_and_note)
    return opened


def test_closing_closes_the_files(tmp_path: Path, files: list[IO[bytes]]) -> None:
    (tmp_path / "a.zip").write_bytes(build_zip({"run.fit": b"run"}))
    archives = Archives(Limits())
    assert archives.read_data(archive_entry(tmp_path / "a.zip", "run.fit")) == b"run"
    assert [file.closed for file in files] == [False]
    archives.close()
    assert [file.closed for file in files] == [True]


def test_only_the_last_few_archives_stay_open(tmp_path: Path, files: list[IO[bytes]]) -> None:
    archives = Archives(Limits())
    for number in range(MAX_OPEN_ARCHIVES + 2):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(build_zip({"run.fit": b"run"}))
        archives.read_data(archive_entry(path, "run.fit"))
    assert [file.closed for file in files] == [True] * 2 + [False] * MAX_OPEN_ARCHIVES
    archives.close()
    assert all(file.closed for file in files)


def test_what_is_no_archive_is_closed_at_once(tmp_path: Path, files: list[IO[bytes]]) -> None:
    (tmp_path / "a.zip").write_bytes(b"no archive")
    with pytest.raises(ReadError, match="is damaged"):
        Archives(Limits()).read_data(archive_entry(tmp_path / "a.zip", "run.fit"))
    assert [file.closed for file in files] == [True]


def test_a_member_can_be_read_on_after_its_archive_was_closed(tmp_path: Path, files: list[IO[bytes]]) -> None:
    (tmp_path / "a.zip").write_bytes(build_zip({"export.xml": b"long text" * 100_000}))
    archives = Archives(Limits())
    with archives.open_stream(archive_entry(tmp_path / "a.zip", "export.xml")) as stream:
        first = stream.read(9)
        archives.close()
        assert first + stream.read() == b"long text" * 100_000
    del stream
    gc.collect()
    assert [file.closed for file in files] == [True]


def test_an_archive_within_another_is_read_on_after_the_outer_one_was_closed(
    tmp_path: Path, files: list[IO[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large inner archive is a stream of the outer one, which others may push out of the open ones."""
    monkeypatch.setattr("retropace.sources.archives.MAX_IN_MEMORY_BYTES", 10)
    inner = build_zip({"a.fit": b"a" * 1000, "b.fit": b"b" * 1000})
    (tmp_path / "outer.zip").write_bytes(build_zip({"inner.zip": inner}))
    archives = Archives(Limits())
    within = {name: archive_entry(tmp_path / "outer.zip", "inner.zip", name) for name in ("a.fit", "b.fit")}
    assert archives.read_data(within["a.fit"]) == b"a" * 1000
    for number in range(MAX_OPEN_ARCHIVES - 1):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(build_zip({"run.fit": b"run"}))
        archives.read_data(archive_entry(path, "run.fit"))
    assert archives.read_data(within["b.fit"]) == b"b" * 1000
    assert len(files) == MAX_OPEN_ARCHIVES  # the outer one was not opened again
    archives.close()
    gc.collect()
    assert all(file.closed for file in files)
