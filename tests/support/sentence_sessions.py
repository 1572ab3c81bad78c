"""Six kinds of session, and forty ways in which a runner may say them, written down before any of them was tried.

Ways at even places of their list were used while grammar and fit were made; those at odd places were left for the end.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from retropace.core.activity import Activity
from retropace.simulate import PlannedStretch, SimulatedPlace, SimulatedSession, backward, forward, rest, simulate, walk
from retropace.simulate.athlete import draw_athlete
from retropace.simulate.kinds import ALL_KINDS, draw, draw_plain
from retropace.simulate.place import draw_place
from retropace.simulate.watch import draw_watch

PATH = SimulatedPlace("path", 52.5, 13.3)


def _repeated(count: int, rep: PlannedStretch, recovery: PlannedStretch) -> list[PlannedStretch]:
    return [rep, recovery] * count


def _ladder() -> list[PlannedStretch]:
    return [part for metres in (100, 200, 300, 200, 100) for part in (backward(metres=metres), walk("forward", 90))]


PLANS: dict[str, list[PlannedStretch]] = {
    "reps with rest": [
        forward(seconds=600),
        *_repeated(6, backward(metres=400), rest(120))[:-1],
        forward(seconds=300),
    ],
    "reps with jog": [
        forward(seconds=480),
        *_repeated(8, backward(seconds=60), forward(seconds=90, effort=0.85)),
        forward(seconds=420),
    ],
    "walk": [
        walk("forward", 600),
        *_repeated(5, walk("backward", 120), walk("forward", 180)),
        walk("forward", 480),
    ],
    "long": [forward(seconds=900), backward(seconds=1200), forward(seconds=600)],
    "ladder": [forward(seconds=600), *_ladder(), forward(seconds=300)],
    "two sets": [
        forward(seconds=600),
        *_repeated(4, backward(metres=200), rest(60)),
        walk("forward", 240),
        *_repeated(3, backward(metres=400), rest(90)),
        forward(seconds=300),
    ],
}
"""Plan of each kind of session."""

WAYS: dict[str, list[str]] = {
    "reps with rest": [
        "10min easy, 6x400m backward w/ 2min rest, 5min easy",
        "6x400m backward",
        "warm up, 6 x 400 back w/ 2min rest, cool down",
        "10 min jog then 6 sets of 400m backwards with 2 minutes rest then 5 min jog",
        "6 reps of 400 m backward, 2:00 standing rest",
        "10' easy; 5-6x400m backward (2' rest); 5' easy",
        "Warm-up 10min. Then 6 times 400 metres backwards, resting 2min after each. Cool-down 5min.",
        "10min easy, 6x400m backward, 2min rest, 5min easy",
    ],
    "reps with jog": [
        "8min jog, 8x1min backward w/ 90s jog, 7min jog",
        "8x(1min back, 1:30 easy)",
        "8 x 60s backwards / 90s jog",
        "8min easy then 8x1min backward then 7min easy",
        "7-8x 1 min backward, 90 sec jog recovery",
        "8 min warm up, 8 sets of (60 sec backwards, 90 sec forwards), 7 min cool down",
        "1min back / 90s jog x8",
    ],
    "walk": [
        "10min walk, 5x2min backward walk w/ 3min walk, 8min walk",
        "5x2min backward walk",
        "10min walk @5km/h, 5x(2min backward walk @3km/h, 3min walk), 8min walk",
        "5 times (walk backward 2 min, walk forward 3 min)",
        "5x(2min backward walk speed=3.2km/h, 3min walk)",
        "10 minutes of walking, five rounds of 2 minutes backward walking and 3 minutes walking, 8min of walking",
        "10min walk, 5 x 2min walk backward, 3min walk, 8min walk",
    ],
    "long": [
        "15min forward, 20min backward, 10min forward",
        "20min backward",
        "15 min easy, 20 min backward easy, 10 min easy",
        "jog 15min then 20min backwards then jog 10min",
        "easy run with 20min backward",
        "14-16min easy, 20min backward, 10min easy",
    ],
    "ladder": [
        "10min, 100-200-300-200-100 back w/ 90s walk, 5min",
        "100-200-300-200-100m backward",
        "10min easy, 100/200/300/200/100m backward with 90s walk recovery, 5min easy",
        "10min warm up, ladder 100-200-300-200-100 m backward, 90s walk between reps, 5min cool down",
        "100m back, 200m back, 300m back, 200m back, 100m back",
        "10min,100m back,90s walk,200m back,90s walk,300m back,90s walk,200m back,90s walk,100m back,90s walk,5min",
    ],
    "two sets": [
        "10min, 4x200m back w/ 60s rest, 4min walk, 3x400m back w/ 90s rest, 5min",
        "4x200m back then 3x400m back",
        "4x200m backward, 60s rest; 3x400m backward, 90s rest",
        "10min jog + 4x(200m back + 1min rest) + 4min walk + 3x(400m back + 90s rest) + 5min jog",
        "warm-up; set 1: 4x200m back r 60s; 4min walk; set 2: 3x400m back r 90s; cool-down",
        "4 x 200 backward, 1min rest between, 4min walk break, 3 x 400 backward, 90s rest between",
    ],
}
"""Sentences for each kind of session."""


@cache
def said_session(kind: str) -> SimulatedSession:
    """The session of a kind, on a watch without laps."""
    seed = list(PLANS).index(kind)
    return _without_laps(simulate(PLANS[kind], place=PATH, watch=draw_plain(np.random.default_rng(seed))[1], seed=seed))


def backward_reps(count: int, metres: float, rest_s: float, seed: int) -> Activity:
    """A session of backward reps with rests, a warm-up and a cool-down, on a watch without laps."""
    reps = _repeated(count, backward(metres=metres), rest(rest_s))
    name = f"{count}x{metres:.0f} m, {rest_s:.0f} s rest"
    return _without_laps(
        simulate([forward(seconds=600), *reps, forward(seconds=300)], place=PATH, seed=seed, name=name)
    ).activity


def paused_draw(kind: str, seed: int) -> tuple[SimulatedSession, str]:
    """A drawn session without laps, and its sentence; in every third the watch is paused within a stretch."""
    if seed % 6 > 1:
        drawn = draw(kind, seed)
        return _without_laps(drawn.session), drawn.sentence
    rng = np.random.default_rng((list(ALL_KINDS).index(kind), seed))
    plan, sentence = ALL_KINDS[kind](rng)
    athlete, place = draw_athlete(rng), draw_place(rng)
    watch = draw_watch(rng, 3600.0, place.kind == "treadmill")
    plan = _interrupt(plan, np.random.default_rng((11, seed)))
    return _without_laps(
        simulate(plan, athlete=athlete, place=place, watch=watch, seed=seed, name=f"{kind} {seed}")
    ), sentence


def _without_laps(session: SimulatedSession) -> SimulatedSession:
    """The session on a watch whose lap button, which the simulation presses at the very edges, nobody pressed."""
    return replace(session, activity=replace(session.activity, laps=()))


def _interrupt(plan: list[PlannedStretch], rng: np.random.Generator) -> list[PlannedStretch]:
    """The plan with a pause of the watch of one to six minutes within a stretch that is run or walked."""
    number = int(rng.choice([number for number, stretch in enumerate(plan) if stretch.gait != "stand"]))
    whole, share = plan[number], float(rng.uniform(0.2, 0.8))
    parts = [
        replace(
            whole,
            seconds=None if whole.seconds is None else max(round(whole.seconds * part), 1.0),
            metres=None if whole.metres is None else whole.metres * part,
        )
        for part in (share, 1.0 - share)
    ]
    pause = rest(round(float(rng.uniform(60.0, 360.0))), paused=True)
    return [*plan[:number], parts[0], pause, parts[1], *plan[number + 1 :]]
