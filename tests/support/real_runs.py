"""Labels of real runs: forward controls, half-made sessions, and real recoveries of which one is marked.

Runners are divided into two halves before anything is looked at. Constants were chosen on the fit half: the runners
with odd numbers, and runner02 and runner04. All others are the check half.
"""

import csv
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.pipeline import Analysis, SegmentedActivity, label_activity, segment_activity
from retropace.annotations import Annotation, Label
from retropace.core.activity import Activity, Lap
from retropace.core.errors import RetropaceError
from retropace.core.parameters import LabelParameters, Settings
from retropace.core.spans import FloatArray, Spans, as_spans, contains
from retropace.readers import read_all
from tests.support.half_made import make_backward, moving_seconds
from tests.support.recording_labels import lap_mask, recovery_laps

EVEN_FIT_RUNNERS = (2, 4)
"""Runners with even numbers on whom constants were chosen too."""
CONFIDENCE_EDGES = np.array((0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0))
"""Edges of the bins of confidence; they are narrower near 1, where most confidences are."""
REVIEWED_DIRECTIONS = ("forward", "backward")
"""Directions whose confidence is compared with frequency."""
EDGE_SD_S = 4.0
"""Standard deviation (s) of the error of an annotation's edges."""
MAX_LOG_SPEED_DIFFERENCE = 0.35
"""Largest difference in log speed from the median of a session's recoveries at which a recovery is of their kind."""
DURATION_RATIOS = (0.4, 2.5)
"""Range of the ratio of a recovery's duration to their median within which a recovery is of their kind."""
MIN_RECOVERIES = 3
"""Fewest recoveries of one kind in a session in which one of them is marked."""
MAX_CHOICES = 4
"""Largest number of recoveries of a session that are marked in turn."""


@dataclass(frozen=True)
class ControlFile:
    """One file of forward controls as its catalogue describes it."""

    path: Path
    runner: int
    number: int
    sport: str
    laps_kind: str

    @property
    def half(self) -> str:
        """``fit`` or ``check``."""
        return "fit" if self.runner % 2 or self.runner in EVEN_FIT_RUNNERS else "check"


@dataclass(frozen=True)
class SessionScore:
    """How right the labels of one session are, over all seconds that are judged."""

    judged_s: float
    right: float
    """Share of the seconds whose direction is right."""
    false_backward: float
    """Share of the seconds that are labelled backward and are forward."""
    recall: float
    """Share of the backward seconds that are labelled backward; NaN if there are none."""
    suggestion_count: int
    reliability: FloatArray
    """Seconds, sum of confidence and seconds that are right, by direction and bin of confidence: ``(2, 8, 3)``."""


@dataclass(frozen=True)
class RealRunResult:
    """What one labelling of one session came to."""

    name: str
    half: str
    kind: str
    """``control``, ``usual`` and ``hidden`` (half-made sessions of such runners) or ``recovery``."""
    given: str
    """What was annotated: ``nothing``, ``one rep`` or ``all reps``."""
    without: str
    """Evidence that was disabled; empty if none."""
    score: SessionScore
    label_s: float
    """Time that labelling took."""


def list_control_files(controls: Path, per_runner: int | None = None) -> list[ControlFile]:
    """Return the files of the catalogue; of each runner at most ``per_runner``, drawn by chance but always the same."""
    by_runner: dict[int, list[ControlFile]] = {}
    with (controls / "catalog.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            runner, number = int(row["runner"].removeprefix("runner")), int(row["file"].split("-")[1].split(".")[0])
            file = ControlFile(controls / row["file"], runner, number, row["sport"], row["laps_kind"])
            by_runner.setdefault(runner, []).append(file)
    chosen: list[ControlFile] = []
    for runner, files in by_runner.items():
        order = np.random.default_rng(runner).permutation(len(files))[:per_runner]
        chosen.extend(files[index] for index in sorted(order.tolist()))
    return chosen


def segment_controls(file: ControlFile) -> list[SegmentedActivity]:
    """Return the activities of a file, segmented; those that cannot be measured are left out."""
    segmented = []
    try:
        activities = read_all(file.path)
    except RetropaceError:
        return []
    for activity in activities:
        try:
            segmented.append(segment_activity(activity, Settings()))
        except RetropaceError:
            continue
    return segmented


def make_session(
    file: ControlFile, segmented: SegmentedActivity, *, hidden: bool
) -> tuple[SegmentedActivity, Spans] | None:
    """Return a half-made session of a run and its repetitions, ``(n, 2)``; None if they do not fit into it."""
    rng = np.random.default_rng((file.runner, file.number, hidden))
    made = make_backward(segmented.activity, segmented.cleaned, rng, hidden=hidden)
    return None if made is None else (segment_activity(made.activity, Settings()), made.reps)


def annotate_reps(file: ControlFile, reps: Spans, elapsed_s: float, given: str, *, hidden: bool) -> list[Annotation]:
    """Return what the runner marks: ``nothing``, ``one rep`` or ``all reps``, with edges some seconds off."""
    if given == "nothing":
        return []
    rng = np.random.default_rng((5, file.runner, file.number, hidden))
    edges_s = np.clip(reps + rng.normal(0.0, EDGE_SD_S, reps.shape), 0.0, elapsed_s)
    rows = range(len(reps)) if given == "all reps" else [int(rng.integers(len(reps)))]
    spans = [edges_s[row].tolist() for row in rows if edges_s[row, 1] > edges_s[row, 0] + 1.0]
    return [Annotation(start_s, end_s, Label("backward")) for start_s, end_s in spans]


def label_session(
    segmented: SegmentedActivity, annotations: Sequence[Annotation], without: str = ""
) -> tuple[Analysis, float]:
    """Return the analysis, with one kind of evidence disabled if ``without`` names one, and the seconds it took."""
    disabled = (without,) if without else ()
    start = time.perf_counter()
    analysis = label_activity(segmented, annotations, Settings(label=LabelParameters(disabled_evidence=disabled)))
    return analysis, time.perf_counter() - start


def score_session(
    analysis: Analysis,
    reps: Spans,
    times_s: FloatArray | None = None,
    left_out: NDArray[np.bool_] | None = None,
) -> SessionScore:
    """Compare the labels with the true repetitions, second by second.

    ``times_s`` are the seconds judged, all seconds of movement if None; those that are labelled standing are not
    judged, as whether a runner stood is measured. ``left_out`` of them do not count for recall.
    """
    segments = analysis.segments
    times_s = moving_seconds(analysis.cleaned) if times_s is None else times_s
    row = np.clip(np.searchsorted(segments.edges_s, times_s, side="right") - 1, 0, len(segments) - 1)
    judged = segments.direction[row] != "rest"
    row, truth = row[judged], contains(reps, times_s[judged])
    direction, confidence = segments.direction[row], segments.confidence[row]
    backward = direction == "backward"
    counted = truth if left_out is None else truth & ~left_out[judged]
    seconds = max(len(row), 1)
    table = np.zeros((len(REVIEWED_DIRECTIONS), len(CONFIDENCE_EDGES) - 1, 3))
    for index, name in enumerate(REVIEWED_DIRECTIONS):
        member = (direction == name) & (segments.basis[row] != "annotated") & np.isfinite(confidence)
        bins = np.clip(np.searchsorted(CONFIDENCE_EDGES, confidence[member], side="right") - 1, 0, table.shape[1] - 1)
        columns = (np.ones(len(bins)), confidence[member], truth[member] == (name == "backward"))
        for column, values in enumerate(columns):
            table[index, :, column] = np.bincount(bins, values, table.shape[1])
    return SessionScore(
        judged_s=float(len(row)),
        right=float(np.sum(backward == truth) / seconds),
        false_backward=float(np.sum(backward & ~truth) / seconds),
        recall=float(np.mean(backward[counted])) if counted.any() else np.nan,
        suggestion_count=len(analysis.borderline),
        reliability=table,
    )


def strip_annotations(activity: Activity) -> Activity:
    """Return an activity that says nothing of itself: without laps, workout steps, splits and waypoints."""
    return replace(activity, laps=(), workout_steps=(), splits=(), waypoints=())


def similar_recoveries(laps: list[Lap]) -> tuple[list[int], list[int]]:
    """Return the rows of the recoveries of one kind among laps, and of the laps that are judged.

    Recoveries of other kinds are neither.
    """
    recoveries, judged = recovery_laps(laps)
    duration_s = np.array([laps[row].end_s - laps[row].start_s for row in recoveries])
    speed_mps = np.array([laps[row].distance_m for row in recoveries]) / duration_s
    if len(recoveries) < MIN_RECOVERIES or not np.all(speed_mps > 0.0):
        return [], []
    is_close = np.abs(np.log(speed_mps / np.median(speed_mps))) < MAX_LOG_SPEED_DIFFERENCE
    ratio = duration_s / np.median(duration_s)
    is_close &= (ratio > DURATION_RATIOS[0]) & (ratio < DURATION_RATIOS[1])
    similar = [row for row, close in zip(recoveries, is_close.tolist(), strict=True) if close]
    others = set(recoveries) - set(similar)
    return similar, [row for row in judged if row not in others]


def score_recoveries(segmented: SegmentedActivity) -> list[tuple[SessionScore, float]]:
    """Mark each of the first recoveries of one kind in turn; return the score of each choice and the seconds it took.

    The result is empty where an activity has fewer than ``MIN_RECOVERIES`` of a kind.
    """
    laps = list(segmented.activity.laps)
    similar, judged = similar_recoveries(laps)
    if len(similar) < MIN_RECOVERIES:
        return []
    bare = replace(segmented, activity=strip_annotations(segmented.activity))
    scores = []
    for chosen in similar[:MAX_CHOICES]:
        marked = Annotation(laps[chosen].start_s, laps[chosen].end_s, Label("backward"))
        try:
            analysis, label_s = label_session(bare, [marked])
        except RetropaceError:
            continue
        times_s = np.arange(0.0, analysis.segments.edges_s[-1]) + 0.5
        times_s = times_s[lap_mask(times_s, laps, judged)]
        reps = as_spans([(laps[row].start_s, laps[row].end_s) for row in similar])
        scores.append((score_session(analysis, reps, times_s, lap_mask(times_s, laps, [chosen])), label_s))
    return scores
