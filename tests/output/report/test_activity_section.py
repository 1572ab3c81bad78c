"""What a report says of one activity: figures that add up, and nothing of where its files lie."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import parse_mark
from retropace.config.privacy import PrivacyFilter, PrivacyZone
from retropace.core.activity import Activity
from retropace.core.errors import RetropaceError
from retropace.core.findings import warn
from retropace.core.segments import DIRECTIONS, BorderlineSegment
from retropace.core.units import MILES
from retropace.output.report.activity_section import ActivitySection, build_activity_section
from tests.support.activity_sections import analyze_sample, sample_section
from tests.support.strategies import activities

FEW: dict[str, Any] = {"max_rows": 400, "max_positions": 400}


@given(activities())
@settings(max_examples=40, deadline=None)
def test_the_parts_of_a_part_add_up(activity: Activity) -> None:
    try:
        analysis = analyze(activity)
    except RetropaceError:
        return
    part = build_activity_section(analysis, **FEW)
    track = analysis.cleaned
    assert part.elapsed_s == track.elapsed_s
    if track.distance_source == "none":
        assert part.distance_m == {}
    else:
        assert sum(part.distance_m.values()) == pytest.approx(float(track.curves["distance_m"][-1]), abs=1e-6)
    moving = sum(part.time_s[name] for name in DIRECTIONS if name != "rest")
    assert moving <= float(track.curves["moving_s"][-1]) + 1e-6
    assert part.time_s["rest"] <= track.elapsed_s
    assert len(part.segments_table.rows) == len(analysis.segments)


def test_the_figures_at_the_top() -> None:
    figures = {name: (value, below) for name, value, below in sample_section("quarter-mile.fit").headlines}
    assert figures["backward"] == ("1.20 km", "25 % of the way")
    assert figures["marked"] == ("0.80 km", "0.40 km of it suspected")
    assert figures["whole way"][0] == "4.88 km"
    assert figures["time"] == ("36:25", "30:28 of it moving")
    in_miles = {name: value for name, value, _ in sample_section("quarter-mile.fit", units=MILES).headlines}
    assert in_miles["whole way"] == "3.04 mi"


def test_all_of_it_marked() -> None:
    marked = analyze(analyze_sample("quarter-mile.fit").activity, [parse_mark("lap 5,9,13=backward")])
    assert ("marked", "1.20 km", "all of it marked") in build_activity_section(marked, **FEW).headlines


def test_a_file_goes_by_its_name_alone() -> None:
    part = sample_section("quarter-mile.fit")
    assert part.file == "quarter-mile.fit"
    assert part.title == "quarter-mile.fit"
    assert sample_section("track-6x400.gpx").title == "6 x 400 m backward"


def with_warnings(*warnings: str, path: str) -> ActivitySection:
    analysis = analyze_sample("treadmill-beginner.fit")
    activity = replace(analysis.activity, source=replace(analysis.activity.source, path=path))
    findings = tuple(warn("test", text) for text in warnings)
    return build_activity_section(replace(analysis, activity=activity, findings=findings), **FEW)


@pytest.mark.parametrize("folder", ["/home/anna/runs", "../Anna's runs", "/home/an\u202ena\t/runs"])
def test_warnings_name_files_without_their_folders(folder: str) -> None:
    part = with_warnings(
        f"{folder}/run.annotations.csv:3: edge moved by 4 s",
        f"2 marks of {folder}/run.annotations.csv overlap",
        "/home/bert/.config/retropace/zones.geojson: the way never went through a zone",
        "elsewhere/places.GeoJSON: the way never went through a zone",
        "speed by 4 s and cadence by 4 s moved back: watches show it late",
        "pace below 3.5 min/km for 12 s: taken as a glitch",
        path=f"{folder}/run.fit",
    )
    assert part.warnings == (
        "run.annotations.csv:3: edge moved by 4 s",
        "2 marks of run.annotations.csv overlap",
        "zones.geojson: the way never went through a zone",
        "places.GeoJSON: the way never went through a zone",
        "speed by 4 s and cadence by 4 s moved back: watches show it late",
        "pace below 3.5 min/km for 12 s: taken as a glitch",
    )


def test_words_of_others_cannot_turn_the_direction_of_text() -> None:
    analysis = analyze_sample("treadmill-beginner.fit")
    activity = replace(
        analysis.activity, name="gpj\u202eexe.\x1b[2J", source=replace(analysis.activity.source, path="a\u202eb.fit")
    )
    part = build_activity_section(replace(analysis, activity=activity), **FEW)
    assert part.title == "gpj exe. [2J"
    assert part.file == "a b.fit"
    assert all(letter.isprintable() for text in (*part.facts, *part.warnings) for letter in text)


def zone_in_the_middle(analysis: Analysis, radius_m: float) -> PrivacyZone:
    row = len(analysis.cleaned.t_s) // 2
    return PrivacyZone(float(analysis.cleaned.lat_deg[row]), float(analysis.cleaned.lon_deg[row]), radius_m)


def test_it_says_how_much_of_the_way_is_hidden_and_counts_it_all_the_same() -> None:
    analysis = analyze_sample("quarter-mile.fit")
    hiding = PrivacyFilter((zone_in_the_middle(analysis, 50.0),))
    whole, part = sample_section("quarter-mile.fit"), sample_section("quarter-mile.fit", hiding)
    count = int(np.sum(hiding.hidden_mask(analysis.cleaned) & np.isfinite(analysis.cleaned.lat_deg)))
    assert count > 10
    assert part.privacy_note == f"{count} positions are not shown; distances and times count them."
    assert whole.privacy_note == ""
    assert (part.headlines, part.totals_table, part.distance_m) == (
        whole.headlines,
        whole.totals_table,
        whole.distance_m,
    )
    assert (
        sample_section("treadmill-beginner.fit", PrivacyFilter(ends_m=100.0)).privacy_note == ""
    )  # it has no positions


def test_curves_and_way_are_as_thin_as_was_asked_for() -> None:
    long = len(sample_section("quarter-mile.fit", max_rows=2000, max_positions=2000).chart_data["way"]["x_m"])
    short = len(sample_section("quarter-mile.fit", max_rows=400, max_positions=200).chart_data["way"]["x_m"])
    assert short < long / 4


def test_charts_and_map_are_told_in_words() -> None:
    told = sample_section("quarter-mile.fit").alt_texts
    assert told["speed_mps"] == "Pace over the session: on average 5:46 /km forward and 7:41 /km backward."
    assert told["cadence_spm"] == "Cadence: on average 160 steps a minute forward and 174 steps a minute backward."
    assert told["map"] == "The way, north up, 3 of its 15 stretches backward."
    assert "9:18 /mi forward" in sample_section("quarter-mile.fit", units=MILES).alt_texts["speed_mps"]
    assert sample_section("long-backward.fit").alt_texts["heart_rate_bpm"].startswith("Heart rate: on average ")


def test_what_is_worth_a_look_can_be_marked_as_it_stands() -> None:
    analysis = replace(analyze_sample("treadmill-beginner.fit"), borderline=(BorderlineSegment(61.2, 130.0, 0.643),))
    ((span, chance),) = build_activity_section(analysis, **FEW).borderline_stretches
    assert (span, chance) == ("1:01-2:10", "64 %")
    parse_mark(f"{span}=backward")


def test_a_recording_in_the_present_folder_keeps_its_words() -> None:
    said = "run.annotations.csv:3: edge moved by 4 s"
    assert with_warnings(said, path="run.fit").warnings == (said,)
