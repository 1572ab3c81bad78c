"""Labels on real runs: ``python -m tests.benchmarks.real_runs [FILES_PER_RUNNER]``, some minutes on two cores.

(1) Forward controls with nothing annotated: whatever is called backward there is false. (2) Half-made sessions, real
runs with backward repetitions put into them, with nothing, one and all of them annotated; those of ``hidden`` runners
have a cadence and a heart rate that give nothing away. (3) Real interval sessions in which one recovery is marked and
the others of its kind are to be found. (4) Confidence against frequency. (5) What rules and evidence are worth.
(6) What labelling costs. All for the half of the runners that constants were chosen on, and for the other.
"""

import multiprocessing
import sys
from collections.abc import Sequence

import numpy as np

from retropace.analysis.pipeline import SegmentedActivity
from retropace.core.errors import RetropaceError
from retropace.core.spans import as_spans
from tests.benchmarks.timing import say
from tests.support.paths import CONTROLS
from tests.support.real_runs import (
    CONFIDENCE_EDGES,
    REVIEWED_DIRECTIONS,
    ControlFile,
    RealRunResult,
    annotate_reps,
    label_session,
    list_control_files,
    make_session,
    score_recoveries,
    score_session,
    segment_controls,
)

HALVES = {"fit": "runners that constants were chosen on", "check": "all other runners"}
GIVEN = ("nothing", "one rep", "all reps")
ABLATION = ("rules", "repetition", "cadence", "heart rate")
"""Evidence that is disabled, one kind at a time."""
LARGE_SHARE = 0.03
"""Share of an activity falsely backward that no runner would overlook."""
MIN_COST_H = 0.2
"""Hours that an activity counts at least, so that short ones do not decide what labelling an hour costs."""


def label_file(file: ControlFile) -> list[RealRunResult]:
    """Return everything that is measured on one file."""
    results: list[RealRunResult] = []
    for segmented in segment_controls(file):
        results.extend(label_control(file, segmented))
        if file.laps_kind in ("manual", "step"):
            results.extend(
                RealRunResult(file.path.name, file.half, "recovery", "one rep", "", score, label_s)
                for score, label_s in score_recoveries(segmented)
            )
        if file.sport == "running" and file.number % 2 == 0:
            results.extend(label_half_made(file, segmented))
    return results


def label_control(file: ControlFile, segmented: SegmentedActivity) -> list[RealRunResult]:
    """Return the results of one forward activity with nothing annotated."""
    results = []
    for without in ("", *ABLATION):
        try:
            analysis, label_s = label_session(segmented, (), without)
        except RetropaceError:
            continue
        score = score_session(analysis, as_spans([]))
        results.append(RealRunResult(file.path.name, file.half, "control", "nothing", without, score, label_s))
    return results


def label_half_made(file: ControlFile, segmented: SegmentedActivity) -> list[RealRunResult]:
    """Return the results of the two half-made sessions of one run."""
    results = []
    for hidden in (False, True):
        made = make_session(file, segmented, hidden=hidden)
        if made is None:
            continue
        session, reps = made
        conditions = [(given, "") for given in GIVEN] + [(given, name) for given in GIVEN[:2] for name in ABLATION]
        for given, without in conditions:
            annotations = annotate_reps(file, reps, session.cleaned.elapsed_s, given, hidden=hidden)
            try:
                analysis, label_s = label_session(session, annotations, without)
            except RetropaceError:
                continue
            kind, score = "hidden" if hidden else "usual", score_session(analysis, reps)
            results.append(RealRunResult(file.path.name, file.half, kind, given, without, score, label_s))
    return results


def select(
    results: Sequence[RealRunResult], kinds: Sequence[str], given: str = "nothing", without: str = ""
) -> list[RealRunResult]:
    """Return the results of these kinds under one condition."""
    return [item for item in results if item.kind in kinds and (item.given, item.without) == (given, without)]


def describe_controls(results: Sequence[RealRunResult]) -> str:
    """Return the false alarms of forward controls as a line."""
    moving_s = sum(item.score.judged_s for item in results)
    false_s = [item.score.judged_s * item.score.false_backward for item in results]
    shares = np.array([item.score.false_backward for item in results])
    suggested = np.array([item.score.suggestion_count > 0 for item in results])
    return (
        f"{len(results)} activities, {moving_s / 3600:.0f} h: falsely backward {sum(false_s) / moving_s:.3%} of moving "
        f"time; any in {np.sum(shares > 0)} ({np.mean(shares > 0):.2%}), above 3 % in {np.sum(shares > LARGE_SHARE)}; "
        f"a suggestion in {suggested.sum()} ({suggested.mean():.1%})"
    )


def describe_scores(results: Sequence[RealRunResult]) -> str:
    """Return seconds right, false backward and recall of sessions as a line; several results of one are averaged."""
    names = np.array([item.name + item.kind for item in results])
    columns = np.array([(item.score.right, item.score.false_backward, item.score.recall) for item in results])
    sessions = np.array([np.nanmean(columns[names == name], axis=0) for name in np.unique(names)])
    right, false_backward, recall = sessions.T
    return (
        f"{len(sessions):4d} sessions: right {right.mean():.4f} / p10 {np.percentile(right, 10):.3f}   "
        f"falsely backward {false_backward.mean():.3%}   found {np.nanmean(recall):.3f}"
    )


def say_half_made(results: Sequence[RealRunResult]) -> None:
    """Print how right half-made sessions are."""
    for kind in ("usual", "hidden"):
        for given in GIVEN:
            chosen = select(results, [kind], given)
            if chosen:
                say(f"  half-made, {kind + ' runners':15s} {given:9s} {describe_scores(chosen)}")


def say_reliability(results: Sequence[RealRunResult]) -> None:
    """Print confidence against frequency."""
    table = np.sum([item.score.reliability for item in results], axis=0)
    for direction, rows in zip(REVIEWED_DIRECTIONS, table, strict=True):
        for bin_index, (seconds, confidence, right) in enumerate(rows.tolist()):
            if seconds:
                low, high = CONFIDENCE_EDGES[bin_index : bin_index + 2]
                say(
                    f"    {direction:9s}{low:.2f}–{high:.2f}  {seconds / 3600:8.2f} h  "
                    f"confidence {confidence / seconds:.3f}  right {right / seconds:.3f}"
                )


def say_ablation(results: Sequence[RealRunResult]) -> None:
    """Print the figures without each kind of evidence."""
    for without in ("", *ABLATION):
        say(f"  without {without or 'none of it'}")
        say(f"    controls: {describe_controls(select(results, ['control'], without=without))}")
        for given in GIVEN[:2]:
            chosen = select(results, ["usual", "hidden"], given, without)
            if chosen:
                say(f"    half-made, {given:9s} {describe_scores(chosen)}")


def say_cost(results: Sequence[RealRunResult]) -> None:
    """Print what labelling an hour costs."""
    hours = np.array([max(item.score.judged_s / 3600.0, MIN_COST_H) for item in results])
    cost_ms = 1000.0 * np.array([item.label_s for item in results]) / hours
    say(f"  labelling an hour: median {np.median(cost_ms):.1f} ms, 9 of 10 below {np.percentile(cost_ms, 90):.1f} ms")


def say_worst(results: Sequence[RealRunResult], count: int = 20) -> None:
    """Print the controls with the most time falsely backward."""
    false = [(item.score.judged_s * item.score.false_backward, item) for item in results]
    for false_s, item in sorted(false, key=lambda row: -row[0])[:count]:
        if false_s:
            say(f"    {item.name}: {false_s:.0f} of {item.score.judged_s:.0f} s ({item.score.false_backward:.1%})")


def say_half(results: Sequence[RealRunResult]) -> None:
    """Print everything about one half."""
    controls = select(results, ["control"])
    say(f"  controls, nothing annotated: {describe_controls(controls)}")
    say_worst(controls)
    say_half_made(results)
    recoveries = select(results, ["recovery"], "one rep")
    if recoveries:
        say(f"  one real recovery marked, the others of its kind: {describe_scores(recoveries)}")
    say("  confidence against frequency, controls and half-made sessions, nothing annotated")
    say_reliability(select(results, ["control", "usual", "hidden"]))
    say("  confidence against frequency, half-made sessions, one rep annotated")
    say_reliability(select(results, ["usual", "hidden"], "one rep"))
    say_ablation(results)
    say_cost(controls)


def main(per_runner: int | None) -> None:
    """Print everything about both halves."""
    if not CONTROLS.is_dir():
        sys.exit("needs the forward controls in ../shared/controls")
    files = list_control_files(CONTROLS, per_runner)
    with multiprocessing.Pool(2) as pool:
        by_file = pool.map(label_file, files, chunksize=4)
    results = [item for of_file in by_file for item in of_file]
    for half, meaning in HALVES.items():
        say(f"\n{half} half, {meaning}: {sum(file.half == half for file in files)} files")
        say_half([item for item in results if item.half == half])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
