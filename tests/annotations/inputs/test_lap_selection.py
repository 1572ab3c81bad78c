from dataclasses import replace

import pytest

from retropace.annotations.inputs.lap_selection import parse_lap_selection, warn_about_autolaps
from retropace.core.activity import Lap, is_autolap
from retropace.core.errors import AnnotationError

PRESSED = tuple(Lap(60.0 * at, 60.0 * at + 60.0, "manual", distance_m=150.0 + at) for at in range(6))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("lap 3", [3]),
        ("lap #3", [3]),
        ("L2", [2]),
        ("laps 2,4-6", [2, 4, 5, 6]),
        ("laps 2 and 4", [2, 4]),
        ("lap 2; 4", [2, 4]),
        ("lap 2 to 4", [2, 3, 4]),
        ("odd laps", [1, 3, 5]),
        ("laps odd", [1, 3, 5]),
        ("even", [2, 4, 6]),
        ("Even Laps", [2, 4, 6]),
        ("laps after 3", [4, 5, 6]),
        ("after lap 3", [4, 5, 6]),
        ("laps from 5", [5, 6]),
        ("laps before 3", [1, 2]),
        ("laps until 3", [1, 2, 3]),
        ("all laps", [1, 2, 3, 4, 5, 6]),
        ("last lap", [6]),
    ],
)
def test_laps_are_chosen(text: str, numbers: list[int]) -> None:
    chosen = parse_lap_selection(text)
    assert chosen is not None
    assert chosen(PRESSED) == numbers


@pytest.mark.parametrize("text", ["12:30-15:00", "1km-2km", 'step "x"', "lapland", "after noon", ""])
def test_other_places_are_no_laps(text: str) -> None:
    assert parse_lap_selection(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lap 0", "count from 1"),
        ("lap 3-1", "count from 1"),
        ("lap 2,x", "names no laps"),
        ("lap 99999", "count from 1"),
    ],
)
def test_laps_that_cannot_be(text: str, words: str) -> None:
    with pytest.raises(AnnotationError, match=words):
        parse_lap_selection(text)


@pytest.mark.parametrize(
    ("text", "words"), [("lap 7", "no lap 7"), ("laps after 6", "leaves none"), ("laps before 1", "leaves none")]
)
def test_laps_that_the_activity_lacks(text: str, words: str) -> None:
    chosen = parse_lap_selection(text)
    assert chosen is not None
    with pytest.raises(AnnotationError, match=words):
        chosen(PRESSED)
    with pytest.raises(AnnotationError, match="has no laps"):
        chosen(())


def test_parity_means_nothing_where_the_watch_counted_too() -> None:
    own = tuple(replace(lap, trigger="distance") if number == 2 else lap for number, lap in enumerate(PRESSED))
    for text in ("odd laps", "even laps", "all laps"):
        chosen = parse_lap_selection(text)
        assert chosen is not None
        with pytest.raises(AnnotationError, match="1 of 6 were ended by the watch's own count \\(lap 3\\)"):
            chosen(own)
    (said,) = warn_about_autolaps(own, [1, 3, 4])
    assert said.startswith("laps 3, 4 began or ended by the watch's own count")
    assert warn_about_autolaps(own, [1, 2, 5]) == ()


def test_laps_called_manual_are_told_by_two_running_of_one_round_distance() -> None:
    metres = [1000.0, 1000.4, 1000.0, 431.0, 208.0, 1000.0, 300.0]
    laps = tuple(Lap(60.0 * at, 60.0 * at + 60.0, "manual", distance_m=way) for at, way in enumerate(metres))
    assert is_autolap(laps) == (True, True, True, False, False, False, False)
    steps = tuple(replace(lap, step_index=at) for at, lap in enumerate(laps))
    assert not any(is_autolap(steps))
