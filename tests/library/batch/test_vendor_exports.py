"""Exports as vendors write them: every activity found, none twice, names joined."""

import gzip
import json
import sqlite3
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.batch_runs import retropace, rows
from tests.support.recordings import MadeRun, runs
from tests.support.vendor_exports import STRAVA_GERMAN, apple_export, garmin_export, garmin_summary, strava_export


def run_batch(tmp_path: Path, *paths: Path, status: int = 0) -> tuple[list[dict[str, str]], str]:
    ran = retropace("batch", *paths, "--csv", tmp_path / "out", data=tmp_path / "data", cwd=tmp_path)
    assert (ran.returncode, "Traceback" in ran.stderr) == (status, False), ran.stdout + ran.stderr
    return rows(tmp_path / "out" / "activities.csv"), ran.stdout


def test_a_garmin_account_export(tmp_path: Path) -> None:
    made = runs(6)
    ride = MadeRun(datetime(2025, 3, 1, 9, tzinfo=UTC), sport=2)
    files = [(f"runner@example.org_{55_000_000_000 + at}.fit", run.fit()) for at, run in enumerate(made)]
    summaries = [garmin_summary(run, f"Lauf {at} über den Berg", 11_000_000_000 + at) for at, run in enumerate(made)]
    # Two activities of one day: the start tells which is which.
    second = MadeRun(made[0].start + timedelta(hours=3), 700, 150)
    files.append(("runner@example.org_55000000099.fit", second.fit()))
    summaries.append(garmin_summary(second, "zweiter Lauf", 11_000_000_099))
    garmin_export(tmp_path / "g.zip", [[*files[:4], ("ride.fit", ride.fit())], files[4:]], summaries)
    found, told = run_batch(tmp_path, tmp_path / "g.zip")
    assert len(found) == len({row["activity"] for row in found}) == 7
    assert not any(row["duplicate_of"] for row in found)
    names = {row["start_time"]: row["name"] for row in found}
    assert names == {
        **{f"{run.start:%Y-%m-%dT%H:%M:%SZ}": f"Lauf {at} über den Berg" for at, run in enumerate(made)},
        f"{second.start:%Y-%m-%dT%H:%M:%SZ}": "zweiter Lauf",
    }
    assert "14 files: 7 analysed, 1 of other sports, 6 without an activity" in told
    assert found[0]["path"].startswith(
        "g.zip!/DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip!/runner@"
    )


def test_a_garmin_export_whose_files_are_named_after_the_activity(tmp_path: Path) -> None:
    run = runs(1)[0]
    # The summary's start is wrong by an hour, as after a change of the clock: the number decides.
    summary = garmin_summary(run, "named by number", 11_000_000_123) | {"startTimeGmt": 0.0, "beginTimestamp": 1.0}
    garmin_export(tmp_path / "g.zip", [[("11000000123_ACTIVITY.fit", run.fit())]], [summary])
    found, _ = run_batch(tmp_path, tmp_path / "g.zip")
    assert [row["name"] for row in found] == ["named by number"]


def test_half_a_character_in_a_name(tmp_path: Path) -> None:
    """Names are cut off in the middle of an emoji now and then."""
    run = runs(1)[0]
    garmin_export(tmp_path / "g.zip", [[("a.fit", run.fit())]], [garmin_summary(run, "Lauf \ud83d", 11_000_000_000)])
    found, _ = run_batch(tmp_path, tmp_path / "g.zip")
    assert [row["name"] for row in found] == ["Lauf ?"]


def test_a_garmin_single_download(tmp_path: Path) -> None:
    run = runs(1)[0]
    with zipfile.ZipFile(tmp_path / "11000000123.zip", "w") as archive:
        archive.writestr("11000000123_ACTIVITY.fit", run.fit())
    found, _ = run_batch(tmp_path, tmp_path / "11000000123.zip")
    assert float(found[0]["distance_m"]) == pytest.approx(run.distance_m[-1], abs=0.1)


@pytest.mark.parametrize(("header", "delimiter"), [(None, ","), (STRAVA_GERMAN, ","), (STRAVA_GERMAN, ";")])
def test_a_strava_bulk_export(tmp_path: Path, header: tuple[str, ...] | None, delimiter: str) -> None:
    made = runs(5)
    files = [
        ("1.fit.gz", made[0].fit(), "Morgenlauf", ""),
        ("2.gpx", made[1].gpx("Run"), "Lauf mit, Komma; und mehr", "schön\nund lang"),
        ("3.tcx.gz", made[2].tcx(), "Mittagslauf", "Rückwärts am Kanal"),
        ("4.gpx.gz", made[3].gpx(), "", ""),
        ("5.fit.gz", made[4].fit(), "Abendlauf", "5min vorwärts, 2:37 rückwärts, 2:37 vorwärts"),
    ]
    extra = {} if header is None else {"header": header}
    strava_export(tmp_path / "s.zip", files, delimiter=delimiter, **extra)
    found, told = run_batch(tmp_path, tmp_path / "s.zip")
    names = {row["path"].rpartition("/")[2]: row["name"] for row in found}
    assert names == {
        "1.fit.gz": "Morgenlauf",
        "2.gpx": "Lauf mit, Komma; und mehr",
        "3.tcx.gz": "Mittagslauf",
        "4.gpx.gz": "",
        "5.fit.gz": "Abendlauf",
    }
    said = {row["path"].rpartition("/")[2]: row["warnings"] for row in found}
    assert 'the description says "Rückwärts am Kanal", but not when' in said["3.tcx.gz"]
    assert float(next(row for row in found if "3.tcx" in row["path"])["backward_annotated_m"]) == 0.0
    planned = next(row for row in found if "5.fit" in row["path"])
    assert "labelled by the description" in planned["warnings"]
    assert float(planned["backward_annotated_m"]) == pytest.approx(2.0 * 157, rel=0.1)
    assert "no activity: 1 × a planned route" in told


def test_an_unpacked_strava_export_in_a_folder(tmp_path: Path) -> None:
    made = runs(2)
    strava_export(tmp_path / "s.zip", [(f"{at}.fit.gz", run.fit(), f"run {at}", "") for at, run in enumerate(made)])
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        archive.extractall(tmp_path / "export")
    found, _ = run_batch(tmp_path, tmp_path / "export")
    assert sorted(row["name"] for row in found) == ["run 0", "run 1"]


@pytest.mark.parametrize("name", ["export.xml", "Exportieren.xml"])
def test_an_apple_health_export(tmp_path: Path, name: str) -> None:
    made = runs(5)
    workouts: list[tuple[MadeRun, dict[str, object]]] = [
        (made[0], {"route": True}),
        (made[1], {"indoor": True, "paused": (100, 160)}),
        (made[2], {"route": True, "steps_s": 60}),
        (made[3], {"sport": "Cycling", "route": False}),
        (made[4], {"steps_s": 0}),
    ]
    apple_export(tmp_path / "a.zip", workouts, name=name)
    found, told = run_batch(tmp_path, tmp_path / "a.zip")
    assert [row["start_time"] for row in found] == [f"{run.start:%Y-%m-%dT%H:%M:%SZ}" for run in made[:3]]
    assert [row["format"] for row in found] == ["apple"] * 3
    for row, run in zip(found, made, strict=False):
        assert float(row["distance_m"]) == pytest.approx(run.distance_m[-1], rel=0.01)
        assert float(row["heart_rate_bpm"]) == pytest.approx(run.heart_rate_bpm, abs=1.0)
    # Of watch and phone one counts, not both.
    assert float(found[0]["cadence_spm"]) == pytest.approx(float(made[0].cadence_spm.mean()), abs=2.0)
    assert float(found[1]["elapsed_s"]) - float(found[1]["timer_s"]) == pytest.approx(60.0, abs=1.0)
    assert found[1]["sub_sport"] == "indoor"
    assert found[2]["cadence_spm"] == ""
    assert "steps were counted over 60 s at a time: too coarse" in found[2]["warnings"]
    assert "1 of other sports, 3 without an activity" in told
    assert "no activity: 2 × a workout's route, 1 × totals only" in told


def test_an_unpacked_apple_export_twice(tmp_path: Path) -> None:
    made = runs(3)
    apple_export(tmp_path / "a.zip", [(run, {"route": True}) for run in made])
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "export")
    first, _ = run_batch(tmp_path, tmp_path / "export")
    again, told = run_batch(tmp_path, tmp_path / "export")
    assert len(first) == 3
    assert again == first
    assert "6 unchanged" in told


def test_a_later_export_reads_only_what_is_new(tmp_path: Path) -> None:
    """Every month a new export of everything: what it shares with the last one is known by its content."""
    made = runs(4)
    for month, count in (("may", 3), ("june", 4)):
        workouts: list[tuple[MadeRun, dict[str, object]]] = [(run, {"route": True}) for run in made[:count]]
        apple_export(tmp_path / f"apple-{month}.zip", workouts)
        files = [(f"{at}.fit", run.fit()) for at, run in enumerate(made[:count])]
        garmin_export(tmp_path / f"garmin-{month}.zip", [files], [])
    for vendor in ("apple", "garmin"):
        run_batch(tmp_path, tmp_path / f"{vendor}-may.zip")
        before = read_keys(tmp_path)
        found, _ = run_batch(tmp_path, tmp_path / f"{vendor}-june.zip")
        assert len({row["activity"] for row in found}) == len(found) == 4
        # The very rows of the first run are still there: nothing was analysed twice.
        assert len(read_keys(tmp_path) - before) == 1
        assert read_keys(tmp_path) > before
    # Both exports of both vendors together: four runs, all the others the same again.
    found, told = run_batch(tmp_path, *sorted(tmp_path.glob("*.zip")))
    assert sum(not row["duplicate_of"] for row in found) == 4
    assert "8 activities, 4 of them there several times, counted once" in told


def read_keys(tmp_path: Path) -> set[int]:
    with sqlite3.connect(tmp_path / "data" / "library.sqlite") as library:
        found = {key for (key,) in library.execute("SELECT key FROM activities")}
    library.close()
    return found


def test_one_run_in_four_formats_counts_once_and_the_richest_is_kept(tmp_path: Path) -> None:
    run = runs(1)[0]
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / "a.gpx").write_bytes(run.gpx())
    (folder / "b.fit").write_bytes(run.fit())
    (folder / "c.fit.gz").write_bytes(gzip.compress(run.fit()))
    (folder / "d.tcx").write_bytes(run.tcx())
    (folder / "e.fit").write_bytes(run.fit())
    found, told = run_batch(tmp_path, folder)
    kept = [row for row in found if not row["duplicate_of"]]
    assert [row["format"] for row in kept] == ["fit"]
    assert {row["duplicate_of"] for row in found if row["duplicate_of"]} == {kept[0]["activity"]}
    # The same bytes twice are one activity in two places.
    assert len(found) == 4
    assert next(row for row in found if row["also"])["also"] == "all/e.fit"
    assert "4 activities, 3 of them there several times, counted once" in told


def test_two_runners_side_by_side_are_two(tmp_path: Path) -> None:
    start = datetime(2025, 5, 1, 18, tzinfo=UTC)
    (tmp_path / "ann").mkdir()
    (tmp_path / "ben").mkdir()
    (tmp_path / "ann" / "run.fit").write_bytes(MadeRun(start, heart_rate_bpm=135).fit())
    (tmp_path / "ben" / "run.fit").write_bytes(MadeRun(start, heart_rate_bpm=151).fit())
    found, _ = run_batch(tmp_path, tmp_path / "ann", tmp_path / "ben")
    assert [row["duplicate_of"] for row in found] == ["", ""]


def test_annotations_within_an_archive(tmp_path: Path) -> None:
    run = runs(1)[0]
    with zipfile.ZipFile(tmp_path / "coach.zip", "w") as archive:
        archive.writestr("ann/run.fit", run.fit())
        archive.writestr("ann/run.annotations.csv", "start,end,label\n5:00,7:30,backward\n")
    found, _ = run_batch(tmp_path, tmp_path / "coach.zip")
    assert float(found[0]["backward_annotated_m"]) == pytest.approx(300.0, rel=0.05)


def test_recordings_of_the_corpus_in_the_layouts_of_vendors(tmp_path: Path, corpus: Path) -> None:
    """The same files, packed by a vendor, give the same activities as in their folder."""
    fits = sorted((corpus / "fit").glob("*.[fF][iI][tT]"))[:14]
    folder = tmp_path / "plain"
    folder.mkdir()
    for one in fits:
        (folder / one.name).write_bytes(one.read_bytes())
    plain, _ = run_batch(tmp_path, folder)
    strava_export(
        tmp_path / "s.zip", [(f"{at}.fit.gz", one.read_bytes(), f"run {at}", "") for at, one in enumerate(fits)]
    )
    packed, _ = run_batch(tmp_path, tmp_path / "s.zip")
    figures = [name for name in plain[0] if name.endswith(("_m", "_s", "_spm", "_bpm"))]
    by_start = {(row["start_time"], row["distance_m"]): row for row in packed}
    for row in plain:
        same = by_start[row["start_time"], row["distance_m"]]
        assert {name: same[name] for name in figures} == {name: row[name] for name in figures}
        assert same["name"].startswith("run ")
    garmin_export(tmp_path / "g.zip", [[(f"{at}.fit", one.read_bytes()) for at, one in enumerate(fits)]], [])
    uploaded, _ = run_batch(tmp_path, tmp_path / "g.zip")
    assert sorted(row["activity"] for row in uploaded) == sorted(row["activity"] for row in plain)


def test_opentracks_and_polar(tmp_path: Path) -> None:
    run = runs(1)[0]
    times = [run.start + timedelta(seconds=int(at)) for at in run.t_s]
    whens = "".join(f"<when>{moment:%Y-%m-%dT%H:%M:%SZ}</when>" for moment in times)
    coords = "".join(f"<gx:coord>13.4 {lat:.7f} 30</gx:coord>" for lat in run.lat_deg)
    kml = (
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>'
        f"<Placemark><name>Backyard</name><gx:MultiTrack><gx:Track>{whens}{coords}</gx:Track></gx:MultiTrack>"
        "</Placemark></Document></kml>"
    )
    with zipfile.ZipFile(tmp_path / "track.kmz", "w") as archive:
        archive.writestr("doc.kml", kml)
        archive.writestr("images/1.jpg", b"\xff\xd8\xff a photo")
    other = runs(3)[2]
    values = zip(other.t_s, other.speed_mps, other.distance_m, strict=True)
    moments = [(f"{other.start + timedelta(seconds=int(t)):%Y-%m-%dT%H:%M:%S.000}", v, m) for t, v, m in values]
    session: dict[str, Any] = {
        "exportVersion": "1.6",
        "exercises": [
            {
                "startTime": moments[0][0],
                "stopTime": moments[-1][0],
                "timezoneOffset": 0,
                "duration": f"PT{other.seconds - 1}S",
                "sport": "RUNNING",
                "samples": {
                    "speed": [{"dateTime": at, "value": 3.6 * v} for at, v, _ in moments],
                    "distance": [{"dateTime": at, "value": m} for at, _, m in moments],
                },
            }
        ],
    }
    with zipfile.ZipFile(tmp_path / "polar-user-data-export.zip", "w") as archive:
        archive.writestr("training-session-2025-01-03-1-a.json", json.dumps(session))
        bare = {name: session["exercises"][0][name] for name in ("startTime", "stopTime", "timezoneOffset", "sport")}
        typed_in = {"exportVersion": "1.6", "exercises": [bare]}
        archive.writestr("training-session-2025-01-04-2-b.json", json.dumps(typed_in))
        archive.writestr("account-data.json", json.dumps({"exportVersion": "1.6", "username": "x"}))
    found, told = run_batch(tmp_path, tmp_path / "track.kmz", tmp_path / "polar-user-data-export.zip")
    assert [(row["path"], row["format"], row["name"]) for row in found] == [
        ("track.kmz!/doc.kml", "kml", "Backyard"),
        ("polar-user-data-export.zip!/training-session-2025-01-03-1-a.json", "polar", ""),
    ]
    for row, made in zip(found, (run, other), strict=True):
        assert float(row["distance_m"]) == pytest.approx(made.distance_m[-1], rel=0.01)
    assert "3 files: 2 analysed, 1 without an activity" in told
