import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.analysis.pipeline import analyze
from retropace.annotations import Annotation, Label, parse_mark
from retropace.annotations.inputs.sidecar import parse_sidecar
from retropace.annotations.model.label import NO_ATTRIBUTES, Attributes, split_attributes
from retropace.core.activity import Activity
from retropace.core.errors import AnnotationError, RetropaceError
from retropace.core.parameters import LabelParameters, Settings
from retropace.simulate import SimulatedPlace, forward, simulate, walk
from tests.support.strategies import activities, activity_of

EXACT = Settings(label=LabelParameters(keep_edges=True))


@pytest.mark.parametrize(
    ("text", "label", "attributes"),
    [
        ("backward distance=400m", "backward", Attributes(distance_m=400.0)),
        ("backward walk distance=0.4km", "backward walk", Attributes(distance_m=400.0)),
        ("distance=400 backward", "backward", Attributes(distance_m=400.0)),
        ("backward speed=7.2km/h", "backward", Attributes(speed_mps=2.0)),
        ("backward, speed = 5 mph", "backward", Attributes(speed_mps=2.2352)),
        ("backward speed=8:20/km", "backward", Attributes(speed_mps=2.0)),
        ("backward", "backward", NO_ATTRIBUTES),
    ],
)
def test_attributes_stand_behind_a_label(text: str, label: str, attributes: Attributes) -> None:
    rest, found = split_attributes(text)
    assert rest.strip(" ,") == label
    assert found.distance_m == pytest.approx(attributes.distance_m)
    assert found.speed_mps == pytest.approx(attributes.speed_mps)
    again = split_attributes(f"x {found}")[1]
    assert (again.distance_m, again.speed_mps) == pytest.approx((found.distance_m, found.speed_mps))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("backward distance=400m speed=2m/s", "not both"),
        ("backward distance=x", "is no distance"),
        ("backward distance=0m", "is no distance"),
        ("backward speed=fast", "is no speed"),
        ("backward pace=5", '"pace=" is not known'),
        ("backward distance=4m distance=5m", "stands there twice"),
    ],
)
def test_attributes_that_make_no_sense(text: str, words: str) -> None:
    with pytest.raises(AnnotationError, match=words):
        split_attributes(text)


def test_a_mark_and_a_sidecar_take_them() -> None:
    assert parse_mark("lap 3=backward distance=400m").attributes.distance_m == 400.0
    assert parse_mark('step "a=b"=backward').where == 'step "a=b"'
    (row,) = parse_sidecar("start,end,label,distance\n1:00,2:00,backward,400m\n", "x.csv")
    assert row.attributes.distance_m == 400.0
    with pytest.raises(AnnotationError, match=r"x\.csv:2: gives distance or speed twice"):
        parse_sidecar("start,end,label,speed\n1:00,2:00,backward distance=9m,2m/s\n", "x.csv")


def test_the_runner_knows_better_than_the_watch_and_the_parts_still_add_up() -> None:
    activity = simulate([walk("forward", 300)] * 3, place=SimulatedPlace("treadmill"), seed=1).activity
    given = [parse_mark("lap 2=backward walk distance=500m"), parse_mark("lap 3=forward walk speed=6km/h")]
    plain, corrected = analyze(activity), analyze(activity, given)
    directions = corrected.to_dict()["directions"]
    assert directions["backward"]["distance_m"] == pytest.approx(500.0)
    moving = corrected.cleaned.increments("moving_s", np.array([600.0, 899.0]))[0]
    first = float(plain.cleaned.value_at("distance_m", np.array([300.0]))[0])
    assert corrected.to_dict()["activity"]["distance_m"] == pytest.approx(first + 500.0 + moving / 0.6, abs=0.01)
    assert directions["backward"]["step_length_m"] == pytest.approx(500.0 / directions["backward"]["steps"], rel=0.02)
    assert any("500 m from 5:00 to 10:00 as given; the watch counted" in said for said in corrected.notes)
    assert corrected.to_dict()["annotations"][0]["distance_m"] == 500.0


def test_a_recording_without_distance_gets_one() -> None:
    t_s = np.arange(601.0)
    activity = activity_of(t_s, cadence_recorded=np.full(601, 56.0))
    result = analyze(activity, [Annotation(0.0, 300.0, Label("backward"), attributes=Attributes(speed_mps=1.0))], EXACT)
    assert result.cleaned.distance_source == "annotations"
    assert result.to_dict()["directions"]["backward"]["distance_m"] == pytest.approx(300.0)


def test_what_nobody_runs_is_refused() -> None:
    activity = simulate([forward(seconds=300)], seed=1).activity
    with pytest.raises(AnnotationError, match="faster than anybody runs"):
        analyze(activity, [parse_mark("1:00-2:00=backward distance=4km")])


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_corrected_parts_add_up_whatever_the_recording(data: st.DataObject) -> None:
    activity: Activity = data.draw(activities())
    whole = float(np.nanmax(activity.samples.t_s) - np.nanmin(activity.samples.t_s))
    start, end = sorted(data.draw(st.tuples(st.floats(0.0, whole), st.floats(0.0, whole))))
    metres = data.draw(st.floats(1.0, 2000.0))
    one = Annotation(start, end, Label("backward"), attributes=Attributes(distance_m=metres))
    try:
        document = analyze(activity, [one], EXACT).to_dict()
    except RetropaceError:
        return
    if not document["annotations"]:
        assert any("cannot have been backward" in warning for warning in document["warnings"])
        return
    parts = sum(direction["distance_m"] for direction in document["directions"].values())
    assert parts == pytest.approx(document["activity"]["distance_m"], abs=1e-6)
    assert sum(segment["distance_m"] for segment in document["segments"]) == pytest.approx(parts, abs=1e-6)
    inside = [segment for segment in document["segments"] if start <= segment["start_s"] and segment["end_s"] <= end]
    assert sum(segment["distance_m"] for segment in inside) == pytest.approx(metres, rel=1e-6)
