"""``--weight``: what a run cost, as the user reads it and as JSON."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from retropace.output.tables.energy import format_kilocalories
from tests.support.command_line import retropace

PARTS = ("forward", "backward", "rest", "unknown", "all")


def read_energy(*words: str | Path, samples: Path) -> Any:
    ran = retropace("analyze", *words, "--format", "json", cwd=samples)
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)["energy"]


def test_the_table_has_a_range_for_each_direction_and_says_what_it_is(samples: Path) -> None:
    ran = retropace("analyze", "quarter-mile.fit", "--brief", "--weight", "70", cwd=samples)
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("energy"))
    assert lines[at] == "energy  forward 190–270 kcal, backward 70–130 kcal, all 270–400 kcal"
    assert lines[at + 1] == "above rest, a range from published costs; falls with practice; not medical advice"
    assert lines[at - 1] == ""
    assert lines[at + 2 :] == []


def test_without_a_weight_the_table_is_as_it_was_and_json_says_null(samples: Path) -> None:
    plain = retropace("analyze", "quarter-mile.fit", cwd=samples).stdout
    weighed = retropace("analyze", "quarter-mile.fit", "--weight", "70", cwd=samples).stdout
    assert "kcal" not in plain
    assert [line for line in weighed.splitlines() if line and "kcal" not in line and "above rest" not in line] == [
        line for line in plain.splitlines() if line
    ]
    assert read_energy("quarter-mile.fit", samples=samples) is None


def test_json_adds_up_and_grows_with_the_weight(samples: Path) -> None:
    light, heavy = (read_energy("quarter-mile.fit", "--weight", kg, samples=samples) for kg in ("50", "100kg"))
    assert list(light) == ["weight_kg", "level", *PARTS]
    assert (light["weight_kg"], heavy["weight_kg"], light["level"]) == (50.0, 100.0, False)
    for end in ("low_kcal", "high_kcal"):
        assert sum(light[part][end] for part in PARTS[:4]) == pytest.approx(light["all"][end])
        assert all(heavy[part][end] == pytest.approx(2.0 * light[part][end]) for part in PARTS)
    assert all(light[part]["low_kcal"] < light[part]["high_kcal"] for part in ("forward", "backward", "all"))
    assert light["rest"] == {"low_kcal": 0.0, "high_kcal": 0.0}


def test_lines_of_json_have_it_too(samples: Path) -> None:
    ran = retropace(
        "analyze", "quarter-mile.fit", "track-6x400.gpx", "--weight", "70", "--format", "jsonl", cwd=samples
    )
    documents = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [document["energy"]["weight_kg"] for document in documents] == [70.0, 70.0]
    for document in documents:
        for direction, figures in document["directions"].items():
            per_kg = figures["energy_high_kcal_per_kg"]
            assert document["energy"][direction]["high_kcal"] == pytest.approx(70.0 * per_kg)


def test_pounds_are_kilograms(samples: Path) -> None:
    energy = read_energy("quarter-mile.fit", "--weight", "154lb", samples=samples)
    assert energy["weight_kg"] == pytest.approx(69.85, abs=0.01)


@pytest.mark.parametrize("weight", ["0", "-3", "700", "abc", "nan", ""])
def test_a_wrong_weight_is_wrong_usage(samples: Path, weight: str) -> None:
    ran = retropace("analyze", "quarter-mile.fit", "--weight", weight, cwd=samples)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "is no weight" in " ".join(ran.stderr.split())


def test_without_altitude_the_ground_is_taken_as_level_and_said(samples: Path) -> None:
    ran = retropace("analyze", "treadmill-beginner.fit", "--weight", "70", "--brief", cwd=samples)
    assert "not medical advice; taken as level\n" in ran.stdout
    assert read_energy("treadmill-beginner.fit", "--weight", "70", samples=samples)["level"] is True


def test_a_mark_moves_energy_from_one_direction_to_the_other(samples: Path) -> None:
    words = ("track-6x400.gpx", "--weight", "70", "--mark")
    forward, backward = (read_energy(*words, f"all={label}", samples=samples) for label in ("forward", "backward"))
    assert forward["backward"]["high_kcal"] == 0.0
    assert backward["forward"]["high_kcal"] == 0.0
    assert forward["all"]["low_kcal"] < backward["all"]["low_kcal"]
    assert forward["all"]["high_kcal"] < backward["all"]["high_kcal"]


@pytest.mark.slow
def test_every_file_of_the_corpus_has_a_range_or_none(corpus: Path) -> None:
    files = sorted(path for kind in ("fit", "gpx", "tcx", "bad") for path in (corpus / kind).iterdir())
    ran = retropace("analyze", *files, "--format", "jsonl", "--weight", "70")
    documents = [json.loads(line, parse_constant=pytest.fail) for line in ran.stdout.splitlines()]
    assert len(documents) > 50
    known = 0
    for document in documents:
        energy, activity = document["energy"], document["activity"]
        for part in PARTS:
            low, high = energy[part]["low_kcal"], energy[part]["high_kcal"]
            assert (low is None) == (high is None)
            assert low is None or 0.0 <= low <= high
            known += part == "all" and low is not None
        if activity["distance_source"] == "none":
            assert energy["all"]["low_kcal"] is None
        elif energy["all"]["high_kcal"] is not None:
            assert energy["all"]["high_kcal"] <= 70.0 * 0.007 * activity["distance_m"] + 1e-6
            assert math.isfinite(energy["all"]["high_kcal"])
    assert known > 50


@pytest.mark.parametrize(
    ("low", "high", "step", "text"),
    [
        (0.0, 0.0, 10, "0 kcal"),
        (3.4, 5.2, 1, "3–6 kcal"),
        (31.0, 44.0, 5, "30–45 kcal"),
        (211.0, 253.0, 10, "210–260 kcal"),
        (210.0, 260.0, 10, "210–260 kcal"),
    ],
)
def test_ranges_are_rounded_outward(low: float, high: float, step: int, text: str) -> None:
    assert format_kilocalories(low, high, step) == text
