"""Annotations from names of laps, workout steps, tracks and waypoints, and the activity's title and description."""

from dataclasses import replace

import numpy as np

from retropace.annotations.language.labels import Meaning, interpret_name, parse_label
from retropace.annotations.language.vocabulary import find_phrases, load_words, normalize
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, Origin
from retropace.annotations.model.label import Label
from retropace.annotations.model.plan import Plan, iter_steps
from retropace.annotations.sentence.parser import MAX_TEXT_CHARS, parse_sentence
from retropace.core.activity import Activity, Lap, Split, Waypoint, WorkoutStep
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.findings import Finding, note, warn
from retropace.core.geodesy import compute_distances_m
from retropace.core.spans import true_runs
from retropace.core.units import format_count

MAX_LINES = 40
"""Largest number of lines of a description that are read; further ones are ignored."""
MAX_QUOTE_CHARS = 60
"""Largest number of characters of a description that a message quotes; the rest is cut off."""
_AMBIGUOUS_KINDS = ("ambiguous", "route_direction", "route", "negation", "ignored")
"""Kinds of phrases (:class:`.Phrase`) that leave it open whether a text means running backward."""
WAYPOINT_TOLERANCE_S = 5.0
"""Seconds by which an edge may differ from the time of its waypoint: typing a name takes a while."""
MAX_DISTANCE_M = 30.0
"""Distance (m) from the route within which a waypoint without a time counts as passed."""


def find_plan_in_text(activity: Activity) -> Plan | None:
    """Return the first workout with a backward step in the description or the title; None if there is none."""
    for source, text in (("description", activity.description), ("title", activity.name)):
        for part in _split_text(text):
            plan = _parse_backward_plan(part)
            if plan is not None:
                return replace(plan, source=source)
    return None


def find_description_hint(activity: Activity) -> tuple[Finding, ...]:
    """Return a finding, as a tuple of one, if the description mentions backward; empty otherwise."""
    for line in _split_text(activity.description):
        meaning = interpret_name(line)
        if meaning is not None and meaning.may_be_backward:
            quote = line if len(line) <= MAX_QUOTE_CHARS else f"{line[:MAX_QUOTE_CHARS]}…"
            return (build_hint(f'the description says "{quote}"', meaning),)
    return ()


def build_hint(statement: str, meaning: Meaning) -> Finding:
    """Return the finding that a text mentions backward, and how to annotate instead."""
    doubt = "which may mean the way or the runner" if meaning.is_ambiguous else "but not when"
    advice = "say --mark all=backward, name laps, or give the --workout"
    return warn("ambiguous-text", f"{statement}, {doubt}: nothing was labelled by it; {advice}")


def _split_text(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()[:MAX_LINES] if line.strip()]
    sentences = [part.strip() for line in lines for part in line.replace("! ", ". ").replace(": ", ". ").split(". ")]
    parts = dict.fromkeys([" ".join(lines), *lines, *sentences])
    return [part for part in parts if part and len(part) <= MAX_TEXT_CHARS]


def _parse_backward_plan(text: str) -> Plan | None:
    """Return a text parsed as a plan; None unless a step is surely backward and has a length."""
    phrases = find_phrases(text)
    if any(phrase.kind in _AMBIGUOUS_KINDS for phrase in phrases):
        return None
    if not any(phrase.kind == "label" and phrase.meaning.startswith("backward") for phrase in phrases):
        return None
    try:
        plan = parse_sentence(text)
    except AnnotationError:
        return None
    backward = [step for step in iter_steps(plan.items) if step.label.direction == "backward"]
    return plan if any(step.seconds or step.metres for step in backward) else None


def find_name_annotations(cleaned: CleanedActivity) -> tuple[list[Annotation], tuple[Finding, ...]]:
    """Return annotations from names of laps, their workout steps and tracks if any says backward, and findings."""
    steps: dict[int | None, WorkoutStep] = {step.index: step for step in cleaned.workout_steps}
    meanings: list[tuple[Lap | Split, Meaning | None, str]] = []
    for number, lap in enumerate(cleaned.laps, 1):
        meaning = _find_first_meaning(lap.name)
        description = f'lap {number}, named "{lap.name}"'
        if meaning is None and (step := steps.get(lap.step_index)) is not None:
            meaning, description = _find_first_meaning(step.name, step.note), f'step "{step.name or step.note}"'
        meanings.append((lap, meaning, description))
    for split in cleaned.splits:
        meanings.append((split, interpret_name(split.name), f'track "{split.name}"'))
    annotations = [
        Annotation(item.start_s, item.end_s, meaning.label, "", Origin("name", description), BUTTON_TOLERANCE_S)
        for item, meaning, description in meanings
        if meaning is not None and meaning.label is not None and item.start_s < item.end_s
    ]
    names = dict.fromkeys(str(item.origin) for item in annotations if item.label.direction == "backward")
    if not names:
        return [], ()
    excerpt = "; ".join(list(names)[:3]) + " …" * (len(names) > 3)
    return annotations, (note("labelled-by-name", f"labelled by name: {excerpt}; --ignore-names to do without"),)


def find_title_annotations(activity: Activity, elapsed_s: float) -> tuple[list[Annotation], tuple[Finding, ...]]:
    """Return an annotation of the whole activity if its title is nothing but a label for backward, and findings."""
    name = activity.name
    meaning = interpret_name(name)
    if meaning is None or not meaning.may_be_backward:
        return [], ()
    if meaning.label is not None and _is_label(name, meaning.label):
        origin = Origin("name", f'the title "{name}"')
        annotation = Annotation(0.0, elapsed_s, meaning.label, "", origin, BUTTON_TOLERANCE_S)
        text = f'the title says "{name}": all of it labelled so; --ignore-names to do without'
        return [annotation], (warn("labelled-by-text", text),)
    return [], (build_hint(f'the title "{name}" says "{meaning.word}"', meaning),)


def _is_label(name: str, label: Label) -> bool:
    try:
        return parse_label(name) == label
    except AnnotationError:
        return False


def _find_first_meaning(*names: str) -> Meaning | None:
    return next((meaning for name in names if (meaning := interpret_name(name, is_title=False))), None)


def find_waypoint_annotations(cleaned: CleanedActivity) -> tuple[list[Annotation], tuple[Finding, ...]]:
    """Return stretches from a waypoint named after a direction to the next or "end"; none if none is backward."""
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
            annotations.append(Annotation(time_s, end_s, label, waypoint.note, origin, WAYPOINT_TOLERANCE_S))
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
