"""Annotations from waypoints: one named "backward" starts a stretch; "forward", "rest" or "end" ends it."""

import numpy as np

from retropace.annotations.language.interpret import interpret_name
from retropace.annotations.language.vocabulary import load_words, normalize
from retropace.annotations.model.annotation import Annotation, Origin
from retropace.annotations.model.label import Label
from retropace.core.activity import Waypoint
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.findings import Finding, note, warn
from retropace.core.geodesy import compute_distances_m
from retropace.core.spans import true_runs
from retropace.core.units import format_count

EDGE_TOLERANCE_S = 5.0
"""Seconds by which an edge may differ from the time of its waypoint: typing a name takes a while."""
MAX_DISTANCE_M = 30.0
"""Distance (m) from the route within which a waypoint without a time counts as passed."""


def find_waypoint_annotations(cleaned: CleanedActivity) -> tuple[list[Annotation], tuple[Finding, ...]]:
    """Return the labelled stretches between waypoints, and findings; no stretches if no waypoint says backward."""
    findings: list[Finding] = []
    edges: list[tuple[float, Label | None, Waypoint]] = []
    for waypoint in cleaned.waypoints:
        label, is_meaningful = _interpret_waypoint(waypoint, findings)
        if not is_meaningful:
            continue
        time_s = waypoint.t_s if np.isfinite(waypoint.t_s) else _find_passing_time_s(cleaned, waypoint)
        if not 0.0 <= time_s <= cleaned.elapsed_s:
            if label is not None and label.direction == "backward":
                text = f'waypoint "{waypoint.name}" lies neither within the time nor on the way: passed over'
                findings.append(warn("waypoint-not-met", text))
            continue
        edges.append((time_s, label, waypoint))
    edges.sort(key=lambda edge: edge[0])
    ends_s = [*(edge[0] for edge in edges[1:]), cleaned.elapsed_s]
    annotations: list[Annotation] = []
    for (time_s, label, waypoint), end_s in zip(edges, ends_s, strict=False):
        if label is not None and time_s < end_s:
            origin = Origin("waypoint", f'waypoint "{waypoint.name}"')
            annotations.append(Annotation(time_s, end_s, label, waypoint.note, origin, EDGE_TOLERANCE_S))
    count = sum(annotation.label.direction == "backward" for annotation in annotations)
    if not count:
        return [], tuple(findings)
    stretches = format_count(count, "stretch", "stretches")
    text = f"waypoints say backward for {stretches}; --ignore-names to do without"
    return annotations, (*findings, note("labelled-by-name", text))


def _interpret_waypoint(waypoint: Waypoint, findings: list[Finding]) -> tuple[Label | None, bool]:
    """Return the label of the stretch that a waypoint starts, if any, and whether the waypoint starts or ends one."""
    if normalize(waypoint.name) in load_words("vocabulary")["closing"]["all"]:
        return None, True
    meaning = interpret_name(waypoint.name or waypoint.note)
    if meaning is None:
        return None, False
    if meaning.is_ambiguous:
        text = (
            f'waypoint "{waypoint.name}" says "{meaning.word}", which may mean the way: nothing was labelled by it; '
            'call it "backward" if that is what you did there'
        )
        findings.append(warn("ambiguous-text", text))
        return None, False
    return meaning.label, True


def _find_passing_time_s(cleaned: CleanedActivity, waypoint: Waypoint) -> float:
    """Return the time at which the runner was nearest to a waypoint when first passing it; NaN if never near it."""
    located = np.flatnonzero(np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg))
    lat, lon = np.repeat(cleaned.lat_deg[located], 2), np.repeat(cleaned.lon_deg[located], 2)
    lat[1::2], lon[1::2] = waypoint.lat_deg, waypoint.lon_deg
    distance_m = compute_distances_m(lat, lon)[::2]
    passes = true_runs(distance_m <= MAX_DISTANCE_M)
    if len(passes) == 0:
        return np.nan
    first, end = passes[0].tolist()
    return float(cleaned.t_s[located[first + int(np.argmin(distance_m[first:end]))]])
