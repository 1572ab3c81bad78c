"""Statistics of an athlete for display: means of the remembered stretches, and what is expected of the next session."""

from dataclasses import dataclass
from itertools import product
from operator import attrgetter

import numpy as np

from retropace.labelling.athlete import Athlete
from retropace.labelling.bouts import weighted_mean
from retropace.labelling.runner_model import COEFFICIENT_NAMES, RegressionPrior


@dataclass(frozen=True, slots=True)
class GaitMeans:
    """Means of all remembered stretches of one direction and gait, weighted by duration; NaN where unknown."""

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
    """One quantity that the runner model expects of the next session."""

    name: str  # name of the quantity in words for display
    value: float  # expected value in ``unit``
    sd: float  # standard deviation of the expected value in ``unit``
    unit: str  # unit of the quantity: ``m/s``, ``%`` or ``bpm``


def compute_means(athlete: Athlete) -> list[GaitMeans]:
    """Return the means of each direction and gait that has stretches: forward first, running before walking."""
    gait_means = []
    read = attrgetter("speed_mps", "cadence_spm", "step_length_m", "steady_state_hr_bpm")
    all_examples = [example for session in athlete.sessions for example in session.examples]
    for kind in product(("forward", "backward"), ("run", "walk")):
        examples = [example for example in all_examples if (example.direction, example.gait) == kind]
        if examples:
            duration_s = np.array([example.duration_s for example in examples])
            means = weighted_mean(np.array([read(example) for example in examples]), duration_s)
            gait_means.append(GaitMeans(*kind, len(examples), float(duration_s.sum()), *means.tolist()))
    return gait_means


def compute_expectations(athlete: Athlete) -> list[Expectation]:
    """Return what the runner's model expects of the next session, for each gait that has been learned."""
    runner = athlete.build_runner_model()
    if runner is None:
        return []
    learned_gaits = {means.gait for means in compute_means(athlete)}
    expectations = []
    for gait, word in (("run", "running"), ("walk", "walking")):
        if gait not in learned_gaits:
            continue
        model = runner.gait_models[gait]
        level, level_sd = _coefficient(model.pace, "level")
        log_ratio, log_ratio_sd = _coefficient(model.pace, "backward")
        log_cadence_ratio, log_cadence_ratio_sd = _coefficient(model.cadence, "backward")
        extra_bpm, extra_sd_bpm = _coefficient(model.heart_rate, "backward")
        speed_mps, speed_percent = float(np.exp(level)), 100.0 * float(np.exp(log_ratio))
        cadence_percent = 100.0 * float(np.exp(log_cadence_ratio))
        cadence_sd_percent = cadence_percent * log_cadence_ratio_sd
        expectations += [
            Expectation(f"{word}, easy forward", speed_mps, speed_mps * level_sd, "m/s"),
            Expectation("  backward speed, of forward", speed_percent, speed_percent * log_ratio_sd, "%"),
            Expectation("  backward cadence at equal speed, more", cadence_percent - 100.0, cadence_sd_percent, "%"),
            Expectation("  backward heart rate at equal speed, more", extra_bpm, extra_sd_bpm, "bpm"),
        ]
    return expectations


def _coefficient(prior: RegressionPrior, name: str) -> tuple[float, float]:
    index = COEFFICIENT_NAMES.index(name)
    return float(prior.mean[index]), float(np.sqrt(prior.cov[index, index]))
