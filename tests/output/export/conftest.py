"""Every good recording, analysed once for all tests of exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import read_sidecar
from retropace.core.errors import OtherSportError, ReadError
from retropace.core.sidecar_path import sidecar_path
from retropace.readers import read_all
from tests.support.paths import ROOT

SAMPLES = ("quarter-mile.fit", "track-6x400.gpx", "treadmill-beginner.fit", "long-backward.fit")


def analysed(path: Path) -> list[Analysis]:
    """Its sessions, with the sidecar if there is one."""
    said = read_sidecar(sidecar_path(path)) if sidecar_path(path).is_file() else []
    return [analyze(activity, said) for activity in read_all(path)]


@pytest.fixture(scope="session")
def sample_analyses() -> dict[str, Analysis]:
    """The samples by name."""
    return {name: analysed(ROOT / "samples" / name)[0] for name in SAMPLES}


@pytest.fixture(scope="session")
def corpus_analyses(corpus: Path) -> list[Analysis]:
    """The sessions on foot of every good public recording that can be analysed."""
    found: list[Analysis] = []
    for kind in ("fit", "gpx", "tcx"):
        for path in sorted((corpus / kind).iterdir()):
            try:
                found += analysed(path)
            except (OtherSportError, ReadError):
                continue  # of another sport, or without two moments to measure between
    assert len(found) > 40
    return found


@pytest.fixture(scope="session")
def all_analyses(sample_analyses: dict[str, Analysis], corpus_analyses: list[Analysis]) -> list[Analysis]:
    """The samples and the public recordings."""
    return [*sample_analyses.values(), *corpus_analyses]
