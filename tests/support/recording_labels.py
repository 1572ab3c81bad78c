"""Labels of real recordings: false backward time, and recoveries found from one that is annotated."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.pipeline import analyze
from retropace.annotations import Annotation, Label
from retropace.core.activity import Lap
from retropace.core.errors import RetropaceError
from retropace.core.spans import FloatArray, as_spans, contains
from retropace.readers import read, read_all

MIN_LAP_S = 15.0
"""Shorter laps are slips of the finger."""


@dataclass(frozen=True)
class UnmarkedResult:
    """One recording with nothing annotated, and how long it was falsely backward or worth a look."""

    name: str
    elapsed_s: float
    backward_s: float
    look_s: float


@dataclass(frozen=True)
class RecoveryResult:
    """One session, with one recovery annotated at a time: the share of its seconds that are right."""

    name: str
    recoveries: int
    right: float
    worst: float
    all_forward: float


def false_backward(corpus: Path) -> list[UnmarkedResult]:
    """Every running and walking recording, analysed with nothing annotated and nothing said in the file."""
    found = []
    for path in sorted(corpus.glob("[fgt]*/*")):
        try:
            activities = read_all(path)
        except RetropaceError:
            continue
        for activity in activities:
            try:
                analysis = analyze(replace(activity, laps=(), workout_steps=(), waypoints=(), splits=()))
            except RetropaceError:
                continue
            segments = analysis.segments
            backward = float(np.diff(segments.edges_s)[segments.direction == "backward"].sum())
            look = sum(segment.end_s - segment.start_s for segment in analysis.borderline)
            found.append(UnmarkedResult(path.name, analysis.cleaned.elapsed_s, backward, look))
    return found


def propagation(corpus: Path) -> list[RecoveryResult]:
    """The core sessions of ``intervals.csv``, every one of their recoveries annotated in turn."""
    sessions: dict[str, list[dict[str, str]]] = {}
    with (corpus / "intervals.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            if row["tier"] == "core":
                sessions.setdefault(row["file"], []).append(row)
    return [_label_from_each_recovery(corpus / name, len(rows)) for name, rows in sessions.items()]


def _label_from_each_recovery(path: Path, count: int) -> RecoveryResult:
    activity = read(path)
    laps = list(activity.laps[:count])
    recoveries, judged = recovery_laps(laps)
    right, forward = [], []
    for chosen in recoveries:
        marked = Annotation(laps[chosen].start_s, laps[chosen].end_s, Label("backward"))
        segments = analyze(replace(activity, laps=()), [marked]).segments
        times_s = np.arange(0.0, segments.edges_s[-1]) + 0.5
        found = segments.direction[np.searchsorted(segments.edges_s, times_s) - 1]
        true, counted = lap_mask(times_s, laps, recoveries), lap_mask(times_s, laps, judged)
        # Standing is measured: whether a recovery was walked or stood is not what is asked.
        counted &= found != "rest"
        right.append(float(np.mean((found == "backward")[counted] == true[counted])))
        forward.append(1.0 - float(np.mean(true[counted])))
    return RecoveryResult(path.name, len(recoveries), float(np.mean(right)), min(right), float(np.mean(forward)))


def recovery_laps(laps: list[Lap]) -> tuple[list[int], list[int]]:
    """Which laps are recoveries: slower by a tenth and more than those before and after them; and which are judged.

    Laps shorter than 15 s are slips of the finger and are not.
    """
    judged = [at for at, lap in enumerate(laps) if lap.end_s - lap.start_s >= MIN_LAP_S]
    speeds = np.array([laps[at].distance_m / (laps[at].end_s - laps[at].start_s) for at in judged])
    slow = [n for n in range(1, len(judged) - 1) if speeds[n] < 0.9 * min(speeds[n - 1], speeds[n + 1])]
    return [judged[n] for n in slow], judged


def lap_mask(times_s: FloatArray, laps: list[Lap], chosen: list[int]) -> NDArray[np.bool_]:
    """Which times_s lie in the chosen laps."""
    return contains(as_spans([(laps[at].start_s, laps[at].end_s) for at in chosen]), times_s)
