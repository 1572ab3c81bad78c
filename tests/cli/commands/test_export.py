"""``retropace export`` as its user runs it."""

import csv
import io
import json
import os
import shutil
import stat
from pathlib import Path

import gpxpy
import numpy as np
import pytest
from PIL import Image

from retropace.cli.sessions.export_file import write_export
from retropace.core.errors import RetropaceError
from retropace.core.geodesy import project_to_tangent_plane_m
from tests.support.command_line import retropace
from tests.support.export_files import (
    Metres,
    fit_messages,
    fit_metres,
    geojson_metres,
    gpx_metres,
    gpx_positions,
    samples_csv_metres,
    segments_csv_metres,
)
from tests.support.fit_bytes import run
from tests.support.hostile_text import hostile_gpx
from tests.support.multisport import two_sports

FORMS = ("csv", "json", "geojson", "gpx", "fit", "png")


def metres_in(path: Path) -> Metres:
    """Distance per direction as an exported file says it."""
    if path.suffix == ".fit":
        return fit_metres(fit_messages(path.read_bytes()))
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return {name: one["distance_m"] for name, one in json.loads(text)["directions"].items()}
    return {".csv": segments_csv_metres, ".geojson": geojson_metres, ".gpx": gpx_metres}[path.suffix](text)


def test_every_format_says_what_analyze_says(folder: Path) -> None:
    marked = ["--mark", "lap 13=backward distance=400m"]
    truth = json.loads(retropace("analyze", "quarter-mile.fit", *marked, "--format", "json", cwd=folder).stdout)
    for form in FORMS:
        ran = retropace("export", "quarter-mile.fit", "--to", form, *marked, cwd=folder)
        made = folder / f"quarter-mile.directions.{form}"
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout.startswith(f"{made.name}: ")
        if form == "png":
            with Image.open(made) as image:
                assert image.size == (1200, 1200)
            continue
        for direction, metres in metres_in(made).items():
            assert metres == pytest.approx(truth["directions"][direction]["distance_m"], rel=1e-3), form


def test_a_file_that_exists_is_not_written_over_without_force(folder: Path) -> None:
    target = folder / "out.csv"
    target.write_text("mine")
    ran = retropace("export", "quarter-mile.fit", "-o", "out.csv", cwd=folder)
    assert (ran.returncode, ran.stdout, target.read_text()) == (2, "", "mine")
    assert "out.csv exists: --force writes over it" in " ".join(ran.stderr.split())
    assert retropace("export", "quarter-mile.fit", "-o", "out.csv", "--force", cwd=folder).returncode == 0
    assert target.read_text().startswith("file,session,segment")
    assert stat.S_IMODE(target.stat().st_mode) & 0o600 == 0o600
    assert not [path for path in folder.iterdir() if path.name.endswith(".part")]


def test_a_file_that_comes_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("theirs")
    with pytest.raises(RetropaceError, match="exists already: nothing was written"):
        write_export(b"ours", str(target), force=False)
    assert target.read_text() == "theirs"


@pytest.mark.parametrize("target", ["quarter-mile.fit", "./linked.fit", "hard.fit", "quarter-mile.annotations.csv"])
def test_what_was_read_is_never_written_over(folder: Path, target: str) -> None:
    (folder / "linked.fit").symlink_to(folder / "quarter-mile.fit")
    os.link(folder / "quarter-mile.fit", folder / "hard.fit")
    before = {name: (folder / name).read_bytes() for name in ("quarter-mile.fit", "quarter-mile.annotations.csv")}
    ran = retropace("export", "quarter-mile.fit", "--to", "fit", "-o", target, "--force", cwd=folder)
    assert ran.returncode == 2
    assert "nothing was written" in " ".join(ran.stderr.split())
    assert before == {name: (folder / name).read_bytes() for name in before}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say which format with --to"),
        (["-o", "out.txt"], "say which format with --to"),
        (["--to", "kml"], "'kml' is not one of"),
        (["--to", "gpx", "--rows", "samples"], "--rows goes with --to csv and --to json"),
        (["--to", "gpx", "--simplify", "5"], "--simplify goes with --to geojson"),
        (["--to", "geojson", "--simplify", "wide"], "is no distance"),
        (["--to", "csv", "-o", "."], "is a folder: name a file in it"),
        (["--to", "csv", "-o", os.devnull, "--force"], "is no file: - writes to stdout"),
        (["--to", "csv", "--hide-around", "48,11"], "is no place"),
        (["second.fit", "--to", "csv"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_is_2(folder: Path, words: list[str], said: str) -> None:
    ran = retropace("export", "quarter-mile.fit", *words, cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in " ".join(ran.stderr.split())


def test_stdout_is_the_export_and_nothing_else(folder: Path) -> None:
    ran = retropace("export", "quarter-mile.fit", "--to", "csv", "--rows", "samples", "-o", "-", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(list(csv.DictReader(io.StringIO(ran.stdout)))) == 2186
    assert sum(samples_csv_metres(ran.stdout).values()) == pytest.approx(4884.72, rel=1e-3)
    ran = retropace("export", "quarter-mile.fit", "--to", "json", "--rows", "samples", "-o", "-", cwd=folder)
    assert json.loads(ran.stdout)["schema"] == "retropace.samples/1"
    assert not list(folder.glob("*.directions.*"))


def test_a_treadmill_has_no_way(folder: Path) -> None:
    ran = retropace("export", "treadmill-beginner.fit", "--to", "gpx", cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "retropace: treadmill-beginner.fit: there are no positions to show, and GPX holds nothing else: "
        "export to fit, csv or json\n"
    )
    assert not (folder / "treadmill-beginner.directions.gpx").exists()
    ran = retropace("export", "treadmill-beginner.fit", "--to", "geojson", cwd=folder)
    assert ran.returncode == 0
    assert "no positions to show" in ran.stderr
    assert sum(metres_in(folder / "treadmill-beginner.directions.geojson").values()) == pytest.approx(1889.15)
    assert retropace("export", "treadmill-beginner.fit", "--to", "png", cwd=folder).returncode == 0


def test_of_several_sessions_one_is_chosen(folder: Path) -> None:
    (folder / "tri.fit").write_bytes(two_sports())
    ran = retropace("export", "tri.fit", "--to", "fit", cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "retropace: tri.fit: holds 2 sessions: say which one with --session N\n"
    assert retropace("export", "tri.fit", "--to", "fit", "--session", "2", cwd=folder).returncode == 0
    assert len(fit_messages((folder / "tri.directions.fit").read_bytes())["record"]) == 20


def test_a_watch_without_a_date(folder: Path) -> None:
    (folder / "undated.fit").write_bytes(run(200, start=1000).to_bytes())
    ran = retropace("export", "undated.fit", "--to", "fit", cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "holds no date, and FIT cannot be without: export to csv, json or geojson instead" in ran.stderr
    assert retropace("export", "undated.fit", "--to", "csv", cwd=folder).returncode == 0


def test_hidden_places_and_what_is_said_of_them(folder: Path) -> None:
    whole = gpxpy.parse((folder / "track-6x400.gpx").read_text())
    point = next(whole.walk(only_points=True))
    hide = ["--hide-around", f"{point.latitude},{point.longitude},40m"]
    assert retropace("export", "track-6x400.gpx", "--to", "gpx", *hide, cwd=folder).returncode == 0
    places = gpx_positions((folder / "track-6x400.directions.gpx").read_text())
    assert (
        np.min(np.hypot(*project_to_tangent_plane_m(places[:, 0], places[:, 1], point.latitude, point.longitude)))
        > 39.9
    )
    ran = retropace("export", "quarter-mile.fit", "--to", "fit", *hide, cwd=folder)
    assert "positions are hidden" in ran.stderr
    settings = folder / "settings"
    settings.mkdir()
    (settings / "config.toml").write_text(
        f'[privacy]\nhide_around = ["{point.latitude},{point.longitude},40m"]\n', encoding="utf-8"
    )
    words = ["export", "track-6x400.gpx", "--to", "gpx", "-o", "-"]
    hidden = retropace(*words, cwd=folder, RETROPACE_CONFIG=str(settings)).stdout
    assert len(gpx_positions(hidden)) == len(places)
    shown = retropace(*words, "--hide-nothing", cwd=folder, RETROPACE_CONFIG=str(settings)).stdout
    assert len(gpx_positions(shown)) > len(places)


def test_a_packed_recording_keeps_its_messages(folder: Path) -> None:
    import gzip

    (folder / "packed.fit.gz").write_bytes(gzip.compress((folder / "quarter-mile.fit").read_bytes()))
    ran = retropace("export", "packed.fit.gz", "--to", "fit", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    made = fit_messages((folder / "packed.directions.fit").read_bytes())
    assert len(made["record"]) == len(fit_messages((folder / "quarter-mile.fit").read_bytes())["record"])


def test_hostile_words_are_inert(tmp_path: Path, samples: Path) -> None:
    path = hostile_gpx(tmp_path, samples)
    evil = path.rename(path.with_name("=cmd" + path.name))
    shutil.copy(path.with_name(path.stem + ".annotations.csv"), evil.with_name(evil.stem + ".annotations.csv"))
    for form in FORMS:
        target = tmp_path / f"out.{form}"
        ran = retropace("export", evil.name, "--to", form, "-o", target, cwd=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert "\x1b" not in ran.stdout
        if form not in ("png", "fit"):
            assert "\x1b" not in target.read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert not any(cell.startswith(("=", "+", "@", "\t")) for row in rows for cell in row)
    assert not any(cell.startswith("-") for row in rows[1:] for cell in row)
    (track,) = gpxpy.parse((tmp_path / "out.gpx").read_text(encoding="utf-8")).tracks
    assert "<script>window.pwned=1</script>" in str(track.name)
    assert json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))["file"] == evil.name


def test_a_name_that_is_no_text_is_no_obstacle(folder: Path) -> None:
    name = os.fsdecode(b"odd\xff.fit")
    shutil.copy(folder / "treadmill-beginner.fit", folder / name)
    for form in ("csv", "json", "fit", "png"):
        ran = retropace("export", name, "--to", form, "-o", f"out.{form}", cwd=folder)
        assert (ran.returncode, ran.stderr) == (0, "")


def test_a_name_that_is_too_long_is_told(samples: Path, tmp_path: Path) -> None:
    ran = retropace("export", samples / "quarter-mile.fit", "-o", f"{'x' * 300}.csv", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "cannot be written: File name too long" in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.stderr
