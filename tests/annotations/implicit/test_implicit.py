"""What the file itself says: names of laps, steps and tracks, waypoints, the title; and fields that are asked for."""

from dataclasses import replace

import numpy as np
import pytest

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import Label, parse_field, parse_mark
from retropace.core.activity import Activity, Split, Waypoint, WorkoutStep
from retropace.core.errors import AnnotationError
from retropace.core.parameters import LabelParameters, Settings
from retropace.readers.xml.gpx import read_gpx
from retropace.simulate import PlannedStretch, SimulatedPlace, backward, forward, simulate
from tests.support.strategies import activity_of, with_laps

T_S = np.arange(1201.0)
PLAIN = activity_of(T_S, distance_m=T_S * 2.5)
EXACT = Settings(label=LabelParameters(keep_edges=True))
SILENT = Settings(label=LabelParameters(keep_edges=True, use_file_names=False))


def annotations_of(activity: Activity) -> list[tuple[float, float, str, str]]:
    analysis = analyze(activity, settings=EXACT)
    return [(one.start_s, one.end_s, str(one.label), one.origin.kind) for one in analysis.annotations]


def has_finding(analysis: Analysis, words: str) -> bool:
    return any(words in finding.text for finding in analysis.findings)


LAPS = with_laps(PLAIN, [0.0, 300.0, 600.0, 900.0, 1200.0])


def test_a_lap_named_backward_is_backward() -> None:
    named = replace(
        LAPS,
        laps=tuple(
            replace(lap, name=name) for lap, name in zip(LAPS.laps, ("", "400 rückwärts", "Pause", "Lap"), strict=True)
        ),
    )
    assert annotations_of(named) == [(300.0, 600.0, "backward", "name"), (600.0, 900.0, "rest", "name")]
    assert analyze(named, settings=SILENT).annotations == ()
    assert has_finding(analyze(named), 'labelled by name: lap 2, named "400 rückwärts"; --ignore-names')


def test_laps_take_the_name_of_the_step_they_carried_out() -> None:
    steps = (WorkoutStep(0, "Run"), WorkoutStep(1, "", "Backward walk"))
    done = replace(
        LAPS, workout_steps=steps, laps=tuple(replace(lap, step_index=at % 2) for at, lap in enumerate(LAPS.laps))
    )
    assert annotations_of(done) == [(300.0, 600.0, "backward walk", "name"), (900.0, 1200.0, "backward walk", "name")]


def test_names_that_say_only_forward_or_rest_label_nothing() -> None:
    named = replace(
        LAPS,
        laps=tuple(replace(lap, name=name) for lap, name in zip(LAPS.laps, ("Forward", "Rest", "", ""), strict=True)),
    )
    assert annotations_of(named) == []


def test_a_track_of_several_is_what_it_is_called() -> None:
    splits = (Split(0.0, 500.0, "track", name="warm-up"), Split(500.0, 900.0, "track", name="Backward"))
    assert annotations_of(replace(PLAIN, splits=splits)) == [(500.0, 900.0, "backward", "name")]


def test_the_tracks_of_one_gpx_session_are_told_apart() -> None:
    def part(name: str, minutes: range) -> str:
        points = "".join(
            f'<trkpt lat="{48 + minute / 500:.5f}" lon="11"><time>2025-05-01T08:{minute:02d}:00Z</time></trkpt>'
            for minute in minutes
        )
        return f"<trk><name>{name}</name><trkseg>{points}</trkseg></trk>"

    text = f'<gpx version="1.1">{part("There", range(5))}{part("backward", range(5, 10))}</gpx>'
    (activity,) = read_gpx(text.encode(), "x.gpx")
    assert [(split.name, split.start_s, split.end_s) for split in activity.splits] == [
        ("There", 0.0, 240.0),
        ("backward", 300.0, 540.0),
    ]
    assert (300.0, 540.0, "backward", "name") in annotations_of(activity)


def test_a_waypoint_opens_a_stretch_and_another_closes_it() -> None:
    marks = (
        Waypoint(100.0, "Backward"),
        Waypoint(250.0, "nice view"),
        Waypoint(400.0, "forward"),
        Waypoint(700.0, "rückwärts"),
    )
    assert annotations_of(replace(PLAIN, waypoints=marks)) == [
        (100.0, 400.0, "backward", "waypoint"),
        (400.0, 700.0, "forward", "waypoint"),
        (700.0, 1200.0, "backward", "waypoint"),
    ]
    ended = replace(PLAIN, waypoints=(Waypoint(100.0, "Backward"), Waypoint(300.0, "End")))
    assert annotations_of(ended) == [(100.0, 300.0, "backward", "waypoint")]
    assert annotations_of(replace(PLAIN, waypoints=(Waypoint(100.0, "forward"), Waypoint(300.0, "rest")))) == []
    assert analyze(ended, settings=SILENT).annotations == ()


def test_a_waypoint_that_may_mean_the_way_only_suggests() -> None:
    analysis = analyze(replace(PLAIN, waypoints=(Waypoint(100.0, "Way back"),)))
    assert analysis.annotations == ()
    assert has_finding(analysis, 'waypoint "Way back" says "way back", which may mean the way')


def test_a_waypoint_without_a_time_lies_where_the_runner_first_passed() -> None:
    plan: list[PlannedStretch] = [forward(seconds=300), backward(seconds=200), forward(seconds=100)]
    made = simulate(plan, place=SimulatedPlace("path", 52.5, 13.3), seed=2).activity
    at = 300
    here = Waypoint(
        np.nan, "backward", lat_deg=float(made.samples.lat_deg[at]), lon_deg=float(made.samples.lon_deg[at])
    )
    (one,) = analyze(replace(made, waypoints=(here,)), settings=EXACT).annotations
    assert one.start_s == pytest.approx(300.0, abs=6.0)
    far = replace(here, lat_deg=0.0)
    lost = analyze(replace(made, waypoints=(far,)))
    assert lost.annotations == ()
    assert has_finding(lost, "neither within the time nor on the way")


@pytest.mark.parametrize(
    ("title", "labelled", "words"),
    [
        ("Backward", 1, "all of it labelled so"),
        ("Rückwärts gehen", 1, "all of it labelled so"),
        ("Backward run in the park", 0, 'says "backward", but not when'),
        ("Reverse loop", 0, "which may mean the way or the runner"),
        ("retro", 0, "which may mean the way or the runner"),
        ("Morning run", 0, ""),
    ],
)
def test_a_title_suggests_and_labels_only_if_it_is_nothing_else(title: str, labelled: int, words: str) -> None:
    analysis = analyze(replace(PLAIN, name=title))
    assert len(analysis.annotations) == labelled
    assert has_finding(analysis, "the title") == bool(words)
    assert has_finding(analysis, words)
    # Where more is said, the title is not asked.
    assert not has_finding(analyze(replace(PLAIN, name=title), [parse_mark("1:00-2:00=backward")]), "the title")


def field_activity(values: np.ndarray[tuple[int], np.dtype[np.float64]], texts: tuple[str, ...] = ()) -> Activity:
    samples = replace(
        PLAIN.samples, extra={"My_Direction": values}, categories={"My_Direction": texts} if texts else {}
    )
    return replace(PLAIN, samples=samples)


WORDS = field_activity(np.where((T_S >= 300.0) & (T_S < 500.0), 1.0, 0.0), ("forward", "backwards"))
NUMBERS = field_activity(np.where((T_S >= 300.0) & (T_S < 500.0), 7.0, 0.0))


def test_a_field_names_the_direction_in_words_or_numbers() -> None:
    for activity, text in ((WORDS, "my direction"), (NUMBERS, "My_Direction:7=backward,0=forward")):
        analysis = analyze(activity, [parse_field(text)], EXACT)
        assert [(one.start_s, one.end_s, one.label) for one in analysis.annotations] == [
            (0.0, 300.0, Label("forward")),
            (300.0, 500.0, Label("backward")),
            (500.0, 1200.0, Label("forward")),
        ]
        assert {one.origin.kind for one in analysis.annotations} == {"field"}
    assert analyze(WORDS).annotations == ()


def test_values_that_mean_nothing_are_passed_over_and_gaps_hold_nothing() -> None:
    sparse = np.full(len(T_S), np.nan)
    sparse[100:200], sparse[300], sparse[400:] = 1.0, 1.0, 2.0
    analysis = analyze(field_activity(sparse, ("", "backward", "banana")), [parse_field("my_direction")], EXACT)
    assert [(one.start_s, one.end_s) for one in analysis.annotations] == [(100.0, 209.0), (300.0, 310.0)]
    assert has_finding(analysis, "banana names no direction and was passed over")


@pytest.mark.parametrize(
    ("activity", "text", "words"),
    [
        (
            NUMBERS,
            "my_direction",
            r'holds 0, 7: say what its values mean, for example --field "My_Direction:0=backward"',
        ),
        (WORDS, "direction", "has no field .*: it has My_Direction"),
        (PLAIN, "direction", "it has none beside the usual ones"),
    ],
)
def test_a_field_that_does_not_help_is_told(activity: Activity, text: str, words: str) -> None:
    with pytest.raises(AnnotationError, match=words):
        analyze(activity, [parse_field(text)])


@pytest.mark.parametrize("text", ["", ":1=b", "x:1", "x:=b", "x:1=sideways"])
def test_a_field_option_that_makes_no_sense(text: str) -> None:
    with pytest.raises(AnnotationError):
        parse_field(text)


def test_words_in_gpx_points_are_a_field() -> None:
    points = "".join(
        f'<trkpt lat="{48 + second / 50_000:.6f}" lon="11">'
        f"<time>2025-05-01T08:{second // 60:02d}:{second % 60:02d}Z</time>"
        f"<extensions><direction>{'backward' if 100 <= second < 200 else 'forward'}</direction></extensions></trkpt>"
        for second in range(300)
    )
    (activity,) = read_gpx(f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>'.encode(), "x.gpx")
    analysis = analyze(activity, [parse_field("direction")], EXACT)
    assert [(one.start_s, one.end_s, one.label.direction) for one in analysis.annotations] == [
        (0.0, 100.0, "forward"),
        (100.0, 200.0, "backward"),
        (200.0, 299.0, "forward"),
    ]
