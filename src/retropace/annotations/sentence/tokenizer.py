"""Splitting of workout sentences into tokens, and the words that they use (``language/keywords.toml``)."""

import re
from dataclasses import dataclass
from functools import cache

from retropace.annotations.language.vocabulary import build_gait_table, build_label_table, invert, load_words, normalize
from retropace.core.errors import AnnotationError

_TOKEN = re.compile(
    r"(?P<space>[ \t\u00a0\u3000]+)|(?P<clock>\d{1,3}:\d{2}(?::\d{2})?)"
    r"|(?P<fraction>(?<![/\d])\d+/\d+(?=\s*[^\W\d_])|[¼½¾])"
    r"|(?P<number>\d+(?:[.,]\d+)?)|(?P<mark>[′'’]{2}|[\"″”]|[′'’])"
    r"|(?P<word>[wW]/(?=\s)|[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*)"
    r"|(?P<symbol>[(){}\[\]×*,;+/@=:&.\n\r|–-]|->|→)",
)
"""Pattern of one token; the name of the matching group is the kind of token."""


@dataclass(frozen=True, slots=True)
class Keywords:
    """The words of workout sentences, all in normalized spelling."""

    units: dict[str, tuple[str, float]]  # base unit, ``m`` or ``s``, and size in it by word: ``("m", 1000.0)`` for "km"
    numbers: dict[str, int]
    fractions: dict[str, float]
    hundreds: frozenset[str]
    repeats: frozenset[str]  # words that stand between a count and what is repeated, such as ``x`` or "times"
    separators: frozenset[str]  # words that separate two steps and are not also labels
    headings: frozenset[str]
    recovery_openers: frozenset[str]
    recovery_steps: frozenset[str]
    fillers: frozenset[str]  # words that are ignored in a step
    until_lap: tuple[str, ...]  # phrases for a step that ends at a press of the lap button, longest first
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
        headings=frozenset(words["heading"]),
        recovery_openers=openers,
        recovery_steps=frozenset(words["recovery_step"]),
        fillers=openers | repeats | frozenset(words["heading"]) | frozenset(words["filler"]),
        until_lap=tuple(sorted(words["until_lap"], key=len, reverse=True)),
        step_phrases=tuple(sorted(step_phrases, key=lambda phrase: (-len(phrase), phrase))),
    )


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign of a sentence."""

    kind: str
    """``word``, ``number``, ``clock``, ``fraction``, ``symbol``, ``mark`` (a sign of minutes or seconds) or ``end``."""
    text: str
    offset: int  # index of the token's first character in the sentence

    @property
    def normalized(self) -> str:
        """Normalized spelling of a word, "with" for "w/"; any other token as written."""
        if self.text in ("w/", "W/"):
            return "with"
        return normalize(self.text) if self.kind == "word" else self.text


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a sentence without blanks; raises :class:`AnnotationError` for a character of no token."""
    units = load_keywords().units
    tokens: list[Token] = []
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            raise build_syntax_error(text, offset, "means nothing in a workout")
        kind = str(match.lastgroup)
        if kind == "word":
            after_number = bool(tokens) and tokens[-1].kind in ("number", "fraction")
            tokens += _split_word(match[0], offset, after_number=after_number)
        elif kind == "mark" and match[0] in "'’" and tokens and tokens[-1].normalized in units:
            pass  # an apostrophe after a unit, as in "two minutes' rest"
        elif kind != "space":
            tokens.append(Token(kind, match[0], offset))
        offset = match.end()
    return tokens


def _split_word(word: str, offset: int, *, after_number: bool) -> list[Token]:
    """Return the tokens of a word, split where a unit or a repeat word is written together with what follows it."""
    known_heads = load_keywords().units.keys() | load_keywords().repeats
    if after_number and normalize(word) not in known_heads:
        for length in range(len(word) - 1, 0, -1):
            head, tail = normalize(word[:length]), word[length:]
            if head in known_heads and (tail.isupper() or tail in ("x", "×") or not tail.isascii() or head == "x"):
                return [Token("word", word[:length], offset), Token("word", tail, offset + length)]
    return [Token("word", word, offset)]


@dataclass(slots=True)
class TokenCursor:
    """The tokens of a sentence, and a position in them."""

    text: str
    tokens: list[Token]
    position: int = 0  # index of the next token

    def peek(self, ahead: int = 0) -> Token:
        """Return the next token, or the one ``ahead`` tokens after it; behind the last one there is an ``end``."""
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else Token("end", "", len(self.text))

    def error(self, token: Token, problem: str) -> AnnotationError:
        """Return an error that points at a token."""
        return build_syntax_error(self.text, token.offset, problem)

    def separates_steps(self) -> bool:
        """Return whether the next token is a word that separates two steps."""
        return self.peek().kind == "word" and self.peek().normalized in load_keywords().separators

    def trails_count(self) -> bool:
        """Return whether a repeat word and a count come next, which repeat what stands before them, as in "x 6"."""
        token, after = self.peek(), self.peek(1)
        is_times = token.text in ("×", "*") or token.normalized == "x"
        return is_times and after.kind == "number" and after.text.isdigit() and self.peek(2).kind in ("end", "symbol")

    def is_unit(self, ahead: int) -> bool:
        """Return whether the token ``ahead`` tokens after the next one is a unit of length."""
        token = self.peek(ahead)
        return token.kind == "mark" or (token.kind == "word" and token.normalized in load_keywords().units)

    def range_end(self, ahead: int = 0) -> Token | None:
        """Return the second number of a range such as "5-6" whose first is ``ahead`` tokens on; None for no range."""
        first, sign, second = self.peek(ahead), self.peek(ahead + 1), self.peek(ahead + 2)
        is_range = first.kind == second.kind == "number" and (
            sign.text in ("-", "–") or sign.normalized in ("to", "bis")
        )
        return second if is_range else None

    def opens_recovery(self, distance: int = 1) -> bool:
        """Return whether the next token may announce a recovery, and a length begins ``distance`` tokens after it."""
        token, after, keywords = self.peek(), self.peek(distance), load_keywords()
        starts_length = after.kind in ("number", "clock", "fraction") or after.normalized in keywords.numbers
        return starts_length and token.kind == "word" and token.normalized in keywords.recovery_openers


def build_syntax_error(text: str, offset: int, problem: str) -> AnnotationError:
    """Return an error that points at a character of the sentence."""
    excerpt = text[offset : offset + 12].split("\n")[0]
    position = f'character {offset + 1}, "{excerpt}"' if offset < len(text) else f"character {offset + 1}, at the end"
    return AnnotationError(f"{position}: {problem}")
