"""The options by which a runner says what was what, given to the command as they would."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from retropace.cli.options.common import HOME_ZONES_FILENAME
from tests.support.command_line import retropace

SENTENCE = "8min, 3x(40s walk, 400m forward, 2min rest, 400m backward), 1min walk, 5min"


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    for path in samples.iterdir():
        if not path.name.endswith(".annotations.csv"):
            shutil.copy(path, tmp_path)
    return tmp_path


def analyzed(folder: Path, *words: str, **environment: str) -> dict[str, Any]:
    ran = retropace("analyze", *words, "--format", "json", cwd=folder, **environment)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    document: dict[str, Any] = json.loads(ran.stdout)
    return document


def test_a_sentence_labels_and_says_how_it_fitted(folder: Path) -> None:
    document = analyzed(folder, "quarter-mile.fit", "--workout", SENTENCE)
    assert document["workout"]["fits"] is True
    assert len(document["workout"]["steps"]) == 15
    assert document["directions"]["backward"]["annotated_m"] == pytest.approx(1205, rel=0.02)
    ran = retropace("analyze", "quarter-mile.fit", "--workout", SENTENCE, cwd=folder)
    assert "         15 steps, fit 0.9" in ran.stdout
    row = next(line for line in ran.stdout.splitlines() if "400 m backward" in line)
    assert row.split()[:6] == ["5", "400", "m", "backward", "12:17", "15:19"]
    brief = retropace("analyze", "quarter-mile.fit", "--brief", "--workout", SENTENCE, cwd=folder)
    assert "15 steps" in brief.stdout
    assert "of plan" not in brief.stdout


def test_a_sentence_that_does_not_fit_says_so(folder: Path) -> None:
    document = analyzed(folder, "quarter-mile.fit", "--workout", "10min forward, 6x(1km backward, 2min rest)")
    assert document["workout"]["fits"] is False
    assert document["directions"]["backward"]["annotated_m"] == 0.0
    assert any("does not fit, nothing was labelled by it" in said for said in document["warnings"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--workout", "6x(400m backward"], 'character 3, "(400m backwa": opens a bracket that is never closed'),
        (["--workout", "10000x(400m back)"], "makes 10000 steps"),
        (["--zones", "none.geojson"], "none.geojson: cannot be read"),
        (["--zones", "quarter-mile.truth.json"], "is no GeoJSON that zones could be read from"),
        (["--field", "x:1=sideways"], '"sideways" is not known'),
        (["--home-zones"], "put your zones there"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(folder: Path, words: list[str], said: str) -> None:
    ran = retropace("analyze", "quarter-mile.fit", *words, cwd=folder, RETROPACE_CONFIG=str(folder))
    assert ran.returncode == 2
    assert said in " ".join(ran.stderr.split())


def zone(folder: Path, name: str) -> Path:
    """A box around the first fifth of the long run's way."""
    lat, lon = 52.51450, 13.35010
    ring = [[lon - 0.01, lat - 0.01], [lon + 0.005, lat - 0.01], [lon + 0.005, lat + 0.01], [lon - 0.01, lat + 0.01]]
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    feature = {"type": "Feature", "properties": {"label": "backward", "name": "meadow"}, "geometry": shape}
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def test_zones_from_a_file_and_at_home(folder: Path) -> None:
    given = analyzed(folder, "long-backward.fit", "--zones", str(zone(folder, "z.geojson")))
    assert {one["origin"] for one in given["annotations"]} == {'zone "meadow"'}
    assert given["directions"]["backward"]["annotated_m"] > 200.0
    zone(folder, HOME_ZONES_FILENAME)
    home = {"RETROPACE_CONFIG": str(folder)}
    assert analyzed(folder, "long-backward.fit", **home)["annotations"] == []
    for words, more in ((["--home-zones"], {}), ([], {"RETROPACE_HOME_ZONES": "1"})):
        document = analyzed(folder, "long-backward.fit", *words, **home, **more)
        assert {one["kind"] for one in document["annotations"]} == {"home zone"}
    off = analyzed(folder, "long-backward.fit", "--no-home-zones", **home, RETROPACE_HOME_ZONES="1")
    assert off["annotations"] == []


def test_several_files_share_marks_of_laps_but_one_annotations_file_goes_with_one(folder: Path) -> None:
    ran = retropace("analyze", "quarter-mile.fit", "treadmill-beginner.fit", "--annotations", "x.csv", cwd=folder)
    assert ran.returncode == 2
    ran = retropace("analyze", "treadmill-beginner.fit", "--mark", "even laps=backward walk", "--brief", cwd=folder)
    # Lap 12 is the end of the cool-down: the runner would see that, and name the laps.
    assert ran.returncode == 0, ran.stderr
    assert "marked" in ran.stdout


def test_a_field_that_is_not_there_is_told_with_those_that_are(folder: Path) -> None:
    ran = retropace("analyze", "quarter-mile.fit", "--field", "direction", cwd=folder)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith('retropace: quarter-mile.fit: the recording has no field "direction"')
