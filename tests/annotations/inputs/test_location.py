from dataclasses import replace

import numpy as np
import pytest

from retropace.annotations.inputs.location import parse_location
from retropace.cleaning.clean import clean_activity
from retropace.core.errors import AnnotationError
from tests.support.lapped_run import LAPS, PLAIN, lapped_run


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("12:30-15:00", [[750, 900]]),
        ("12:30 - 15:00", [[750, 900]]),
        ("12:30–15:00", [[750, 900]]),
        ("12:30..15:00", [[750, 900]]),
        ("12:30 to 15:00", [[750, 900]]),
        ("0:12:30-0:15:00.5", [[750, 900.5]]),
        ("90s-2min", [[90, 120]]),
        ("1km-1.25km", [[400, 500]]),
        ("1-1.25km", [[400, 500]]),
        ("400m-800m", [[160, 320]]),
        ("1mi-2mi", [[643.7376, 1287.4752]]),
        ("08:01:10Z-08:03:00Z", [[70, 180]]),
        ("2025-05-01T08:01:10Z-2025-05-01T08:03:00Z", [[70, 180]]),
        ("10:01:10+02:00-10:03:00+02:00", [[70, 180]]),
        ("8:01Z-8:03Z", [[60, 180]]),
        ("lap 2", [[300, 600]]),
        ("Lap 2,4-5", [[300, 600], [660, 1200], [1200, 1800]]),
        ("laps 1, 3", [[0, 300], [600, 660]]),
        ("L3", [[600, 660]]),
        ('step "Backward"', [[300, 600], [660, 1200]]),
        ("step 'easy'", [[300, 600], [660, 1200]]),
    ],
)
def test_places_are_found(text: str, spans: list[list[float]]) -> None:
    np.testing.assert_allclose(parse_location(text)(lapped_run()).spans, spans, atol=1e-6)


@pytest.mark.parametrize(
    "text",
    ["", "12:30", "12:30-", "abc-def", "lap", "lap x", "lap 0", "lap 3-1", "1:75-2:00", "25:00Z-26:00Z", "1km-2:00x"],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(AnnotationError):
        parse_location(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("15:00-12:30", "ends before it starts"),
        ("4km-9km", "activity, which is 4500 m long"),
        ("lap 7", "has 5 laps, there is no lap 7"),
        ("07:00:00Z-07:10:00Z", "lies outside the activity, which lasts from 2025-05-01 08:00:00Z"),
        ('step "Sprint"', "it has Backward, Warm up, easy"),
    ],
)
def test_places_the_activity_does_not_have_are_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(AnnotationError, match=words):
        parse_location(text)(lapped_run())


def test_a_recording_without_a_clock_or_laps_says_so() -> None:
    bare = clean_activity(replace(PLAIN, start_time=None))
    with pytest.raises(AnnotationError, match="has no clock"):
        parse_location("08:01:10Z-08:03:00Z")(bare)
    with pytest.raises(AnnotationError, match="has no laps"):
        parse_location("lap 1")(bare)


def test_a_session_past_midnight_knows_the_next_day() -> None:
    assert PLAIN.start_time is not None
    late = clean_activity(replace(PLAIN, start_time=PLAIN.start_time.replace(hour=23, minute=50)))
    assert parse_location("23:55:00Z-00:05:00Z")(late).spans.tolist() == [[300.0, 900.0]]


def test_a_lap_that_the_watch_ended_by_itself_is_not_used_without_a_word() -> None:
    auto = replace(PLAIN, laps=tuple(replace(lap, trigger="distance") for lap in LAPS.laps))
    (said,) = parse_location("lap 2-3")(clean_activity(auto)).warnings
    assert said.startswith("laps 2, 3 began or ended by the watch's own count")
    assert parse_location("lap 2-3")(clean_activity(LAPS)).warnings == ()
    # Laps of a workout's steps end by distance too, but the step changes with them.
    steps = tuple(replace(lap, trigger="distance", step_index=number) for number, lap in enumerate(LAPS.laps))
    assert parse_location("lap 2-3")(clean_activity(replace(PLAIN, laps=steps))).warnings == ()
