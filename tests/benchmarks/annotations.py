"""How well annotations of every kind label simulated sessions: ``python -m tests.benchmarks.annotations [SESSIONS]``.

Prints, for each kind of session, the share of seconds with the true direction, given (a) the workout sentence alone,
(b) every lap marked, (c) a sidecar whose times are off by 4 s (one standard deviation), with a row for every stretch
and for the backward ones alone; then sentences of other sessions and of steady runs, all of which should be refused;
then real interval sessions of the corpus, whose structure is known from their laps, aligned without their laps.
"""

import sys
from dataclasses import replace

import numpy as np

from retropace.analysis.pipeline import analyze
from retropace.annotations import AnnotationInput, Label, UnresolvedAnnotation, parse_sentence
from retropace.core.activity import Activity
from retropace.readers import read_all
from retropace.simulate import forward, simulate
from retropace.simulate.kinds import BACKWARD_KINDS, draw
from tests.support.paths import CORPUS
from tests.support.real_workouts import REAL_WORKOUTS
from tests.support.simulated_labels import annotated, seconds_right


def measured(kind: str, count: int) -> dict[str, list[float]]:
    """Seconds right for each way of saying it, over ``count`` sessions of a kind."""
    right: dict[str, list[float]] = {name: [] for name in ("sentence", "laps", "sidecar", "backward rows")}
    for seed in range(count):
        made = draw(kind, seed, plain=True)
        truth, activity = made.session.truth, made.session.activity
        laps = [UnresolvedAnnotation(f"lap {at + 1}", Label(direction)) for at, direction in enumerate(truth.direction)]
        # Without laps: the sentence has to do alone.
        bare = replace(activity, laps=())
        ways: dict[str, tuple[Activity, list[AnnotationInput]]] = {
            "sentence": (bare, [parse_sentence(made.sentence)]),
            "laps": (activity, [*laps]),
            "sidecar": (bare, [*annotated(truth, np.random.default_rng(seed), "all")]),
            "backward rows": (bare, [*annotated(truth, np.random.default_rng(seed), "backward")]),
        }
        for name, (recorded, given) in ways.items():
            right[name].append(seconds_right(analyze(recorded, given), truth))
    return right


def foreign(count: int) -> tuple[int, int]:
    """How many sentences of other kinds of session, and of intervals on steady runs, are refused, and of how many."""
    kinds = sorted(BACKWARD_KINDS)
    refused = 0
    tried = 0
    for seed in range(count):
        for at, kind in enumerate(kinds):
            other = draw(kinds[(at + 1 + seed % 4) % len(kinds)], seed + 1000).sentence
            steady = simulate([forward(seconds=1500 + 20 * seed)], seed=seed).activity
            for activity in (draw(kind, seed, plain=True).session.activity, steady):
                result = analyze(activity, [parse_sentence(other)]).workout
                refused += result is not None and not result.fits
                tried += 1
    return refused, tried


def real() -> None:
    """Print how the real sessions align without their laps, against these."""
    for name, sentence in REAL_WORKOUTS.items():
        path = next(path for path in sorted(CORPUS.glob("*/*")) if name in path.name)
        activity = read_all(path)[0]
        ends = np.array([lap.end_s for lap in activity.laps[:-1]])
        result = analyze(replace(activity, laps=()), [parse_sentence(sentence)]).workout
        assert result is not None
        found = np.array([step.end_s for step in result.steps[:-1]])
        off = found - ends[np.abs(ends[None, :] - found[:, None]).argmin(axis=1)] if len(found) else np.empty(0)
        fit = np.mean([step.fit_score for step in result.steps]) if result.steps else np.nan
        sys.stdout.write(f"{name}: {sentence}\n  {'fits' if result.fits else 'REFUSED: ' + result.rejection_reason}, ")
        sys.stdout.write(
            f"{len(result.steps)} steps, fit {fit:.2f}, within 5 s of a lap {np.mean(np.abs(off) <= 5.0):.2f}, "
        )
        sys.stdout.write(f"seconds after it: {' '.join(f'{value:+.0f}' for value in off)}\n")


def main(count: int) -> None:
    """Print all tables."""
    sys.stdout.write(f"{'seconds right':14s}{'sentence':>18s}{'laps':>18s}{'sidecar':>18s}{'backward rows':>18s}\n")
    for kind in BACKWARD_KINDS:
        right = measured(kind, count)
        cells = "".join(f"{np.mean(values):10.4f} ({np.min(values):.3f})" for values in right.values())
        sys.stdout.write(f"{kind:14s}{cells}\n")
    refused, tried = foreign(max(count // 5, 1))
    sys.stdout.write(f"foreign sentences refused: {refused} of {tried}\n")
    if CORPUS.is_dir():
        real()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
