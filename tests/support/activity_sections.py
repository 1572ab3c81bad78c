"""Parts of reports: of recordings, and made up."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from retropace.analysis.pipeline import Analysis, analyze
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.segments import DIRECTIONS
from retropace.output.report.activity_section import ActivitySection, build_activity_section
from retropace.readers import read
from tests.support.analyses import analyze_sessions
from tests.support.paths import ROOT


@cache
def analyze_sample(name: str) -> Analysis:
    """A sample with what its sidecar says."""
    return analyze_sessions(ROOT / "samples" / name)[0]


def sample_section(name: str, hiding: PrivacyFilter = NO_PRIVACY_FILTER, **options: Any) -> ActivitySection:
    return build_activity_section(analyze_sample(name), hiding, **({"max_rows": 2000, "max_positions": 2000} | options))


@cache
def treadmill_section() -> ActivitySection:
    return sample_section("treadmill-beginner.fit", max_rows=400, max_positions=400)


def make_section(**changes: Any) -> ActivitySection:
    """A part that nothing but its figures matters of."""
    return replace(treadmill_section(), **changes)


def section_from_bytes(folder: Path, name: str, data: bytes) -> ActivitySection:
    """The part of a recording that lies in a folder."""
    (folder / name).write_bytes(data)
    return build_activity_section(analyze(read(folder / name)), max_rows=400, max_positions=400)


QUARTERS = st.integers(0, 200_000).map(lambda quarters: quarters / 4.0)
"""Metres or seconds that add up without rounding, in whatever order."""


@st.composite
def activity_sections(draw: st.DrawFn) -> ActivitySection:
    """A part with random figures; some without a date, a distance, or anything backward."""
    forward, backward, rest = draw(QUARTERS), draw(st.just(0.0) | QUARTERS), draw(QUARTERS)
    metres = dict(zip(DIRECTIONS, (forward, backward, rest, 0.0), strict=True))
    seconds = {name: draw(QUARTERS) for name in DIRECTIONS}
    speeds = {name: draw(st.floats(0.1, 8.0) | st.just(float("nan"))) for name in DIRECTIONS}
    moment = draw(st.none() | st.datetimes(datetime(2024, 12, 20), datetime(2025, 3, 1), timezones=st.just(UTC)))
    return make_section(
        title=draw(st.sampled_from(["Morning", "evening", "Ähren", "run 10", "run 9"])),
        start_time=moment,
        elapsed_s=sum(seconds.values()),
        distance_m=draw(st.sampled_from([metres, metres, metres, {}])),
        time_s=seconds,
        suspected_m=draw(st.sampled_from([0.0, backward])),
        speed_mps=speeds,
        structure=draw(st.sampled_from(["", "6 x 400 m"])),
        candidate=None,
    )
