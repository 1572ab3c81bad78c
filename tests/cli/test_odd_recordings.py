"""Recordings with faults that people reported in public, rebuilt: each must give the figures of ``expected.csv``."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import retropace
from tests.support.paths import ROOT

ODD = ROOT / "tests" / "data" / "odd"
MARK = re.compile(r"annotated_m of --mark '(.+)', from (\d+) s on (\d+) to (\d+)")
RANGE = re.compile(r"(?:(rest|unknown) )?(\w+?)(?: of the direction (run))? ([\d.]+) to ([\d.]+)")
CASES = {row["file"]: row["right"] for row in csv.DictReader((ODD / "expected.csv").read_text("utf-8").splitlines())}


@pytest.mark.parametrize("name", CASES)
def test_an_odd_recording_gives_the_right_figures(name: str) -> None:
    for expectation in CASES[name].split("; "):
        _check(ODD / name, expectation.strip())


def test_every_file_has_expected_figures() -> None:
    assert set(CASES) == {path.name for path in ODD.iterdir()} - {"expected.csv"}


def _check(path: Path, expectation: str) -> None:
    """Check one expectation: a range of a figure, a number of activities or of warnings, or of marked metres."""
    if expectation == "activities 0":
        ran = retropace("analyze", path, "--format", "json")
        assert ran.returncode == 1
        assert "is a recording of" in ran.stderr
    elif expectation == "activities 1":
        assert _analyze(path)["activity"]["elapsed_s"] > 0
    elif expectation.startswith("start_time "):
        assert _analyze(path)["activity"]["start_time"].startswith(expectation.split()[1])
    elif expectation == "warnings, at least 1":
        assert _analyze(path)["warnings"]
    elif (match := MARK.fullmatch(expectation)) is not None:
        document = _analyze(path, "--mark", match[1])
        marked = [row for row in document["segments"] if row["basis"] == "annotated"]
        assert min(row["start_s"] for row in marked) >= float(match[2]) - 5.0
        assert float(match[3]) <= sum(row["distance_m"] for row in marked) <= float(match[4])
    else:
        match = RANGE.fullmatch(expectation)
        assert match is not None, expectation
        document = _analyze(path)
        direction = "forward" if match[3] else match[1]
        figures = document["directions"][direction] if direction else document["activity"]
        assert figures[match[2]] is not None, expectation
        assert float(match[4]) <= figures[match[2]] <= float(match[5]), (expectation, figures[match[2]])


def _analyze(path: Path, *options: str) -> Any:
    ran = retropace("analyze", path, *options, "--format", "json")
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert isinstance(document, dict), f"{len(document)} activities"
    return document
