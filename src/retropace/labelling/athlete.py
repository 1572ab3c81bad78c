"""An athlete whom retropace remembers by raw measurements of annotated stretches, session by session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

import numpy as np

from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segments import Segments
from retropace.labelling.direction_model import MIN_JUDGED_S, RunnerModel
from retropace.labelling.features import extract_features, measurement_variances
from retropace.labelling.runner_model import PRIORS, GaitModel, Observations, add_day_variance, posterior

HALF_LIFE_DAYS = 90.0
"""Age (days) at which a session counts half as much as a new one, as fitness changes; assumed, not measured."""


@dataclass(frozen=True, slots=True)
class Example:
    """One annotated stretch with its measurements, from which the runner's model is learned; NaN for missing values."""

    direction: str
    gait: str
    start_s: float
    duration_s: float
    speed_mps: float
    cadence_spm: float
    steady_state_hr_bpm: float  # heart rate in bpm that the effort would lead to if it lasted
    steady_state_hr_sd_bpm: float  # standard deviation of the error of ``steady_state_hr_bpm``
    grade: float  # mean rise per metre of distance

    @property
    def step_length_m(self) -> float:
        """Mean step length in metres."""
        return 60.0 * self.speed_mps / self.cadence_spm


@dataclass(frozen=True, slots=True)
class TrainingSession:
    """The annotated stretches of one session, and the recording that they come from."""

    source: str  # path of the recording
    sha256: str
    session_index: int  # index of the session within its file; the first is 0
    start_time: datetime | None
    examples: tuple[Example, ...]

    def is_same_recording(self, activity: Activity) -> bool:
        """Return whether the stretches come from the recording of ``activity``."""
        source = activity.source
        return bool(self.sha256) and (self.sha256, self.session_index) == (source.sha256, source.session)


@dataclass(frozen=True, slots=True)
class Athlete:
    """A named runner and the sessions that they are known from."""

    name: str
    sessions: tuple[TrainingSession, ...] = ()

    def with_session(self, session: TrainingSession) -> Athlete:
        """Return the athlete with one more session, which replaces an earlier one of the same recording."""
        recording = (session.sha256, session.session_index)
        others = [
            other for other in self.sessions if not session.sha256 or (other.sha256, other.session_index) != recording
        ]
        added = [session] if session.examples else []
        return replace(self, sessions=tuple(sorted([*others, *added], key=_sort_key)))

    def build_runner_model(self, activity: Activity | None = None) -> RunnerModel | None:
        """Return the runner's model learned from all sessions but ``activity``'s own, older ones less; None if none."""
        sessions = [session for session in self.sessions if activity is None or not session.is_same_recording(activity)]
        if not sessions:
            return None
        reference_time = activity.start_time if activity is not None else None
        start_times = (session.start_time for session in sessions if session.start_time is not None)
        reference_time = reference_time or max(start_times, default=None)
        models = {gait: _fit_gait_model(gait, sessions, reference_time) for gait in PRIORS}
        has_backward = any(example.direction == "backward" for session in sessions for example in session.examples)
        return RunnerModel({gait: add_day_variance(model) for gait, model in models.items()}, has_backward)


def training_session(activity: Activity, cleaned: CleanedActivity, segments: Segments) -> TrainingSession:
    """Return the annotated forward and backward stretches of an analysed session that last at least 8 s."""
    features = extract_features(cleaned, segments.start_s, segments.end_s)
    is_example = np.isin(segments.direction, ("forward", "backward")) & (segments.basis == "annotated")
    is_example &= (features.duration_s >= MIN_JUDGED_S) & np.isfinite(features.log_speed)
    examples = tuple(
        Example(
            direction=str(segments.direction[row]),
            gait=str(segments.gait[row]),
            start_s=float(segments.start_s[row]),
            duration_s=float(features.duration_s[row]),
            speed_mps=float(np.exp(features.log_speed[row])),
            cadence_spm=float(np.exp(features.log_cadence[row])),
            steady_state_hr_bpm=float(features.steady_state_hr_bpm[row]),
            steady_state_hr_sd_bpm=float(np.sqrt(features.steady_state_hr_var[row])),
            grade=float(features.grade[row]),
        )
        for row in np.flatnonzero(is_example).tolist()
    )
    source = activity.source
    return TrainingSession(source.path, source.sha256, source.session, activity.start_time, examples)


def _fit_gait_model(gait: str, sessions: Sequence[TrainingSession], reference_time: datetime | None) -> GaitModel:
    model = PRIORS[gait]
    for session in sessions:
        examples = [example for example in session.examples if example.gait == gait]
        if examples:
            backward = np.array([float(example.direction == "backward") for example in examples])
            discount = _age_discount(session, reference_time)
            model = posterior(model, _build_observations(examples), backward, discount)
    return model


def _age_discount(session: TrainingSession, reference_time: datetime | None) -> float:
    """Return the factor on the variance of a session's measurements: 1 if new, doubled each ``HALF_LIFE_DAYS``."""
    if reference_time is None or session.start_time is None:
        return 1.0
    days = abs((reference_time - session.start_time).total_seconds()) / 86400.0
    return float(2.0 ** min(days / HALF_LIFE_DAYS, 100.0))


def _build_observations(examples: Sequence[Example]) -> Observations:
    read = attrgetter("speed_mps", "cadence_spm", "steady_state_hr_bpm", "steady_state_hr_sd_bpm")
    speed_mps, cadence_spm, hr_bpm, hr_sd_bpm = np.array([read(example) for example in examples]).T
    start_s, duration_s, grade = np.array([(row.start_s, row.duration_s, row.grade) for row in examples]).T
    speed_var, cadence_var = measurement_variances(duration_s)
    return Observations(
        log_speed=np.log(speed_mps),
        log_speed_var=speed_var,
        log_cadence=np.log(cadence_spm),
        log_cadence_var=cadence_var,
        steady_state_hr_bpm=hr_bpm,
        steady_state_hr_var=hr_sd_bpm**2,
        elapsed_h=(start_s + duration_s / 2.0) / 3600.0,
        grade=grade,
    )


def _sort_key(session: TrainingSession) -> tuple[bool, float, str]:
    start_time = session.start_time
    return start_time is None, start_time.timestamp() if start_time is not None else 0.0, session.source
