"""What is known of a remembered runner, as figures to read: means of what was learned, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.labelling.athlete import Athlete
from retropace.labelling.runner_model import RegressionPrior


@dataclass(frozen=True, slots=True)
class GaitMeans:
    """What was learned of one direction and gait: means weighted by time; NaN where nothing is known."""

    direction: str
    gait: str
    stretch_count: int
    duration_s: float
    speed_mps: float
    cadence_spm: float
    step_length_m: float
    steady_state_hr_bpm: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that the runner's signature says: a value and its standard deviation, both in ``unit``.

    ``unit`` is ``m/s``, ``%`` or ``bpm``.
    """

    name: str
    value: float
    sd: float
    unit: str


def compute_means(athlete: Athlete) -> list[GaitMeans]:
    """The means of everything learned, forward first, running before walking."""
    found = []
    for direction in ("forward", "backward"):
        for gait in ("run", "walk"):
            examples = [
                example
                for session in athlete.sessions
                for example in session.examples
                if (example.direction, example.gait) == (direction, gait)
            ]
            if not examples:
                continue
            rows = np.array(
                [(one.speed_mps, one.cadence_spm, one.step_length_m, one.steady_state_hr_bpm) for one in examples]
            )
            seconds = np.array([one.duration_s for one in examples])
            known = np.isfinite(rows)
            weight = np.where(known, seconds[:, None], 0.0)
            total = weight.sum(axis=0)
            sums = (np.where(known, rows, 0.0) * weight).sum(axis=0)
            figures = np.where(total > 0.0, sums / np.maximum(total, 1e-9), np.nan)
            found.append(GaitMeans(direction, gait, len(examples), float(seconds.sum()), *figures.tolist()))
    return found


def compute_expectations(athlete: Athlete) -> list[Expectation]:
    """What is expected of the next session, for the gaits of which something was learned."""
    runner = athlete.build_runner_model()
    if runner is None:
        return []
    seen = {one.gait for one in compute_means(athlete)}
    found = []
    for gait, word in (("run", "running"), ("walk", "walking")):
        if gait not in seen:
            continue
        signature = runner.gait_models[gait]
        level, level_spread = _coefficient(signature.pace, 0)
        share, share_spread = _coefficient(signature.pace, 4)
        steps, steps_spread = _coefficient(signature.cadence, 4)
        beats, beats_spread = _coefficient(signature.heart_rate, 4)
        pace, ratio, more = float(np.exp(level)), 100.0 * float(np.exp(share)), 100.0 * float(np.exp(steps))
        found += [
            Expectation(f"{word}, easy forward", pace, pace * level_spread, "m/s"),
            Expectation("  backward speed, of forward", ratio, ratio * share_spread, "%"),
            Expectation("  backward cadence at equal speed, more", more - 100.0, more * steps_spread, "%"),
            Expectation("  backward heart rate at equal speed, more", beats, beats_spread, "bpm"),
        ]
    return found


def _coefficient(prior: RegressionPrior, index: int) -> tuple[float, float]:
    """One weight of a line and its standard deviation."""
    return float(prior.mean[index]), float(np.sqrt(prior.cov[index, index]))
