"""What a name says of direction: the title of an activity, a workout step, a lap, a waypoint, a track.

A name is not a label. "Reverse loop" is about the way, "no backward today" about its opposite: in doubt a name
suggests and never labels.
"""

from __future__ import annotations

from dataclasses import dataclass

from retropace.annotations.language.labels import Label, label_of
from retropace.annotations.language.normalize import Word, find_words, plain, whole_labels
from retropace.annotations.language.vocabulary import SHORT


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name says: a label, or nothing sure (``label`` is None), and the word that says it."""

    label: Label | None
    word: str

    @property
    def is_ambiguous(self) -> bool:
        """Whether it may mean the runner or the way."""
        return self.label is None


def meaning_of(name: str, *, title: bool = True) -> Meaning | None:
    """What a name means; None if it says nothing of direction.

    In a ``title`` (of an activity, a track, a waypoint) words that may mean the way are ambiguous; the name of a
    workout step or lap speaks of what the runner does in it.
    """
    spelled = plain(name)
    short = {plain(word): label for label, group in SHORT.items() for word in group}
    if not title and spelled in whole_labels():
        return Meaning(label_of(whole_labels()[spelled]), spelled)
    if spelled in short and not (title and spelled == "back"):
        return None
    words = find_words(name)
    if any(word.kind == "nothing" for word in words):
        words = [word for word in words if word.kind in ("label", "nothing")]
    said = [word for word in words if word.kind == "label"]
    doubtful = [word for word in words if word.kind in ("ambiguous", "way")]
    moving = {word.meaning.partition(" ")[0] for word in said} - {"rest", "unknown"}
    if not moving and doubtful:
        routes = any(word.kind in ("way", "route") for word in words)
        if title or routes:
            return Meaning(None, doubtful[0].text)
        return Meaning(_label("backward", words), doubtful[0].text)
    if not said:
        return None
    first = next((word for word in said if word.meaning.partition(" ")[0] in moving), said[0])
    denied = any(word.kind == "not" for word in words)
    about_the_way = title and any(word.kind in ("route", "way") for word in words)
    if len(moving) > 1 or (moving == {"backward"} and (denied or about_the_way)):
        return Meaning(None, first.text)
    if moving:
        return Meaning(_label(first.meaning, words), first.text)
    # "Rest day" and "stopped for coffee" say nothing of a whole session.
    return None if title and spelled not in whole_labels() else Meaning(label_of(said[0].meaning), said[0].text)


def _label(meaning: str, words: list[Word]) -> Label:
    """The label with the gait that stands beside it."""
    label = label_of(meaning)
    gaits = {word.meaning for word in words if word.kind == "gait"} - {"stand"}
    if label.gait == "" and len(gaits) == 1:
        return Label(label.direction, gaits.pop())
    return label
