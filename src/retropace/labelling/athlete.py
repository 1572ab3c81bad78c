"""A runner who is remembered: what their annotated stretches looked like, session by session.

Examples are kept rather than what follows from them, so that what was learned, and from where, can be read, forgotten
and learned anew. Only what was annotated is learned: a suspicion never confirms itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segments import Segments
from retropace.labelling.direction_model import MIN_JUDGED_S, RunnerModel
from retropace.labelling.features import extract_features, measurement_variances
from retropace.labelling.runner_model import PRIORS, GaitModel, Observations, add_day_variance, posterior

HALF_LIFE_DAYS = 90.0
"""After so long a session counts half: fitness and form change over a season. Assumed."""


@dataclass(frozen=True, slots=True)
class Example:
    """One annotated stretch. What the recording does not hold is NaN."""

    direction: str
    gait: str
    start_s: float
    duration_s: float
    speed_mps: float
    cadence_spm: float
    steady_state_hr_bpm: float
    """The heart rate that it would lead to if it lasted, and how surely that is known (standard deviation)."""
    steady_state_hr_sd_bpm: float
    grade: float

    @property
    def step_length_m(self) -> float:
        """Metres per step."""
        return 60.0 * self.speed_mps / self.cadence_spm


@dataclass(frozen=True, slots=True)
class TrainingSession:
    """The examples of one session and the recording that they are from."""

    source: str
    sha256: str
    session_index: int
    """Which session of its file, from 0 on."""
    start_time: datetime | None
    examples: tuple[Example, ...]

    def is_same_recording(self, activity: Activity) -> bool:
        """Whether it was learned from this recording."""
        source = activity.source
        return bool(self.sha256) and (self.sha256, self.session_index) == (source.sha256, source.session)


@dataclass(frozen=True, slots=True)
class Athlete:
    """One runner by name."""

    name: str
    sessions: tuple[TrainingSession, ...] = ()

    def with_session(self, session: TrainingSession) -> Athlete:
        """The athlete after one more session; what was learned from the same recording before is replaced."""
        same = (session.sha256, session.session_index)
        others = [one for one in self.sessions if not session.sha256 or (one.sha256, one.session_index) != same]
        fresh = [session] if session.examples else []
        return replace(self, sessions=tuple(sorted([*others, *fresh], key=_sort_key)))

    def build_runner_model(self, activity: Activity | None = None) -> RunnerModel | None:
        """What is known before this recording is analysed: from all other sessions, old ones counting less.

        None if nothing is known. Ages count from the recording's start, or from the last session if that is unknown.
        """
        sessions = [one for one in self.sessions if activity is None or not one.is_same_recording(activity)]
        if not sessions:
            return None
        now = activity.start_time if activity is not None else None
        now = now or max((one.start_time for one in sessions if one.start_time is not None), default=None)
        signatures = {gait: _fit_gait_model(gait, sessions, now) for gait in PRIORS}
        backward = any(example.direction == "backward" for one in sessions for example in one.examples)
        return RunnerModel({gait: add_day_variance(one) for gait, one in signatures.items()}, backward)


def training_session(activity: Activity, track: CleanedActivity, segments: Segments) -> TrainingSession:
    """What an analysed session teaches: its annotated stretches of 8 s and more, forward and backward."""
    looks = extract_features(track, segments.start_s, segments.end_s)
    picked = np.isin(segments.direction, ("forward", "backward")) & (segments.basis == "annotated")
    picked &= (looks.duration_s >= MIN_JUDGED_S) & np.isfinite(looks.log_speed)
    examples = tuple(
        Example(
            direction=str(segments.direction[at]),
            gait=str(segments.gait[at]),
            start_s=float(segments.start_s[at]),
            duration_s=float(looks.duration_s[at]),
            speed_mps=float(np.exp(looks.log_speed[at])),
            cadence_spm=float(np.exp(looks.log_cadence[at])),
            steady_state_hr_bpm=float(looks.steady_state_hr_bpm[at]),
            steady_state_hr_sd_bpm=float(np.sqrt(looks.steady_state_hr_var[at])),
            grade=float(looks.grade[at]),
        )
        for at in np.flatnonzero(picked).tolist()
    )
    source = activity.source
    return TrainingSession(source.path, source.sha256, source.session, activity.start_time, examples)


def _fit_gait_model(gait: str, sessions: Sequence[TrainingSession], reference_time: datetime | None) -> GaitModel:
    signature = PRIORS[gait]
    for session in sessions:
        examples = [example for example in session.examples if example.gait == gait]
        if examples:
            backward = np.array([float(example.direction == "backward") for example in examples])
            signature = posterior(
                signature, _build_observations(examples), backward, _age_discount(session, reference_time)
            )
    return signature


def _age_discount(session: TrainingSession, reference_time: datetime | None) -> float:
    if reference_time is None or session.start_time is None:
        return 1.0
    days = abs((reference_time - session.start_time).total_seconds()) / 86400.0
    return float(2.0 ** min(days / HALF_LIFE_DAYS, 100.0))


def _build_observations(examples: Iterable[Example]) -> Observations:
    columns = np.array(
        [
            (
                one.speed_mps,
                one.cadence_spm,
                one.steady_state_hr_bpm,
                one.steady_state_hr_sd_bpm,
                one.start_s,
                one.duration_s,
                one.grade,
            )
            for one in examples
        ]
    ).T
    speed, cadence, demand, spread, start_s, seconds, grade = columns
    speed_var, cadence_var = measurement_variances(seconds)
    return Observations(
        log_speed=np.log(speed),
        log_speed_var=speed_var,
        log_cadence=np.log(cadence),
        log_cadence_var=cadence_var,
        steady_state_hr_bpm=demand,
        steady_state_hr_var=spread**2,
        elapsed_h=(start_s + seconds / 2.0) / 3600.0,
        grade=grade,
    )


def _sort_key(session: TrainingSession) -> tuple[bool, float, str]:
    moment = session.start_time
    return moment is None, moment.timestamp() if moment is not None else 0.0, session.source
