"""Archives and folders that were made to harm, or were harmed: a line each, and the run goes on."""

import gzip
import io
import os
import resource
import sqlite3
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from retropace.sources import Entry, Limits, Listing, Unreadable
from tests.support.batch_runs import COMMAND, environment, retropace, rows
from tests.support.recordings import runs
from tests.support.vendor_exports import apple_export

GOOD = runs(61)[60].fit()


def run_batch(tmp_path: Path, *words: str | Path) -> tuple[dict[str, str], str]:
    """The failures of a run over what lies in ``in``, by the last part of their place; a good file lies beside."""
    (tmp_path / "in" / "good.fit").write_bytes(GOOD)
    ran = retropace("batch", tmp_path / "in", "--csv", tmp_path / "out", *words, data=tmp_path / "data", cwd=tmp_path)
    assert (ran.returncode, "Traceback" in ran.stderr) == (1, False), ran.stdout + ran.stderr
    assert "in/good.fit" in {row["path"] for row in rows(tmp_path / "out" / "activities.csv")}
    failed = {row["path"]: f"{row['reason']}: {row['message']}" for row in rows(tmp_path / "out" / "failures.csv")}
    with sqlite3.connect(tmp_path / "data" / "library.sqlite") as library:
        assert library.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not library.execute("PRAGMA foreign_key_check").fetchall()
    return failed, ran.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def build_zip(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def test_a_member_that_unpacks_to_a_thousand_times_its_size(tmp_path: Path, folder: Path) -> None:
    bomb = b"<gpx>" + b" " * 50_000_000
    (folder / "bomb.zip").write_bytes(
        build_zip({"bomb.gpx": bomb, "filler.bin": os.urandom(400_000), "run.fit": runs(2)[1].fit()})
    )
    failed, _ = run_batch(tmp_path)
    assert failed == {"in/bomb.zip!/bomb.gpx": failed["in/bomb.zip!/bomb.gpx"]}
    assert failed["in/bomb.zip!/bomb.gpx"].startswith("archive bomb: unpacks to")


def test_bombs_within_bombs(tmp_path: Path, folder: Path) -> None:
    """Sixteen archives in each of sixteen in each of sixteen …: little on disk, petabytes in the end."""
    data = build_zip({"0.gpx": b" " * 3_000_000})
    for _ in range(4):
        data = build_zip({f"{at}.zip": data for at in range(16)})
    (folder / "bomb.zip").write_bytes(data)
    failed, _ = run_batch(tmp_path)
    assert any(why.startswith("archive bomb") for why in failed.values())
    assert len(failed) < 100_000


def test_a_gzip_bomb(tmp_path: Path, folder: Path) -> None:
    (folder / "run.gpx.gz").write_bytes(gzip.compress(b"<gpx>" + b" " * 100_000_000))
    failed, _ = run_batch(tmp_path)
    assert "unpacks to more than any recording" in failed["in/run.gpx.gz"]


def test_more_than_max_size(tmp_path: Path, folder: Path) -> None:
    (folder / "long.gpx").write_bytes(runs(1)[0].gpx() + b" " * 3_000_000)
    (folder / "packed.zip").write_bytes(
        build_zip({"long.gpx": runs(2)[1].gpx() + b"<!--" + os.urandom(1_500_000).hex().encode() + b"-->"})
    )
    failed, _ = run_batch(tmp_path, "--max-size", "2MB")
    assert set(failed) == {"in/long.gpx", "in/packed.zip!/long.gpx"}
    assert all(why.startswith("too large") and "more than --max-size" in why for why in failed.values())
    # With more room they are read the next time.
    ran = retropace("batch", tmp_path / "in", data=tmp_path / "data", cwd=tmp_path)
    assert "failed" not in ran.stdout


def test_twenty_deep(tmp_path: Path, folder: Path) -> None:
    data = build_zip({"run.fit": runs(2)[1].fit()})
    for level in range(20):
        data = build_zip({f"{level}.zip": data})
    (folder / "deep.zip").write_bytes(data)
    failed, _ = run_batch(tmp_path)
    ((where, why),) = failed.items()
    assert where.startswith("in/deep.zip!/19.zip!/18.zip")
    assert why.startswith("nested too deep: lies 5 archives deep")


def test_encrypted(tmp_path: Path, folder: Path) -> None:
    made = bytearray(build_zip({"secret.fit": runs(4)[3].fit(), "open.fit": runs(2)[1].fit()}))
    central = made.find(b"PK\x01\x02")
    for at in (0, central):
        offset = at + (6 if at == 0 else 8)
        made[offset] |= 1
    (folder / "locked.zip").write_bytes(bytes(made))
    failed, _ = run_batch(tmp_path)
    assert failed["in/locked.zip!/secret.fit"].startswith(
        "encrypted: is encrypted: unpack the archive with its password"
    )
    assert "in/locked.zip!/open.fit" in {row["path"] for row in rows(tmp_path / "out" / "activities.csv")}


def test_names_that_lead_out(tmp_path: Path, folder: Path) -> None:
    names = ("../../outside.fit", "/tmp/absolute.fit", "a/../../b.fit", "C:/windows.fit", "fine/run.fit")
    (folder / "out.zip").write_bytes(build_zip(dict.fromkeys(names, runs(2)[1].fit())))
    failed, _ = run_batch(tmp_path)
    assert len(failed) == 4
    assert all(why.startswith("name leads out") for why in failed.values())
    assert not (tmp_path / "outside.fit").exists()


def test_names_that_are_no_utf8(tmp_path: Path, folder: Path) -> None:
    made = build_zip({"Lxufe.fit": runs(4)[3].fit()}).replace(b"Lxufe", b"L\xe4ufe")
    (folder / "umlaut.zip").write_bytes(made)
    utf8 = bytearray(build_zip({"xx.fit": runs(2)[1].fit()}).replace(b"xx.fit", b"\xff\xfe.fit"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = utf8.find(mark) + offset
        struct.pack_into("<H", utf8, at, struct.unpack_from("<H", utf8, at)[0] | 0x800)
    (folder / "lying.zip").write_bytes(bytes(utf8))
    path = os.fsencode(folder) + b"/caf\xe9.fit"
    with open(path, "wb") as file:  # noqa: PTH123 - pathlib knows no names of bytes
        file.write(runs(3)[2].fit())
    with open(path.replace(b".fit", b".annotations.csv"), "wb") as file:  # noqa: PTH123 - the same
        file.write(b"start,end,label\n5:00,6:00,backward\n")
    with open(os.fsencode(folder) + b"/b\xe9d.gpx", "wb") as file:  # noqa: PTH123 - the same
        file.write(b"<gpx>")
    failed, _ = run_batch(tmp_path)
    assert list(failed) == ["in/b\\xe9d.gpx", "in/lying.zip"]
    assert "names that are no UTF-8" in failed["in/lying.zip"]
    paths = {row["path"] for row in rows(tmp_path / "out" / "activities.csv")}
    assert "in/caf\\xe9.fit" in paths


def test_archives_that_are_damaged(tmp_path: Path, folder: Path) -> None:
    whole = build_zip({"run.fit": runs(2)[1].fit(), "more.fit": runs(3)[2].fit()})
    (folder / "directory.zip").write_bytes(whole.replace(b"PK\x01\x02", b"PK\x09\x09"))
    (folder / "cut.zip").write_bytes(whole[: len(whole) // 2])
    broken = bytearray(whole)
    broken[200:260] = bytes(60)
    (folder / "data.zip").write_bytes(bytes(broken))
    (folder / "empty.zip").write_bytes(b"")
    (folder / "foreign.zip").write_bytes(b"this is no archive at all")
    (folder / "inner.zip").write_bytes(build_zip({"inner.zip": whole[: len(whole) // 2], "fine.fit": runs(4)[3].fit()}))
    failed, _ = run_batch(tmp_path)
    assert set(failed) == {
        "in/directory.zip",
        "in/cut.zip",
        "in/data.zip!/run.fit",
        "in/empty.zip",
        "in/foreign.zip",
        "in/inner.zip!/inner.zip",
    }
    assert "is damaged" in failed["in/data.zip!/run.fit"]
    assert len(rows(tmp_path / "out" / "activities.csv")) == 3


def test_files_that_are_no_recordings(tmp_path: Path, folder: Path) -> None:
    (folder / "empty.fit").write_bytes(b"")
    (folder / "photo.gpx").write_bytes(b"\xff\xd8\xff\xe0 a photo")
    (folder / "cut.fit.gz").write_bytes(gzip.compress(runs(2)[1].fit())[:20])
    (folder / "notes.txt").write_text("not looked at")
    (folder / ".hidden.fit").write_bytes(b"")
    (folder / "half.fit.gz").write_bytes(gzip.compress(runs(2)[1].fit())[:3000])
    failed, _ = run_batch(tmp_path)
    assert set(failed) == {"in/empty.fit", "in/photo.gpx", "in/cut.fit.gz"}
    half = next(row for row in rows(tmp_path / "out" / "activities.csv") if "half" in row["path"])
    assert "the gzip file is cut off" in half["warnings"]


def test_what_is_not_supported_is_named(tmp_path: Path, folder: Path) -> None:
    (folder / "move.sml").write_text("<sml/>")
    (folder / "zepp.zip").write_bytes(
        build_zip({"SPORT/SPORT_1700000000000.csv": b"type,startTime", "HEARTRATE/x.csv": b""})
    )
    failed, _ = run_batch(tmp_path)
    assert failed == {
        "in/move.sml": "not supported: is in Suunto's own format, which is not read: export it as FIT, GPX or TCX",
        "in/zepp.zip!/SPORT/SPORT_1700000000000.csv": "not supported: is Zepp's table of all activities, without their "
        "records: export each as FIT, GPX or TCX",
    }


def test_tables_and_routes_that_would_do_harm(tmp_path: Path, folder: Path) -> None:
    """A table of names that is damaged, a route that is a bomb, a route that leads to another file of the disk."""
    (tmp_path / "secret.gpx").write_bytes(runs(3)[2].gpx())
    run = runs(2)[1]
    apple_export(folder / "a.zip", [(run, {"route": True}), (runs(5)[4], {"route": True})])
    with zipfile.ZipFile(folder / "a.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    (folder / "a.zip").unlink()
    routes = [name for name in files if "workout-routes" in name]
    files[routes[0]] = b"<gpx>" + b" " * 30_000_000
    xml = files["apple_health_export/export.xml"]
    leading = b"/workout-routes/" + routes[1].rpartition("/")[2].encode()
    files["apple_health_export/export.xml"] = xml.replace(leading, b"/../../secret.gpx")
    files["filler"] = os.urandom(300_000)
    (folder / "apple.zip").write_bytes(build_zip(files))
    (folder / "unpacked").mkdir()
    (folder / "unpacked" / "export.xml").write_bytes(files["apple_health_export/export.xml"])
    table = build_zip({"x_summarizedActivities.json": b"[" + b" " * 5000 + b"]", "b.fit": runs(7)[6].fit()})
    broken = bytearray(table)
    broken[45:60] = bytes(15)
    (folder / "garmin.zip").write_bytes(bytes(broken))
    failed, _ = run_batch(tmp_path)
    assert set(failed) == {f"in/apple.zip!/{routes[0]}", "in/garmin.zip!/x_summarizedActivities.json"}
    apple = [row for row in rows(tmp_path / "out" / "activities.csv") if row["format"] == "apple"]
    assert len(apple) == 2  # the same two, zipped and unpacked
    assert "the route of the workout is not in the export" in apple[0]["warnings"]
    assert not any("secret" in row["path"] for row in rows(tmp_path / "out" / "activities.csv"))
    # Both routes are lost: neither workout has a position.
    assert {row["distance_source"] for row in apple} == {"device"}


def test_nothing_at_all(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("none here")
    ran = retropace("batch", tmp_path / "in", data=tmp_path / "data")
    assert ran.returncode == 1
    assert "holds no recordings" in ran.stderr


def test_folders_that_cannot_be_walked(tmp_path: Path, folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.fit").symlink_to(folder / "no such file")
    (folder / "pipe.fit").parent.mkdir(exist_ok=True)
    os.mkfifo(folder / "pipe.fit")
    failed, _ = run_batch(tmp_path)
    assert failed == {
        "in/loop": "loop of links: is a link to a folder above it: its files are read there",
        "in/nowhere.fit": "broken link: leads nowhere: No such file or directory",
    }


def test_what_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The superuser may read everything, so that the refusal is made up."""
    (folder / "closed").mkdir()
    (folder / "closed" / "run.fit").write_bytes(GOOD)
    (folder / "run.fit").write_bytes(GOOD)
    really = os.scandir

    def scandir(path: str) -> object:
        if path == str(folder / "closed"):
            raise PermissionError(13, "Permission denied")
        return really(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = list(Listing(Limits()).find_entries([str(folder)]))
    assert [type(one) for one in found] == [Entry, Unreadable]
    assert found[1] == Unreadable(
        str(folder / "closed"), "folder not readable", "cannot be read: Permission denied", True
    )


@pytest.mark.slow
def test_a_full_disk(tmp_path: Path, folder: Path) -> None:
    """Nothing may be written beyond some size, as on a full disk: what was kept stays, the rest is told."""
    for at, run in enumerate(runs(40, seconds=300)):
        (folder / f"{at}.fit").write_bytes(run.fit())

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, 250_000))

    ran = subprocess.run(
        [*COMMAND, "batch", str(folder), "--jobs", "1"],
        capture_output=True,
        text=True,
        check=False,
        env=environment(tmp_path / "data"),
        preexec_fn=narrow,
    )
    assert (ran.returncode, "Traceback" in ran.stderr) == (1, False), ran.stderr
    assert "library.sqlite: cannot be" in ran.stderr
    with sqlite3.connect(tmp_path / "data" / "library.sqlite") as library:
        assert library.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = library.execute("SELECT count(*) FROM activities").fetchone()[0]
    assert kept < 40
    # With room again the same command finishes the work.
    ran = retropace("batch", folder, data=tmp_path / "data")
    assert ran.returncode == 0, ran.stdout
    assert "40 activities" in ran.stdout


def test_libraries_that_cannot_be_used(tmp_path: Path, folder: Path) -> None:
    (folder / "run.fit").write_bytes(GOOD)
    library = tmp_path / "library.sqlite"

    def refused() -> str:
        before = library.read_bytes()
        ran = retropace("batch", folder, "--library", library, data=tmp_path / "data")
        assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (1, "", 1), ran.stderr
        assert library.read_bytes() == before
        return ran.stderr

    library.write_bytes(b"this is no database at all, but it is long enough to be one" * 100)
    assert "is damaged or no library" in refused()
    library.unlink()
    with sqlite3.connect(library) as other:
        other.execute("CREATE TABLE photos (name TEXT)")
    assert "no library of retropace's" in refused()
    library.unlink()
    assert retropace("batch", folder, "--library", library, data=tmp_path / "data").returncode == 0
    with sqlite3.connect(library) as newer:
        newer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    assert "was written by a newer retropace (schema 99" in refused()
    with sqlite3.connect(library) as newer:
        newer.execute("PRAGMA user_version = 1")
    newer.close()
    data = bytearray(library.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    library.write_bytes(bytes(data))
    ran = retropace("batch", folder, "--library", library, data=tmp_path / "data")
    assert (ran.returncode, "Traceback" in ran.stderr) == (1, False)
    assert "is damaged" in ran.stderr


def test_tables_are_not_written_over_other_files(tmp_path: Path, folder: Path) -> None:
    (folder / "run.fit").write_bytes(GOOD)
    out = tmp_path / "out"
    out.mkdir()
    (out / "activities.csv").write_text("my,own,table\n1,2,3\n")
    ran = retropace("batch", folder, "--csv", out, data=tmp_path / "data")
    assert ran.returncode == 1
    assert "is no table of retropace's" in ran.stderr
    assert (out / "activities.csv").read_text() == "my,own,table\n1,2,3\n"


@pytest.mark.slow
def test_the_whole_corpus_in_one_call(tmp_path: Path, corpus: Path) -> None:
    ran = retropace("batch", corpus, "--csv", tmp_path / "out", data=tmp_path / "data")
    assert (ran.returncode, "Traceback" in ran.stderr + ran.stdout) == (1, False)
    assert "retropace itself failed" not in ran.stdout
    assert "85 files: 55 analysed, 8 of other sports, 15 without an activity, 7 failed" in ran.stdout
    assert len(rows(tmp_path / "out" / "failures.csv")) == 7
