"""What a runner would call a segment, measured on recordings: marked changes of pace, steady runs, short segments.

Truth are the ends of laps that somebody pressed, or of workout steps, at which the mean speed changes by a fifth or
more. Laps, steps and names are taken away before an activity is segmented. Halves are drawn without looking: controls
by runner as in :mod:`tests.support.real_runs`, the interval sessions of the corpus alternately in order of their names.
"""

import csv
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from retropace.analysis.metrics import BoundaryCounts, match_boundaries
from retropace.core.activity import is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from tests.support.lap_boundaries import EARLY_S, LATE_S
from tests.support.real_runs import list_control_files

TOLERANCES_S = ((EARLY_S, LATE_S), (15.0, 15.0))
"""How far before and after a mark a change may be found (s). The first is that for laps of the corpus; runners whose
watches smooth more, or who run on after a lap, are up to 13 s late."""
MIN_SPEED_RATIO = 1.2
"""Least ratio of the mean speeds of two laps at whose common edge the pace changes."""
MIN_LAP_S = 9.0
"""Shortest lap (s) whose edges count; shorter ones are double presses."""
MIN_CHANGES = 4
"""Fewest changes of pace of a session with a set, which is two reps."""
SHORT_S = 15.0
"""Length (s) below which a segment counts as short."""
MIN_STEADY_S = 1200.0
"""Shortest steady run (s)."""
MAX_LAP_SPREAD = 0.06
"""Largest standard deviation of the mean speeds of a steady run's full laps, relative to their mean."""
MIN_STEADY_LAPS = 4
"""Fewest full laps of a steady run."""
UNSTEADY_NOTES = (
    "interval session",
    "pace swings",
    "run/walk",
    "structured workout",
    "workout",
    "walk",
    "hike",
    "trail",
)
"""Notes of the catalogue of controls that a steady run does not have."""
STRAIGHT_LINE_NOTE = "distance is a straight line in time (exporter)"
"""Note of the catalogue on files whose distance and speed say nothing; they are left out."""


@dataclass(frozen=True)
class JudgedFile:
    """One file whose segments are judged."""

    path: Path
    half: str
    """``fit`` (chosen on) or ``check`` (left alone)."""
    source: str
    """``controls`` or ``corpus``."""
    is_running: bool
    may_be_steady: bool
    """Whether the catalogue calls it a run and notes nothing unsteady."""


@dataclass(frozen=True)
class SegmentQuality:
    """How the segments of one activity compare with what a runner would call a segment."""

    file: JudgedFile
    is_steady: bool
    hours: float
    segment_count: int
    short_count: int
    all_changes: tuple[BoundaryCounts, ...]
    """All marked changes of pace at each of ``TOLERANCES_S``; most changes of an activity are not marked."""
    set_changes: tuple[BoundaryCounts, ...]
    """Changes between the start of the first and the end of the last rep, at each of ``TOLERANCES_S``."""


def list_judged(controls: Path, corpus: Path, per_runner: int | None = None) -> list[JudgedFile]:
    """Return the controls, at most ``per_runner`` of each runner, and the interval sessions of the corpus."""
    with (controls / "catalog.csv").open(encoding="utf-8") as table:
        notes = {row["file"]: [note.strip() for note in row["notes"].split(";")] for row in csv.DictReader(table)}
    files = []
    for file in list_control_files(controls, per_runner):
        remarks, is_running = notes[file.path.name], file.sport == "running"
        may_be_steady = is_running and not any(note.startswith(UNSTEADY_NOTES) for note in remarks)
        if STRAIGHT_LINE_NOTE not in remarks:
            files.append(JudgedFile(file.path, file.half, "controls", is_running, may_be_steady))
    with (corpus / "intervals.csv").open(encoding="utf-8") as table:
        names = sorted({row["file"] for row in csv.DictReader(table)})
    halves = ("fit", "check")
    return files + [
        JudgedFile(corpus / name, halves[index % 2], "corpus", True, False) for index, name in enumerate(names)
    ]


def has_steady_laps(cleaned: CleanedActivity) -> bool:
    """Return whether all laps but the last were ended by the watch and run at nearly the same speed."""
    full = cleaned.laps[:-1]
    if len(full) < MIN_STEADY_LAPS or not all(is_autolap(cleaned.laps)[:-1]):
        return False
    speed_mps = np.array([lap.distance_m / _timer_s(lap.start_s, lap.end_s, lap.timer_s) for lap in full])
    is_long = sum(lap.end_s - lap.start_s for lap in cleaned.laps) >= MIN_STEADY_S
    return bool(is_long and np.std(speed_mps) <= MAX_LAP_SPREAD * np.mean(speed_mps))


def _timer_s(start_s: float, end_s: float, timer_s: float) -> float:
    return max(timer_s if timer_s > 0.0 else end_s - start_s, 1e-3)


def find_pace_changes(cleaned: CleanedActivity) -> tuple[FloatArray, FloatArray]:
    """Return the times (s) at which somebody marked a change of pace by a fifth, and whether it went up (1) or down."""
    times_s, signs = [], []
    is_auto = is_autolap(cleaned.laps)
    for (lap, after), automatic in zip(pairwise(cleaned.laps), is_auto, strict=False):
        lengths_s = [_timer_s(one.start_s, one.end_s, one.timer_s) for one in (lap, after)]
        if automatic or min(lengths_s) < MIN_LAP_S or not 0.0 < lap.end_s < cleaned.elapsed_s:
            continue
        before_mps, after_mps = lap.distance_m / lengths_s[0], after.distance_m / lengths_s[1]
        if max(before_mps, after_mps) >= MIN_SPEED_RATIO * min(before_mps, after_mps):
            times_s.append(lap.end_s)
            signs.append(np.sign(after_mps - before_mps))
    return np.array(times_s), np.array(signs)


def judge_edges(file: JudgedFile, cleaned: CleanedActivity, edges_s: FloatArray) -> SegmentQuality:
    """Compare the edges of an activity's segments, its start and end included, with the changes that were marked."""
    times_s, signs = find_pace_changes(cleaned)
    counts = [_count_changes(times_s, signs, edges_s, *tolerance_s) for tolerance_s in TOLERANCES_S]
    length_s = np.diff(edges_s)
    return SegmentQuality(
        file=file,
        is_steady=file.may_be_steady and has_steady_laps(cleaned),
        hours=cleaned.elapsed_s / 3600.0,
        segment_count=len(length_s),
        short_count=int(np.sum(length_s < SHORT_S)),
        all_changes=tuple(every for every, _ in counts),
        set_changes=tuple(within for _, within in counts),
    )


def _count_changes(
    times_s: FloatArray, signs: FloatArray, edges_s: FloatArray, early_s: float, late_s: float
) -> tuple[BoundaryCounts, BoundaryCounts]:
    """Return how edges match all changes, and those from the first change to a faster pace to the last to a slower."""
    none = BoundaryCounts(0, 0, 0)
    if len(times_s) < MIN_CHANGES:
        return none, none
    every = match_boundaries(times_s, edges_s[1:-1], early_s, late_s)
    up_s, down_s = times_s[signs > 0], times_s[signs < 0]
    if len(up_s) == 0 or len(down_s) == 0 or up_s[0] >= down_s[-1]:
        return every, none
    inside_s = edges_s[(edges_s >= up_s[0] - early_s) & (edges_s <= down_s[-1] + late_s)]
    true_s = times_s[(times_s >= up_s[0]) & (times_s <= down_s[-1])]
    return every, match_boundaries(true_s, inside_s, early_s, late_s)
