"""Which stretches were run backward, as far as pace, cadence, heart rate, order, length and repetition tell.

Stretches that look alike are one kind (:mod:`retropace.repetition`). Every way to call the kinds forward or backward
is weighed against all others: how well it fits the runner (:mod:`retropace.signature`), and how usual it is. What
nobody marked is forward unless much speaks for backward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.bests import fastest_backward_mps
from retropace.looks import Looks
from retropace.repetition import kinds_of
from retropace.signature import PRIORS, Seen, Signature, evidence, vague
from retropace.spans import Column, runs

MOST_KINDS = 8
"""Kinds of one gait that are told apart, marked and unmarked each: 256 ways to label them."""
MISTAKEN = 0.006
"""How often a stretch is not what the model is certain of: where segments were cut wrong, or in ways it does not know.
On simulated sessions with even seeds."""
BRIEF_S = 8.0
"""A stretch shorter than this is too short to be told by its looks: recorded speed follows the body by 2–13 s."""
TOUCH_S = 3.0
"""Stretches no further apart follow each other directly."""
STEADY_S = 120.0
"""The first running this long is taken for the runner's easy pace."""


@dataclass(frozen=True, slots=True)
class Odds:
    """How usual things are, in nats (natural logarithms of odds), before anything is seen.

    Chosen on simulated sessions with even seeds and, for what is rare, on the public recordings; see docs/decisions.md.
    """

    base: float = -0.7
    """Of any kind of stretch being backward."""
    session: float = 0.0
    """Of there being any backward at all, where nothing says so: nothing marked, and no athlete known to run
    backward."""
    first: float = -4.5
    """Of the first stretch being backward: people warm up forward."""
    last: float = -1.0
    """Of the last one."""
    recovery: float = -2.5
    """Of what follows faster running directly: a recovery follows a rep."""
    faster: float = 0.08
    """In log speed, above easy: what counts as faster running."""
    brief: float = 1.5
    brief_s: float = 30.0
    """Backward runs are rarely shorter on their own: the weight of each halving below that, over ln 2."""
    brief_walk: float = 4.0
    brief_walk_s: float = 45.0
    """Walks are cut up by crossings and chats, and shuffling about looks like walking backward."""
    few: float = 1.5
    few_s: float = 90.0
    """So is a session with less of it altogether."""
    steep: float = -1.5
    steep_grade: float = 0.1
    """Times the squared grade over this: climbers take short steps, and few run backward up or down what is steep."""
    least_s: float = 30.0
    """Less than this of a kind is not judged at all, unless something is known of the runner."""


ODDS = Odds()


@dataclass(frozen=True, slots=True)
class Runner:
    """What is known of a runner from other sessions."""

    signatures: Mapping[str, Signature]
    """By gait."""
    backward: bool
    """Whether any of it was backward."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the stretches of a session look like, where they lie, and what is said of them; ``(n,)`` columns."""

    looks: Looks
    start_s: Column
    end_s: Column
    said: NDArray[np.intp]
    """1 marked backward, 0 marked forward, -1 nobody said."""


def chances(
    asked: Asked,
    runner: Runner | None = None,
    without: frozenset[str] = frozenset(),
    odds: Odds = ODDS,
) -> Column:
    """The probability that each stretch was run backward, ``(n,)``; 1 or 0 where it was said.

    ``runner`` is what is known from other sessions; None for nothing. ``without`` leaves evidence out: ``pace``,
    ``cadence``, ``heart rate``, ``sequence``, ``repetition``, ``duration`` or ``prior``.
    """
    looks = asked.looks
    known = (runner is not None and runner.backward) or bool(np.any(asked.said == 1))
    signatures = PRIORS if runner is None else runner.signatures
    if "prior" in without:
        signatures = {gait: vague(one) for gait, one in signatures.items()}
    kind = np.arange(len(looks)) if "repetition" in without else kinds_of(looks, asked.said, MOST_KINDS)
    usual = _usual(asked, odds, without)
    judged = _possible(looks) & (looks.seconds >= BRIEF_S)
    chance = np.where(asked.said == 1, 1.0, 0.0)
    for gait, signature in signatures.items():
        rows = np.flatnonzero((looks.gait == gait) & ((asked.said >= 0) | judged))
        if len(rows):
            found = _labelled(asked, rows, kind[rows], usual[rows], signature, known, odds, without)
            chance[rows] = np.where(asked.said[rows] >= 0, chance[rows], found)
    # Only what the runner said is certain.
    return _filled(asked, np.where(asked.said >= 0, chance, MISTAKEN + (1.0 - 2.0 * MISTAKEN) * chance))


def _labelled(
    asked: Asked,
    rows: NDArray[np.intp],
    kind: NDArray[np.intp],
    usual: Column,
    signature: Signature,
    known: bool,
    odds: Odds,
    without: frozenset[str],
) -> Column:
    """The probability of backward for some stretches of one gait: the mean over all labellings of their kinds."""
    names, owner = np.unique(kind, return_inverse=True)
    said = asked.said[rows][np.unique(owner, return_index=True)[1]]
    seconds = asked.looks.seconds[rows]
    total = np.bincount(owner, seconds)
    free = np.flatnonzero((said < 0) & (total >= (0.0 if known else odds.least_s)))
    # Beyond what can be tried all ways, the shortest stay forward.
    free = np.sort(free[np.argsort(-total[free], kind="stable")[:MOST_KINDS]])
    chance = np.zeros(len(names))
    if len(free) == 0:
        return chance[owner]
    ways = ((np.arange(2 ** len(free))[:, None] >> np.arange(len(free))) & 1).astype(np.float64)
    backward = np.tile(np.maximum(said, 0).astype(np.float64), (len(ways), 1))
    backward[:, free] = ways
    weight = np.bincount(owner, usual) / np.bincount(owner) + odds.base
    if not known and "duration" not in without:
        walking = asked.looks.gait[rows[0]] == "walk"
        brief, brief_s = (odds.brief_walk, odds.brief_walk_s) if walking else (odds.brief, odds.brief_s)
        weight -= brief * np.maximum(np.log(brief_s * np.bincount(owner) / total), 0.0)
        weight -= odds.few * np.maximum(np.log(odds.few_s / total), 0.0)
    log = evidence(signature, _pooled(asked.looks, rows, owner), backward, without) + ways @ weight[free]
    log = log + (0.0 if known else odds.session) * ways.any(axis=1)
    probability = np.exp(log - log.max())
    chance[free] = probability @ ways / probability.sum()
    return chance[owner]


def _usual(asked: Asked, odds: Odds, without: frozenset[str]) -> Column:
    """What order and place say of each stretch before its looks do, in nats."""
    looks = asked.looks
    usual: Column = odds.steep * (looks.grade / odds.steep_grade) ** 2
    moving = np.flatnonzero(looks.gait != "")
    if "sequence" in without or len(moving) == 0:
        return usual
    usual[moving[0]] += odds.first
    usual[moving[-1]] += odds.last
    steady = moving[(looks.gait[moving] == "run") & (looks.seconds[moving] >= STEADY_S) & (asked.said[moving] != 1)]
    if len(steady):
        before, after = moving[:-1], moving[1:]
        excess = looks.log_speed[before] - looks.log_speed[steady[0]] - odds.faster
        direct = (asked.start_s[after] - asked.end_s[before] < TOUCH_S) & (asked.said[before] != 1)
        usual[after] += odds.recovery * np.where(direct, np.nan_to_num(1.0 / (1.0 + np.exp(-excess / 0.02))), 0.0)
    return usual


def _possible(looks: Looks) -> NDArray[np.bool_]:
    """Where nobody was ever faster backward."""
    with np.errstate(invalid="ignore"):
        fast: NDArray[np.bool_] = np.exp(looks.log_speed) > fastest_backward_mps(looks.seconds)
    return ~fast


def _pooled(looks: Looks, rows: NDArray[np.intp], owner: NDArray[np.intp]) -> Seen:
    """Each kind as one stretch: means weighted by how surely each reading is known."""
    count = int(owner.max()) + 1

    def pooled(value: Column, var: Column) -> tuple[Column, Column]:
        there = np.isfinite(value[rows])
        weight = np.where(there, 1.0 / var[rows], 0.0)
        whole = np.bincount(owner, weight, count)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(owner, np.where(there, value[rows], 0.0) * weight, count) / whole
        return np.where(whole > 0.0, mean, np.nan), 1.0 / np.maximum(whole, 1e-300)

    seconds = looks.seconds[rows]
    hours, grade = (
        np.bincount(owner, seconds * column[rows], count) / np.bincount(owner, seconds, count)
        for column in (looks.at_s / 3600.0, looks.grade)
    )
    return Seen(
        *pooled(looks.log_speed, looks.log_speed_var),
        *pooled(looks.log_cadence, looks.log_cadence_var),
        *pooled(looks.demand_bpm, looks.demand_var),
        hours,
        grade,
    )


def _filled(asked: Asked, chance: Column) -> Column:
    """A stretch too short to be judged is what lies on both sides of it, if they agree."""
    filled = chance.copy()
    short = (asked.said < 0) & (asked.looks.gait != "") & (asked.looks.seconds < BRIEF_S)
    for first, end in runs(short).tolist():
        if first > 0 and end < len(chance):
            filled[first:end] = min(chance[first - 1], chance[end])
    return filled
