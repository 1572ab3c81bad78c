import copy
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace import read_all
from retropace.core.errors import OtherSportError, ReadError
from retropace.readers.json.polar import read_polar
from tests.support.damage import damaged, read_or_refuse

START = datetime(2025, 5, 1, 10, 0, 0, 645_000)
Json = Any


def clock(second: float) -> str:
    return (START + timedelta(seconds=second)).isoformat(timespec="milliseconds")


def series(seconds: range, value: Callable[[int], Json]) -> list[Json]:
    return [{"dateTime": clock(second), "value": value(second)} for second in seconds]


def exercise(first: int = 0, last: int = 60, sport: str = "RUNNING", **more: Json) -> dict[str, Json]:
    """Ran at 10.8 km/h, with positions an eighth of a second after each sample."""
    seconds = range(first, last + 1)
    route = [
        {
            "dateTime": clock(second + 0.125),
            "latitude": 48.0 + 2.7e-5 * second,
            "longitude": 11.0,
            "altitude": 500.0 + second,
        }
        for second in seconds
    ]
    return {
        "startTime": clock(first),
        "stopTime": clock(last),
        "timezoneOffset": 120,
        "duration": f"PT{last - first}S",
        "distance": 3.0 * (last - first),
        "sport": sport,
        "samples": {
            "heartRate": series(seconds, lambda second: 120 + second // 10),
            "speed": series(seconds, lambda _: 10.8),
            "cadence": series(seconds, lambda _: 84),
            "distance": series(seconds, lambda second: 3.0 * (second - first)),
            "temperature": [{"dateTime": clock(second)} for second in seconds],
            "recordedRoute": route,
        },
        **more,
    }


def older(*exercises: dict[str, Json], **more: Json) -> bytes:
    return json.dumps(
        {
            "exportVersion": "2.6",
            "name": "Intervals",
            "note": "four backward",
            "startTime": clock(0),
            "timeZoneOffset": 120,
            "exercises": exercises,
            **more,
        }
    ).encode()


def newer(**more: Json) -> bytes:
    values = {"HEART_RATE": [150] * 61, "SPEED": [10.8] * 61, "DISTANCE": [3.0 * second for second in range(61)]}
    points = [
        {"longitude": 11.0, "latitude": 48.0 + 2.7e-5 * second, "elapsedMillis": 1000 * second + 1, "altitude": "NaN"}
        for second in range(61)
    ]
    told = {
        "startTime": "2025-05-01T10:00:00",
        "stopTime": "2025-05-01T10:01:00",
        "durationMillis": 60_000,
        "distanceMeters": 180.0,
        "timezoneOffsetMinutes": -420,
        "sport": {"id": "1"},
    }
    held = {
        **told,
        "laps": {
            "autoLaps": [
                {"durationMillis": 40_000, "splitTimeMillis": 40_000, "distanceMeters": 120.0},
                {"durationMillis": 20_000, "splitTimeMillis": 60_000, "distanceMeters": 60.0},
            ]
        },
        "samples": {
            "samples": [
                *({"type": name, "intervalMillis": 1000, "values": series} for name, series in values.items()),
                {"type": "RR_INTERVAL", "intervalMillis": 0, "values": "anything"},
            ]
        },
        "routes": {"route": {"wayPoints": points, "startTime": "2025-05-01T10:00:00"}},
        **more,
    }
    return json.dumps(
        {"identifier": {"id": "7"}, "name": "Running", **told, "product": {"modelName": "Polar V"}, "exercises": [held]}
    ).encode()


def test_an_older_session_end_to_end(tmp_path: Path) -> None:
    path = tmp_path / "training-session-2025-05-01-1-2.json"
    path.write_bytes(older(exercise()))
    (activity,) = read_all(path)
    assert (activity.source.format, activity.sport, activity.findings) == ("polar", "running", ())
    assert (activity.name, activity.description) == ("Intervals", "four backward")
    assert activity.start_time is not None
    assert activity.start_time.isoformat(timespec="milliseconds") == "2025-05-01T08:00:00.645+00:00"
    samples = activity.samples
    # Positions came an eighth of a second later: they share the records of the sensors, and none is lost or added.
    np.testing.assert_array_equal(samples.t_s, np.arange(61.0))
    np.testing.assert_allclose(samples.speed_mps, 3.0)
    np.testing.assert_array_equal(samples.distance_m, 3.0 * np.arange(61))
    np.testing.assert_array_equal(samples.heart_rate_bpm, 120 + np.arange(61) // 10)
    np.testing.assert_array_equal(samples.cadence_recorded, 84.0)
    np.testing.assert_allclose(samples.lat_deg, 48.0 + 2.7e-5 * np.arange(61))
    np.testing.assert_array_equal(samples.altitude_m, 500.0 + np.arange(61))
    assert "temperature" not in samples.extra
    assert (activity.device_totals.distance_m, activity.device_totals.timer_s, activity.device_totals.elapsed_s) == (
        180.0,
        60.0,
        60.0,
    )


def test_a_newer_session_end_to_end(tmp_path: Path) -> None:
    path = tmp_path / "training-session.json"
    path.write_bytes(newer())
    (activity,) = read_all(path)
    assert (activity.sport, str(activity.device)) == ("running", "Polar V")
    assert activity.start_time is not None
    assert activity.start_time.isoformat() == "2025-05-01T17:00:00+00:00"
    assert activity.samples.t_s.tolist() == list(range(61))
    np.testing.assert_allclose(activity.samples.speed_mps, 3.0)
    assert activity.samples.distance_m[-1] == 180.0
    np.testing.assert_allclose(activity.samples.lat_deg, 48.0 + 2.7e-5 * np.arange(61))
    assert np.all(np.isnan(activity.samples.altitude_m))
    assert [(lap.start_s, lap.end_s, lap.trigger, lap.distance_m) for lap in activity.laps] == [
        (0.0, 40.0, "distance", 120.0),
        (40.0, 60.0, "distance", 60.0),
    ]
    assert (activity.device_totals.distance_m, activity.device_totals.timer_s) == (180.0, 60.0)


@pytest.mark.parametrize("missing", ["NaN", None, float("nan"), float("inf"), "Infinity"])
def test_missing_values_are_missing(missing: Json) -> None:
    held = exercise()
    held["samples"]["heartRate"][5]["value"] = missing
    del held["samples"]["heartRate"][6]["value"]
    (activity,) = read_polar(older(held), "x.json")
    assert len(activity.samples) == 61
    assert np.flatnonzero(np.isnan(activity.samples.heart_rate_bpm)).tolist() == [5, 6]
    assert activity.field_counts["heart_rate_bpm"] == 59


def test_a_barometer_goes_before_the_altitude_of_positions() -> None:
    held = exercise()
    held["samples"]["altitude"] = series(range(30), lambda _: 312.5)
    (activity,) = read_polar(older(held), "x.json")
    assert set(activity.samples.altitude_m[:30].tolist()) == {312.5}
    assert np.all(np.isnan(activity.samples.altitude_m[30:]))


def test_a_position_that_no_sample_comes_near_is_a_record_of_its_own() -> None:
    held = exercise()
    for stream in ("heartRate", "speed", "cadence", "distance"):
        held["samples"][stream] = [
            one for one in held["samples"][stream] if not clock(20) < one["dateTime"] < clock(30)
        ]
    held["samples"]["recordedRoute"] = held["samples"]["recordedRoute"][15:45]
    (activity,) = read_polar(older(held), "x.json")
    assert len(activity.samples) == 61
    alone = np.isnan(activity.samples.heart_rate_bpm)
    assert activity.samples.t_s[alone].tolist() == [second + 0.125 for second in range(21, 30)]
    assert np.flatnonzero(np.isfinite(activity.samples.lat_deg)).tolist() == list(range(15, 45))


def test_the_timer_that_stood_while_records_are_missing_is_a_pause() -> None:
    held = exercise(duration="PT41S")
    for stream in held["samples"].values():
        stream[:] = [one for one in stream if not clock(20.5) < one["dateTime"] < clock(39.5)]
    (activity,) = read_polar(older(held), "x.json")
    assert activity.pauses.tolist() == [[20.0, 39.0]]
    held["duration"] = "PT60S"
    (activity,) = read_polar(older(held), "x.json")
    assert len(activity.pauses) == 0
    (activity,) = read_polar(older(exercise(duration="PT41S")), "x.json")
    assert len(activity.pauses) == 0


def test_laps_of_the_button_go_before_automatic_ones() -> None:
    laps = [
        {"lapNumber": 0, "splitTime": "PT25.5S", "duration": "PT25.5S", "distance": 76.5},
        {"lapNumber": 1, "splitTime": "PT1M", "duration": "PT34.5S", "distance": 103.5},
    ]
    (activity,) = read_polar(older(exercise(laps=laps, autoLaps=laps[:1])), "x.json")
    assert [(lap.start_s, lap.end_s, lap.trigger, lap.timer_s, lap.distance_m) for lap in activity.laps] == [
        (0.0, 25.5, "manual", 25.5, 76.5),
        (25.5, 60.0, "manual", 34.5, 103.5),
    ]
    (activity,) = read_polar(older(exercise(laps=laps[:1], autoLaps=laps)), "x.json")
    assert [lap.trigger for lap in activity.laps] == ["distance", "distance"]


def test_positions_after_the_end_are_left_out_and_said() -> None:
    held = exercise()
    held["stopTime"] = clock(30)
    for stream in ("heartRate", "speed", "cadence", "distance"):
        del held["samples"][stream][31:]
    (activity,) = read_polar(older(held), "x.json")
    assert len(activity.samples) == 31
    assert activity.warnings == ("30 positions later than the end of the exercise were left out",)


def test_every_exercise_is_a_session_and_other_sports_are_named(tmp_path: Path) -> None:
    path = tmp_path / "brick.json"
    path.write_bytes(older(exercise(0, 60, "ROAD_BIKING"), exercise(100, 160), exercise(200, 230, "WALKING")))
    run, walk = read_all(path)
    assert [(one.sport, len(one.samples), one.source.session) for one in (run, walk)] == [
        ("running", 61, 0),
        ("walking", 31, 1),
    ]
    assert "other sports left out: road biking" in run.warnings[0]


@pytest.mark.parametrize(
    "data",
    [
        older(exercise(sport="ROAD_BIKING")),
        newer(sport={"id": "38"}),
        newer(sport={"id": "55"}),
        newer(sport={"id": "23"}),
    ],
)
def test_another_sport_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "ride.json"
    path.write_bytes(data)
    with pytest.raises(OtherSportError):
        read_all(path)


def test_a_sport_by_an_unknown_number_is_told_by_the_name() -> None:
    (activity,) = read_polar(newer(sport={"id": "999"}), "x.json")
    assert activity.sport == "running"


def test_times_without_an_offset_are_taken_as_utc_and_said() -> None:
    held = exercise()
    del held["timezoneOffset"]
    (activity,) = read_polar(older(held, timeZoneOffset=None), "x.json")
    assert activity.start_time is not None
    assert activity.start_time.hour == 10
    assert activity.warnings == ("times name no zone: taken as UTC",)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (older(), "summary only"),
        (older(exercise(samples={})), "summary only"),
        (older({"startTime": clock(0), "sport": "RUNNING"}), "summary only"),
        (older(exercise(samples={"speed": [{"dateTime": clock(0)}]})), "summary only"),
        (b"[]", "the file is no object"),
        (b"{}", "no exercises"),
        (b'{"exercises": 3}', "exercises is no list"),
        (older(exercise(startTime=17)), "startTime is no time"),
        (older(exercise(startTime="yesterday")), "startTime is no time"),
        (older(exercise(timezoneOffset=1e9)), "offset"),
        (older(exercise(duration="an hour")), "duration is no duration"),
        (older(exercise(samples=[1])), "samples is no object"),
        (older(exercise(samples={"speed": {"a": 1}})), "speed is no list"),
        (older(exercise(samples={"speed": [{"dateTime": clock(0), "value": True}]})), "speed is no number"),
        (older(exercise(samples={"speed": [{"dateTime": clock(0), "value": 10**400}]})), "speed is no number"),
        (older(exercise(samples={"speed": [{"value": 3}]})), "time of a speed is no time"),
        (older(exercise(samples={"speed": [{"dateTime": "1970-01-01T00:00:00", "value": 3}]})), "days from the start"),
        (newer(samples={"samples": [{"type": "SPEED", "intervalMillis": 0, "values": [1]}]}), "interval"),
        (b'{"exercises": [' + b"[" * 100_000, "damaged"),
        (b'{"exercises": ["\xff"]}', "damaged"),
    ],
)
def test_what_is_no_training_session_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read_polar(data, "x.json")


def test_exercises_without_samples_are_left_out_and_said() -> None:
    (activity,) = read_polar(older(exercise(), {"startTime": clock(90), "sport": "RUNNING"}), "x.json")
    assert activity.notes == ("exercises without samples left out: 1",)


def test_a_file_cut_off_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_bytes(older(exercise())[:-300])
    with pytest.raises(ReadError, match="damaged or cut off") as refused:
        read_all(path)
    assert refused.value.where == "line 1"


WHOLES = (older(exercise(0, 5), laps=[]), newer())


@given(st.sampled_from(WHOLES).flatmap(damaged))
@settings(deadline=None, max_examples=200)
def test_random_damage_never_leaves_as_another_exception(data: bytes) -> None:
    read_or_refuse(read_polar, data)


def places(held: Json, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every value of a document, but for all but the first two of a list."""
    inner = (
        list(held.items()) if isinstance(held, dict) else list(enumerate(held[:2])) if isinstance(held, list) else []
    )
    return [way, *(place for key, value in inner for place in places(value, (*way, key)))]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(
        ["", "NaN", "PT1S", "PT1e9S", "PT", "2025-05-01T10:00:00", "0001-01-01T00:00:00", "9998-12-31", "\ud800"]
    ),
    st.integers(-(10**320), 10**320),
)
SHAPES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "dateTime", "id", "route", "samples", "laps", "type"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_a_document_of_any_other_shape_is_read_or_refused(data: st.DataObject) -> None:
    document = copy.deepcopy(json.loads(data.draw(st.sampled_from(WHOLES))))
    for _ in range(data.draw(st.integers(1, 3))):
        way = data.draw(st.sampled_from(places(document)[1:] or [("exercises",)]))
        held = document
        for key in way[:-1]:
            held = held[key]
        replacement = data.draw(st.one_of(st.just(...), SHAPES))
        if replacement is not ...:
            held[way[-1]] = replacement
        elif held:
            held.pop(way[-1])
    read_or_refuse(read_polar, json.dumps(document).encode())
