"""What the runner says a stretch was: a direction, and maybe a gait, read from their words."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from retropace.annotations.vocabulary import DIRECTIONS, GAITS
from retropace.errors import AnnotationError


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A direction (``forward``, ``backward``, ``rest``, ``unknown``) and a gait (``run``, ``walk``, or empty)."""

    direction: str
    gait: str = ""

    def __str__(self) -> str:
        return f"{self.direction} {self.gait}".strip()


def parse_label(text: str) -> Label:
    """The label that the words mean, in any case and with or without accents.

    Raises :class:`AnnotationError` naming the nearest known word if there is none.
    """
    plain = _plain(text)
    if not plain:
        raise AnnotationError("the label is empty: say backward, forward or rest")
    directions, gaits = _words()
    if plain in directions:
        return Label(directions[plain])
    # A direction and a gait in either order, each of one or more words: "backward walk", "walk en arrière".
    words = plain.split(" ")
    for cut in range(1, len(words)):
        first, second = " ".join(words[:cut]), " ".join(words[cut:])
        for direction, gait in ((first, second), (second, first)):
            if direction in directions and gait in gaits:
                return _joined(directions[direction], gaits[gait], text)
    if plain in gaits:
        raise AnnotationError(
            f'label "{text.strip()}" names no direction: say "backward {gaits[plain]}" or "forward {gaits[plain]}"'
        )
    near = difflib.get_close_matches(plain, list(directions), n=1, cutoff=0.5)
    hint = f'did you mean "{near[0]}"?' if near else "say backward, forward or rest, with run or walk if you like"
    raise AnnotationError(f'label "{text.strip()}" is not known: {hint}')


def _joined(direction: str, gait: str, text: str) -> Label:
    if direction == "rest" and gait != "stand":
        raise AnnotationError(f'label "{text.strip()}" is not known: rest is standing; a walk is "forward walk"')
    return Label(direction, "" if gait == "stand" else gait)


def _plain(text: str) -> str:
    """Lower case, one space between words, no accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return re.sub(r"[\s_/,-]+", " ", bare).strip()


@cache
def _words() -> tuple[dict[str, str], dict[str, str]]:
    directions = {_plain(word): direction for direction, words in DIRECTIONS.items() for word in words}
    gaits = {_plain(word): gait for gait, words in GAITS.items() for word in words}
    return directions, gaits
