import io
import json
import runpy
import sys
from pathlib import Path

import fitdecode
import garmin_fit_sdk
import numpy as np
import pytest

from retropace.annotations import parse_sentence
from retropace.core.geodesy import compute_distances_m
from retropace.core.spans import contains
from retropace.core.world_records import max_backward_speed_mps
from retropace.readers.fit.reader import read_fit
from retropace.readers.xml.gpx import read_gpx
from retropace.simulate import (
    PlannedStretch,
    SimulatedAthlete,
    SimulatedPlace,
    SimulatedSession,
    Watch,
    backward,
    forward,
    rest,
    simulate,
    walk,
)
from retropace.simulate.kinds import BACKWARD_KINDS, FORWARD_KINDS, draw
from retropace.simulate.samples import sample_files
from retropace.simulate.write_recording import fit_bytes, gpx_text

PLAN: list[PlannedStretch] = [
    forward(seconds=200),
    backward(metres=300),
    rest(60, paused=True),
    walk("forward", 100),
    walk("backward", 100),
    rest(30),
    forward(seconds=100),
]


def session(seed: int = 1, **changes: object) -> SimulatedSession:
    return simulate(PLAN, seed=seed, **changes)  # type: ignore[arg-type]  # keywords of simulate() by name


def test_the_truth_covers_the_session_and_its_distances_add_up() -> None:
    made = session()
    edges = made.truth.edges_s
    assert edges[0] == 0.0
    assert np.all(np.diff(edges) > 0.0)
    assert edges[-1] == made.activity.samples.t_s[-1]
    assert sum(made.truth.distance_m.values()) == pytest.approx(made.activity.device_totals.distance_m, rel=0.02)
    assert made.truth.distance_m["backward"] > 300.0


def test_the_same_seed_is_the_same_session_and_another_is_not() -> None:
    one, same, other = session(1), session(1), session(2)
    np.testing.assert_array_equal(one.activity.samples.lat_deg, same.activity.samples.lat_deg)
    assert not np.array_equal(one.activity.samples.lat_deg, other.activity.samples.lat_deg)


def test_backward_at_equal_speed_has_8_percent_more_and_shorter_steps() -> None:
    athlete = SimulatedAthlete()
    speed = np.array([1.8, 2.4])
    ratio = athlete.step_rate_spm("backward", "run", speed) / athlete.step_rate_spm("forward", "run", speed)
    np.testing.assert_allclose(ratio, 1.08)
    length = 60.0 * speed / athlete.step_rate_spm("backward", "run", speed)
    assert np.all(length < 60.0 * speed / athlete.step_rate_spm("forward", "run", speed))


def test_nobody_is_faster_backward_than_the_world() -> None:
    made = simulate([backward(metres=400, effort=1.5)], athlete=SimulatedAthlete(run_mps=4.5, backward_speed_ratio=0.8))
    assert made.truth.edges_s[-1] >= 69.6  # the 400 m world best


def test_a_stopped_watch_writes_nothing() -> None:
    made = session()
    (pause,) = made.activity.pauses.tolist()
    inside = contains(np.array([[pause[0] + 1.0, pause[1]]]), made.activity.samples.t_s)
    assert not np.any(inside)
    assert pause[1] - pause[0] == 60.0


def test_smart_recording_leaves_one_to_ten_seconds() -> None:
    gaps = np.diff(session(watch=Watch(smart_recording=True)).activity.samples.t_s)
    assert np.sum(gaps > 10.0) == 1  # the pause
    assert np.median(gaps) > 2.0


def test_laps_of_the_track_are_400_metres_and_positions_err_by_metres() -> None:
    place = SimulatedPlace("track", 52.5, 13.3)
    lat, lon = place.degrees(*place.positions(np.arange(0.0, 401.0)))
    assert float(np.sum(compute_distances_m(lat, lon))) == pytest.approx(400.0, abs=0.5)
    assert float(compute_distances_m(lat[[0, -1]], lon[[0, -1]])[0]) < 0.6
    made = simulate([forward(seconds=600)], place=place, seed=3)
    true = place.degrees(*place.positions(made.activity.samples.distance_m))
    off = compute_distances_m(
        np.column_stack((made.activity.samples.lat_deg, true[0])).ravel(),
        np.column_stack((made.activity.samples.lon_deg, true[1])).ravel(),
    )[::2]
    assert 0.5 < float(np.median(off)) < 25.0


def test_fit_reads_back_as_written_by_three_readers() -> None:
    made = session()
    data = fit_bytes(made.activity)
    with fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE) as frames:
        assert sum(isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record" for frame in frames) == len(
            made.activity.samples
        )
    messages, errors = garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_byte_array(bytearray(data))).read()
    assert errors == []
    assert len(messages["record_mesgs"]) == len(made.activity.samples)
    (back,) = read_fit(data, "x.fit")
    assert back.warnings == ()
    for name, step in (("t_s", 0.0), ("distance_m", 0.0051), ("speed_mps", 0.00051), ("lat_deg", 1e-7)):
        np.testing.assert_allclose(getattr(back.samples, name), getattr(made.activity.samples, name), rtol=0, atol=step)
    np.testing.assert_allclose(back.samples.cadence_recorded, made.activity.samples.cadence_recorded, atol=1 / 128)
    assert back.pauses.tolist() == made.activity.pauses.tolist()
    assert [(lap.start_s, lap.end_s, lap.trigger) for lap in back.laps] == [
        (lap.start_s, lap.end_s, lap.trigger) for lap in made.activity.laps
    ]
    assert back.start_time == made.activity.start_time


def test_gpx_reads_back_as_written() -> None:
    made = session()
    (back,) = read_gpx(gpx_text(made.activity).encode(), "x.gpx")
    np.testing.assert_array_equal(back.samples.t_s, made.activity.samples.t_s)
    np.testing.assert_allclose(back.samples.lat_deg, made.activity.samples.lat_deg, atol=6e-8)
    np.testing.assert_array_equal(back.samples.heart_rate_bpm, made.activity.samples.heart_rate_bpm)
    assert len(back.pauses) == 1


@pytest.mark.slow
def test_the_samples_in_the_project_are_what_the_script_makes(samples: Path) -> None:
    made = dict(sample_files())
    on_disk = {path.name: path.read_bytes() for path in samples.iterdir() if path.name != "README.md"}
    assert made.keys() == on_disk.keys()
    for name, data in made.items():
        if name.endswith(".fit"):  # the last digits of a sine may differ between machines: compare what is read
            (one,), (other,) = read_fit(data, name), read_fit(on_disk[name], name)
            for column in ("t_s", "distance_m", "lat_deg", "cadence_recorded", "heart_rate_bpm"):
                np.testing.assert_allclose(getattr(one.samples, column), getattr(other.samples, column), atol=0.02)
        elif name.endswith(".json"):
            assert json.loads(data)["spans"] == json.loads(on_disk[name])["spans"]
        else:
            assert len(data) == pytest.approx(len(on_disk[name]), rel=0.001)


@pytest.mark.parametrize("kind", [*BACKWARD_KINDS, *FORWARD_KINDS])
@pytest.mark.parametrize("seed", [11, 12])
def test_every_kind_is_carried_out_and_recorded(kind: str, seed: int) -> None:
    made, again = draw(kind, seed), draw(kind, seed)
    truth, samples = made.session.truth, made.session.activity.samples
    np.testing.assert_array_equal(samples.distance_m, again.session.activity.samples.distance_m)
    assert truth.edges_s[-1] >= samples.t_s[-1]
    assert np.all(np.diff(truth.edges_s) > 0.0)
    assert (truth.distance_m["backward"] > 0.0) == (kind in BACKWARD_KINDS)
    assert parse_sentence(made.sentence).items
    for direction, length in zip(truth.direction, np.diff(truth.edges_s), strict=True):
        assert direction != "rest" or length >= 5.0


def test_the_same_body_does_another_plan() -> None:
    one = draw("reps", 4)
    other = draw("mixed", 4, one.athlete)
    assert other.athlete == one.athlete


def test_what_a_watch_loses() -> None:
    lost = Watch(
        dropout_spans=np.array([[50.0, 70.0]]),
        arms_still_spans=np.array([[100.0, 130.0]]),
        strap_off_spans=np.array([[140.0, 150.0]]),
    )
    samples = session(watch=lost).activity.samples
    assert not np.any((samples.t_s >= 50.0) & (samples.t_s < 70.0))
    assert np.all(samples.cadence_recorded[(samples.t_s >= 100.0) & (samples.t_s < 130.0)] == 0.0)
    assert np.all(np.isnan(samples.heart_rate_bpm[(samples.t_s >= 140.0) & (samples.t_s < 150.0)]))
    assert np.all(session(watch=Watch(cadence_resolution_spm=2)).activity.samples.cadence_recorded % 1.0 == 0.0)


def test_autolaps_are_a_kilometre_since_the_last_lap() -> None:
    plan = [forward(seconds=900), backward(metres=500), forward(seconds=900)]
    laps = simulate(plan, watch=Watch(autolap_m=1000.0), seed=2).activity.laps
    assert [lap.trigger for lap in laps].count("manual") == 2
    assert laps[-1].trigger == "session_end"
    for lap in laps:
        if lap.trigger == "distance":
            assert lap.distance_m == pytest.approx(1000.0, abs=6.0)
    (back,) = read_fit(fit_bytes(simulate(plan, watch=Watch(autolap_m=1000.0), seed=2).activity), "x.fit")
    assert [lap.trigger for lap in back.laps] == [lap.trigger for lap in laps]


def test_hills_slow_and_tire_the_body_and_show_in_the_altitude() -> None:
    hilly = SimulatedPlace("path", 52.5, 13.3, hill_height_m=30.0, hill_spacing_m=600.0)
    made = simulate([forward(seconds=1200)], place=hilly, seed=3).activity.samples
    rise = np.gradient(made.altitude_m, made.distance_m)
    up, down = rise > 0.03, rise < -0.03
    assert np.mean(made.speed_mps[up]) < 0.85 * np.mean(made.speed_mps[down])
    assert np.ptp(made.altitude_m) == pytest.approx(30.0, abs=1.0)
    flat = simulate([forward(seconds=1200)], place=SimulatedPlace("path", 52.5, 13.3), seed=3).activity.samples
    assert np.ptp(flat.altitude_m) == 0.0


def test_some_turn_in_mid_stride_and_others_slow_down() -> None:
    slowest = []
    for dip in (True, False):
        athlete = SimulatedAthlete(slows_to_turn=dip)
        made = simulate(
            [forward(seconds=120), backward(seconds=120)], athlete=athlete, watch=Watch(speed_time_constant_s=0.1)
        )
        slowest.append(float(np.min(made.activity.samples.speed_mps[115:140])))
    assert slowest[0] < 1.7 < slowest[1]


def test_nobody_draws_a_world_best() -> None:
    quick = SimulatedAthlete(run_mps=7.0, backward_speed_ratio=0.8)
    for plan in ([backward(metres=100)], [backward(seconds=400)], [backward(metres=3000, effort=1.3)]):
        made = simulate(plan, athlete=quick, watch=Watch(speed_time_constant_s=0.1))
        took_s = float(made.truth.edges_s[-1])
        assert made.truth.distance_m["backward"] / took_s <= float(max_backward_speed_mps(np.array(took_s)))


def test_sessions_of_any_kind_are_written_with_their_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*words: str) -> int | str | None:
        monkeypatch.setattr(sys, "argv", ["retropace.simulate", str(tmp_path), *words])
        with pytest.raises(SystemExit) as end:
            runpy.run_module("retropace.simulate", run_name="__main__")
        return end.value.code

    assert run("--kind", "quarter mile", "--seed", "3", "--plain") == 0
    stem = tmp_path / "quarter-mile-3"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"quarter-mile-3.{end}" for end in ("fit", "gpx", "truth.json", "txt")
    ]
    truth = json.loads(stem.with_suffix(".truth.json").read_text())
    (activity,) = read_fit(stem.with_suffix(".fit").read_bytes(), "x.fit")
    assert truth["spans"][-1]["end_s"] == activity.samples.t_s[-1]
    assert "400m backward" in stem.with_suffix(".txt").read_text()
    assert run("--kind", "sprint") == 2
