"""Parser of workout sentences such as ``10min forward, 6x(400m backward, 2min rest), 5min forward``.

::

    sentence := item (("," | ";" | "+" | "/" | "then" | line break) item)*
    item     := count "x" (group | step [recovery]) | group ["x" count] | step
    recovery := "/" step | ["," ] ("r" | "with") step | "," step that rests
    group    := "(" sentence ")"
    step     := [length] words ["@" pace]      in any order
    length   := 400m | 1.5km | 1/4 mile | 2 laps | 90s | 2min | 2:00 | 2'30" | until lap | 400 (metres)

A step without a direction is forward, a step without a length is open, and a lap is 400 m. ``6x400B/2'R``,
``6x400m backward, r 2:00`` and ``6x400m back, 2min rest`` are all equal to ``6x(400m backward, 2min rest)``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from retropace.annotations.model.plan import MAX_STEPS, Item, Plan, PlanStep, Repeat, count_steps
from retropace.annotations.sentence.step_parser import NORMALIZED_NUMBERS, TokenCursor, parse_step
from retropace.annotations.sentence.tokenizer import NORMALIZED_REPEAT_WORDS, build_syntax_error, tokenize
from retropace.core.errors import AnnotationError

MAX_TEXT_CHARS = 2000
"""Largest number of characters of a sentence; a longer one is an error."""
MAX_DEPTH = 6
"""Largest depth to which brackets and repeats may be nested; deeper nesting is an error."""
SEPARATORS = frozenset({",", ";", "+", "/", "\n", "\r", "&", ".", "->", "→", "|", "–", "-"})
"""Symbols that separate two steps."""
OPENING_BY_CLOSING = {")": "(", "]": "[", "}": "{"}
"""Opening bracket by its closing bracket."""
OPENING_BRACKETS = frozenset(OPENING_BY_CLOSING.values())
"""All opening brackets."""


def parse_sentence(text: str) -> Plan:
    """Return the plan that a workout sentence describes.

    Raises :class:`AnnotationError` naming the first character that is not valid.

    >>> plan = parse_sentence("6x(400m backward, 2min rest)")
    >>> plan.items[0].count, [str(step) for step in plan.items[0].body]
    (6, ['400 m backward', '2:00 rest'])
    """
    if not text.strip():
        raise AnnotationError('the workout is empty: write for example "10min forward, 6x(400m backward, 2min rest)"')
    if len(text) > MAX_TEXT_CHARS:
        raise AnnotationError(f"the workout has {len(text)} characters, more than {MAX_TEXT_CHARS}")
    cursor = TokenCursor(text, tokenize(text))
    items = _parse_items(cursor, 0)
    if (token := cursor.peek()) is not None:
        raise build_syntax_error(text, token.offset, "closes a bracket that was never opened")
    if not items:
        raise AnnotationError("the workout has no steps")
    return Plan(tuple(items), " ".join(text.split()))


@dataclass(frozen=True, slots=True)
class _BareRepeat:
    """A repeat of one step without brackets, after which its recovery may still follow."""

    repeat: Repeat


def _parse_items(cursor: TokenCursor, depth: int) -> list[Item]:
    """Return the steps and repeats up to a closing bracket or the end of the sentence."""
    items: list[Item] = []
    is_bare = False
    _skip_separators(cursor)
    while (token := cursor.peek()) is not None and token.text not in OPENING_BY_CLOSING:
        opens_recovery = is_bare and _is_recovery_next(cursor)
        parsed = _parse_item(cursor, depth)
        item = parsed.repeat if isinstance(parsed, _BareRepeat) else parsed
        last = items[-1] if items else None
        is_recovery = isinstance(item, PlanStep) and (
            opens_recovery or item.is_recovery or item.label.direction == "rest"
        )
        if is_bare and is_recovery and isinstance(last, Repeat):
            items[-1] = replace(last, body=(*last.body, item))
            is_bare = False
        else:
            items.append(item)
            is_bare = isinstance(parsed, _BareRepeat)
        _skip_separators(cursor)
    if count_steps(tuple(items)) > MAX_STEPS:
        raise build_syntax_error(
            cursor.text, 0, f"the workout has {count_steps(tuple(items))} steps, more than {MAX_STEPS}"
        )
    return items


def _skip_separators(cursor: TokenCursor) -> None:
    while (token := cursor.peek()) is not None and (
        (token.kind == "symbol" and token.text in SEPARATORS) or cursor.separates_steps(token)
    ):
        cursor.position += 1


def _is_recovery_next(cursor: TokenCursor) -> bool:
    """Whether the recovery of a set without brackets is next, as in ``r 2:00`` or ``r=2'``."""
    after = cursor.peek(1)
    if after is not None and after.text in ("=", ":"):
        without_sign = TokenCursor(
            cursor.text, [*cursor.tokens[: cursor.position + 1], *cursor.tokens[cursor.position + 2 :]], cursor.position
        )
        return without_sign.opens_recovery()
    return cursor.opens_recovery()


def _parse_item(cursor: TokenCursor, depth: int) -> Item | _BareRepeat:
    token = cursor.peek()
    if token is None:
        raise build_syntax_error(cursor.text, len(cursor.text), "a step is missing")
    if depth > MAX_DEPTH:
        raise build_syntax_error(cursor.text, token.offset, f"brackets are nested more than {MAX_DEPTH} deep")
    times = _parse_count(cursor)
    if times is not None:
        return _parse_repeat(cursor, times, token.offset, depth)
    if token.text in OPENING_BRACKETS:
        body = _parse_group(cursor, depth)
        return _build_repeat(cursor, _parse_trailing_count(cursor), body, token.offset)
    return parse_step(cursor)


def _parse_count(cursor: TokenCursor) -> int | None:
    """Return a count that is followed by a repeat word, with the cursor behind both.

    None, with the cursor where it was, if there is none.
    """
    token, after, second_after = cursor.peek(), cursor.peek(1), cursor.peek(2)
    if token is None or after is None:
        return None
    if token.kind == "word" and token.normalized in NORMALIZED_NUMBERS:
        count = NORMALIZED_NUMBERS[token.normalized]
        if token.normalized.endswith("mal") or token.normalized in ("once", "twice", "thrice"):
            cursor.position += 1
            return count
    elif token.kind == "number" and token.text.isdigit():
        count = int(token.text)
    else:
        return None
    if second_after is not None and f"{after.normalized} {second_after.normalized}" in NORMALIZED_REPEAT_WORDS:
        cursor.position += 3
    elif after.normalized in NORMALIZED_REPEAT_WORDS or after.text in ("×", "*"):
        cursor.position += 2
    elif after.text in OPENING_BRACKETS:
        cursor.position += 1
    else:
        return None
    return count


def _parse_repeat(cursor: TokenCursor, count: int, offset: int, depth: int) -> Item | _BareRepeat:
    token = cursor.peek()
    if token is None:
        raise build_syntax_error(
            cursor.text, len(cursor.text), f"{count} times what? Write {count}x(400m backward, 2min rest)"
        )
    if token.text in OPENING_BRACKETS:
        return _build_repeat(cursor, count, _parse_group(cursor, depth), offset)
    parsed = _parse_item(cursor, depth + 1)
    body: list[Item] = [parsed.repeat if isinstance(parsed, _BareRepeat) else parsed]
    follower = cursor.peek()
    if follower is not None and (follower.text == "/" or cursor.opens_recovery()):
        cursor.position += follower.text == "/"
        return _build_repeat(cursor, count, [*body, parse_step(cursor)], offset)
    return _BareRepeat(_build_repeat(cursor, count, body, offset))


def _parse_trailing_count(cursor: TokenCursor) -> int:
    """Return the count behind a bracketed group, as in ``(...) x 6``; 1 if there is none."""
    token, after = cursor.peek(), cursor.peek(1)
    if token is None or not (token.text in ("×", "*") or token.normalized == "x"):
        return 1
    if after is None or not (after.kind == "number" and after.text.isdigit()):
        offset = len(cursor.text) if after is None else after.offset
        raise build_syntax_error(cursor.text, offset, "is no count: write (400m backward, 2min rest) x 6")
    cursor.position += 2
    return int(after.text)


def _build_repeat(cursor: TokenCursor, count: int, body: list[Item], offset: int) -> Repeat:
    """Return a repeat of ``body``; raises :class:`AnnotationError` if ``count`` is below 1 or steps are too many."""
    steps = count * count_steps(tuple(body))
    if count < 1:
        raise build_syntax_error(cursor.text, offset, "repeats nothing: a count starts at 1")
    if steps > MAX_STEPS:
        raise build_syntax_error(
            cursor.text, offset, f"makes {steps} steps, more than the {MAX_STEPS} that a workout may have"
        )
    return Repeat(count, tuple(body))


def _parse_group(cursor: TokenCursor, depth: int) -> list[Item]:
    opening = cursor.tokens[cursor.position]
    cursor.position += 1
    items = _parse_items(cursor, depth + 1)
    closing = cursor.peek()
    if closing is None:
        raise build_syntax_error(cursor.text, opening.offset, "opens a bracket that is never closed")
    if OPENING_BY_CLOSING[closing.text] != opening.text:
        raise build_syntax_error(cursor.text, closing.offset, f'closes what "{opening.text}" opened')
    if not items:
        raise build_syntax_error(cursor.text, opening.offset, "there is nothing in the brackets")
    cursor.position += 1
    return items
