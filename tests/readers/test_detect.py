import gzip
import hashlib
import os
import sys
from pathlib import Path

import pytest

from retropace.core.errors import OtherSportError, ReadError
from retropace.core.sports import classify_sport
from retropace.readers import read, read_all
from tests.support.fit_bytes import run
from tests.support.gpx_documents import gpx, segment
from tests.support.multisport import two_sports
from tests.support.tcx_documents import lap, tcx

GPX = gpx(f"<trk>{segment(0, 30)}</trk>")
TCX = tcx(lap(0, 30, [range(31)]))
FIT = run(31).to_bytes()


@pytest.mark.parametrize(("data", "form"), [(FIT, "fit"), (GPX, "gpx"), (TCX, "tcx")])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("suffix", ["fit", "gpx", "tcx", "bin"])
def test_content_decides_not_the_name(tmp_path: Path, data: bytes, form: str, packed: bool, suffix: str) -> None:
    on_disk = gzip.compress(data) if packed else data
    path = tmp_path / f"run.{suffix}{'.gz' if packed else ''}"
    path.write_bytes(on_disk)
    activity = read(path)
    assert activity.source.format == form
    assert activity.source.sha256 == hashlib.sha256(on_disk).hexdigest()
    wrong = suffix not in (form, "bin")
    assert any(f"is named .{suffix} but holds {form.upper()}" in said for said in activity.notes) is wrong


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\0" * 64, "is empty"),
        (b"PK\x03\x04rest", "zip archive"),
        (b'{"a": 1}', "looks like JSON"),
        (b"start,end\n", "is text, no recording"),
        (b"<html><body/></html>", "web page"),
        (b'<kml xmlns="x"/>', "holds no timed track"),
        (b'{"exercises": [], "a": 1}', "looks like JSON"),
        (b'{"exportVersion": "2.6", "exercises": []}', "summary only"),
        (b"<foo/>", r"XML of another kind \(<foo>\)"),
        (b"\xff\xd8\xff\xe0abc", "photo"),
        (b"\x01\x02\x03\xfe", "no known format"),
        (gzip.compress(b"", mtime=0), "gzip file that holds nothing"),
        (b"\x1f\x8bgarbage", "damaged gzip"),
    ],
)
def test_foreign_files_are_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(data)
    with pytest.raises(ReadError, match=words) as refused:
        read_all(path)
    assert refused.value.path == str(path)


def test_a_gzip_file_cut_off_keeps_what_it_held(tmp_path: Path) -> None:
    path = tmp_path / "run.gpx.gz"
    packed = gzip.compress(GPX)
    path.write_bytes(packed[: len(packed) * 2 // 3])
    activity = read(path)
    assert 0 < len(activity.samples) < 30
    assert "cut off" in activity.warnings[0]


@pytest.mark.parametrize("place", [-1, -8])
def test_a_gzip_file_whose_checksum_or_length_is_wrong_loses_nothing(tmp_path: Path, place: int) -> None:
    path = tmp_path / "run.gpx.gz"
    packed = bytearray(gzip.compress(GPX))
    packed[place] ^= 0xFF
    path.write_bytes(packed)
    activity = read(path)
    assert len(activity.samples) == 30
    assert activity.warnings == ("the gzip file is damaged: what could be unpacked was kept",)


def test_a_file_packed_twice_is_read_and_one_packed_thrice_is_not(tmp_path: Path) -> None:
    path = tmp_path / "run.gpx.gz"
    path.write_bytes(gzip.compress(gzip.compress(GPX)))
    assert len(read(path).samples) == 30
    path.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(ReadError, match="more than twice"):
        read(path)


def test_bytes_at_hand_are_read_without_the_file() -> None:
    (activity,) = read_all("export.zip/run.gpx.gz", data=gzip.compress(GPX, mtime=0))
    assert (activity.source.path, len(activity.samples)) == ("export.zip/run.gpx.gz", 30)
    assert activity.source.sha256 == hashlib.sha256(gzip.compress(GPX, mtime=0)).hexdigest()
    with pytest.raises(ReadError, match="is empty"):
        read_all("export.zip/empty.gpx", data=b"")


def test_a_gzip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = tmp_path / "run.gpx.gz"
    path.write_bytes(gzip.compress(b" " * 10_000_000))
    with pytest.raises(ReadError, match="unpacks to more than any recording"):
        read_all(path, largest_bytes=100_000)
    # Far more than a recording can be packed to, though less than the largest.
    path.write_bytes(gzip.compress(b"<gpx>" + b" " * 50_000_000))
    with pytest.raises(ReadError, match="unpacks to more than any recording"):
        read_all(path)
    path.write_bytes(b"<gpx>" + b" " * 200_000)
    with pytest.raises(ReadError, match="is larger than any recording"):
        read_all(path, largest_bytes=100_000)


def test_folders_missing_files_and_pipes_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="is a folder"):
        read_all(tmp_path)
    with pytest.raises(ReadError, match="no such file"):
        read_all(tmp_path / "nothing.fit")
    os.mkfifo(tmp_path / "pipe.fit")
    with pytest.raises(ReadError, match="is no file"):
        read_all(tmp_path / "pipe.fit")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(FIT)

    def refused(_: Path) -> bytes:  # file modes do not bind root, who runs CI
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(ReadError, match="permissions"):
        read_all(path)


def test_a_document_type_is_refused_and_nothing_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("never read")
    opened: list[str] = []
    sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    for declared in (f'<!ENTITY x SYSTEM "file://{secret}">', f'<!ENTITY l0 "ha">{laughs}'):
        for body, name in ((GPX, "gpx"), (TCX, "tcx")):
            root = "gpx" if name == "gpx" else "TrainingCenterDatabase"
            path = tmp_path / f"run.{name}"
            path.write_bytes(body.replace(b"?>", f"?><!DOCTYPE {root} [{declared}]>".encode(), 1))
            with pytest.raises(ReadError, match="document type"):
                read_all(path)
    assert str(secret) not in opened


def test_other_sports_are_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "tri.fit"
    path.write_bytes(two_sports())
    activities = read_all(path)
    assert [activity.sport for activity in activities] == ["running", "walking"]
    assert [activity.source.session for activity in activities] == [0, 1]
    assert all("other sports left out: cycling" in activity.warnings[0] for activity in activities)
    with pytest.raises(ReadError, match="holds 2 sessions"):
        read(path)


def test_a_recording_of_another_sport_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "ride.tcx"
    path.write_bytes(tcx(lap(0, 30, [range(31)]), sport="Biking"))
    with pytest.raises(OtherSportError, match="is a recording of biking"):
        read_all(path)


ON_FOOT = ["running", "Trail Run", "walking", "HIKING", "9", "", "generic", "Other", "unknown", "treadmill"]
NOT_ON_FOOT = ["cycling", "Biking", "1", "swimming", "rowing", "transition", "mountain biking", "e_biking"]
NOT_ON_FOOT += ["wheelchair_push_run", "multisport transition"]


@pytest.mark.parametrize("sport", ON_FOOT)
def test_on_foot(sport: str) -> None:
    assert classify_sport(sport) is not False


@pytest.mark.parametrize("sport", NOT_ON_FOOT)
def test_not_on_foot(sport: str) -> None:
    assert classify_sport(sport) is False


def test_encodings() -> None:
    text = GPX.decode().replace("<trkseg>", "<name>Zürich</name><trkseg>")
    for data in (
        text.encode("utf-8-sig"),
        text.replace("UTF-8", "ISO-8859-1").encode("iso-8859-1"),
        text.replace("UTF-8", "UTF-16").encode("utf-16"),
    ):
        from retropace.readers.xml.gpx import read_gpx

        (activity,) = read_gpx(data, "x.gpx")
        assert activity.name == "Zürich"
