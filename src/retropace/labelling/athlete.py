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
from retropace.core.cleaned_activity import Track
from retropace.core.segments import Segments
from retropace.labelling.direction_model import BRIEF_S, Runner
from retropace.labelling.features import looks_of, reading_vars
from retropace.labelling.runner_model import PRIORS, Seen, Signature, learned, of_another_day

HALF_LIFE_DAYS = 90.0
"""After so long a session counts half: fitness and form change over a season. Assumed."""


@dataclass(frozen=True, slots=True)
class Example:
    """One annotated stretch. What the recording does not hold is NaN."""

    direction: str
    gait: str
    start_s: float
    seconds: float
    speed_mps: float
    cadence_spm: float
    demand_bpm: float
    """The heart rate that it would lead to if it lasted, and how surely that is known (standard deviation)."""
    demand_spread_bpm: float
    grade: float

    @property
    def step_length_m(self) -> float:
        """Metres per step."""
        return 60.0 * self.speed_mps / self.cadence_spm


@dataclass(frozen=True, slots=True)
class LearnedSession:
    """The examples of one session and the recording that they are from."""

    source: str
    sha256: str
    number: int
    """Which session of its file, from 0 on."""
    start_time: datetime | None
    examples: tuple[Example, ...]

    def is_of(self, activity: Activity) -> bool:
        """Whether it was learned from this recording."""
        source = activity.source
        return bool(self.sha256) and (self.sha256, self.number) == (source.sha256, source.session)


@dataclass(frozen=True, slots=True)
class Athlete:
    """One runner by name."""

    name: str
    sessions: tuple[LearnedSession, ...] = ()

    def with_session(self, session: LearnedSession) -> Athlete:
        """The athlete after one more session; what was learned from the same recording before is replaced."""
        same = (session.sha256, session.number)
        others = [one for one in self.sessions if not session.sha256 or (one.sha256, one.number) != same]
        fresh = [session] if session.examples else []
        return replace(self, sessions=tuple(sorted([*others, *fresh], key=_when)))

    def runner(self, activity: Activity | None = None) -> Runner | None:
        """What is known before this recording is analysed: from all other sessions, old ones counting less.

        None if nothing is known. Ages count from the recording's start, or from the last session if that is unknown.
        """
        sessions = [one for one in self.sessions if activity is None or not one.is_of(activity)]
        if not sessions:
            return None
        now = activity.start_time if activity is not None else None
        now = now or max((one.start_time for one in sessions if one.start_time is not None), default=None)
        signatures = {gait: _signature(gait, sessions, now) for gait in PRIORS}
        backward = any(example.direction == "backward" for one in sessions for example in one.examples)
        return Runner({gait: of_another_day(one) for gait, one in signatures.items()}, backward)


def session_of(activity: Activity, track: Track, segments: Segments) -> LearnedSession:
    """What an analysed session teaches: its annotated stretches of 8 s and more, forward and backward."""
    looks = looks_of(track, segments.start_s, segments.end_s)
    picked = np.isin(segments.direction, ("forward", "backward")) & (segments.basis == "annotated")
    picked &= (looks.seconds >= BRIEF_S) & np.isfinite(looks.log_speed)
    examples = tuple(
        Example(
            direction=str(segments.direction[at]),
            gait=str(segments.gait[at]),
            start_s=float(segments.start_s[at]),
            seconds=float(looks.seconds[at]),
            speed_mps=float(np.exp(looks.log_speed[at])),
            cadence_spm=float(np.exp(looks.log_cadence[at])),
            demand_bpm=float(looks.demand_bpm[at]),
            demand_spread_bpm=float(np.sqrt(looks.demand_var[at])),
            grade=float(looks.grade[at]),
        )
        for at in np.flatnonzero(picked).tolist()
    )
    source = activity.source
    return LearnedSession(source.path, source.sha256, source.session, activity.start_time, examples)


def _signature(gait: str, sessions: Sequence[LearnedSession], now: datetime | None) -> Signature:
    signature = PRIORS[gait]
    for session in sessions:
        examples = [example for example in session.examples if example.gait == gait]
        if examples:
            backward = np.array([float(example.direction == "backward") for example in examples])
            signature = learned(signature, _seen(examples), backward, _fade(session, now))
    return signature


def _fade(session: LearnedSession, now: datetime | None) -> float:
    if now is None or session.start_time is None:
        return 1.0
    days = abs((now - session.start_time).total_seconds()) / 86400.0
    return float(2.0 ** min(days / HALF_LIFE_DAYS, 100.0))


def _seen(examples: Iterable[Example]) -> Seen:
    columns = np.array(
        [
            (one.speed_mps, one.cadence_spm, one.demand_bpm, one.demand_spread_bpm, one.start_s, one.seconds, one.grade)
            for one in examples
        ]
    ).T
    speed, cadence, demand, spread, start_s, seconds, grade = columns
    speed_var, cadence_var = reading_vars(seconds)
    return Seen(
        log_speed=np.log(speed),
        log_speed_var=speed_var,
        log_cadence=np.log(cadence),
        log_cadence_var=cadence_var,
        demand_bpm=demand,
        demand_var=spread**2,
        hours=(start_s + seconds / 2.0) / 3600.0,
        grade=grade,
    )


def _when(session: LearnedSession) -> tuple[bool, float, str]:
    moment = session.start_time
    return moment is None, moment.timestamp() if moment is not None else 0.0, session.source
