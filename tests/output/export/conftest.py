"""Analyses of the samples and of the public recordings, computed once for all tests of exports."""

from pathlib import Path

import pytest

from retropace.analysis.pipeline import Analysis
from retropace.core.errors import OtherSportError, ReadError
from tests.support.analyses import analyze_sessions
from tests.support.paths import ROOT

SAMPLES = ("quarter-mile.fit", "track-6x400.gpx", "treadmill-beginner.fit", "long-backward.fit")


@pytest.fixture(scope="session")
def sample_analyses() -> dict[str, Analysis]:
    """The samples by name."""
    return {name: analyze_sessions(ROOT / "samples" / name)[0] for name in SAMPLES}


@pytest.fixture(scope="session")
def corpus_analyses(corpus: Path) -> list[Analysis]:
    """The sessions on foot of every good public recording that can be analysed."""
    analyses: list[Analysis] = []
    for kind in ("fit", "gpx", "tcx"):
        for path in sorted((corpus / kind).iterdir()):
            try:
                analyses += analyze_sessions(path)
            except (OtherSportError, ReadError):
                continue  # of another sport, or without two moments to measure between
    assert len(analyses) > 40
    return analyses


@pytest.fixture(scope="session", params=["samples", pytest.param("corpus", marks=pytest.mark.slow)])
def several_analyses(request: pytest.FixtureRequest) -> list[Analysis]:
    """The samples, and then the public recordings."""
    if request.param == "samples":
        return [*request.getfixturevalue("sample_analyses").values()]
    analyses: list[Analysis] = request.getfixturevalue("corpus_analyses")
    return analyses
