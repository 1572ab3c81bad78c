"""Exports read by others than ourselves: what each says of distance per direction, and every coordinate in it."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import fitdecode
import gpxpy
import numpy as np
from garmin_fit_sdk import Decoder, Stream
from shapely.geometry import shape

from retropace.analysis.pipeline import Analysis
from retropace.core.segments import DIRECTIONS
from retropace.output.export.to_gpx import RETROPACE_NAMESPACE

Metres = dict[str, float]
SEMICIRCLES = 180.0 / 2**31


def true_metres(analysis: Analysis) -> Metres:
    return dict(zip(DIRECTIONS, analysis.summary.directions.distance_m.tolist(), strict=True))


def assert_same_metres(found: Metres, analysis: Analysis, *, rounded_m: float = 0.0) -> None:
    """Within 0.1 % in every direction, or within what the format's own rounding makes of it."""
    for direction, metres in true_metres(analysis).items():
        allowed = max(1e-3 * metres, rounded_m, 1e-6)
        where = f"{analysis.activity.source.path}: {direction}"
        assert abs(found.get(direction, 0.0) - metres) <= allowed, where


def segments_csv_metres(text: str) -> Metres:
    return _summed((row["direction"], float(row["distance_m"])) for row in csv.DictReader(io.StringIO(text)))


def samples_csv_metres(text: str) -> Metres:
    """What accrues from each row to the next, in the direction of the first of the two."""
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["distance_m"]]
    return _summed(
        (one["direction"], float(two["distance_m"]) - float(one["distance_m"])) for one, two in pairwise(rows)
    )


def samples_json_metres(text: str) -> Metres:
    columns = json.loads(text)["samples"]
    if columns["distance_m"][0] is None:
        return {}
    return _summed(zip(columns["direction"], np.diff(columns["distance_m"]).tolist(), strict=False))


def geojson_metres(text: str) -> Metres:
    found = [feature["properties"] for feature in json.loads(text)["features"]]
    return _summed((one["direction"], one["distance_m"]) for one in found)


def gpx_stretches(text: str) -> list[dict[str, str]]:
    return [element.attrib for element in ElementTree.fromstring(text).iter(f"{{{RETROPACE_NAMESPACE}}}stretch")]


def gpx_metres(text: str) -> Metres:
    return _summed((one["direction"], float(one["distance_m"])) for one in gpx_stretches(text))


def fit_messages(data: bytes) -> dict[str, list[Any]]:
    """By fitdecode, strictly: it raises for whatever is wrong."""
    found: dict[str, list[Any]] = defaultdict(list)
    with fitdecode.FitReader(
        io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    ) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                found[frame.name].append(frame)
    return found


def fit_metres(messages: dict[str, list[Any]]) -> Metres:
    laps = messages["lap"]
    return _summed((lap.get_value("direction"), lap.get_value("total_distance", fallback=0.0)) for lap in laps)


def garmin_messages(data: bytes) -> dict[str, list[Any]]:
    """By Garmin's own decoder, which must have nothing to say against it."""
    assert Decoder(Stream.from_byte_array(bytearray(data))).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(data))).read()
    assert errors == []
    return {str(name): list(found) for name, found in messages.items()}  # type: ignore[call-overload]  # a TypedDict


def geojson_positions(text: str) -> np.ndarray:
    shapes = [shape(one["geometry"]) for one in json.loads(text)["features"] if one["geometry"] is not None]
    parts = [np.array(line.coords) for one in shapes for line in getattr(one, "geoms", [one])]
    return np.concatenate(parts)[:, ::-1] if parts else np.empty((0, 2))


def gpx_positions(text: str) -> np.ndarray:
    document = gpxpy.parse(text)
    points = [*document.walk(only_points=True), *document.waypoints, *(p for r in document.routes for p in r.points)]
    return np.array([(point.latitude, point.longitude) for point in points])


def samples_positions(text: str) -> np.ndarray:
    rows = csv.DictReader(io.StringIO(text))
    return np.array([(float(row["lat_deg"]), float(row["lon_deg"])) for row in rows if row["lat_deg"]])


def fit_positions(data: bytes) -> np.ndarray:
    """Every field of every message whose name says that it is a latitude, with the longitude beside it."""
    places = []
    for messages in garmin_messages(data).values():
        for message in messages:
            for name, value in message.items():
                if isinstance(name, str) and name.endswith("_lat"):
                    places.append((value * SEMICIRCLES, message[name.replace("_lat", "_long")] * SEMICIRCLES))
    return np.array(places).reshape(-1, 2)


def _summed(pairs: Iterator[tuple[str, float]] | zip[tuple[str, float]]) -> Metres:
    found: Metres = defaultdict(float)
    for direction, metres in pairs:
        found[direction] += metres
    return found
