"""How well interval sessions are analysed: ``python -m tests.benchmarks.intervals [SEEDS]``, a minute on two cores.

Simulated sessions of every structured kind, given one annotated rep, or nothing where all is forward; the interval
sessions of the public recordings with and without their laps, and the other recordings, in which there is no structure;
stadiums; quarter miles around the line. Constants were chosen on seeds below 60; those from 1000 on were left alone.
"""

import multiprocessing
import sys
from pathlib import Path

import numpy as np

from retropace.analysis.pipeline import analyze
from retropace.intervals import intervals_of
from tests.benchmarks.timing import say
from tests.support.interval_outcomes import STRUCTURED, UNSTRUCTURED, compute_span_error_s, evaluate_session
from tests.support.interval_sessions import annotate_backward, simulate_quarter_mile
from tests.support.paths import CORPUS
from tests.support.recorded_intervals import (
    find_recorded_intervals,
    find_true_reps,
    iter_other_recordings,
    read_interval_sessions,
)
from tests.support.running_track_sessions import measure_distance_errors, running_track_sessions


def simulated(seeds: range) -> None:
    """Sessions of every kind."""
    tasks = [(kind, seed) for kind in (*STRUCTURED, *UNSTRUCTURED) for seed in seeds]
    with multiprocessing.Pool(2) as pool:
        made = pool.map(evaluate_session, tasks, chunksize=4)
    say(f"\n{len(seeds)} simulated sessions of every kind, from seed {seeds[0]} on")
    say(f"{'':16s}kind of set  count  lengths  structure   rep times within 2 s / 3 s")
    for kind in (*STRUCTURED, "structured", *UNSTRUCTURED):
        some = [one for one in made if one.kind == kind or (kind == "structured" and one.kind in STRUCTURED)]
        off = np.array([value for one in some for value in one.duration_errors_s])
        times = f"{np.mean(off <= 2.0):.3f} / {np.mean(off <= 3.0):.3f} of {len(off)}" if len(off) else ""
        shares = [
            float(np.mean([getattr(one, name) for one in some]))
            for name in ("set_kinds_right", "counts_right", "lengths_right", "right")
        ]
        say(f"{kind:16s}{shares[0]:11.3f}{shares[1]:7.3f}{shares[2]:9.3f}{shares[3]:11.3f}   {times}")


def public(corpus: Path) -> None:
    """The public recordings."""
    say("\ninterval sessions of the public recordings: reps, found without laps and with them, and how far off in s")
    for name, rows in read_interval_sessions(corpus).items():
        true = find_true_reps(rows)
        for laps in (False, True):
            found = find_recorded_intervals(corpus, name, laps=laps)
            spans = [(rep.start_s, rep.end_s) for one in found.sets for rep in one.reps]
            off = " ".join(f"{compute_span_error_s(spans, *rep):.1f}" for rep in true)
            say(f"{name[:60]:62s}{'laps' if laps else '':6s}{len(true):3d}{len(spans):4d}   {off}")
    others = list(iter_other_recordings(corpus))
    invented = [name for name, found in others if found.sets]
    say(f"other recordings: structure invented in {len(invented)} of {len(others)} {' '.join(invented)}")
    tracks = [name for name, found in others if found.running_track is not None]
    say(f"taken for a stadium: {len(tracks)} of {len(others)} {' '.join(tracks)}")


def running_tracks() -> None:
    """Simulated tracks."""
    outcomes = [(place, measure_distance_errors(session)) for session, place, _ in running_track_sessions()]
    raw, by_laps = np.abs([(one[0], one[1]) for _, one in outcomes]).T
    lanes = [one[2] is not None and one[2].lane == place.lane for place, one in outcomes]
    missed, most = int(np.isnan(by_laps).sum()), 100.0 * float(np.nanmax(by_laps))
    say(f"\nstadiums: {len(outcomes)}, {missed} not recognised, lane right in {np.mean(lanes):.3f}")
    say(f"raw positions off by {100 * raw.min():.1f}–{100 * raw.max():.1f} %, laps by at most {most:.2f} %")


def quarter_miles() -> None:
    """Tests around the line."""
    right = close = 0
    for seed, ratio in enumerate(np.linspace(1.6, 2.4, 100)):
        made, true = simulate_quarter_mile(float(ratio), seed)
        tests = intervals_of(analyze(made.activity, annotate_backward(made))).quarter_miles
        right += len(tests) == 1 and tests[0].is_passed == (true < 2.0)
        close += len(tests) == 1 and tests[0].is_close
    say(f"\nquarter miles with ratios 1.6–2.4: {right} of 100 judged rightly, {close} of them said to be close")


def main(seeds: int) -> None:
    """Print everything."""
    simulated(range(seeds))
    simulated(range(1000, 1000 + seeds))
    public(CORPUS)
    running_tracks()
    quarter_miles()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
