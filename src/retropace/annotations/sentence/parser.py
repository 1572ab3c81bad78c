"""The workout sentence: ``10min forward, 6x(400m backward, 2min rest), 5min forward``.

::

    sentence := item (("," | ";" | "+" | "/" | "then" | line break) item)*
    item     := count "x" (group | step [recovery]) | group ["x" count] | step
    recovery := "/" step | ["," ] ("r" | "with") step | "," step that rests
    group    := "(" sentence ")"
    step     := [length] words ["@" pace]      in any order
    length   := 400m | 1.5km | 1/4 mile | 2 laps | 90s | 2min | 2:00 | 2'30" | until lap | 400 (metres)

A step without a direction is forward, one without a length as long as it takes, a lap 400 m. ``6x400B/2'R``,
``6x400m backward, r 2:00`` and ``6x400m back, 2min rest`` are all ``6x(400m backward, 2min rest)``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from retropace.annotations.model.plan import MOST_STEPS, Item, Plan, Repeat, Step, count_steps
from retropace.annotations.sentence.step_parser import NUMBERS_SPELLED, Cursor, parse_step
from retropace.annotations.sentence.tokenizer import COUNTING, tokens_of, wrong
from retropace.core.errors import AnnotationError

LONGEST_TEXT = 2000
DEEPEST = 6
SEPARATORS = frozenset({",", ";", "+", "/", "\n", "\r", "&", ".", "->", "→", "|", "–", "-"})
CLOSING = {")": "(", "]": "[", "}": "{"}
OPENING = frozenset(CLOSING.values())


def parse_sentence(text: str) -> Plan:
    """The plan that a sentence means; raises :class:`AnnotationError` naming the character that makes no sense."""
    if not text.strip():
        raise AnnotationError('the workout is empty: write for example "10min forward, 6x(400m backward, 2min rest)"')
    if len(text) > LONGEST_TEXT:
        raise AnnotationError(f"the workout has {len(text)} characters, more than {LONGEST_TEXT}")
    cursor = Cursor(text, tokens_of(text))
    items = _sentence(cursor, 0)
    if (token := cursor.peek()) is not None:
        raise wrong(text, token.at, "closes a bracket that was never opened")
    if not items:
        raise AnnotationError("the workout has no steps")
    return Plan(tuple(items), " ".join(text.split()))


@dataclass(frozen=True, slots=True)
class _Bare:
    """A repeat of one step without brackets, which a recovery may follow."""

    repeat: Repeat


def _sentence(cursor: Cursor, depth: int) -> list[Item]:
    """Items up to a closing bracket or the end."""
    items: list[Item] = []
    bare = False
    _skip_separators(cursor)
    while (token := cursor.peek()) is not None and token.text not in CLOSING:
        opens_recovery = bare and _skips_to_recovery(cursor)
        found = _item(cursor, depth)
        item = found.repeat if isinstance(found, _Bare) else found
        last = items[-1] if items else None
        recovers = isinstance(item, Step) and (opens_recovery or item.recovers or item.label.direction == "rest")
        if bare and recovers and isinstance(last, Repeat):
            items[-1] = replace(last, body=(*last.body, item))
            bare = False
        else:
            items.append(item)
            bare = isinstance(found, _Bare)
        _skip_separators(cursor)
    if count_steps(tuple(items)) > MOST_STEPS:
        raise wrong(cursor.text, 0, f"the workout has {count_steps(tuple(items))} steps, more than {MOST_STEPS}")
    return items


def _skip_separators(cursor: Cursor) -> None:
    while (token := cursor.peek()) is not None and (
        (token.kind == "symbol" and token.text in SEPARATORS) or cursor.parts_steps(token)
    ):
        cursor.next += 1


def _skips_to_recovery(cursor: Cursor) -> bool:
    """Whether the recovery of a set without brackets comes: ``r 2:00``, ``r=2'``."""
    after = cursor.peek(1)
    if after is not None and after.text in ("=", ":"):
        ahead = Cursor(cursor.text, [*cursor.tokens[: cursor.next + 1], *cursor.tokens[cursor.next + 2 :]], cursor.next)
        return ahead.opens_recovery()
    return cursor.opens_recovery()


def _item(cursor: Cursor, depth: int) -> Item | _Bare:
    token = cursor.peek()
    if token is None:
        raise wrong(cursor.text, len(cursor.text), "a step is missing")
    if depth > DEEPEST:
        raise wrong(cursor.text, token.at, f"brackets are nested more than {DEEPEST} deep")
    times = _times(cursor)
    if times is not None:
        return _repeat(cursor, times, token.at, depth)
    if token.text in OPENING:
        body = _group(cursor, depth)
        return _checked(cursor, _times_behind(cursor), body, token.at)
    return parse_step(cursor)


def _times(cursor: Cursor) -> int | None:
    """A count with its "x", consumed; None if none stands here."""
    token, after, two = cursor.peek(), cursor.peek(1), cursor.peek(2)
    if token is None or after is None:
        return None
    if token.kind == "word" and token.spelled in NUMBERS_SPELLED:
        count = NUMBERS_SPELLED[token.spelled]
        if token.spelled.endswith("mal") or token.spelled in ("once", "twice", "thrice"):
            cursor.next += 1
            return count
    elif token.kind == "number" and token.text.isdigit():
        count = int(token.text)
    else:
        return None
    if two is not None and f"{after.spelled} {two.spelled}" in COUNTING:
        cursor.next += 3
    elif after.spelled in COUNTING or after.text in ("×", "*"):
        cursor.next += 2
    elif after.text in OPENING:
        cursor.next += 1
    else:
        return None
    return count


def _repeat(cursor: Cursor, times: int, at: int, depth: int) -> Item | _Bare:
    token = cursor.peek()
    if token is None:
        raise wrong(cursor.text, len(cursor.text), f"{times} times what? Write {times}x(400m backward, 2min rest)")
    if token.text in OPENING:
        return _checked(cursor, times, _group(cursor, depth), at)
    found = _item(cursor, depth + 1)
    body: list[Item] = [found.repeat if isinstance(found, _Bare) else found]
    follower = cursor.peek()
    if follower is not None and (follower.text == "/" or cursor.opens_recovery()):
        cursor.next += follower.text == "/"
        return _checked(cursor, times, [*body, parse_step(cursor)], at)
    return _Bare(_checked(cursor, times, body, at))


def _times_behind(cursor: Cursor) -> int:
    """The count behind a group, consumed; 1 if there is none."""
    token, after = cursor.peek(), cursor.peek(1)
    if token is None or not (token.text in ("×", "*") or token.spelled == "x"):
        return 1
    if after is None or not (after.kind == "number" and after.text.isdigit()):
        at = len(cursor.text) if after is None else after.at
        raise wrong(cursor.text, at, "is no count: write (400m backward, 2min rest) x 6")
    cursor.next += 2
    return int(after.text)


def _checked(cursor: Cursor, times: int, body: list[Item], at: int) -> Repeat:
    steps = times * count_steps(tuple(body))
    if times < 1:
        raise wrong(cursor.text, at, "repeats nothing: a count starts at 1")
    if steps > MOST_STEPS:
        raise wrong(cursor.text, at, f"makes {steps} steps, more than the {MOST_STEPS} that a workout may have")
    return Repeat(times, tuple(body))


def _group(cursor: Cursor, depth: int) -> list[Item]:
    opening = cursor.tokens[cursor.next]
    cursor.next += 1
    items = _sentence(cursor, depth + 1)
    closing = cursor.peek()
    if closing is None:
        raise wrong(cursor.text, opening.at, "opens a bracket that is never closed")
    if CLOSING[closing.text] != opening.text:
        raise wrong(cursor.text, closing.at, f'closes what "{opening.text}" opened')
    if not items:
        raise wrong(cursor.text, opening.at, "there is nothing in the brackets")
    cursor.next += 1
    return items
