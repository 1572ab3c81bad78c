"""What a name says of direction: the title of an activity, a workout step, a lap, a waypoint, a track.

A name is not a label. "Reverse loop" is about the way, "no backward today" about its opposite: in doubt a name
suggests and never labels.
"""

from __future__ import annotations

from dataclasses import dataclass

from retropace.annotations.language.labels import Label, parse_canonical_label
from retropace.annotations.language.normalize import Phrase, build_label_table, find_phrases, normalize
from retropace.annotations.language.vocabulary import SHORT_FORMS


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name says: a label, or nothing sure (``label`` is None), and the word that says it."""

    label: Label | None
    word: str

    @property
    def is_ambiguous(self) -> bool:
        """Whether it may mean the runner or the way."""
        return self.label is None


def interpret_name(name: str, *, is_title: bool = True) -> Meaning | None:
    """What a name means; None if it says nothing of direction.

    In a ``title`` (of an activity, a track, a waypoint) words that may mean the way are ambiguous; the name of a
    workout step or lap speaks of what the runner does in it.
    """
    spelled = normalize(name)
    short = {normalize(word): label for label, group in SHORT_FORMS.items() for word in group}
    if not is_title and spelled in build_label_table():
        return Meaning(parse_canonical_label(build_label_table()[spelled]), spelled)
    if spelled in short and not (is_title and spelled == "back"):
        return None
    words = find_phrases(name)
    if any(word.kind == "nothing" for word in words):
        words = [word for word in words if word.kind in ("label", "nothing")]
    said = [word for word in words if word.kind == "label"]
    doubtful = [word for word in words if word.kind in ("ambiguous", "way")]
    moving = {word.meaning.partition(" ")[0] for word in said} - {"rest", "unknown"}
    if not moving and doubtful:
        routes = any(word.kind in ("way", "route") for word in words)
        if is_title or routes:
            return Meaning(None, doubtful[0].text)
        return Meaning(_label_with_gait("backward", words), doubtful[0].text)
    if not said:
        return None
    first = next((word for word in said if word.meaning.partition(" ")[0] in moving), said[0])
    denied = any(word.kind == "not" for word in words)
    about_the_way = is_title and any(word.kind in ("route", "way") for word in words)
    if len(moving) > 1 or (moving == {"backward"} and (denied or about_the_way)):
        return Meaning(None, first.text)
    if moving:
        return Meaning(_label_with_gait(first.meaning, words), first.text)
    # "Rest day" and "stopped for coffee" say nothing of a whole session.
    return (
        None
        if is_title and spelled not in build_label_table()
        else Meaning(parse_canonical_label(said[0].meaning), said[0].text)
    )


def _label_with_gait(meaning: str, phrases: list[Phrase]) -> Label:
    """The label with the gait that stands beside it."""
    label = parse_canonical_label(meaning)
    gaits = {word.meaning for word in phrases if word.kind == "gait"} - {"stand"}
    if label.gait == "" and len(gaits) == 1:
        return Label(label.direction, gaits.pop())
    return label
