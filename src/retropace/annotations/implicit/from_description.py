"""Annotations from a description or title: a workout written in it becomes a plan; other words only give a hint."""

from __future__ import annotations

from dataclasses import replace

from retropace.annotations.language.interpret import Meaning, interpret_name
from retropace.annotations.language.vocabulary import find_phrases
from retropace.annotations.model.plan import Plan, iter_steps
from retropace.annotations.sentence.parser import MAX_TEXT_CHARS, parse_sentence
from retropace.core.activity import Activity
from retropace.core.errors import AnnotationError

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


def find_description_hint(activity: Activity) -> tuple[str, ...]:
    """Return a message for the user, as a tuple of one, if the description mentions backward; empty otherwise."""
    for line in _split_text(activity.description):
        meaning = interpret_name(line)
        if meaning is not None and meaning.may_be_backward:
            quote = line if len(line) <= MAX_QUOTE_CHARS else f"{line[:MAX_QUOTE_CHARS]}…"
            return (format_hint(f'the description says "{quote}"', meaning),)
    return ()


def format_hint(finding: str, meaning: Meaning) -> str:
    """Return the message that a text mentions backward, and how to annotate instead."""
    doubt = "which may mean the way or the runner" if meaning.is_ambiguous else "but not when"
    advice = "say --mark all=backward, name laps, or give the --workout"
    return f"{finding}, {doubt}: nothing was labelled by it; {advice}"


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
