"""How well a season's trend is found, and how long that takes: ``python -m tests.benchmarks.seasons [LIBRARIES]``.

First so many libraries (100 unless said otherwise) of 200 simulated sessions over a year each, with a built-in change
of the ratio between backward and forward speed, another one in each: in how many the stated bounds hold it.
Then one library of 10 000 activities: what ``progress`` takes next to opening the library.
"""

import shutil
import sqlite3
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path

import numpy as np

from retropace.analysis.json_document import format_time
from retropace.analysis.pipeline import analyze
from retropace.library import Input, Library
from retropace.library.batch.process_file import to_stored
from retropace.library.queries import link_duplicates
from retropace.library.season_query import count_by_runner, read_season
from retropace.library.store import StoredRecording
from retropace.season.json_document import progress_document
from retropace.season.progress import build_progress
from tests.benchmarks.timing import medians, say
from tests.support.seasons import FIRST, fill_library, simulate_sessions

WEEKS = 52.0
MANY = 10_000


def trend_in(seed: int) -> tuple[float, float, float, float]:
    """The built-in change a week of a library's ratio, and what was found: the change and its bounds."""
    improvement = float(np.random.default_rng(seed).uniform(-0.1, 0.3))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "library.sqlite"
        fill_library(path, simulate_sessions(seed, improvement=improvement))
        with Library(path) as library:
            found = build_progress(read_season(library, None), per="week", today=date(2026, 1, 6), zone=UTC).trend
    assert found is not None
    return improvement / WEEKS, found.per_week, found.low_per_week, found.high_per_week


def trends(count: int) -> None:
    """In how many libraries the bounds hold the truth."""
    with ProcessPoolExecutor(2) as crew:
        rows = np.array(list(crew.map(trend_in, range(count))))
    truth, found, low, high = rows.T
    held = (low <= truth) & (truth <= high)
    sure = (low > 0.0) | (high < 0.0)
    say(f"{count} libraries of 200 sessions: the bounds hold the built-in change in {held.sum()}")
    say(f"  found less built in, a week: mean {np.mean(found - truth):+.5f}, spread {np.std(found - truth):.5f}")
    say(
        f"  half width of the bounds: {np.mean(high - low) / 2.0:.5f}; sure of the direction in {sure.sum()}, ",
    )
    say(f"  of these wrong: {int((sure & (np.sign(found) != np.sign(truth))).sum())}")


def many(folder: Path) -> Path:
    """A library of 10 000 activities: copies of fifty, one every eight hours, half of them another runner's."""
    path = folder / "many.sqlite"
    kept = [to_stored(analyze(activity, marks)) for activity, marks in simulate_sessions(0, 50)]
    with Library(path) as library:
        library.describe_settings("made", "made for a benchmark")
        for number in range(MANY):
            start = FIRST + timedelta(hours=8 * (number // 2), minutes=20 * (number % 2))
            one = kept[number % len(kept)]
            head = one.document["activity"] | {"start_time": format_time(start)}
            source = one.document["source"] | {"sha256": f"{number:064x}"[::-1]}
            athlete = {"name": "anna" if number % 2 else "ben", "sessions": 0}
            document = one.document | {"activity": head, "source": source, "athlete": athlete}
            recording = StoredRecording(source["sha256"], "", 1, (replace(one, document=document),))
            library.save(Input(f"/runs/{number:05d}.fit", "", "made", "analysed", recording=recording))
        link_duplicates(library)
    return path


def speed() -> None:
    """What progress takes."""
    with tempfile.TemporaryDirectory() as name:
        began = time.perf_counter()
        path = many(Path(name))
        say(f"a library of {MANY} activities made in {time.perf_counter() - began:.0f} s")
        single = Path(name) / "single.sqlite"
        shutil.copy(path, single)
        with sqlite3.connect(single) as db:
            db.execute('UPDATE activities SET athlete = \'{"name": "anna"}\'')
        for whose, place in (("one runner of two", path), ("one runner", single)):
            with Library(place) as library:
                count = dict(count_by_runner(library))["anna"]
            taken = medians({"open": lambda place=place: opened(place), "all": lambda place=place: told(place)})  # type: ignore[misc]  # bound per library
            say(
                f"{whose}, {count} activities: progress {1e3 * taken['all']:.0f} ms, opening the library "
                f"{1e3 * taken['open']:.1f} ms: {taken['all'] / taken['open']:.0f} ×"
            )


def opened(path: Path) -> None:
    """Open and close."""
    with Library(path):
        pass


def told(path: Path) -> None:
    """Open, gather, compute, and make the document."""
    with Library(path) as library:
        found = build_progress(read_season(library, "anna"), per="week", today=date(2036, 1, 1), zone=UTC)
        progress_document(found, "anna", str)


if __name__ == "__main__":
    trends(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    speed()
