import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import Annotation, Label
from retropace.core.errors import RetropaceError
from retropace.labelling.athlete import Athlete, Example, TrainingSession, training_session
from retropace.labelling.athlete_file import athlete_path, format_athlete, read_athlete, write_athlete
from retropace.labelling.athlete_stats import compute_expectations, compute_means
from retropace.simulate import SimulatedAthlete as Body
from retropace.simulate import SimulatedPlace, Truth, backward, forward, simulate

PATH = SimulatedPlace("path", 52.5, 13.3)
BODY = Body(
    run_mps=3.1,
    backward_speed_ratio=0.78,
    backward_cadence_ratio=1.04,
    cadence_spm_per_mps=11.0,
    backward_extra_hr_bpm=5.0,
)
"""Hard to tell: backward nearly as fast as a slow jog, with hardly more steps and heartbeats."""


def annotate_backward(truth: Truth) -> list[Annotation]:
    spans = zip(truth.edges_s[:-1].tolist(), truth.edges_s[1:].tolist(), truth.direction, strict=True)
    return [Annotation(start, end, Label(direction)) for start, end, direction in spans]


def analyze_simulated(
    seed: int, athlete: Athlete | None = None, *, annotated: bool = False, day: int = 0
) -> tuple[Analysis, Truth]:
    reps = [backward(seconds=150), forward(seconds=120, effort=0.85)] * 4
    plan = [forward(seconds=500), *reps, forward(seconds=200)]
    start = datetime(2025, 5, 4, 8, tzinfo=UTC) + timedelta(days=day)
    made = simulate(plan, athlete=BODY, place=PATH, seed=seed, start_time=start)
    source = replace(made.activity.source, sha256=f"{seed:064d}")
    activity = replace(made.activity, source=source, laps=())
    return analyze(activity, annotate_backward(made.truth) if annotated else [], athlete=athlete), made.truth


def known_athlete(count: int = 3) -> Athlete:
    athlete = Athlete("anna")
    for seed in range(count):
        done, _ = analyze_simulated(seed, annotated=True, day=7 * seed)
        athlete = athlete.with_session(training_session(done.activity, done.cleaned, done.segments))
    return athlete


def test_who_is_known_needs_no_marks() -> None:
    """What is forward by default for a stranger is found for a known runner."""
    stranger, truth = analyze_simulated(9)
    friend, _ = analyze_simulated(9, known_athlete())
    share = [float(one.summary.directions.distance_m[1]) / truth.distance_m["backward"] for one in (stranger, friend)]
    assert share[1] == pytest.approx(1.0, abs=0.05)
    assert share[0] < 0.5
    assert friend.to_dict()["athlete"] == {"name": "anna", "sessions": 3}
    assert stranger.to_dict()["athlete"] is None


def test_only_what_is_annotated_is_learned() -> None:
    friend, _ = analyze_simulated(9, known_athlete())
    assert "suspected" in friend.segments.basis
    assert training_session(friend.activity, friend.cleaned, friend.segments).examples == ()
    done, truth = analyze_simulated(1, annotated=True)
    examples = training_session(done.activity, done.cleaned, done.segments).examples
    assert {example.direction for example in examples} == {"forward", "backward"}
    for example in examples:
        assert example.step_length_m == pytest.approx(60.0 * example.speed_mps / example.cadence_spm)
    back = [example.speed_mps for example in examples if example.direction == "backward"]
    assert np.mean(back) == pytest.approx(3.1 * 0.78, rel=0.04)
    assert len(back) == truth.direction.count("backward")


def test_a_session_is_no_witness_for_itself() -> None:
    done, _ = analyze_simulated(1, annotated=True)
    alone = Athlete("anna").with_session(training_session(done.activity, done.cleaned, done.segments))
    assert alone.build_runner_model(done.activity) is None
    other, _ = analyze_simulated(2)
    assert alone.build_runner_model(other.activity) is not None
    assert len(alone.with_session(alone.sessions[0]).sessions) == 1


def test_old_sessions_weigh_less() -> None:
    done, _ = analyze_simulated(1, annotated=True)
    one = training_session(done.activity, done.cleaned, done.segments)
    start = one.start_time
    assert start is not None
    soon, late = (
        replace(
            done.activity, start_time=start + timedelta(days=days), source=replace(done.activity.source, sha256="x")
        )
        for days in (1, 720)
    )
    athlete = Athlete("anna").with_session(one)
    spreads = []
    for activity in (soon, late):
        runner = athlete.build_runner_model(activity)
        assert runner is not None
        spreads.append(float(runner.gait_models["run"].pace.cov[4, 4]))
    assert spreads[1] > 1.5 * spreads[0]


def test_figures_of_what_is_known() -> None:
    athlete = known_athlete()
    told = {(one.direction, one.gait): one for one in compute_means(athlete)}
    assert told["backward", "run"].speed_mps == pytest.approx(3.1 * 0.78, rel=0.03)
    assert told["backward", "run"].stretch_count == 12
    said = {fact.name.strip(): fact for fact in compute_expectations(athlete)}
    assert said["backward speed, of forward"].value == pytest.approx(78.0, abs=6.0)
    assert said["backward cadence at equal speed, more"].value == pytest.approx(4.0, abs=2.5)
    assert compute_expectations(Athlete("nobody")) == []


numbers = st.floats(0.5, 300.0)
examples = st.builds(
    Example,
    st.sampled_from(["forward", "backward"]),
    st.sampled_from(["run", "walk"]),
    start_s=st.floats(0.0, 1e5),
    duration_s=numbers,
    speed_mps=st.floats(0.3, 6.0),
    cadence_spm=st.one_of(st.just(float("nan")), numbers),
    steady_state_hr_bpm=st.one_of(st.just(float("nan")), numbers),
    steady_state_hr_sd_bpm=numbers,
    grade=st.floats(-0.25, 0.25),
)
sessions = st.builds(
    TrainingSession,
    st.text(max_size=20),
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.integers(0, 3),
    st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
    st.lists(examples, min_size=1, max_size=4).map(tuple),
)


@given(st.lists(sessions, max_size=4))
@settings(max_examples=50, deadline=None)
def test_the_file_holds_what_is_known(tmp_path_factory: pytest.TempPathFactory, learned: list[TrainingSession]) -> None:
    path = tmp_path_factory.mktemp("athletes") / "anna.json"
    athlete = Athlete("anna", tuple(learned))
    write_athlete(path, athlete, None)
    back, data = read_athlete(path)
    assert data == path.read_bytes()
    assert format_athlete(back) == format_athlete(athlete)
    assert [len(one.examples) for one in back.sessions] == [len(one.examples) for one in learned]
    assert json.loads(format_athlete(back))["schema"] == "retropace.athlete/1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no athlete"),
        ("[]", "is no athlete"),
        ('{"name": "anna"}', "is no athlete"),
        ('{"schema": "retropace.athlete/2"}', "this retropace knows"),
        ('{"schema": "retropace.athlete/1", "name": "anna"}', "was damaged"),
        ('{"schema": "retropace.athlete/1", "name": "anna", "sessions": [{}]}', "was damaged"),
        ("[" * 100_000, "is no athlete"),
    ],
)
def test_a_bad_file_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "anna.json"
    path.write_text(text)
    with pytest.raises(RetropaceError, match=said):
        read_athlete(path)


def test_names_and_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RETROPACE_DATA", str(tmp_path))
    assert athlete_path("Änne Müller") == tmp_path / "athletes" / "Änne Müller.json"
    assert athlete_path("team/anna.json") == Path("team/anna.json")
    assert athlete_path("anna.json") == Path("anna.json")
    for bad in ("", "..", ".hidden", "a\nb", "x" * 200):
        with pytest.raises(RetropaceError, match="is no name"):
            athlete_path(bad)


def test_a_known_runner_may_run_nothing_but_backward() -> None:
    """Where a stranger's session is taken as forward, because people warm up forward."""
    body = replace(BODY, backward_cadence_ratio=1.08, backward_extra_hr_bpm=18.0)
    plan = [forward(seconds=500), *[backward(seconds=150), forward(seconds=120)] * 4, forward(seconds=200)]
    athlete = Athlete("racer")
    for seed in range(4):
        made = simulate(plan, athlete=body, place=PATH, seed=seed)
        done = analyze(replace(made.activity, laps=()), annotate_backward(made.truth))
        learned = training_session(done.activity, done.cleaned, done.segments)
        athlete = athlete.with_session(replace(learned, sha256=f"{seed}"))
    whole = simulate([backward(seconds=2400)], athlete=body, place=PATH, seed=9).activity
    assert set(analyze(whole).segments.direction) == {"forward"}
    assert set(analyze(whole, athlete=athlete).segments.direction) == {"backward"}
    easy = simulate([forward(seconds=2400, effort=0.8)], athlete=body, place=PATH, seed=9).activity
    assert set(analyze(easy, athlete=athlete).segments.direction) == {"forward"}
