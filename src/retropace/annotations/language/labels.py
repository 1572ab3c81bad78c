"""What labels and names mean; ambiguous names ("reverse loop") lead to a suggestion and never to a label."""

from dataclasses import dataclass

from retropace.annotations.language import vocabulary
from retropace.annotations.model.label import Label
from retropace.core.errors import AnnotationError

MAX_NAME_CHARS = 1000
"""Longest text, in characters, that is searched for words of direction; a longer one counts as no name."""


def parse_label(text: str) -> Label:
    """Return the label that a text means in any known language; raises :class:`AnnotationError` for any other text."""
    normalized = vocabulary.normalize(text)
    if not normalized:
        raise AnnotationError("the label is empty: say backward, forward or rest")
    labels, gaits = vocabulary.build_label_table(), vocabulary.build_gait_table()
    if normalized in labels:
        return parse_canonical_label(labels[normalized])
    # A direction and a gait in either order, each of one or more words: "backward walk", "walk en arrière".
    words = normalized.split(" ")
    for cut in range(1, len(words)):
        first, second = " ".join(words[:cut]), " ".join(words[cut:])
        for direction, gait in ((first, second), (second, first)):
            if direction in labels and gait in gaits:
                return _combine(parse_canonical_label(labels[direction]), gaits[gait], text)
    if normalized in gaits:
        gait = gaits[normalized]
        raise AnnotationError(f'label "{text.strip()}" names no direction: say "backward {gait}" or "forward {gait}"')
    import difflib  # imported only for an error message

    near = difflib.get_close_matches(normalized, list(labels), n=1, cutoff=0.6)
    hint = f'did you mean "{near[0]}"?' if near else "say backward, forward or rest, with run or walk if you like"
    raise AnnotationError(f'label "{text.strip()}" is not known: {hint}')


def parse_canonical_label(text: str) -> Label:
    """Parse a label in English: a direction with an optional gait, such as ``backward walk``."""
    direction, _, gait = text.partition(" ")
    return Label(direction, gait)


def _combine(label: Label, gait: str, text: str) -> Label:
    if (label.direction == "rest" and gait != "stand") or (label.direction != "rest" and gait == "stand"):
        raise AnnotationError(f'label "{text.strip()}" is not known: rest is standing; a walk is "forward walk"')
    if label.gait not in ("", gait):
        raise AnnotationError(f'label "{text.strip()}" says {label.gait} and {gait}: say one of them')
    return Label(label.direction, "" if gait == "stand" else gait)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name says about the direction of running, and the word in it that says so."""

    label: Label | None  # label that the name means; None if it is ambiguous
    word: str

    @property
    def is_ambiguous(self) -> bool:
        """Whether the name may describe the route as well as the runner."""
        return self.label is None

    @property
    def may_be_backward(self) -> bool:
        """Whether the name means backward or is ambiguous."""
        return self.label is None or self.label.direction == "backward"


def interpret_name(name: str, *, is_title: bool = True) -> Meaning | None:
    """Return what a name says about direction, if anything; words that may describe a route are ambiguous in titles."""
    normalized = vocabulary.normalize(name) if len(name) <= MAX_NAME_CHARS else ""
    if not normalized:
        return None
    if not is_title and normalized in vocabulary.build_label_table():
        return Meaning(parse_canonical_label(vocabulary.build_label_table()[normalized]), normalized)
    short_forms = vocabulary.invert(vocabulary.load_words("vocabulary")["short_forms"])
    if normalized in short_forms and not (is_title and normalized == "back"):
        return None
    phrases = vocabulary.find_phrases(name)
    if any(phrase.kind == "ignored" for phrase in phrases):
        phrases = [phrase for phrase in phrases if phrase.kind in ("label", "ignored")]
    labels = [phrase for phrase in phrases if phrase.kind == "label"]
    ambiguous = [phrase for phrase in phrases if phrase.kind in ("ambiguous", "route_direction")]
    directions = {phrase.meaning.partition(" ")[0] for phrase in labels} - {"rest", "unknown"}
    if not directions and ambiguous:
        has_route_word = any(phrase.kind in ("route_direction", "route") for phrase in phrases)
        if is_title or has_route_word:
            return Meaning(None, ambiguous[0].text)
        return Meaning(_build_label_with_gait("backward", phrases), ambiguous[0].text)
    if not labels:
        return None
    first = next((phrase for phrase in labels if phrase.meaning.partition(" ")[0] in directions), labels[0])
    is_negated = any(phrase.kind == "negation" for phrase in phrases)
    is_about_route = is_title and any(phrase.kind in ("route", "route_direction") for phrase in phrases)
    if len(directions) > 1 or (directions == {"backward"} and (is_negated or is_about_route)):
        return Meaning(None, first.text)
    if directions:
        return Meaning(_build_label_with_gait(first.meaning, phrases), first.text)
    # In a title, "rest day" or "stopped for coffee" does not describe the whole session.
    if is_title and normalized not in vocabulary.build_label_table():
        return None
    return Meaning(parse_canonical_label(labels[0].meaning), labels[0].text)


def _build_label_with_gait(meaning: str, phrases: list[vocabulary.Phrase]) -> Label:
    """Return the label that ``meaning`` names, with the gait of the phrases if it has none and they name one."""
    label = parse_canonical_label(meaning)
    gaits = {phrase.meaning for phrase in phrases if phrase.kind == "gait"} - {"stand"}
    if label.gait == "" and len(gaits) == 1:
        return Label(label.direction, gaits.pop())
    return label
