"""The sets that are detected in simulated interval sessions, compared with the sets that were planned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.annotations import parse_sentence
from retropace.annotations.model.plan import PlanStep, Repeat
from retropace.intervals import Intervals, intervals_of
from retropace.simulate.kinds import FORWARD_KINDS, INTERVAL_KINDS, draw
from tests.support.simulated_labels import condition

STRUCTURED = (
    "reps",
    "quarter mile",
    "alternating",
    "beginner",
    *INTERVAL_KINDS,
    "strides",
    "run/walk",
    "recovery jogs",
)
UNSTRUCTURED = ("easy", "tempo", "stop and go", "stroll")
Lengths = list[tuple[str, float] | None]


@dataclass(frozen=True)
class Outcome:
    """The detected structure of one simulated session compared with its plan."""

    kind: str
    seed: int
    set_kinds_right: bool
    counts_right: bool
    lengths_right: bool
    duration_errors_s: list[float]
    """Absolute error of the duration of each true backward rep; infinite if it was not detected."""

    @property
    def right(self) -> bool:
        """Whether the structure is as planned."""
        return self.set_kinds_right and self.counts_right and self.lengths_right


def parse_planned_sets(kind: str, sentence: str) -> list[tuple[str, Lengths]]:
    """Parse the sets that a sentence plans: their kind, and the length of each rep (once per pair)."""
    sets: list[tuple[str, Lengths]] = []
    loose: Lengths = []
    for item in parse_sentence(sentence).items:
        if isinstance(item, Repeat):
            steps = [step for step in item.body if isinstance(step, PlanStep)]
            efforts = [step for step in steps if step.label.direction == "backward"] or steps[:1]
            length = _length(efforts[0])
            # In these kinds the forward steps are recovery jogs, which are not halves of pairs.
            partners = [] if kind in ("reps", "two sets") else [step for step in steps if _is_partner(step, efforts[0])]
            sets.append(("pairs" if partners else "reps", [length] * item.count))
        elif item.label.direction == "backward":
            loose.append(_length(item))
    if loose:
        sets.append(("pyramid", loose))
    return sets


def _length(step: PlanStep) -> tuple[str, float]:
    return ("m", step.metres) if step.metres is not None else ("s", step.seconds or 0.0)


def _is_partner(step: PlanStep, effort: PlanStep) -> bool:
    same_gait = (step.label.gait or "run") == (effort.label.gait or "run")
    return (
        step.label.direction == "forward"
        and effort.label.direction == "backward"
        and same_gait
        and (_length(step) == _length(effort))
    )


def list_detected_sets(found: Intervals) -> list[tuple[str, Lengths]]:
    """List the detected sets in the same form."""
    sets: list[tuple[str, Lengths]] = []
    for detected in found.sets:
        reps = [rep for rep in detected.reps if detected.kind != "pairs" or rep.direction == "backward"]
        lengths = detected.nominals if detected.kind != "pairs" else detected.nominals[: len(reps)]
        sets.append((detected.kind, [None if each is None else (each.unit, each.size) for each in lengths]))
    return sets


def evaluate_session(task: tuple[str, int]) -> Outcome:
    """Evaluate one simulated session without its laps, as these lie at the true edges."""
    kind, seed = task
    made = draw(kind, seed)
    found = intervals_of(condition(made, seed, "nothing" if kind in FORWARD_KINDS else "one rep"))
    want, got = ([] if kind in UNSTRUCTURED else parse_planned_sets(kind, made.sentence)), list_detected_sets(found)
    counts = [len(lengths) for _, lengths in want] == [len(lengths) for _, lengths in got]
    truth = made.session.truth
    reps = [rep for one in found.sets for rep in one.reps if rep.direction == "backward"]
    off = [
        compute_span_error_s([(rep.start_s, rep.end_s) for rep in reps], float(start), float(end))
        for start, end, direction in zip(truth.edges_s[:-1], truth.edges_s[1:], truth.direction, strict=True)
        if direction == "backward"
    ]
    return Outcome(
        kind,
        seed,
        [name for name, _ in want] == [name for name, _ in got],
        counts,
        counts and all(one == other for (_, one), (_, other) in zip(want, got, strict=True)),
        off,
    )


def compute_span_error_s(spans: Sequence[tuple[float, float]], start_s: float, end_s: float) -> float:
    """Return the error of the duration of the span that best covers a true span; infinite if none covers half of it."""
    best = max(spans, key=lambda span: min(end_s, span[1]) - max(start_s, span[0]), default=(0.0, 0.0))
    if min(end_s, best[1]) - max(start_s, best[0]) <= 0.5 * (end_s - start_s):
        return np.inf
    return abs(best[1] - best[0] - (end_s - start_s))
