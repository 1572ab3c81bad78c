import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.annotations import Label, parse_mark, read_zones
from retropace.annotations.inputs.geojson import active_spans, parse_active_hours, parse_zones
from retropace.annotations.resolve.zones import find_zone_annotations
from retropace.cleaning.clean import clean_activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.findings import note, warn
from retropace.core.parameters import CleanParameters
from retropace.core.spans import FloatArray
from tests.support.strategies import activity_of

LAT, LON = 48.0, 11.0
NORTH_M, EAST_M = 111_194.0, 74_500.0  # metres of a degree there, about
T_S = np.arange(601.0)


def degrees(east: FloatArray | float, north: FloatArray | float) -> tuple[Any, Any]:
    return LAT + np.asarray(north) / NORTH_M, LON + np.asarray(east) / EAST_M


def track(east: FloatArray, noise_m: float = 0.0, seed: int = 1, every: int = 1) -> CleanedActivity:
    """Somebody running east along a line, two and a half metres a second."""
    rng = np.random.default_rng(seed)
    wander = np.cumsum(rng.normal(0.0, noise_m / 4.0, (2, len(east))), axis=1) if noise_m else np.zeros((2, len(east)))
    wander -= wander.mean(axis=1, keepdims=True)
    wander *= noise_m / max(float(wander.std()), 1e-9) if noise_m else 1.0
    lat, lon = degrees(east + wander[0], wander[1])
    keep = slice(None, None, every)
    activity = activity_of(T_S[keep], lat_deg=lat[keep], lon_deg=lon[keep], distance_m=T_S[keep] * 2.5)
    return clean_activity(activity, CleanParameters(lag_s=0.0, relative_lag_s=0.0))


def box(west: float, east: float, label: str = "backward", half_m: float = 40.0, **more: Any) -> dict[str, Any]:
    corners = [(west, -half_m), (east, -half_m), (east, half_m), (west, half_m), (west, -half_m)]
    ring = [[float(lon), float(lat)] for lat, lon in (degrees(*corner) for corner in corners)]
    return {
        "type": "Feature",
        "properties": {"label": label, **more},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def line(west: float, east: float, **more: Any) -> dict[str, Any]:
    ends = [[float(lon), float(lat)] for lat, lon in (degrees(west, 0.0), degrees(east, 0.0))]
    return {
        "type": "Feature",
        "properties": {"label": "backward", **more},
        "geometry": {"type": "LineString", "coordinates": ends},
    }


def zones(*features: dict[str, Any]) -> Any:
    return parse_zones(json.dumps({"type": "FeatureCollection", "features": list(features)}), "z.geojson")


def spans(found: Any) -> list[tuple[float, float, str]]:
    return [(round(one.start_s, 1), round(one.end_s, 1), str(one.label)) for one in found[0]]


@pytest.mark.parametrize("every", [1, 4, 7])
def test_a_stretch_within_a_zone_carries_its_label(every: int) -> None:
    found = spans(find_zone_annotations(zones(box(250.0, 500.0)), track(T_S * 2.5, every=every)))
    assert [label for _, _, label in found] == ["backward"]
    assert found[0][:2] == pytest.approx((100.0, 200.0), abs=0.5)


def test_a_line_has_a_width() -> None:
    ((start, end, _),) = spans(find_zone_annotations(zones(line(250.0, 500.0, width=20)), track(T_S * 2.5)))
    assert (start, end) == pytest.approx((96.0, 204.0), abs=1.0)  # its ends are round
    assert spans(find_zone_annotations(zones(line(250.0, 500.0)), track(T_S * 2.5 + 0.0))) != []


def test_there_and_back_are_two_stretches() -> None:
    east = np.where(T_S < 300.0, T_S, 600.0 - T_S) * 2.5
    found = spans(find_zone_annotations(zones(box(250.0, 500.0)), track(east)))
    assert np.allclose([row[:2] for row in found], [(100.0, 200.0), (400.0, 500.0)], atol=0.6)


@pytest.mark.parametrize("seed", range(5))
def test_noise_at_the_edge_does_not_flicker(seed: int) -> None:
    # Slowly across the edge, so that the position wanders over it many times.
    east = np.interp(T_S, [0.0, 150.0, 350.0, 600.0], [100.0, 245.0, 255.0, 420.0])
    found = spans(find_zone_annotations(zones(box(250.0, 800.0)), track(east, noise_m=2.5, seed=seed)))
    assert len(found) == 1
    assert found[0][1] == 600.0
    # Along the edge, two metres outside: not in the zone at all.
    beside = track(T_S * 2.5, noise_m=2.0, seed=seed)
    assert (
        spans(find_zone_annotations(zones(box(0.0, 1500.0, half_m=4000.0) | {"geometry": shifted(7.0)}), beside)) == []
    )


def shifted(north_m: float) -> dict[str, Any]:
    corners = [(-100.0, north_m), (1700.0, north_m), (1700.0, 500.0), (-100.0, 500.0), (-100.0, north_m)]
    ring = [[float(lon), float(lat)] for lat, lon in (degrees(*corner) for corner in corners)]
    return {"type": "Polygon", "coordinates": [ring]}


def test_of_two_zones_the_smaller_counts() -> None:
    found = spans(find_zone_annotations(zones(box(100.0, 1000.0, "forward"), box(400.0, 500.0)), track(T_S * 2.5)))
    assert sorted(found) == [(40.0, 160.0, "forward"), (160.0, 200.0, "backward"), (200.0, 400.0, "forward")]


def test_a_zone_has_its_times() -> None:
    # The recording begins 2025-05-01 08:00:00Z and passes the zone from 08:01:40 to 08:03:20.
    for when, expected in (
        ("2025-05-01", 1),
        ("2025-04-01..2025-05-31", 1),
        ("2025-06-01..", 0),
        ("..2025-04-30", 0),
        ("07:00Z-09:00Z", 1),
        ("10:02+02:00-11:00+02:00", 1),
        ("22:00Z-04:00Z", 0),
    ):
        assert len(spans(find_zone_annotations(zones(box(250.0, 500.0, when=when)), track(T_S * 2.5)))) == expected, (
            when
        )
    ((start, end, _),) = spans(
        find_zone_annotations(zones(box(250.0, 500.0, when="10:02+02:00-11:00+02:00")), track(T_S * 2.5))
    )
    assert (start, end) == (120.0, 200.0)
    both = box(250.0, 500.0, when=["2025-05-01", "08:02Z-08:03Z"])
    assert spans(find_zone_annotations(zones(both), track(T_S * 2.5))) == [(120.0, 180.0, "backward")]


def test_clocks_go_past_midnight() -> None:
    start = datetime(2025, 5, 1, 23, 50, tzinfo=UTC)
    assert active_spans((parse_active_hours("23:55Z-00:05Z"),), start, 3600.0).tolist() == [[300.0, 900.0]]
    assert active_spans((parse_active_hours("23:55Z-00:05Z"),), None, 3600.0).tolist() == []
    assert active_spans((), None, 60.0).tolist() == [[0.0, 60.0]]


def test_without_positions_or_passage_it_says_so() -> None:
    indoor = clean_activity(activity_of(T_S, distance_m=T_S * 2.5))
    text = "z.geojson: the recording holds no positions, zones were not used"
    assert find_zone_annotations(zones(box(0.0, 10.0)), indoor)[1] == (warn("zones-need-positions", text),)
    text = "z.geojson: the way never went through a zone"
    assert find_zone_annotations(zones(box(9000.0, 9100.0)), track(T_S * 2.5))[1] == (note("no-zone-met", text),)
    own = replace(zones(box(9000.0, 9100.0)), home=True)
    assert find_zone_annotations(own, track(T_S * 2.5)) == ([], ())
    assert find_zone_annotations(own, indoor) == ([], ())


def test_a_mark_leads_over_a_zone() -> None:
    activity = activity_of(T_S, lat_deg=degrees(T_S * 2.5, 0.0 * T_S)[0], lon_deg=degrees(T_S * 2.5, 0.0 * T_S)[1])
    analysis = analyze(activity, [zones(box(250.0, 500.0)), parse_mark("2:00-2:31=forward")])
    kinds = [(one.origin.kind, one.label) for one in analysis.annotations]
    assert kinds == [("zone", Label("backward")), ("mark", Label("forward")), ("zone", Label("backward"))]


BAD = [
    ("{", "z.geojson:1:2: is no JSON"),
    ("[]", "is no GeoJSON"),
    ('{"type": "FeatureCollection", "features": []}', "holds no features"),
    ('{"type": "Polygon", "coordinates": []}', "is a bare Polygon"),
    (
        json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature"}]}),
        'feature 1: has no property "label"',
    ),
    (json.dumps(box(0, 9, "sideways")), 'feature 1: label "sideways" is not known'),
    (json.dumps(box(0, 9) | {"geometry": None}), "feature 1: is a feature without geometry"),
    (json.dumps(box(0, 9) | {"geometry": {"type": "Point", "coordinates": [11, 48]}}), "feature 1: is a Point"),
    (json.dumps(box(0, 9) | {"geometry": {"type": "Polygon", "coordinates": [[[11, 48]]]}}), "cannot be read"),
    (json.dumps(box(0, 9) | {"geometry": {"type": "Polygon", "coordinates": "x"}}), "cannot be read"),
    (
        json.dumps(
            box(0, 9)
            | {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[4.4e6, 5.3e6], [4.5e6, 5.3e6], [4.5e6, 5.4e6], [4.4e6, 5.3e6]]],
                }
            }
        ),
        r"no degrees \(projected\?\)",
    ),
    (
        json.dumps(
            box(0, 9) | {"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}}
        ),
        "makes no area: Self-intersection",
    ),
    (json.dumps(line(0, 9, width=-3)), 'has the width "-3"'),
    (json.dumps(line(0, 9, width="wide")), 'has the width "wide"'),
    (json.dumps(box(0, 9, when="always")), 'has "when": "always"'),
    (json.dumps(box(0, 9, when="2025-13-01")), "is no date"),
    (json.dumps(box(0, 9, when="2025-05-02..2025-05-01")), "ends before it starts"),
    (json.dumps(box(0, 9, when="25:00Z-26:00Z")), "is no time of day"),
    (json.dumps(box(0, 9, when="18:00-20:00")), "with the zone of the clock"),
    (
        json.dumps(
            {
                "type": "FeatureCollection",
                "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}},
                "features": [box(0, 9)],
            }
        ),
        "another system",
    ),
    ("[" * 100_000, "nested too deep|is no JSON"),
]


@pytest.mark.parametrize(("text", "words"), BAD, ids=range(len(BAD)))
def test_what_is_no_zone_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(AnnotationError, match=words) as refused:
        parse_zones(text, "z.geojson")
    assert str(refused.value).startswith("z.geojson")
    assert "\n" not in str(refused.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="cannot be read"):
        read_zones(tmp_path / "none.geojson")
    (tmp_path / "x.geojson").write_bytes(b"\xff\xfe{}")
    with pytest.raises(AnnotationError, match="not UTF-8"):
        read_zones(tmp_path / "x.geojson")
    (tmp_path / "y.geojson").write_text("\ufeff" + json.dumps(box(0, 9, name="home straight")), encoding="utf-8")
    assert read_zones(tmp_path / "y.geojson").zones[0].name == "home straight"
