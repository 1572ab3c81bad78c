"""FIT, read back by fitdecode, by Garmin's own decoder and by ourselves."""

import struct
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from retropace.analysis.pipeline import Analysis, analyze
from retropace.core.activity import Samples
from retropace.core.errors import RetropaceError
from retropace.output.export.to_fit import encode_fit
from retropace.readers import read_all
from retropace.readers.detect import load
from tests.support.export_files import assert_same_metres, fit_messages, fit_metres, garmin_messages
from tests.support.fit_bytes import FLOAT32, RECORD, UINT32, opened, run, session
from tests.support.multisport import two_sports
from tests.support.strategies import activity_of

COLUMNS = [one.name for one in fields(Samples) if one.name not in ("extra", "texts")]


def read_source(analysis: Analysis) -> bytes | None:
    source = analysis.activity.source
    return load(source.path).data if source.format == "fit" else None


def is_intact(data: bytes) -> bool:
    """Whether fitdecode has nothing against a file."""
    try:
        fit_messages(data)
    except Exception:
        return False
    return True


def assert_same_records(one: Samples, two: Samples) -> None:
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)
    assert one.extra.keys() == two.extra.keys()
    for name in one.extra:
        np.testing.assert_array_equal(one.extra[name], two.extra[name], err_msg=name)
    assert one.categories == two.categories


def test_laps_are_the_segments_and_records_stay(several_analyses: list[Analysis]) -> None:
    kept = made = 0
    for analysis in several_analyses:
        source = read_source(analysis)
        if analysis.cleaned.start_time is None:
            with pytest.raises(RetropaceError, match="FIT cannot be without"):
                encode_fit(analysis, source=source)
            continue
        export = encode_fit(analysis, source=source)
        messages = fit_messages(export.data)
        # Each lap is rounded to a centimetre at both ends.
        assert_same_metres(fit_metres(messages), analysis, rounded_m=0.01 * len(analysis.segments))
        assert len(messages["lap"]) == len(analysis.segments)
        whole = messages["session"][0].get_value("total_distance", fallback=0.0)
        assert whole == pytest.approx(float(analysis.summary.total.distance_m[0]), abs=0.006)
        garmin = garmin_messages(export.data)
        assert len(garmin["lap_mesgs"]) == len(analysis.segments)
        (back,) = read_all(analysis.activity.source.path, data=export.data)
        assert not [warning for warning in back.warnings if "checksum" in warning or "damaged" in warning]
        if source is not None and not export.omission_note:
            assert_same_records(analysis.activity.samples, back.samples)
            kept += 1
        else:
            made += 1
    assert min(kept, made) >= len(several_analyses) // 4


def test_laps_say_what_they_are(sample_analyses: dict[str, Analysis]) -> None:
    analysis = sample_analyses["quarter-mile.fit"]
    segments, figures = analysis.segments, analysis.summary.segments
    garmin = garmin_messages(encode_fit(analysis, source=read_source(analysis)).data)
    laps = garmin["lap_mesgs"]
    names = {one["field_definition_number"]: one["field_name"] for one in garmin["field_description_mesgs"]}
    told = [{names[key]: value for key, value in lap["developer_fields"].items()} for lap in laps]
    for name in ("direction", "basis"):
        assert [one[name] for one in told] == getattr(segments, name).tolist()
    assert [one["confidence"] for one in told] == pytest.approx(segments.confidence.tolist(), abs=1e-6)
    assert [lap["message_index"] for lap in laps] == list(range(len(segments)))
    assert [lap["intensity"] for lap in laps] == ["rest" if one == "rest" else "active" for one in segments.direction]
    assert [lap["lap_trigger"] for lap in laps] == [*["manual"] * (len(laps) - 1), "session_end"]
    assert [lap["total_elapsed_time"] for lap in laps] == pytest.approx(figures.elapsed_s.tolist(), abs=1e-3)
    assert [lap["total_moving_time"] for lap in laps] == pytest.approx(figures.moving_s.tolist(), abs=1e-3)
    for lap, speed, spm, pulse in zip(
        laps, figures.speed_mps, figures.cadence_spm, figures.heart_rate_bpm, strict=True
    ):
        assert lap.get("enhanced_avg_speed", np.nan) == pytest.approx(speed, abs=1e-3, nan_ok=True)
        if np.isfinite(spm):
            assert 2.0 * (lap["avg_cadence"] + lap["avg_fractional_cadence"]) == pytest.approx(spm, abs=0.02)
        assert lap["avg_heart_rate"] == round(pulse)
    start = analysis.cleaned.start_time
    assert start is not None
    starts = [(lap["start_time"] - start).total_seconds() for lap in laps]
    ends = [(lap["timestamp"] - start).total_seconds() for lap in laps]
    assert starts == pytest.approx(segments.start_s.tolist(), abs=0.5)
    assert starts[1:] == ends[:-1]
    (whole,) = garmin["session_mesgs"]
    assert (whole["num_laps"], whole["first_lap_index"], whole["sport"]) == (len(laps), 0, "running")
    assert sum(lap["total_distance"] for lap in laps) == pytest.approx(whole["total_distance"], abs=1e-6)
    assert sum(lap["total_elapsed_time"] for lap in laps) == pytest.approx(whole["total_elapsed_time"], abs=1e-6)
    assert sum(lap["total_timer_time"] for lap in laps) == pytest.approx(whole["total_timer_time"], abs=1e-6)
    assert len(garmin["activity_mesgs"]) == 1


def test_every_message_of_a_source_stays_but_laps_and_totals(corpus: Path) -> None:
    path = corpus / "fit" / "jimmykane__fit-parser__running-with-developer-data.fit"
    (activity,) = read_all(path)
    data = load(str(path)).data
    before, after = fit_messages(data), fit_messages(encode_fit(analyze(activity), source=data).data)
    anew = {"lap", "session", "activity", "time_in_zone"}
    assert sum(map(len, before.values())) > 1000
    for name in before.keys() - anew - {"field_description", "developer_data_id"}:
        same = [[(field.name, field.raw_value) for field in message.fields] for message in before[name]]
        assert same == [[(field.name, field.raw_value) for field in message.fields] for message in after[name]], name
    described = [
        (one.get_value("developer_data_index"), one.get_value("field_name")) for one in before["field_description"]
    ]
    assert described
    added = [(one.get_value("developer_data_index"), one.get_value("field_name")) for one in after["field_description"]]
    assert added[: len(described)] == described
    assert {index for index, _ in added[len(described) :]}.isdisjoint({index for index, _ in described})
    assert after["activity"][0].get_value("local_timestamp") == before["activity"][0].get_value("local_timestamp")
    assert after["session"][0].get_value("total_calories") == before["session"][0].get_value("total_calories")


def test_of_several_sessions_one_is_left(tmp_path: Path) -> None:
    path = tmp_path / "tri.fit"
    path.write_bytes(two_sports())
    for activity, seconds in zip(read_all(path), (30, 20), strict=True):
        export = encode_fit(analyze(activity), source=path.read_bytes())
        assert export.omission_note == ""
        (back,) = read_all("back.fit", data=export.data)
        assert len(back.samples) == seconds
        assert (back.sport, back.start_time) == (activity.sport, activity.start_time)
        assert_same_records(activity.samples, back.samples)


def test_developer_fields_and_big_endian_records_stay() -> None:
    made = opened(big_endian=True)
    made.describe(3, FLOAT32, "Form Power", "W", index=5)
    made.define(1, RECORD, [(253, UINT32), (5, UINT32)], [(3, 4, 5)])
    for second in range(100):
        made.data(1, 1_000_000_000 + second, second * 300, struct.pack(">f", 60.0 + second))
    session(made, 0, 99, distance_cm=29_700)
    (activity,) = read_all("made.fit", data=made.to_bytes())
    export = encode_fit(analyze(activity), source=made.to_bytes())
    (back,) = read_all("back.fit", data=export.data)
    assert back.samples.extra["Form Power"][7] == 67.0
    assert_same_records(activity.samples, back.samples)
    assert {lap.get_value("direction") for lap in fit_messages(export.data)["lap"]} == {"forward"}


def test_what_cannot_go_over_as_it_is_is_made_from_columns_and_that_is_said() -> None:
    whole = run(100).to_bytes()
    for data, why in (
        (whole + run(5, start=999_000_000, end_session=False).to_bytes(), "several"),
        (whole[:-30], "damaged"),
    ):
        activity = read_all("made.fit", data=data)[-1]
        export = encode_fit(analyze(activity), source=data)
        assert why in export.omission_note
        (back,) = read_all("back.fit", data=export.data)
        assert back.start_time == activity.start_time
        np.testing.assert_array_equal(back.samples.distance_m, activity.samples.distance_m)
        np.testing.assert_array_equal(back.samples.cadence_recorded, activity.samples.cadence_recorded)


def test_a_clock_that_leaps_is_mended() -> None:
    made = opened()
    made.define(1, RECORD, [(253, UINT32), (5, UINT32)])
    for second in range(200):
        leap_s = 0 if second < 100 else 5 * 86_400
        made.data(1, 1_000_000_000 + second + leap_s, second * 300)
    session(made, 0, 199 + 5 * 86_400, distance_cm=59_700)
    (activity,) = read_all("made.fit", data=made.to_bytes())
    analysis = analyze(activity)
    export = encode_fit(analysis, source=made.to_bytes())
    assert "its clock leaps" in export.omission_note
    (back,) = read_all("back.fit", data=export.data)
    np.testing.assert_array_equal(back.samples.t_s, np.arange(200.0))
    assert_same_metres(fit_metres(fit_messages(export.data)), analysis, rounded_m=0.01 * len(analysis.segments))


def test_columns_pauses_and_odd_values_survive() -> None:
    t_s = np.concatenate((np.arange(0.0, 300.0), np.arange(360.0, 700.0)))
    moved = np.cumsum(np.where(np.diff(t_s, prepend=0.0) > 1.0, 0.0, 2.5))
    heart = np.full(len(t_s), 140.0)
    heart[5], heart[6] = np.nan, 400.0
    activity = activity_of(
        t_s,
        [(299.0, 360.0)],
        distance_m=moved,
        speed_mps=np.full(len(t_s), 2.5),
        altitude_m=np.full(len(t_s), -31.4),
        cadence_recorded=np.full(len(t_s), 82.5),
        heart_rate_bpm=heart,
        lat_deg=np.full(len(t_s), -33.5),
        lon_deg=np.full(len(t_s), -179.999),
    )
    (back,) = read_all("back.fit", data=encode_fit(analyze(activity)).data)
    assert len(back.samples) == len(t_s)
    np.testing.assert_allclose(back.samples.lat_deg, -33.5, atol=1e-7)
    np.testing.assert_allclose(back.samples.lon_deg, -179.999, atol=1e-7)
    np.testing.assert_allclose(back.samples.altitude_m, -31.4, atol=1e-9)
    np.testing.assert_allclose(back.samples.cadence_recorded, 82.5)
    np.testing.assert_allclose(back.samples.distance_m, moved, atol=0.006)
    assert np.isnan(back.samples.heart_rate_bpm[5:7]).all()
    assert back.pauses.tolist() == [[299.0, 360.0]]
    assert back.device_totals.timer_s == pytest.approx(699.0 - 61.0)


def test_steps_of_both_feet_are_written_as_turns_of_one() -> None:
    t_s = np.arange(0.0, 400.0)
    activity = activity_of(t_s, distance_m=2.8 * t_s, cadence_recorded=np.full(len(t_s), 168.0))
    (back,) = read_all("back.fit", data=encode_fit(analyze(activity)).data)
    np.testing.assert_allclose(back.samples.cadence_recorded, 84.0)


def test_a_date_that_fit_cannot_hold_is_refused(sample_analyses: dict[str, Analysis]) -> None:
    analysis = sample_analyses["track-6x400.gpx"]
    for start in (datetime(1970, 1, 1, tzinfo=UTC), datetime(1990, 1, 1, tzinfo=UTC)):
        early = replace(analysis, cleaned=replace(analysis.cleaned, start_time=start))
        with pytest.raises(RetropaceError, match="which FIT cannot say"):
            encode_fit(early)
