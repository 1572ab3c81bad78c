"""What a report gathers from analyses is what the library gathers from what it kept of them."""

from dataclasses import fields
from pathlib import Path

import numpy as np

from retropace.analysis.pipeline import analyze
from retropace.intervals.best_efforts import find_best_efforts
from retropace.library import Library
from retropace.library.season_query import read_season
from retropace.season.runs import Season, build_season_entry, build_season_from_entries
from tests.support.seasons import fill_library, simulate_sessions


def test_a_reports_season_is_the_librarys(tmp_path: Path) -> None:
    made = simulate_sessions(8, count=6, weeks=5.0)
    fill_library(tmp_path / "library.sqlite", made)
    with Library(tmp_path / "library.sqlite") as library:
        kept = read_season(library, None)
    analyses = [analyze(activity, marks) for activity, marks in made]
    found = [build_season_entry(one, find_best_efforts(one)) for one in reversed(analyses)]
    gathered = build_season_from_entries([one for one in found if one is not None])
    assert gathered.start_times == kept.start_times
    for one in fields(Season):
        ours, theirs = getattr(gathered, one.name), getattr(kept, one.name)
        if one.name == "stretches":
            ours, theirs = np.sort(ours, axis=0), np.sort(theirs, axis=0)
        if isinstance(ours, np.ndarray):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, err_msg=one.name)
        elif one.name in ("bests", "quarter_mile_ratios"):
            assert ours == theirs
