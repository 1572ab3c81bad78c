"""How good labels are: ``python -m tests.benchmarks.labels [SEEDS]``, some minutes on two cores.

Simulated sessions of every kind with known truth, labelled given one annotated rep, all reps, an athlete known from
five sessions, and nothing; forward-only sessions given nothing; two baselines; what each kind of evidence is worth;
confidence against frequency. Constants were chosen on even seeds; odd seeds were left alone. Then real recordings:
false backward where nothing is annotated, and recoveries found from one of them.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from retropace.analysis.metrics import BoundaryCounts, Labelling, Reliability, pool_reliability, score
from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import Annotation, Label
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import LabelParameters, Settings
from retropace.core.segments import Segments
from retropace.labelling.athlete import Athlete, training_session
from retropace.simulate import Truth
from retropace.simulate.kinds import BACKWARD_KINDS, FORWARD_KINDS, Draw, draw

EDGE_S = 4.0
"""How far the edges of an annotation are off (standard deviation)."""
KNOWN_FROM = 5
GIVEN = ("one rep", "all reps", "athlete", "nothing")
WITHOUT = ("pace", "cadence", "heart rate", "sequence", "repetition", "duration", "prior")


@dataclass(frozen=True)
class Result:
    """What came of one session under one condition."""

    kind: str
    seed: int
    right: float
    distance_error: float
    """Backward metres against the truth's, as a share."""
    label_error: float
    """Backward metres against what the same watch counted in the true stretches."""
    false_share: float
    """Share of the time that is wrongly backward."""
    near: BoundaryCounts
    nearer: BoundaryCounts
    brier: float
    reliability: Reliability


def truth_of(truth: Truth) -> Labelling:
    """The truth as a labelling."""
    return Labelling(truth.edges_s[:-1], truth.edges_s[1:], np.array(truth.direction), totals_m=truth.distance_m)


def labelling_of(track: CleanedActivity, segments: Segments) -> Labelling:
    """What retropace answers as a labelling."""
    way = track.increments("distance_m", segments.edges_s)
    return Labelling(
        segments.start_s, segments.end_s, segments.direction, segments.confidence, _metres(segments.direction, way), way
    )


def _metres(direction: np.ndarray, way_m: np.ndarray) -> dict[str, float]:
    return {name: float(way_m[direction == name].sum()) for name in ("forward", "backward", "rest")}


def annotated(truth: Truth, rng: np.random.Generator, which: str) -> list[Annotation]:
    """What a runner marks, edges off by some seconds: ``one`` backward rep, ``backward`` ones or ``all`` stretches."""
    edges = truth.edges_s + rng.normal(0.0, EDGE_S, len(truth.edges_s))
    edges[0], edges[-1] = 0.0, truth.edges_s[-1]
    edges = np.maximum.accumulate(np.clip(edges, 0.0, edges[-1]) + 1e-3 * np.arange(len(edges)))
    edges = np.minimum(edges, truth.edges_s[-1])
    back = [at for at, direction in enumerate(truth.direction) if direction == "backward"]
    chosen = {"one": rng.permutation(back)[:1].tolist(), "backward": back, "all": list(range(len(truth.direction)))}
    return [
        Annotation(float(edges[at]), float(edges[at + 1]), Label(truth.direction[at]))
        for at in sorted(chosen[which])
        if edges[at] + 1.0 < edges[at + 1]
    ]


def known_athlete(made: Draw, seed: int, which: str = "all") -> Athlete:
    """The athlete of a session, as five other sessions of theirs with annotations show them."""
    rng = np.random.default_rng((7, seed))
    athlete = Athlete("somebody")
    for number in range(KNOWN_FROM):
        kind = str(rng.choice(list(BACKWARD_KINDS)))
        other = draw(kind, 100_000 + 10 * seed + number, made.athlete)
        analysis = analyze(other.session.activity, annotated(other.session.truth, rng, which))
        learned = training_session(analysis.activity, analysis.cleaned, analysis.segments)
        athlete = athlete.with_session(replace(learned, sha256=f"{number}"))
    return athlete


def condition(made: Draw, seed: int, given: str, without: tuple[str, ...] = ()) -> Analysis:
    """One session analysed with what is given."""
    rng = np.random.default_rng((3, seed))
    # Laps are pressed at the very edges of the truth: they must not help.
    activity = replace(made.session.activity, laps=())
    marks = {"one rep": "one", "all reps": "backward"}.get(given)
    annotations = annotated(made.session.truth, rng, marks) if marks else []
    athlete = known_athlete(made, seed) if given == "athlete" else None
    athlete = known_athlete(made, seed, "backward") if given == "athlete, backward rows" else athlete
    return analyze(activity, annotations, Settings(label=LabelParameters(disabled_evidence=without)), athlete)


def result_of(made: Draw, kind: str, seed: int, found: Labelling, track: CleanedActivity) -> Result:
    """The scores of one answer."""
    truth = made.session.truth
    scores = score(truth_of(truth), found)
    backward = scores.directions[1]
    watch = track.increments("distance_m", np.minimum(truth.edges_s, track.elapsed_s))
    counted = _metres(np.array(truth.direction), watch)["backward"]
    empty = Reliability(np.zeros(10, dtype=np.intp), np.zeros(10), np.full(10, np.nan), np.full(10, np.nan))
    return Result(
        kind,
        seed,
        scores.accuracy,
        abs(backward.distance_error),
        abs(backward.estimated_m - counted) / counted if counted else np.nan,
        (backward.estimated_s - backward.correct_s) / scores.judged_s,
        scores.boundaries[5.0],
        scores.boundaries[3.0],
        scores.brier,
        scores.reliability or empty,
    )


def baseline(name: str, analysis: Analysis) -> Labelling:
    """``all forward``, or ``pace``: slower than 0.85 of the median pace is backward."""
    segments = analysis.segments
    moving = segments.direction != "rest"
    direction = np.where(moving, "forward", "rest")
    if name == "pace":
        speed = analysis.summary.segments.speed_mps
        usual = np.nanmedian(np.repeat(speed[moving], np.maximum(np.diff(segments.edges_s)[moving], 1.0).astype(int)))
        with np.errstate(invalid="ignore"):
            direction = np.where(moving & (speed < 0.85 * usual), "backward", direction)
    plain = replace(segments, direction=direction, confidence=np.ones(len(direction)))
    return labelling_of(analysis.cleaned, plain)


def session(task: tuple[str, int, tuple[str, ...], tuple[str, ...]]) -> dict[str, Result]:
    """Every condition for one session, the baselines among them."""
    kind, seed, givens, ablations = task
    made = draw(kind, seed)
    results = {}
    for given in givens:
        analysis = condition(made, seed, given)
        results[given] = result_of(
            made, kind, seed, labelling_of(analysis.cleaned, analysis.segments), analysis.cleaned
        )
    for given in ("one rep", "nothing"):
        for name in ablations if given in givens else ():
            analysis = condition(made, seed, given, (name,))
            found = labelling_of(analysis.cleaned, analysis.segments)
            results[f"{given}, without {name}"] = result_of(made, kind, seed, found, analysis.cleaned)
    for name in ("all forward", "pace"):
        analysis = condition(made, seed, "nothing")
        found = baseline(name, analysis)
        results[f"baseline: {name}"] = result_of(made, kind, seed, found, analysis.cleaned)
    return results


def line(results: Sequence[Result]) -> str:
    """The figures of the targets."""
    right = [one.right for one in results]
    errors, labels = np.array([(one.distance_error, one.label_error) for one in results]).T
    near, nearer = (
        sum((getattr(one, name) for one in results), BoundaryCounts(0, 0, 0)) for name in ("near", "nearer")
    )
    return (
        f"{np.mean(right):.4f} / {np.percentile(right, 10):.4f}   "
        f"{100 * np.nanmedian(errors):4.1f} % / {100 * np.nanpercentile(errors, 90):5.1f} %   "
        f"{100 * np.nanmedian(labels):4.1f} % / {100 * np.nanpercentile(labels, 90):5.1f} %   "
        f"{near.f1:.3f} / {nearer.f1:.3f}   {np.mean([one.brier for one in results]):.4f}"
    )


def table(name: str, results: Sequence[dict[str, Result]]) -> None:
    """One half of the seeds."""
    say(f"\n{name}: {len(results)} sessions")
    say(f"{'given':32s}{'right, mean/10th':20s}{'metres, median/90th':21s}{'of the watch':20s}{'F1 5 s/3 s':16s}Brier")
    for given in results[0]:
        say(f"{given:32s}{line([one[given] for one in results])}")


def reliability(results: Sequence[Result]) -> None:
    """Confidence against frequency, in tenths."""
    pooled = pool_reliability([one.reliability for one in results])
    for tenth in np.flatnonzero(pooled.stretch_count):
        say(
            f"  {tenth / 10:.1f}–{(tenth + 1) / 10:.1f}  {pooled.stretch_count[tenth]:5d} stretches  "
            f"confidence {pooled.confidence[tenth]:.3f}  right {pooled.accuracy[tenth]:.3f}"
        )


def say(text: str) -> None:
    """One line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(seeds: int) -> None:
    """Print everything."""
    tasks = [
        (kind, seed, (*GIVEN, "athlete, backward rows"), WITHOUT) for kind in BACKWARD_KINDS for seed in range(seeds)
    ]
    controls = [(kind, seed, ("nothing",), ()) for kind in FORWARD_KINDS for seed in range(seeds // 2)]
    with multiprocessing.Pool(2) as pool:
        made = pool.map(session, tasks, chunksize=4)
        calm = pool.map(session, controls, chunksize=4)
    for half, name in ((0, "even seeds (constants were chosen on these)"), (1, "odd seeds")):
        table(name, [one for one in made if one["nothing"].seed % 2 == half])
    say("\nodd seeds, by kind")
    for given in GIVEN:
        for kind in BACKWARD_KINDS:
            picked = [one[given] for one in made if one[given].kind == kind and one[given].seed % 2]
            say(f"{given:12s}{kind:20s}{line(picked)}")
    say("\nforward-only sessions, nothing annotated: share of the time falsely backward")
    for kind in (*FORWARD_KINDS, ""):
        shares = [one["nothing"].false_share for one in calm if kind in ("", one["nothing"].kind)]
        say(f"  {kind or 'all':16s}{len(shares):4d} sessions  mean {np.mean(shares):.5f}  worst {np.max(shares):.4f}")
    for given in ("one rep", "athlete", "nothing"):
        say(f"\nconfidence against frequency, odd seeds, {given}")
        reliability([one[given] for one in made if one[given].seed % 2])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
