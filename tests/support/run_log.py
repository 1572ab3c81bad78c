"""A public run/walk session whose changes of pace five people marked by eye.

It is the series ``run_log`` of the Turing Change Point Dataset (van den Burg & Williams 2020, arXiv:2003.06222), an
interval session recorded with RunDouble; the recording is under the MIT licence beside it.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retropace.core.activity import Activity, Samples, Source
from retropace.core.spans import FloatArray

RUN_LOG = Path(__file__).resolve().parents[1] / "data" / "run_log" / "run_log.csv"
"""The recording: elapsed seconds, pace in minutes per mile and metres, a row every 5 s."""
SECOND_PER_MILE_MPS = 1609.344 / 60.0
"""Speed (m/s) at a pace of one minute per mile."""
MARGIN_ROWS = 5
"""Largest distance in rows between a change and its mark, as in the dataset's own benchmark."""
ANNOTATORS = (
    (60, 96, 114, 174, 204, 240, 258, 317),
    (60, 96, 114, 177, 204, 240, 258, 317),
    (60, 96, 114, 174, 204, 240, 258, 317),
    (2, 60, 96, 114, 174, 204, 240, 258, 317),
    (),
)
"""Rows at which each of the five people saw a change."""


@dataclass(frozen=True)
class MarkedChanges:
    """How found changes agree with the marks, the start of the recording counted as a change of everybody."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2.0 * self.precision * self.recall / (self.precision + self.recall)


def read_run_log() -> tuple[Activity, FloatArray]:
    """Return the session and the elapsed seconds of its rows."""
    with RUN_LOG.open(encoding="utf-8") as table:
        rows = [
            (float(row["elapsed_s"]), float(row["pace_min_per_mile"]), float(row["distance_m"]))
            for row in csv.DictReader(table)
        ]
    t_s, pace, distance_m = np.array(rows).T
    columns = {"speed_mps": SECOND_PER_MILE_MPS / pace, "distance_m": distance_m}
    activity = Activity(Source(RUN_LOG.name, "csv"), Samples.from_columns(t_s, None, None, **columns), sport="running")
    return activity, t_s


def compare_with_annotators(edges_s: FloatArray, t_s: FloatArray) -> MarkedChanges:
    """Compare the inner edges of segments with the marks, in rows of the recording.

    Precision is the share of changes that anybody marked, recall the mean over the annotators of the share found of
    their marks (van den Burg & Williams 2020).
    """
    found = sorted({0, *np.abs(t_s[None, :] - edges_s[1:-1, None]).argmin(axis=1).tolist()})
    union = sorted({0, *(row for marks in ANNOTATORS for row in marks)})
    recalls = [_count_matched((0, *marks), found) / (1 + len(marks)) for marks in ANNOTATORS]
    return MarkedChanges(_count_matched(union, found) / len(found), float(np.mean(recalls)))


def _count_matched(marks: list[int] | tuple[int, ...], found: list[int]) -> int:
    """Return how many marks have a change of their own within ``MARGIN_ROWS``, the nearest first."""
    free, matched = set(found), 0
    for mark in marks:
        near = min(
            (row for row in free if abs(row - mark) <= MARGIN_ROWS), key=lambda row: abs(row - mark), default=None
        )
        if near is not None:
            free.remove(near)
            matched += 1
    return matched
