"""Whether segments are what a runner would call one: ``python -m tests.benchmarks.segments [FILES_PER_RUNNER]``.

Marked changes of pace, short segments and steady runs, for the half of the runners and files that constants were chosen
on and for the other (:mod:`tests.support.segment_quality` says how); the public run/walk session that five people
marked; and what segmenting an hour costs. Precision is that within the set, from the first rep to the last.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing import Pool

from retropace.analysis.metrics import BoundaryCounts
from retropace.analysis.pipeline import label_activity, segment_activity
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.core.errors import RetropaceError
from retropace.core.parameters import Settings
from retropace.readers import read_all
from retropace.segmentation.segment import segment_coarse_and_fine
from tests.benchmarks.timing import say
from tests.support.paths import CONTROLS, CORPUS
from tests.support.real_runs import strip_annotations
from tests.support.run_log import compare_with_annotators, read_run_log
from tests.support.segment_quality import TOLERANCES_S, JudgedFile, SegmentQuality, judge_edges, list_judged

HALVES = {"fit": "chosen on", "check": "left alone"}


def judge(file: JudgedFile) -> list[tuple[SegmentQuality, float]]:
    """Return how the activities of a file are segmented and the seconds that took, none if they cannot be measured."""
    try:
        return [_judge_activity(file, activity) for activity in read_all(file.path)]
    except RetropaceError:
        return []


def _judge_activity(file: JudgedFile, activity: Activity) -> tuple[SegmentQuality, float]:
    segmented = segment_activity(strip_annotations(activity), Settings())
    start = time.perf_counter()
    segment_coarse_and_fine(segmented.cleaned)
    segment_s = time.perf_counter() - start
    edges_s = label_activity(segmented, (), Settings()).segments.edges_s
    return judge_edges(file, replace(segmented.cleaned, laps=clean_activity(activity).laps), edges_s), segment_s


def _changes(qualities: Sequence[SegmentQuality]) -> None:
    for number, (early_s, late_s) in enumerate(TOLERANCES_S):
        every, within = (
            sum((getattr(one, name)[number] for one in qualities), BoundaryCounts(0, 0, 0))
            for name in ("all_changes", "set_changes")
        )
        count = sum(one.set_changes[number].reference > 0 for one in qualities)
        say(
            f"    changes of pace, {early_s:.0f} s before to {late_s:.0f} s after: recall {every.recall:.3f} of "
            f"{every.reference}, precision within {count} sets {within.precision:.3f}"
        )


def _lengths(name: str, qualities: Sequence[SegmentQuality]) -> None:
    segments, hours = sum(one.segment_count for one in qualities), sum(one.hours for one in qualities)
    short = sum(one.short_count for one in qualities) / max(segments, 1)
    say(f"    {name} ({len(qualities)}): {segments / max(hours, 1e-9):.1f} segments an hour, {short:.3f} below 15 s")


def main(per_runner: int | None) -> None:
    """Print everything."""
    with Pool(2) as pool:
        files = list_judged(CONTROLS, CORPUS, per_runner)
        results = [one for found in pool.imap(judge, files, chunksize=8) for one in found]
    qualities = [quality for quality, _ in results]
    for half, name in HALVES.items():
        for source in ("controls", "corpus"):
            chosen = [one for one in qualities if one.file.half == half and one.file.source == source]
            if not chosen:
                continue
            say(f"{source}, {name}")
            _changes(chosen)
            _lengths("all", chosen)
            _lengths("runs", [one for one in chosen if one.file.is_running])
            _lengths("steady runs", [one for one in chosen if one.is_steady])
    activity, t_s = read_run_log()
    marks = compare_with_annotators(segment_coarse_and_fine(clean_activity(activity))[0], t_s)
    say(f"run/walk session: precision {marks.precision:.3f}, recall {marks.recall:.3f}, F1 {marks.f1:.3f}")
    hours = sum(quality.hours for quality in qualities)
    say(f"segmenting an hour: {1000.0 * sum(segment_s for _, segment_s in results) / hours:.1f} ms")


if __name__ == "__main__":
    if not CONTROLS.is_dir() or not CORPUS.is_dir():
        sys.exit("needs the recordings in ../shared/controls and ../shared/corpus")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
