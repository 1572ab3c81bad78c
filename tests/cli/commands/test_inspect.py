import json
import struct
from pathlib import Path

import pytest

from tests.support.command_line import retropace
from tests.support.fit_bytes import RECORD, START, UINT16, UINT32, opened, session


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


def test_how_a_fit_file_was_decoded_is_told_and_why(samples: Path, tmp_path: Path) -> None:
    made = opened()
    made.define(1, RECORD, [(253, UINT32), (5, UINT32), (6, UINT16)])
    made.data(1, START, 0, 3000)
    for second in range(1, 60):
        made.body += bytes([1]) + struct.pack("<IIH", START + second, 300 * second, 3000)
    made.define(1, RECORD, [(5, UINT32), (6, UINT16)])
    made.compressed(1, (START + 60) % 32, 18000, 3000)
    session(made, 0, 60)
    (tmp_path / "times.fit").write_bytes(made.to_bytes())
    made = opened()
    made.define(1, RECORD, [(253, UINT32), (2, UINT16, 4), (5, UINT32)])
    for second in range(60):
        made.data(1, START + second, bytes(4), 300 * second)
    (tmp_path / "heights.fit").write_bytes(made.to_bytes())
    shown = retropace("inspect", samples / "quarter-mile.fit", tmp_path / "times.fit", tmp_path / "heights.fit").stdout
    assert [line for line in shown.splitlines() if line.startswith("decoded")] == [
        "decoded    in bulk",
        "decoded    by fitdecode: its messages carry their times in their headers",
        "decoded    by fitdecode: altitude is written in an unusual type",
    ]
    gpx = json.loads(retropace("inspect", samples / "track-6x400.gpx", "--format", "json").stdout)
    assert gpx["records"]["decoding"] is None
    fit = json.loads(retropace("inspect", samples / "quarter-mile.fit", "--format", "json").stdout)
    assert fit["records"]["decoding"] == "in bulk"
