"""Labels on real recordings: ``python -m tests.benchmarks.recordings``.

No public recording of backward running is known. So (1) every running and walking recording is analysed with nothing
annotated: whatever is then backward is false. (2) In interval sessions with real laps the recoveries, slower like
backward reps, stand in for backward: one is annotated by its lap; the others should be found and the reps left alone.
(3) What labelling costs beside segmenting, on one hour.
"""

from __future__ import annotations

import csv
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.pipeline import analyze
from retropace.annotations import Annotation, Label
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Lap
from retropace.core.errors import RetropaceError
from retropace.core.spans import FloatArray, as_spans, contains
from retropace.labelling.assign import label_segments
from retropace.readers import read, read_all
from retropace.segmentation.segment import segment_coarse_and_fine
from retropace.simulate.kinds import draw
from tests.support.paths import CORPUS

SLIP_S = 15.0


@dataclass(frozen=True)
class Calm:
    """One recording with nothing annotated, and how long it was falsely backward or worth a look."""

    name: str
    elapsed_s: float
    backward_s: float
    look_s: float


@dataclass(frozen=True)
class Propagated:
    """One session, with one recovery annotated at a time: the share of its seconds that are right."""

    name: str
    recoveries: int
    right: float
    worst: float
    all_forward: float


def false_backward(corpus: Path) -> list[Calm]:
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
            look = sum(doubt.end_s - doubt.start_s for doubt in analysis.borderline)
            found.append(Calm(path.name, analysis.cleaned.elapsed_s, backward, look))
    return found


def propagation(corpus: Path) -> list[Propagated]:
    """The core sessions of ``intervals.csv``, every one of their recoveries annotated in turn."""
    sessions: dict[str, list[dict[str, str]]] = {}
    with (corpus / "intervals.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            if row["tier"] == "core":
                sessions.setdefault(row["file"], []).append(row)
    return [_propagated(corpus / name, len(rows)) for name, rows in sessions.items()]


def _propagated(path: Path, count: int) -> Propagated:
    activity = read(path)
    laps = list(activity.laps[:count])
    recoveries, judged = stand_ins(laps)
    right, forward = [], []
    for chosen in recoveries:
        marked = Annotation(laps[chosen].start_s, laps[chosen].end_s, Label("backward"))
        segments = analyze(replace(activity, laps=()), [marked]).segments
        moments = np.arange(0.0, segments.edges_s[-1]) + 0.5
        found = segments.direction[np.searchsorted(segments.edges_s, moments) - 1]
        true, counted = within(moments, laps, recoveries), within(moments, laps, judged)
        # Standing is measured: whether a recovery was walked or stood is not what is asked.
        counted &= found != "rest"
        right.append(float(np.mean((found == "backward")[counted] == true[counted])))
        forward.append(1.0 - float(np.mean(true[counted])))
    return Propagated(path.name, len(recoveries), float(np.mean(right)), min(right), float(np.mean(forward)))


def stand_ins(laps: list[Lap]) -> tuple[list[int], list[int]]:
    """Which laps are recoveries: slower by a tenth and more than those before and after them; and which are judged.

    Laps shorter than 15 s are slips of the finger and are not.
    """
    judged = [at for at, lap in enumerate(laps) if lap.end_s - lap.start_s >= SLIP_S]
    speeds = np.array([laps[at].distance_m / (laps[at].end_s - laps[at].start_s) for at in judged])
    slow = [n for n in range(1, len(judged) - 1) if speeds[n] < 0.9 * min(speeds[n - 1], speeds[n + 1])]
    return [judged[n] for n in slow], judged


def within(moments: FloatArray, laps: list[Lap], chosen: list[int]) -> NDArray[np.bool_]:
    """Which moments lie in the chosen laps."""
    return contains(as_spans([(laps[at].start_s, laps[at].end_s) for at in chosen]), moments)


def cost() -> None:
    """Print what labelling one hour costs beside segmenting it: medians of paired runs."""
    made = draw("reps", 3)
    longest = max((draw("long", seed).session.activity for seed in range(20)), key=lambda one: one.samples.t_s[-1])
    for activity in (made.session.activity, longest):
        track = clean_activity(activity)
        marked = (Annotation(600.0, 700.0, Label("backward")),)
        ratios, took = [], []
        for _ in range(31):
            start = time.perf_counter()
            edges, fine = segment_coarse_and_fine(track)
            middle = time.perf_counter()
            label_segments(track, edges, fine, marked)
            end = time.perf_counter()
            ratios.append((end - middle) / (middle - start))
            took.append((end - middle, middle - start))
        labelled, cut = np.median(np.array(took), axis=0)
        say(
            f"{track.elapsed_s / 3600:.2f} h: labelling {1000 * labelled:.1f} ms, both cuts {1000 * cut:.1f} ms, "
            f"ratio {np.median(ratios):.2f}"
        )


def say(text: str) -> None:
    """One line."""
    sys.stdout.write(text + "\n")


def main() -> None:
    """Print everything."""
    if not CORPUS.is_dir():
        sys.exit("needs the public recordings in ../shared/corpus")
    calm = false_backward(CORPUS)
    whole = sum(one.elapsed_s for one in calm)
    say(f"{len(calm)} real recordings, {whole / 3600:.1f} h, nothing annotated: seconds backward, worth a look, of all")
    for one in sorted(calm, key=lambda one: (-one.backward_s, -one.look_s, one.name)):
        say(f"  {one.backward_s:6.0f} {one.look_s:6.0f} {one.elapsed_s:8.0f}  {one.name}")
    say(f"falsely backward: {sum(one.backward_s for one in calm) / whole:.3%} of all time")
    say("one recovery annotated: seconds right, mean and worst of all choices")
    sessions = propagation(CORPUS)
    for row in sessions:
        say(
            f"  {row.right:.3f}  {row.worst:.3f}  all forward {row.all_forward:.3f}  "
            f"{row.recoveries:2d} recoveries  {row.name}"
        )
    say(f"mean {np.mean([row.right for row in sessions]):.3f}")
    cost()


if __name__ == "__main__":
    main()
