"""Findings: their levels, their JSON, and the page that lists them all."""

import ast
import re
from pathlib import Path

import pytest

from retropace.analysis.pipeline import analyze
from retropace.annotations import read_sidecar
from retropace.core.findings import Finding, findings_document, note, note_if_few, select_texts, warn
from retropace.core.sidecar_path import sidecar_path
from retropace.readers import read_all
from tests.support.paths import ROOT

EARNED = {"track-6x400.gpx": ["labelled-by-text"]}
"""Codes of warnings that samples show rightly: the workout in a title, which labels the session."""
LEVELS = {"note": "note", "warn": "warning", "note_if_few": "note or warning"}


def find_codes() -> dict[str, set[str]]:
    """The levels of each code that a call in the source can give it."""
    codes: dict[str, set[str]] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in LEVELS):
                continue
            code = call.args[0]
            if path.name == "findings.py":
                continue
            assert isinstance(code, ast.Constant), f"{path}:{call.lineno}: the code of a finding is a plain word"
            codes.setdefault(str(code.value), set()).add(LEVELS[call.func.id])
    return codes


def test_every_code_is_listed_with_its_level() -> None:
    page = (ROOT / "docs" / "findings.md").read_text()
    rows = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \| [^|\n]+ \|$", page, re.MULTILINE))
    assert {code: " or ".join(sorted(levels)) for code, levels in find_codes().items()} == rows
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) for code in rows)


def test_little_of_a_recording_is_routine_and_much_of_it_is_not() -> None:
    few, many = (note_if_few("untimed-records", "", amount, "records", total=1000) for amount in (10, 11))
    assert (few.level, many.level) == ("note", "warning")


def test_json_has_texts_by_level_and_all_that_is_known() -> None:
    findings = (warn("a", "one", 3.0, "m", span_s=(1.0, 2.0)), note("b", "two"))
    document = findings_document(findings)
    assert (document["warnings"], document["notes"]) == (["one"], ["two"])
    assert document["findings"] == [
        {"code": "a", "level": "warning", "text": "one", "start_s": 1.0, "end_s": 2.0, "amount": 3.0, "unit": "m"},
        {"code": "b", "level": "note", "text": "two", "start_s": None, "end_s": None, "amount": None, "unit": None},
    ]
    assert select_texts([Finding("c", "note", "three")], "warning") == ()


SAMPLES = [path for path in sorted((ROOT / "samples").iterdir()) if path.suffix in (".fit", ".gpx")]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_shows_no_warning(path: Path) -> None:
    sidecar = sidecar_path(path)
    annotations = read_sidecar(sidecar) if sidecar.exists() else []
    for activity in read_all(path):
        analysis = analyze(activity, annotations)
        warnings = [finding.code for finding in analysis.findings if finding.level == "warning"]
        assert warnings == EARNED.get(path.name, [])
        assert analysis.notes
