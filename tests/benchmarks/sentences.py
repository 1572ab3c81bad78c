"""How well workout sentences are understood and laid: ``python -m tests.benchmarks.sentences [SESSIONS] [all]``.

Prints the share of seconds with the true direction, given the sentence alone, for plain simulated sessions of which
every third has a pause of the watch; how many of forty ways to say six sessions are laid rightly; and how many wrong
sentences are refused. Even seeds and ways were used to choose grammar and costs; with ``all`` the odd ones, which
were not, are shown too.
"""

import sys
from collections.abc import Iterator

import numpy as np

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import parse_sentence
from retropace.core.activity import Activity
from retropace.core.errors import AnnotationError
from retropace.simulate.kinds import BACKWARD_KINDS, INTERVAL_KINDS, draw
from tests.support.sentence_sessions import PLANS, WAYS, backward_reps, paused_draw, said_session
from tests.support.simulated_labels import seconds_right

KINDS = [*BACKWARD_KINDS, *INTERVAL_KINDS]
MIN_RIGHT = 0.97
"""A sentence is laid rightly if it fits and at least this share of seconds gets the true direction."""


def refusal(analysis: Analysis) -> str:
    """Why the sentence of an analysis does not fit; empty if it does."""
    assert analysis.workout is not None
    return analysis.workout.rejection_reason


def seconds(kind: str, seeds: range) -> list[float]:
    """Seconds right by session, and on stdout which sentences are refused."""
    right = []
    for seed in seeds:
        made, sentence = paused_draw(kind, seed)
        analysis = analyze(made.activity, [parse_sentence(sentence)])
        right.append(seconds_right(analysis, made.truth))
        if refusal(analysis) or right[-1] < MIN_RIGHT:
            sys.stdout.write(f"    {kind} {seed}: {right[-1]:.3f} {sentence}: {refusal(analysis)}\n")
    return right


def ways(first: int) -> list[bool]:
    """Which of every second way, from the ``first`` on, to say each kind of session are laid rightly."""
    laid = []
    for kind in PLANS:
        made = said_session(kind)
        for sentence in WAYS[kind][first::2]:
            try:
                analysis = analyze(made.activity, [parse_sentence(sentence)])
                right, reason = seconds_right(analysis, made.truth), refusal(analysis)
            except AnnotationError as error:
                right, reason = 0.0, error.message
            laid.append(not reason and right >= MIN_RIGHT)
            if not laid[-1]:
                sys.stdout.write(f"    {kind}: {right:.3f} {sentence}: {reason}\n")
    return laid


def wrong_sentences(seeds: range) -> Iterator[tuple[Activity, str]]:
    """Sessions without laps, each with sentences of another kind, number of reps, rest or length."""
    for seed in seeds:
        at = seed // 2 % len(KINDS)
        made, _ = paused_draw(KINDS[at], seed)
        for step in (1, 2, 3):
            yield made.activity, draw(KINDS[(at + step) % len(KINDS)], seed + 1000, plain=True).sentence
        rng = np.random.default_rng((5, seed))
        count, metres, rest_s = (
            int(rng.integers(4, 9)),
            int(rng.choice([200, 300, 400, 600])),
            int(rng.choice([60, 90])),
        )
        activity = backward_reps(count, metres, rest_s, seed)
        fewer = max(count - 3, 1)
        for wrong in (
            f"10min, {count + 3}x({metres}m back, {rest_s}s rest), 5min",
            f"10min, {fewer}x({metres}m back, {rest_s}s rest), 5min",
            f"10min, {count}x({metres}m back, 5min rest), 5min",
            f"10min, {count}x({metres * 2}m back, {rest_s}s rest), 5min",
            f"{count + 3}x{metres}m back",
            f"{fewer}x{metres}m back",
            f"{count}x{metres * 2}m back",
        ):
            yield activity, wrong


def accepted(seeds: range) -> tuple[int, int]:
    """How many wrong sentences are accepted, and of how many; on stdout which."""
    wrongly = tried = 0
    for activity, sentence in wrong_sentences(seeds):
        fits = not refusal(analyze(activity, [parse_sentence(sentence)]))
        wrongly, tried = wrongly + fits, tried + 1
        if fits:
            sys.stdout.write(f"    {activity.name} is taken for {sentence}\n")
    return wrongly, tried


def main(count: int, *, show_all: bool) -> None:
    """Print all tables."""
    for name, first in (("tuned", 0), ("untouched", 1))[: 2 if show_all else 1]:
        seeds = range(first, 2 * count, 2)
        right = {kind: seconds(kind, seeds) for kind in KINDS}
        for kind, values in right.items():
            sys.stdout.write(f"{kind:14s}{np.mean(values):8.4f} ({np.min(values):.3f})\n")
        overall = np.mean([value for kind in BACKWARD_KINDS for value in right[kind]])
        sys.stdout.write(f"{name}: seconds right {overall:.4f}, {np.mean([*right.values()]):.4f} with all kinds\n")
        wrongly, tried = accepted(range(first, first + 40, 2))
        sys.stdout.write(f"{name}: wrong sentences refused {tried - wrongly} of {tried}\n")
        laid = ways(first)
        sys.stdout.write(f"{name}: ways laid {sum(laid)} of {len(laid)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25, show_all="all" in sys.argv[2:])
