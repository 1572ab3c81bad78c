from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_analyze import retropace


def test_what_a_recording_holds(samples: Path) -> None:
    ran = retropace("inspect", "quarter-mile.fit", cwd=samples)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "1 s apart, longest 1 s" in ran.stdout
    assert "position 100 %" in ran.stdout
    assert "14 laps were pressed" in ran.stdout
    assert "fractional_cadence" in ran.stdout
    assert any(line.split()[:4] == ["5", "12:19", "15:19", "manual"] for line in ran.stdout.splitlines())


def test_json_holds_the_same(samples: Path) -> None:
    ran = retropace("inspect", "long-backward.fit", "treadmill-beginner.fit", "--format", "json", cwd=samples)
    long, treadmill = json.loads(ran.stdout)
    assert long["schema"] == "retropace.inspection/1"
    assert long["pauses"] == [[1200.0, 1350.0]]
    assert long["records"]["spacing_s"] > 2.0
    assert long["way"]["length_m"] == pytest.approx(2300, abs=300)
    assert treadmill["way"] is None
    assert any("no positions" in use for use in treadmill["uses"])


def test_a_track_shows_in_the_extent_of_the_way(samples: Path) -> None:
    way = json.loads(retropace("inspect", "track-6x400.gpx", "--format", "json", cwd=samples).stdout)["way"]
    # A standard track is 158 by 74 m in lane one; positions err by a few metres.
    assert way["length_m"] == pytest.approx(158, abs=12)
    assert way["width_m"] == pytest.approx(74, abs=12)


def test_every_file_of_the_corpus_is_shown_or_refused(corpus: Path) -> None:
    files = sorted(path for kind in ("fit", "gpx", "tcx", "bad") for path in (corpus / kind).iterdir())
    ran = retropace("inspect", *files)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "itself failed" not in ran.stderr


def test_workout_steps_are_listed(corpus: Path) -> None:
    path = corpus / "fit/jimmykane__fit-parser__running-with-developer-data.fit"
    made = json.loads(retropace("inspect", path, "--format", "json").stdout)
    assert made["laps"][1]["step_index"] == 1
    assert any("step" in use or "lap" in use for use in made["uses"])
