"""What a runner wrote about an activity where it is kept: a workout in the description is tried, words only suggest."""

from __future__ import annotations

from dataclasses import replace

from retropace.annotations.language.interpret import interpret_name
from retropace.annotations.language.normalize import find_phrases
from retropace.annotations.model.plan import Plan, iter_steps
from retropace.annotations.sentence.parser import MAX_TEXT_CHARS, parse_sentence
from retropace.core.activity import Activity
from retropace.core.errors import AnnotationError

MAX_LINES = 40
"""A description with more lines is a story."""
MAX_QUOTE_CHARS = 60
_AMBIGUOUS_KINDS = ("ambiguous", "route_direction", "route", "negation", "ignored")


def find_plan_in_text(activity: Activity) -> Plan | None:
    """The first workout with a backward step that the description or the title spells out; None if there is none.

    A description is tried as a whole, then line by line, then sentence by sentence.
    """
    for source, text in (("description", activity.description), ("title", activity.name)):
        for part in _split_text(text):
            plan = _parse_backward_plan(part)
            if plan is not None:
                return replace(plan, source=source)
    return None


def find_description_hint(activity: Activity) -> tuple[str, ...]:
    """A suggestion if the description speaks of backward, but not so that anything could be labelled by it."""
    for line in _split_text(activity.description):
        meaning = interpret_name(line)
        if meaning is None or (meaning.label is not None and meaning.label.direction != "backward"):
            continue
        doubt = "which may mean the way or the runner" if meaning.is_ambiguous else "but not when"
        quoted = line if len(line) <= MAX_QUOTE_CHARS else f"{line[:MAX_QUOTE_CHARS]}…"
        said = f'the description says "{quoted}", {doubt}: nothing was labelled by it'
        return (f"{said}; say --mark all=backward, name laps, or give the --workout",)
    return ()


def _split_text(text: str) -> list[str]:
    """The text, its lines, and the sentences of each, as far as they are short enough to be a workout."""
    lines = [line.strip() for line in text.splitlines()[:MAX_LINES] if line.strip()]
    sentences = [part.strip() for line in lines for part in line.replace("! ", ". ").replace(": ", ". ").split(". ")]
    parts = dict.fromkeys([" ".join(lines), *lines, *sentences])
    return [part for part in parts if part and len(part) <= MAX_TEXT_CHARS]


def _parse_backward_plan(text: str) -> Plan | None:
    """The plan a text spells out, if a step of it has a length and is surely backward."""
    words = find_phrases(text)
    if any(word.kind in _AMBIGUOUS_KINDS for word in words):
        return None
    if not any(word.kind == "label" and word.meaning.startswith("backward") for word in words):
        return None
    try:
        plan = parse_sentence(text)
    except AnnotationError:
        return None
    backward = [step for step in iter_steps(plan.items) if step.label.direction == "backward"]
    return plan if any(step.seconds or step.metres for step in backward) else None
