"""Interval sessions and other sessions among the public recordings."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from retropace.analysis.pipeline import analyze
from retropace.core.errors import RetropaceError
from retropace.intervals import Intervals, intervals_of
from retropace.readers import read_all

FASTER = 1.2
"""Minimum ratio of the speed of a rep to the speed of both laps beside it."""
SHORTEST_S = 9.0
"""Minimum duration (s) of a rep."""


def find_true_reps(rows: Sequence[dict[str, str]]) -> list[tuple[float, float]]:
    """Find the laps of a public recording that are reps."""
    reps = []
    for before, lap, after in zip(rows[:-2], rows[1:-1], rows[2:], strict=True):
        speeds = [float(row["mean_speed_mps"] or 0.0) for row in (before, lap, after)]
        is_ignored = lap["boundary_at_end"].startswith("auto") or float(lap["timer_s"]) < SHORTEST_S
        if not is_ignored and speeds[1] > FASTER * max(speeds[0], speeds[2]):
            reps.append((float(lap["start_s"]), float(lap["end_s"])))
    return reps


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def read_interval_sessions(corpus: Path, tier: str = "core") -> dict[str, list[dict[str, str]]]:
    """Read the rows of the interval sessions of one tier, by file."""
    sessions: dict[str, list[dict[str, str]]] = {}
    for row in _rows(corpus / "intervals.csv"):
        if row["tier"] == tier:
            sessions.setdefault(row["file"], []).append(row)
    return sessions


def find_recorded_intervals(corpus: Path, name: str, *, laps: bool) -> Intervals:
    """Find the intervals of a public recording with or without its laps."""
    activity = read_all(str(corpus / name))[0]
    return intervals_of(analyze(activity if laps else replace(activity, laps=())))


def iter_other_recordings(corpus: Path) -> Iterator[tuple[str, Intervals]]:
    """Iterate over all public sessions on foot that are not interval sessions."""
    known = {row["file"] for row in _rows(corpus / "intervals.csv")}
    for row in _rows(corpus / "catalog.csv"):
        if row["file"] in known or row["file"].startswith("bad/"):
            continue
        try:
            activities = read_all(str(corpus / row["file"]))
        except RetropaceError:
            continue
        for activity in activities:
            try:
                yield row["file"], intervals_of(analyze(activity))
            except RetropaceError:
                continue
