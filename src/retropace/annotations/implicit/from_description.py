"""What a runner wrote about an activity where it is kept: a workout in the description is tried, words only suggest."""

from __future__ import annotations

from dataclasses import replace

from retropace.annotations.language.interpret import meaning_of
from retropace.annotations.language.normalize import find_words
from retropace.annotations.model.plan import Plan, steps_of
from retropace.annotations.sentence.parser import LONGEST_TEXT, parse_sentence
from retropace.core.activity import Activity
from retropace.core.errors import AnnotationError

MOST_LINES = 40
"""A description with more lines is a story."""
LONGEST_QUOTE = 60
_DOUBTFUL = ("ambiguous", "way", "route", "not", "nothing")


def plan_in_words(activity: Activity) -> Plan | None:
    """The first workout with a backward step that the description or the title spells out; None if there is none.

    A description is tried as a whole, then line by line, then sentence by sentence.
    """
    for source, text in (("description", activity.description), ("title", activity.name)):
        for part in _parts(text):
            plan = _plan(part)
            if plan is not None:
                return replace(plan, source=source)
    return None


def hint_in_description(activity: Activity) -> tuple[str, ...]:
    """A suggestion if the description speaks of backward, but not so that anything could be labelled by it."""
    for line in _parts(activity.description):
        meaning = meaning_of(line)
        if meaning is None or (meaning.label is not None and meaning.label.direction != "backward"):
            continue
        doubt = "which may mean the way or the runner" if meaning.is_ambiguous else "but not when"
        quoted = line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}…"
        said = f'the description says "{quoted}", {doubt}: nothing was labelled by it'
        return (f"{said}; say --mark all=backward, name laps, or give the --workout",)
    return ()


def _parts(text: str) -> list[str]:
    """The text, its lines, and the sentences of each, as far as they are short enough to be a workout."""
    lines = [line.strip() for line in text.splitlines()[:MOST_LINES] if line.strip()]
    sentences = [part.strip() for line in lines for part in line.replace("! ", ". ").replace(": ", ". ").split(". ")]
    parts = dict.fromkeys([" ".join(lines), *lines, *sentences])
    return [part for part in parts if part and len(part) <= LONGEST_TEXT]


def _plan(text: str) -> Plan | None:
    """The plan a text spells out, if a step of it has a length and is surely backward."""
    words = find_words(text)
    if any(word.kind in _DOUBTFUL for word in words):
        return None
    if not any(word.kind == "label" and word.meaning.startswith("backward") for word in words):
        return None
    try:
        plan = parse_sentence(text)
    except AnnotationError:
        return None
    backward = [step for step in steps_of(plan.items) if step.label.direction == "backward"]
    return plan if any(step.seconds or step.metres for step in backward) else None
