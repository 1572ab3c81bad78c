"""Random plans of sessions run forward only, one function for each kind of session.

They resemble sessions with backward running, and retropace must not suspect any in them.
"""

from __future__ import annotations

import numpy as np

from retropace.simulate.backward_kinds import SessionPlan
from retropace.simulate.execution import draw_run, draw_stand, draw_walk, draw_warm_up_and_cool_down


def easy(rng: np.random.Generator) -> SessionPlan:
    """Draw a run at one relaxed pace; half of the runs end with a slower stretch."""
    minutes = int(rng.integers(25, 61))
    plan, words = [draw_run(rng, "forward", f"{60 * minutes}s")], [f"{minutes}min forward"]
    if rng.random() < 0.5:
        plan.append(draw_run(rng, "forward", "360s", float(rng.uniform(0.65, 0.85))))
        words.append("6min forward")
    return plan, ", ".join(words)


def tempo(rng: np.random.Generator) -> SessionPlan:
    """Draw a run with a faster stretch in the middle."""
    warm, warm_words, cool, cool_words = draw_warm_up_and_cool_down(rng)
    minutes = int(rng.integers(12, 31))
    fast = draw_run(rng, "forward", f"{60 * minutes}s", float(rng.uniform(1.12, 1.28)))
    return [warm, fast, cool], f"{warm_words}, {minutes}min forward, {cool_words}"


def strides(rng: np.random.Generator) -> SessionPlan:
    """Draw an easy run that contains short, fast repetitions."""
    warm, warm_words, cool, cool_words = draw_warm_up_and_cool_down(rng)
    count, effort = int(rng.integers(4, 9)), float(rng.uniform(1.5, 1.8))
    plan = [warm]
    for _ in range(count):
        plan += [
            draw_run(rng, "forward", "100m", effort),
            draw_run(rng, "forward", "60s", float(rng.uniform(0.8, 0.95))),
        ]
    return [*plan, cool], f"{warm_words}, {count}x(100m forward, 60s forward jog), {cool_words}"


def run_walk(rng: np.random.Generator) -> SessionPlan:
    """Draw a beginner's session that alternates between running and walking."""
    count, run_s, walk_s = (
        int(rng.integers(5, 11)),
        int(rng.choice([60, 120, 180, 300])),
        int(rng.choice([60, 90, 120])),
    )
    plan = [draw_walk(rng, "forward", 300)]
    for _ in range(count):
        plan += [draw_run(rng, "forward", f"{run_s}s"), draw_walk(rng, "forward", walk_s)]
    return [*plan, draw_walk(rng, "forward", 240, 0.9)], f"5min walk, {count}x({run_s}s run, {walk_s}s walk), 4min walk"


def recovery_jogs(rng: np.random.Generator) -> SessionPlan:
    """Draw fast repetitions separated by recovery jogs, which are as slow as backward running."""
    warm, warm_words, cool, cool_words = draw_warm_up_and_cool_down(rng)
    count = int(rng.integers(4, 11))
    length, jog_s = str(rng.choice(["400m", "800m", "1000m", "90s", "180s"])), int(rng.choice([60, 90, 120, 180]))
    fast, slow = float(rng.uniform(1.15, 1.4)), float(rng.uniform(0.62, 0.88))
    plan = [warm]
    for _ in range(count):
        plan += [draw_run(rng, "forward", length, fast), draw_run(rng, "forward", f"{jog_s}s", slow)]
    return [*plan, cool], f"{warm_words}, {count}x({length} forward, {jog_s}s forward jog), {cool_words}"


def stop_and_go(rng: np.random.Generator) -> SessionPlan:
    """Draw a run through a town with stops and changes of pace."""
    plan, words = [], []
    for _ in range(int(rng.integers(4, 9))):
        minutes = int(rng.integers(3, 11))
        plan.append(draw_run(rng, "forward", f"{60 * minutes}s", float(rng.uniform(0.75, 1.1))))
        plan.append(draw_stand(rng, float(rng.uniform(10.0, 60.0))))
        words += [f"{minutes}min forward", "30s rest"]
    return plan[:-1], ", ".join(words[:-1])


def stroll(rng: np.random.Generator) -> SessionPlan:
    """Draw a walk of which a part is slower."""
    first, slow, last = int(rng.integers(10, 31)), int(rng.integers(3, 13)), int(rng.integers(5, 16))
    plan = [
        draw_walk(rng, "forward", 60.0 * first),
        draw_walk(rng, "forward", 60.0 * slow, float(rng.uniform(0.65, 0.9))),
        draw_walk(rng, "forward", 60.0 * last),
    ]
    return plan, f"{first}min walk, {slow}min walk, {last}min walk"
