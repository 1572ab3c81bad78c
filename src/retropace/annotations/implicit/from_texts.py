"""Annotations from texts: names of laps, workout steps and tracks, and the title and description of the activity."""

from dataclasses import replace

from retropace.annotations.language.interpret import Meaning, interpret_name
from retropace.annotations.language.labels import parse_label
from retropace.annotations.language.vocabulary import find_phrases
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, Annotation, Origin
from retropace.annotations.model.label import Label
from retropace.annotations.model.plan import Plan, iter_steps
from retropace.annotations.sentence.parser import MAX_TEXT_CHARS, parse_sentence
from retropace.core.activity import Activity, Lap, Split, WorkoutStep
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.errors import AnnotationError
from retropace.core.findings import Finding, note, warn

MAX_LINES = 40
"""Largest number of lines of a description that are read; further ones are ignored."""
MAX_QUOTE_CHARS = 60
"""Largest number of characters of a description that a message quotes; the rest is cut off."""
_AMBIGUOUS_KINDS = ("ambiguous", "route_direction", "route", "negation", "ignored")
"""Kinds of phrases (:class:`.Phrase`) that leave it open whether a text means running backward."""


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
