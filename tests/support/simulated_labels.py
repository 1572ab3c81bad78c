"""Labels of simulated sessions against their truth: conditions, baselines and scores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from retropace.analysis.metrics import BoundaryCounts, Labelling, Reliability, score
from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import Annotation, Label
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import LabelParameters, Settings
from retropace.core.segments import Segments
from retropace.labelling.athlete import Athlete, training_session
from retropace.simulate import Truth
from retropace.simulate.kinds import BACKWARD_KINDS, Draw, draw

EDGE_S = 4.0
"""How far the edges of an annotation are off (standard deviation)."""


KNOWN_SESSIONS = 5
"""How many other sessions an athlete is known from."""


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


def labelling_of(cleaned: CleanedActivity, segments: Segments) -> Labelling:
    """What retropace answers as a labelling."""
    distance_m = cleaned.increments("distance_m", segments.edges_s)
    return Labelling(
        segments.start_s,
        segments.end_s,
        segments.direction,
        segments.confidence,
        distance_by_direction(segments.direction, distance_m),
        distance_m,
    )


def distance_by_direction(direction: np.ndarray, distance_m: np.ndarray) -> dict[str, float]:
    return {name: float(distance_m[direction == name].sum()) for name in ("forward", "backward", "rest")}


def annotated(truth: Truth, rng: np.random.Generator, which: str) -> list[Annotation]:
    """What a runner marks, edges off by some seconds: ``one`` backward rep, ``backward`` ones or ``all`` stretches."""
    edges = truth.edges_s + rng.normal(0.0, EDGE_S, len(truth.edges_s))
    edges[0], edges[-1] = 0.0, truth.edges_s[-1]
    edges = np.maximum.accumulate(np.clip(edges, 0.0, edges[-1]) + 1e-3 * np.arange(len(edges)))
    edges = np.minimum(edges, truth.edges_s[-1])
    backward_rows = [at for at, direction in enumerate(truth.direction) if direction == "backward"]
    chosen = {
        "one": rng.permutation(backward_rows)[:1].tolist(),
        "backward": backward_rows,
        "all": list(range(len(truth.direction))),
    }
    return [
        Annotation(float(edges[at]), float(edges[at + 1]), Label(truth.direction[at]))
        for at in sorted(chosen[which])
        if edges[at] + 1.0 < edges[at + 1]
    ]


def known_athlete(drawn: Draw, seed: int, which: str = "all") -> Athlete:
    """The athlete of a session, as five other sessions of theirs with annotations show them."""
    rng = np.random.default_rng((7, seed))
    athlete = Athlete("somebody")
    for number in range(KNOWN_SESSIONS):
        kind = str(rng.choice(list(BACKWARD_KINDS)))
        other = draw(kind, 100_000 + 10 * seed + number, drawn.athlete)
        analysis = analyze(other.session.activity, annotated(other.session.truth, rng, which))
        learned = training_session(analysis.activity, analysis.cleaned, analysis.segments)
        athlete = athlete.with_session(replace(learned, sha256=f"{number}"))
    return athlete


def condition(drawn: Draw, seed: int, given: str, disabled: tuple[str, ...] = ()) -> Analysis:
    """One session analysed with what is given."""
    rng = np.random.default_rng((3, seed))
    # Laps are pressed at the very edges of the truth: they must not help.
    activity = replace(drawn.session.activity, laps=())
    marks = {"one rep": "one", "all reps": "backward"}.get(given)
    annotations = annotated(drawn.session.truth, rng, marks) if marks else []
    athlete = known_athlete(drawn, seed) if given == "athlete" else None
    athlete = known_athlete(drawn, seed, "backward") if given == "athlete, backward rows" else athlete
    return analyze(activity, annotations, Settings(label=LabelParameters(disabled_evidence=disabled)), athlete)


def result_of(drawn: Draw, kind: str, seed: int, found: Labelling, cleaned: CleanedActivity) -> Result:
    """The scores of one answer."""
    truth = drawn.session.truth
    scores = score(truth_of(truth), found)
    backward = scores.directions[1]
    watch = cleaned.increments("distance_m", np.minimum(truth.edges_s, cleaned.elapsed_s))
    counted = distance_by_direction(np.array(truth.direction), watch)["backward"]
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
    drawn = draw(kind, seed)
    results = {}
    for given in givens:
        analysis = condition(drawn, seed, given)
        results[given] = result_of(
            drawn, kind, seed, labelling_of(analysis.cleaned, analysis.segments), analysis.cleaned
        )
    for given in ("one rep", "nothing"):
        for name in ablations if given in givens else ():
            analysis = condition(drawn, seed, given, (name,))
            found = labelling_of(analysis.cleaned, analysis.segments)
            results[f"{given}, without {name}"] = result_of(drawn, kind, seed, found, analysis.cleaned)
    for name in ("all forward", "pace"):
        analysis = condition(drawn, seed, "nothing")
        found = baseline(name, analysis)
        results[f"baseline: {name}"] = result_of(drawn, kind, seed, found, analysis.cleaned)
    return results


def line(results: Sequence[Result]) -> str:
    """The figures of the targets."""
    right = [result.right for result in results]
    errors, labels = np.array([(result.distance_error, result.label_error) for result in results]).T
    near, nearer = (
        sum((getattr(result, name) for result in results), BoundaryCounts(0, 0, 0)) for name in ("near", "nearer")
    )
    return (
        f"{np.mean(right):.4f} / {np.percentile(right, 10):.4f}   "
        f"{100 * np.nanmedian(errors):4.1f} % / {100 * np.nanpercentile(errors, 90):5.1f} %   "
        f"{100 * np.nanmedian(labels):4.1f} % / {100 * np.nanpercentile(labels, 90):5.1f} %   "
        f"{near.f1:.3f} / {nearer.f1:.3f}   {np.mean([result.brier for result in results]):.4f}"
    )


def seconds_right(analysis: Analysis, truth: Truth) -> float:
    """The share of seconds with the true direction."""
    return score(truth_of(truth), labelling_of(analysis.cleaned, analysis.segments)).accuracy
