"""Editing the sidecar as its user does, in a process of its own."""

import json
import os
import shutil
from pathlib import Path

import pytest

from retropace.core.atomic_write import atomic_write
from retropace.core.errors import RetropaceError
from tests.support.command_line import retropace

OWN_SIDECAR = (
    "# my quarter miles\r\nstart,end,label,note\r\n"
    'lap 5,,backward,"first, fast"\r\n\r\n# the second\r\nlap 9,,backward,\r\n'
)


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    for name in ("quarter-mile.fit", "track-6x400.gpx", "treadmill-beginner.fit"):
        shutil.copy(samples / name, tmp_path)
    (tmp_path / "quarter-mile.annotations.csv").write_bytes(OWN_SIDECAR.encode())
    return tmp_path


def sidecar(folder: Path, name: str = "quarter-mile") -> bytes:
    return (folder / f"{name}.annotations.csv").read_bytes()


def test_add_keeps_every_byte_and_analyze_agrees(folder: Path) -> None:
    ran = retropace("annotate", "quarter-mile.fit", "--add", "lap 13=backward", "--note", "third", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "quarter-mile.annotations.csv: 1 added, 3 annotations in all\n"
    assert sidecar(folder) == OWN_SIDECAR.encode() + b"lap 13,,backward,third\r\n"
    document = json.loads(retropace("analyze", "quarter-mile.fit", "--format", "json", cwd=folder).stdout)
    assert document["directions"]["backward"]["annotated_m"] == pytest.approx(1205, rel=0.02)
    assert [one["note"] for one in document["annotations"]] == ["first, fast", "", "third"]
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


def test_the_first_annotation_makes_the_file(folder: Path) -> None:
    words = ("--add", "lap 2,4=backward walk distance=80m", "--add", "24:00-end=rest")
    ran = retropace("annotate", "treadmill-beginner.fit", *words, cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert sidecar(folder, "treadmill-beginner").decode() == (
        'start,end,label,note\n"lap 2,4",,backward walk distance=80m,\n24:00,end,rest,\n'
    )
    assert (folder / "treadmill-beginner.annotations.csv").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_list_and_remove_by_number(folder: Path) -> None:
    ran = retropace("annotate", "quarter-mile.fit", "--list", cwd=folder)
    assert ran.stdout.splitlines() == [
        "quarter-mile.annotations.csv",
        "#  where  label      from     to  note",
        "1  lap 5  backward  12:19  15:19  first, fast",
        "2  lap 9  backward  19:45  22:51",
    ]
    rows = json.loads(retropace("annotate", "quarter-mile.fit", "--list", "--format", "json", cwd=folder).stdout)
    assert [(row["number"], row["line"], row["where"], row["spans"]) for row in rows] == [
        (1, 3, "lap 5", [[739.0, 919.0]]),
        (2, 6, "lap 9", [[1185.0, 1371.0]]),
    ]
    ran = retropace("annotate", "quarter-mile.fit", "--remove", "1", "--list", cwd=folder)
    assert ran.stdout.splitlines()[0] == "quarter-mile.annotations.csv: 1 removed, 1 annotation left"
    assert sidecar(folder).decode() == OWN_SIDECAR.replace('lap 5,,backward,"first, fast"\r\n', "")
    none = retropace("annotate", "track-6x400.gpx", "--list", cwd=folder)
    assert none.stdout == "track-6x400.annotations.csv: does not exist yet\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--add", "13:00-16:00=forward"], "take one of them out"),
        (["--add", "lap 99=backward"], "there is no lap 99"),
        (["--add", "1:13:00-1:16:00=forward"], "lies outside the activity"),
        (["--remove", "3"], "holds 2 annotations, there is no number 3"),
        (["--convert", "csv"], "there is no such file to convert"),
        (["--from", "quarter-mile.fit"], "is the sidecar of both"),
        (["--from", "track-6x400.gpx"], "cannot be read"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_the_sidecar_stays(folder: Path, words: list[str], said: str) -> None:
    ran = retropace("annotate", "quarter-mile.fit", *words, cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert sidecar(folder) == OWN_SIDECAR.encode()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "8000", "--list"], "--port is for the page, not for --list"),
        (["--add", "lap 1=sideways"], '"sideways" is not known'),
        (["--add", "nonsense"], "is no mark"),
        (["--add", "lap 1=b", "--remove", "1"], "do not go together"),
        (["--note", "x", "--list"], "--note goes with --add"),
        (["--list", "-o", "x"], "--output goes with --convert"),
        (["--remove", "0"], "0 is not in the range"),
    ],
)
def test_wrong_usage_is_2(folder: Path, words: list[str], said: str) -> None:
    ran = retropace("annotate", "quarter-mile.fit", *words, cwd=folder)
    assert ran.returncode == 2
    assert said in " ".join(ran.stderr.split())
    assert sidecar(folder) == OWN_SIDECAR.encode()


def test_a_sidecar_that_is_wrong_already_is_left_alone(folder: Path) -> None:
    path = folder / "quarter-mile.annotations.csv"
    for broken in (b"start,end,label\nlap 5,,sideways\n", b"\xff\xfe\x00", b"nothing,like,it\n1,2,3\n"):
        path.write_bytes(broken)
        for words in (["--add", "lap 5=backward"], ["--remove", "1"], ["--list"]):
            ran = retropace("annotate", "quarter-mile.fit", *words, cwd=folder)
            assert ran.returncode == 1
            assert ran.stderr.startswith("retropace: quarter-mile.annotations.csv")
            assert path.read_bytes() == broken


def test_convert_to_audacity_and_back(folder: Path) -> None:
    ran = retropace("annotate", "quarter-mile.fit", "--convert", "audacity", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    labels = folder / "quarter-mile.annotations.txt"
    assert labels.read_text() == "739.000000\t919.000000\tbackward\n1185.000000\t1371.000000\tbackward\n"
    again = retropace("annotate", "quarter-mile.fit", "--convert", "audacity", cwd=folder)
    assert (again.returncode, "exists already: nothing was written" in again.stderr) == (1, True)
    into = retropace("annotate", "quarter-mile.fit", "--convert", "csv", "-o", "new.csv", cwd=folder)
    assert into.returncode == 0, into.stderr
    assert (folder / "new.csv").read_text() == "start,end,label,note\n12:19,15:19,backward,\n19:45,22:51,backward,\n"
    for name in ("quarter-mile.annotations.txt", "new.csv"):
        words = ("quarter-mile.fit", "--annotations", name, "--exact", "--format", "json")
        document = json.loads(retropace("analyze", *words, cwd=folder).stdout)
        assert [(one["start_s"], one["end_s"]) for one in document["annotations"]] == [(739, 919), (1185, 1371)]


def test_annotations_go_from_one_file_of_an_activity_to_another_by_the_clock(folder: Path) -> None:
    from retropace.readers import read
    from retropace.simulate.write_recording import gpx_text

    # The same run as a GPX that begins a minute later, without laps.
    text = gpx_text(read(folder / "quarter-mile.fit"))
    points = text.split("<trkpt")
    (folder / "export.gpx").write_text(points[0] + "<trkpt" + "<trkpt".join(points[61:]), encoding="utf-8")
    ran = retropace("annotate", "export.gpx", "--from", "quarter-mile.fit", "--list", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert sidecar(folder, "export").decode() == (
        "start,end,label,note\n"
        '2025-05-03T07:42:19.000Z,2025-05-03T07:45:19.000Z,backward,"first, fast"\n'
        "2025-05-03T07:49:45.000Z,2025-05-03T07:52:51.000Z,backward,\n"
    )
    one, other = (
        json.loads(retropace("analyze", name, "--format", "json", cwd=folder).stdout)
        for name in ("quarter-mile.fit", "export.gpx")
    )
    first, second = one["annotations"][0], other["annotations"][0]
    assert (first["start_s"] - 60.0, first["end_s"] - 60.0) == (second["start_s"], second["end_s"])
    elsewhere = retropace("annotate", "treadmill-beginner.fit", "--from", "quarter-mile.fit", cwd=folder)
    assert "do not overlap" in elsewhere.stderr


def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    if os.geteuid() == 0:
        # Root writes everywhere: a sidecar whose place is taken by a folder is refused all the same.
        (folder / "treadmill-beginner.annotations.csv").mkdir()
        ran = retropace("annotate", "treadmill-beginner.fit", "--add", "lap 2=backward", cwd=folder)
        assert (ran.returncode, len(ran.stderr.splitlines())) == (1, 1)
        return
    folder.chmod(0o555)
    try:
        ran = retropace("annotate", "treadmill-beginner.fit", "--add", "lap 2=backward", cwd=folder)
    finally:
        folder.chmod(0o755)
    assert (ran.returncode, "cannot be written" in ran.stderr) == (1, True)


def test_a_link_is_followed_and_permissions_kept(folder: Path) -> None:
    kept = folder / "elsewhere.csv"
    (folder / "quarter-mile.annotations.csv").rename(kept)
    kept.chmod(0o640)
    (folder / "quarter-mile.annotations.csv").symlink_to(kept)
    ran = retropace("annotate", "quarter-mile.fit", "--add", "lap 13=backward", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert (folder / "quarter-mile.annotations.csv").is_symlink()
    assert kept.read_bytes() == OWN_SIDECAR.encode() + b"lap 13,,backward,\r\n"
    assert kept.stat().st_mode & 0o777 == 0o640


def test_a_file_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"theirs")
    with pytest.raises(RetropaceError, match="was changed by somebody else"):
        atomic_write(path, b"ours", expected_content=b"before")
    with pytest.raises(RetropaceError, match="exists already"):
        atomic_write(path, b"ours", expected_content=None)
    assert path.read_bytes() == b"theirs"
    atomic_write(path, b"ours", expected_content=b"theirs")
    assert path.read_bytes() == b"ours"
    assert [item.name for item in tmp_path.iterdir()] == ["x.csv"]


def test_a_disk_without_links_gets_its_sidecar_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    path = tmp_path / "x.csv"
    atomic_write(path, b"ours", expected_content=None)
    assert path.read_bytes() == b"ours"
    with pytest.raises(RetropaceError, match="exists already"):
        atomic_write(path, b"other", expected_content=None)
    assert [item.name for item in tmp_path.iterdir()] == ["x.csv"]


def test_a_recording_that_changed_is_read_again(folder: Path, samples: Path) -> None:
    """Within one process too, where one command follows another."""
    before = retropace("annotate", "quarter-mile.fit", "--list", cwd=folder)
    shutil.copy(samples / "long-backward.fit", folder / "quarter-mile.fit")
    after = retropace("annotate", "quarter-mile.fit", "--list", cwd=folder)
    assert before.returncode == 0
    assert after.stdout != before.stdout


def test_the_page_without_the_zones_at_home_is_wrong_usage(folder: Path) -> None:
    ran = retropace(
        "annotate", "quarter-mile.fit", "--no-browser", "--home-zones", cwd=folder, RETROPACE_CONFIG=str(folder)
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "zones.geojson: put your zones there as GeoJSON" in " ".join(ran.stderr.split())
    assert "itself failed" not in ran.stderr
