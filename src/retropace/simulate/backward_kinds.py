"""Random plans of sessions with backward stretches, one function for each kind of session."""

from __future__ import annotations

import numpy as np

from retropace.simulate.execution import draw_duration_s, draw_run, draw_stand, draw_walk, draw_warm_up_and_cool_down
from retropace.simulate.plan import PlannedStretch

SessionPlan = tuple[list[PlannedStretch], str]
"""The planned stretches of a session, and the sentence that describes the workout, such as ``6x(400m backward, …)``."""
_RECOVERY_PHRASES = {"rest": "rest", "walk": "forward walk", "jog": "forward jog"}
"""Phrase for each kind of recovery between repetitions in a workout sentence."""
_PYRAMIDS = (
    ("100m", "200m", "300m", "200m", "100m"),
    ("200m", "400m", "600m", "400m", "200m"),
    ("200m", "400m", "800m", "400m"),
    ("60s", "120s", "180s", "120s", "60s"),
    ("30s", "60s", "90s", "120s", "90s", "60s", "30s"),
)
"""Pyramids to draw from: the lengths of the repetitions, which rise and then fall."""


def _draw_recovery(rng: np.random.Generator, kind: str, seconds: float) -> PlannedStretch:
    """Draw a recovery of about ``seconds`` between two repetitions; ``kind`` is a key of ``_RECOVERY_PHRASES``."""
    length_s = draw_duration_s(rng, seconds)
    return {
        "rest": PlannedStretch("rest", "stand", length_s),
        "walk": PlannedStretch("forward", "walk", length_s),
        "jog": PlannedStretch("forward", "run", length_s, None, 0.85),
    }[kind]


def reps(rng: np.random.Generator) -> SessionPlan:
    """Draw backward repetitions; all recoveries between them are of one kind (standing, walking or jogging)."""
    warm, warm_words, cool, cool_words = draw_warm_up_and_cool_down(rng)
    count = int(rng.integers(4, 9))
    length = str(rng.choice(["200m", "300m", "400m", "600m", "60s", "90s", "120s", "180s"]))
    pause_s = int(rng.choice([60, 90, 120]))
    kind = str(rng.choice(list(_RECOVERY_PHRASES)))
    plan = [warm]
    for _ in range(count):
        recovery = _draw_recovery(rng, kind, pause_s)
        plan += [draw_run(rng, "backward", length), recovery]
    words = _RECOVERY_PHRASES[kind]
    return [*plan, cool], f"{warm_words}, {count}x({length} backward, {pause_s}s {words}), {cool_words}"


def quarter_mile(rng: np.random.Generator) -> SessionPlan:
    """Draw 1 to 3 quarter-mile tests: 400 m forward, 2 minutes' rest, 400 m backward in under twice the time."""
    warm, warm_words, cool, cool_words = draw_warm_up_and_cool_down(rng)
    count = int(rng.integers(1, 4))
    walk_s = 150
    plan, words = [warm], [warm_words]
    for _ in range(count):
        plan += [
            draw_run(rng, "forward", "400m", float(rng.uniform(1.25, 1.45))),
            draw_stand(rng, 120),
            draw_run(rng, "backward", "400m", float(rng.uniform(1.0, 1.15))),
            draw_walk(rng, "forward", walk_s),
        ]
    words.append(f"{count}x(400m forward, 2min rest, 400m backward, {walk_s}s walk)")
    return [*plan, cool], ", ".join([*words, cool_words])


def mixed(rng: np.random.Generator) -> SessionPlan:
    """Draw a forward run interrupted by backward stretches of different lengths."""
    warm, warm_words, cool, cool_words = draw_warm_up_and_cool_down(rng)
    plan, words = [warm], [warm_words]
    for _ in range(int(rng.integers(2, 6))):
        back = str(rng.choice(["200m", "500m", "800m", "1000m", "60s", "150s", "300s"]))
        on = str(rng.choice(["400m", "1000m", "120s", "240s"]))
        plan += [draw_run(rng, "backward", back), draw_run(rng, "forward", on)]
        words += [f"{back} backward", f"{on} forward"]
    return [*plan, cool], ", ".join([*words, cool_words])


def beginner(rng: np.random.Generator) -> SessionPlan:
    """Draw a beginner's walk, some minutes of it backward."""
    count, first, last = int(rng.integers(3, 7)), int(rng.integers(8, 15)), int(rng.integers(5, 11))
    back_s, on_s = int(rng.choice([60, 90, 120, 150])), int(rng.choice([90, 120, 180]))
    plan = [draw_walk(rng, "forward", 60.0 * first)]
    for _ in range(count):
        plan += [draw_walk(rng, "backward", back_s), draw_walk(rng, "forward", on_s)]
    plan.append(draw_walk(rng, "forward", 60.0 * last, 0.95))
    sets = f"{count}x({back_s}s backward walk, {on_s}s walk)"
    return plan, f"{first}min forward walk, {sets}, {last}min forward walk"


def alternating(rng: np.random.Generator) -> SessionPlan:
    """Draw a run that alternates between 50 m backward and 50 m forward."""
    warm, warm_words, cool, cool_words = draw_warm_up_and_cool_down(rng)
    count = int(rng.integers(6, 13))
    plan = [warm]
    for _ in range(count):
        plan += [draw_run(rng, "backward", "50m"), draw_run(rng, "forward", "50m")]
    return [*plan, cool], f"{warm_words}, {count}x(50m backward, 50m forward), {cool_words}"


def long(rng: np.random.Generator) -> SessionPlan:
    """Draw a long run of which much or most is backward; the backward part may start after only two minutes."""
    first, back, last = int(rng.integers(2, 26)), int(rng.integers(12, 41)), int(rng.integers(5, 21))
    plan = [
        draw_run(rng, "forward", f"{60 * first}s"),
        draw_run(rng, "backward", f"{60 * back}s"),
        draw_run(rng, "forward", f"{60 * last}s", 0.95),
    ]
    words = [f"{first}min forward", f"{back}min backward", f"{last}min forward"]
    if rng.random() < 0.5:
        again = int(rng.integers(5, 16))
        plan += [draw_run(rng, "backward", f"{60 * again}s", 0.95), draw_run(rng, "forward", "300s", 0.92)]
        words += [f"{again}min backward", "5min forward"]
    return plan, ", ".join(words)


def pyramid(rng: np.random.Generator) -> SessionPlan:
    """Draw a session of backward repetitions that become longer and then shorter."""
    warm, warm_words, cool, cool_words = draw_warm_up_and_cool_down(rng)
    lengths = _PYRAMIDS[int(rng.integers(len(_PYRAMIDS)))]
    pause_s, kind = int(rng.choice([60, 90, 120])), str(rng.choice(list(_RECOVERY_PHRASES)))
    plan, words = [warm], [warm_words]
    for length in lengths:
        plan += [draw_run(rng, "backward", length), _draw_recovery(rng, kind, pause_s)]
        words += [f"{length} backward", f"{pause_s}s {_RECOVERY_PHRASES[kind]}"]
    return [*plan, cool], ", ".join([*words, cool_words])


def two_sets(rng: np.random.Generator) -> SessionPlan:
    """Draw two sets of backward repetitions, of equal or different lengths, with a longer break between the sets."""
    warm, warm_words, cool, cool_words = draw_warm_up_and_cool_down(rng)
    kind = str(rng.choice(list(_RECOVERY_PHRASES)))
    first = str(rng.choice(["200m", "300m", "400m", "60s", "120s"]))
    plan, words = [warm], [warm_words]
    for number, length in enumerate((first, first if rng.random() < 0.5 else {"200m": "400m"}.get(first, "200m"))):
        count, pause_s = int(rng.integers(3, 6)), int(rng.choice([45, 60, 90]))
        for _ in range(count):
            plan += [draw_run(rng, "backward", length), _draw_recovery(rng, kind, pause_s)]
        words.append(f"{count}x({length} backward, {pause_s}s {_RECOVERY_PHRASES[kind]})")
        if number == 0:
            plan.append(draw_walk(rng, "forward", 240))
            words.append("4min forward walk")
    return [*plan, cool], ", ".join([*words, cool_words])
