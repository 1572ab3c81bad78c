"""Which stretches were run backward, as far as pace, cadence, heart rate, order, length and repetition tell.

Stretches that look alike are one kind (:mod:`retropace.labelling.clustering`). Every way to call the kinds forward or backward
is weighed against all others: how well it fits the runner (:mod:`retropace.labelling.runner_model`), and how usual it is. What
nobody marked is forward unless much speaks for backward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import Column, runs
from retropace.core.world_records import fastest_backward_mps
from retropace.labelling.clustering import kinds_of
from retropace.labelling.features import Looks
from retropace.labelling.priors import Asked, Context, Odds, by_length, by_order, by_repetition, by_slope, context_of
from retropace.labelling.runner_model import PRIORS, Seen, Signature, evidence, vague

MOST_KINDS = 24
"""Kinds of one gait that are told apart, marked and unmarked each."""
TRIED = 7
"""So many kinds are labelled together, in all 128 ways."""
MISTAKEN = 0.006
"""How often a stretch is not what the model is certain of: where segments were cut wrong, or in ways it does not know.
On simulated sessions with even seeds."""
BRIEF_S = 8.0
"""A stretch shorter than this is too short to be told by its looks: recorded speed follows the body by 2–13 s."""
ODDS = Odds()


@dataclass(frozen=True, slots=True)
class Runner:
    """What is known of a runner from other sessions."""

    signatures: Mapping[str, Signature]
    """By gait."""
    backward: bool
    """Whether any of it was backward."""


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
    signatures = PRIORS if runner is None else runner.signatures
    if "prior" in without:
        signatures = {gait: vague(one) for gait, one in signatures.items()}
    context = context_of(asked, odds)
    if "repetition" in without:
        kind = np.arange(len(looks))
    else:
        # Where a rep is marked, what looks like it but lies elsewhere in the order of things is another kind.
        apart = 4 * asked.said + (context.kind if np.any(asked.said == 1) else 0)
        kind = kinds_of(looks, apart, MOST_KINDS)
    judged = _possible(looks) & (looks.seconds >= BRIEF_S)
    chance = np.where(asked.said == 1, 1.0, 0.0)
    for gait, signature in signatures.items():
        rows = np.flatnonzero((looks.gait == gait) & ((asked.said >= 0) | judged))
        if len(rows):
            found = _weighed(asked, rows, kind[rows], context, signature, runner, odds, without)
            chance[rows] = np.where(asked.said[rows] >= 0, chance[rows], found)
    # Only what the runner said is certain.
    chance = _filled(asked, chance)
    return np.where(asked.said >= 0, chance, MISTAKEN + (1.0 - 2.0 * MISTAKEN) * chance)


def _weighed(
    asked: Asked,
    rows: NDArray[np.intp],
    kind: NDArray[np.intp],
    context: Context,
    signature: Signature,
    runner: Runner | None,
    odds: Odds,
    without: frozenset[str],
) -> Column:
    """The probability of backward for some stretches of one gait: the mean over all labellings of their kinds."""
    first, owner = np.unique(kind, return_index=True, return_inverse=True)[1:]
    said = asked.said[rows][first]
    met = runner is not None and runner.backward
    known = met or bool(np.any(said == 1))
    total = np.bincount(owner, asked.looks.seconds[rows])
    free = np.flatnonzero((said < 0) & (total >= (0.0 if known else odds.least_s)))
    chance = np.zeros(len(first))
    if len(free) == 0:
        return chance[owner]
    seen = _pooled(asked.looks, rows, owner)
    everywhere = np.full(len(asked.looks), -1)
    everywhere[rows] = owner
    usual = odds.base + by_slope(asked.looks, everywhere, odds)
    if "sequence" not in without:
        usual += by_order(asked, context, everywhere, odds, known=met)
    if "duration" not in without and not known:
        usual += by_length(asked.looks, everywhere, odds, walking=bool(asked.looks.gait[rows[0]] == "walk"))
    if not known:
        usual = usual + odds.blind * np.isnan(seen.log_cadence)
    if "repetition" not in without:
        usual += by_repetition(seen, said, context.kind[rows][first], odds)
    labels = np.maximum(said, 0).astype(np.float64)
    # The longest kinds are tried all ways together; then, with these settled, the next ones.
    order = free[np.argsort(-total[free], kind="stable")]
    for start in range(0, len(order), TRIED):
        tried = order[start : start + TRIED]
        ways = ((np.arange(2 ** len(tried))[:, None] >> np.arange(len(tried))) & 1).astype(np.float64)
        backward = np.tile(labels, (len(ways), 1))
        backward[:, tried] = ways
        log = evidence(signature, seen, backward, without) + ways @ usual[tried]
        probability = np.exp(log - log.max())
        chance[tried] = probability @ ways / probability.sum()
        labels[tried] = chance[tried] > 0.5
    return chance[owner]


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
    """A stretch too short to be judged is what follows it directly: who turns round slows down or sets off.

    Before a rest, a marked stretch or the end it is what it follows; between two marked ones what both are.
    """
    filled, moving = chance.copy(), asked.looks.gait != ""
    short = (asked.said < 0) & moving & (asked.looks.seconds < BRIEF_S)
    for first, end in runs(short).tolist():
        beside = [at for at in (end, first - 1) if 0 <= at < len(chance) and moving[at]]
        free = [at for at in beside if asked.said[at] < 0]
        filled[first:end] = chance[free[0]] if free else np.min(chance[beside], initial=1.0) if beside else 0.0
    return filled
