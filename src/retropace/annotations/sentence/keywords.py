"""Words that workout sentences use beside directions and gaits, kept in ``language/keywords.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from retropace.annotations.language.vocabulary import build_gait_table, build_label_table, invert, load_words


@dataclass(frozen=True, slots=True)
class Keywords:
    """The words of workout sentences, all in normalized spelling."""

    units: dict[str, tuple[str, float]]
    """Base unit, ``m`` or ``s``, and size in it by word: ``("m", 1000.0)`` for "km"."""
    numbers: dict[str, int]
    fractions: dict[str, float]
    hundreds: frozenset[str]
    repeats: frozenset[str]
    """Words that stand between a count and what is repeated, such as ``x`` or "times"."""
    separators: frozenset[str]
    """Words that separate two steps and are not also labels."""
    recovery_openers: frozenset[str]
    recovery_steps: frozenset[str]
    fillers: frozenset[str]
    """Words that are ignored in a step."""
    until_lap: tuple[str, ...]
    """Phrases for a step that ends at a press of the lap button, longest first."""
    step_phrases: tuple[str, ...]
    """All phrases that may say what the runner does in a step (labels, gaits, "warm-up"), longest first."""


@cache
def load_keywords() -> Keywords:
    """Return the keywords, which are read from the file once."""
    words = load_words("keywords")
    repeats, openers = frozenset(words["repeat"]), frozenset(words["recovery_opener"])
    step_phrases = {*words["forward_step"], *words["recovery_step"], *build_label_table(), *build_gait_table()}
    return Keywords(
        units={word: ("m", float(size)) for word, size in invert(words["metres"]).items()}
        | {word: ("s", float(size)) for word, size in invert(words["seconds"]).items()},
        numbers={word: int(number) for word, number in invert(words["numbers"]).items()},
        fractions={word: float(fraction) for word, fraction in invert(words["fractions"]).items()},
        hundreds=frozenset(words["hundred"]),
        repeats=repeats,
        separators=frozenset(words["step_separator"]) - set(build_label_table()),
        recovery_openers=openers,
        recovery_steps=frozenset(words["recovery_step"]),
        fillers=openers | repeats | frozenset(words["filler"]),
        until_lap=tuple(sorted(words["until_lap"], key=len, reverse=True)),
        step_phrases=tuple(sorted(step_phrases, key=lambda phrase: (-len(phrase), phrase))),
    )
