"""Faults of time in GPX, TCX and FIT files, read and cleaned: figures are those of the sound file."""

import re
from datetime import UTC, datetime

import pytest

from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.readers.fit.reader import read_fit
from retropace.readers.xml.gpx import read_gpx
from retropace.readers.xml.tcx import read_tcx
from tests.support.fit_bytes import RECORD, START, UINT32, opened, session
from tests.support.gpx_documents import gpx, segment
from tests.support.tcx_documents import clock, lap, tcx


def figures(activities: list[Activity]) -> tuple[float, ...]:
    """Elapsed time, distance, moving time and pauses of the only activity."""
    (activity,) = activities
    cleaned = clean_activity(activity)
    distance_m, moving_s = (float(cleaned.curves[name][-1]) for name in ("distance_m", "moving_s"))
    return cleaned.elapsed_s, distance_m, moving_s, *cleaned.pauses.ravel().tolist()


def reverse(part: str, tag: str) -> str:
    """A segment or lap with its points in reverse order."""
    points = re.findall(rf"<{tag}>.*?</{tag}>|<{tag} .*?</{tag}>", part)
    return part.replace("".join(points), "".join(points[::-1]))


FIRST, SECOND = segment(0, 300), segment(360, 660)


def track(*segments: str) -> bytes:
    return gpx(f"<trk><type>running</type>{''.join(segments)}</trk>")


@pytest.mark.parametrize(
    "segments",
    [
        (reverse(SECOND, "trkpt"), reverse(FIRST, "trkpt")),
        (reverse(FIRST, "trkpt"), reverse(SECOND, "trkpt")),
        (SECOND, FIRST),
        (FIRST, FIRST, SECOND),
        (FIRST.replace("2025-05-01T08:00:00", "1999-08-22T00:00:00"), SECOND),
        (FIRST.replace("2025-05-01T08:02:00", "2025-05-01T10:02:00"), SECOND),
        (FIRST, SECOND.replace("T08:10:59", "T09:10:59")),
        (FIRST.replace("T08:00:00", "T07:00:00"), SECOND),
    ],
)
def test_segments_of_a_gpx_file(segments: tuple[str, ...]) -> None:
    sound, faulty = read_gpx(track(FIRST, SECOND), "run.gpx"), read_gpx(track(*segments), "run.gpx")
    assert figures(faulty) == pytest.approx(figures(sound), rel=0.005)
    assert clean_activity(faulty[0]).start_time == clean_activity(sound[0]).start_time


LAPS = [lap(300 * number, 300.0, [range(300 * number, 300 * number + 301)]) for number in range(3)]


def spans(activity: Activity) -> list[tuple[float, float]]:
    return [(one.start_s, one.end_s) for one in clean_activity(activity).laps]


def set_back(size_s: int, first_s: int) -> list[str]:
    """The laps, with the clock set back from a second on."""

    def by_clock(match: re.Match[str]) -> str:
        minute, second = int(match[1]), int(match[2])
        time_s = 60 * minute + second
        return clock(time_s - size_s if time_s >= first_s else time_s)

    return [re.sub(r"2025-05-01T08:(\d\d):(\d\d)Z", by_clock, part) for part in LAPS]


@pytest.mark.parametrize(
    "laps",
    [
        [LAPS[1], LAPS[0], LAPS[2]],
        [reverse(part, "Trackpoint") for part in LAPS[::-1]],
        [*LAPS, *LAPS],
        [LAPS[0], LAPS[1].replace("<Time>2025-05-01T08:07:00Z", "<Time>2025-05-01T09:07:00Z"), LAPS[2]],
        [LAPS[0], LAPS[1].replace("<Time>2025-05-01T08:05:00Z", "<Time>2025-05-01T09:05:00Z"), LAPS[2]],
        [re.sub('StartTime="[^"]*"', 'StartTime="1970-01-01T00:00:00Z"', part) for part in LAPS],
        *(set_back(size_s, first_s) for size_s, first_s in ((30, 450), (30, 600), (30, 601), (55, 310), (7, 450))),
    ],
)
def test_laps_and_points_of_a_tcx_file(laps: list[str]) -> None:
    faulty = read_tcx(tcx(*laps), "run.tcx")
    assert figures(faulty) == pytest.approx(figures(read_tcx(tcx(*LAPS), "run.tcx")), rel=0.005)
    assert spans(faulty[0]) == [(0.0, 300.0), (300.0, 600.0), (600.0, 900.0)]


@pytest.mark.parametrize("first_s", [100, START - 20 * 365 * 86400, START])
def test_a_fit_file_whose_first_record_was_written_before_the_fix(first_s: int) -> None:
    made = opened()
    made.define(1, RECORD, [(253, UINT32), (5, UINT32)])
    for second in range(601):
        made.data(1, START + second if second else first_s, 300 * second)
    session(made, 0, 600, distance_cm=180_000)
    faulty = read_fit(made.to_bytes(), "run.fit")
    assert figures(faulty) == pytest.approx((600.0, 1800.0, 600.0))
    assert clean_activity(faulty[0]).start_time == datetime(2021, 9, 8, 1, 46, 40, tzinfo=UTC)
