"""Parser of workout sentences such as ``10min forward, 6x(400m backward, 2min rest), 5min forward``.

::

    sentence := item (("," | ";" | "+" | "/" | "then" | line break) item)*
    item     := count "x" (group | step [recovery]) | group ["x" count] | step {"/" step} "x" count | ladder | step
    count    := 6 | 5-6
    ladder   := number {("-" | "/") number} step, whose recovery follows each of its lengths
    recovery := ("/" | "and") step | ["," ] ("r" | "with") step | "," step that rests | "(" step ")"
    group    := "(" sentence ")"
    step     := [length] [direction] [gait] [("@" | "speed=") pace]      in any order
    length   := 400m | 1.5km | 2-3km | 1/4 mile | 2 laps | 90s | 2min | 2:00 | 2'30" | until lap | 400 (metres)
"""

from dataclasses import replace

from retropace.annotations.model.plan import MAX_STEPS, Item, Plan, PlanStep, Repeat, count_steps
from retropace.annotations.sentence.step_parser import MIN_UNITLESS_M, parse_step
from retropace.annotations.sentence.tokenizer import Token, TokenCursor, build_syntax_error, load_keywords, tokenize
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
    """Return the plan that a sentence describes; raises :class:`AnnotationError` naming the character at fault."""
    if not text.strip():
        raise AnnotationError('the workout is empty: write for example "10min forward, 6x(400m backward, 2min rest)"')
    if len(text) > MAX_TEXT_CHARS:
        raise AnnotationError(f"the workout has {len(text)} characters, more than {MAX_TEXT_CHARS}")
    cursor = TokenCursor(text, tokenize(text))
    items = _parse_items(cursor, 0)
    if cursor.peek().kind != "end":
        raise cursor.error(cursor.peek(), "closes a bracket that was never opened")
    if not items:
        raise AnnotationError("the workout has no steps")
    return Plan(tuple(items), " ".join(text.split()))


def _parse_items(cursor: TokenCursor, depth: int) -> list[Item]:
    """Return the steps and repeats up to a closing bracket or the end of the sentence."""
    items: list[Item] = []
    last_is_bare = False
    group_start = 0
    _skip_separators(cursor)
    while cursor.peek().kind != "end" and cursor.peek().text not in OPENING_BY_CLOSING:
        # The recovery of a set without brackets may follow it, as in "r 2:00" or "r=2'".
        opens_recovery = cursor.opens_recovery(2 if cursor.peek(1).text in ("=", ":") else 1)
        item, is_bare = _parse_item(cursor, depth)
        last = items[-1] if last_is_bare else None
        is_recovery = isinstance(item, PlanStep) and (opens_recovery or item.is_recovery or item.direction == "rest")
        if isinstance(last, Repeat) and isinstance(item, PlanStep) and is_recovery:
            items[-1] = _add_recovery(last, item)
        else:
            items.append(item)
        last_is_bare = is_bare
        if cursor.trails_count():
            # What slashes join is repeated, as in "1min back / 90s jog x8".
            joined = items[group_start:]
            items[group_start:] = [_build_repeat(cursor, (_parse_trailing_count(cursor), None), joined, cursor.peek())]
        if cursor.peek().text != "/":
            group_start = len(items)
        _skip_separators(cursor)
    if (count := count_steps(tuple(items))) > MAX_STEPS:
        raise build_syntax_error(cursor.text, 0, f"the workout has {count} steps, more than {MAX_STEPS}")
    return items


def _skip_separators(cursor: TokenCursor) -> None:
    while (cursor.peek().kind == "symbol" and cursor.peek().text in SEPARATORS) or cursor.separates_steps():
        cursor.position += 1


def _parse_item(cursor: TokenCursor, depth: int) -> tuple[Item, bool]:
    """Return the item at the cursor, and whether it is a repeat without brackets, whose recovery may follow."""
    token = cursor.peek()
    if token.kind == "end":
        raise cursor.error(token, "a step is missing")
    if depth > MAX_DEPTH:
        raise cursor.error(token, f"brackets are nested more than {MAX_DEPTH} deep")
    _skip_heading(cursor)
    if (rungs := _find_rungs(cursor)) is not None:
        return _parse_ladder(cursor, rungs), True
    count = _parse_count(cursor)
    if count is not None:
        return _parse_repeat(cursor, count, token, depth)
    if token.text in OPENING_BRACKETS:
        body = _parse_group(cursor, depth)
        return _build_repeat(cursor, (_parse_trailing_count(cursor), None), body, token), False
    return parse_step(cursor), False


def _skip_heading(cursor: TokenCursor) -> None:
    """Move the cursor behind a heading such as "main set:", "set 2:" or "ladder"."""
    ahead = 0
    while cursor.peek(ahead).normalized in load_keywords().headings:
        ahead += 1
    if ahead:
        ahead += cursor.peek(ahead).kind == "number" and cursor.peek(ahead + 1).text == ":"
        cursor.position += ahead + (cursor.peek(ahead).text == ":")


def _find_rungs(cursor: TokenCursor) -> list[float] | None:
    """Return the numbers of a ladder at the cursor, such as ``100-200-100``; None if there is none."""
    rungs: list[float] = []
    ahead, sign = 0, cursor.peek(1 + cursor.is_unit(1)).text
    while cursor.peek(ahead).kind == "number":
        rungs.append(float(cursor.peek(ahead).text.replace(",", ".")))
        ahead += 1 + cursor.is_unit(ahead + 1)
        if cursor.peek(ahead).text != sign:
            break
        ahead += 1
    is_ladder = sign in ("-", "–", "/") and (len(rungs) > 2 or (len(rungs) == 2 and min(rungs) >= MIN_UNITLESS_M))
    return rungs if is_ladder and cursor.peek(ahead - 1).text != sign and min(rungs) > 0.0 else None


def _parse_ladder(cursor: TokenCursor, rungs: list[float]) -> Repeat:
    """Return a ladder as a set carried out once, with a step for each of its ``rungs``."""
    for _ in rungs[1:]:
        cursor.position += 2 + cursor.is_unit(1)
    last = parse_step(cursor)

    def scale(amount: float | None, rung: float) -> float | None:
        return None if amount is None else amount * rung / rungs[-1]

    steps = [replace(last, metres=scale(last.metres, rung), seconds=scale(last.seconds, rung)) for rung in rungs]
    return Repeat(1, tuple(steps))


def _add_recovery(repeat: Repeat, recovery: PlanStep) -> Repeat:
    """Return a set with a recovery at the end of its body, or after each length of a ladder."""
    is_ladder = repeat.count == 1 and len(repeat.body) > 1
    body = [item for rung in repeat.body for item in (rung, recovery)] if is_ladder else [*repeat.body, recovery]
    return replace(repeat, body=tuple(body))


def _parse_count(cursor: TokenCursor) -> tuple[int, int | None] | None:
    """Return a count before a repeat word and its least count (``5-6x``), the cursor behind both; None without one."""
    if (end := cursor.range_end()) is not None and end.text.isdigit() and cursor.peek().text.isdigit():
        least, start = int(cursor.peek().text), cursor.position
        cursor.position += 2
        most = _parse_count(cursor)
        if most is not None and most[0] >= least > 0:
            return most[0], least
        cursor.position = start
    token, after, keywords = cursor.peek(), cursor.peek(1), load_keywords()
    is_complete = False
    if token.kind == "word" and token.normalized in keywords.numbers and after.kind != "end":
        count = keywords.numbers[token.normalized]
        is_complete = token.normalized.endswith("mal") or token.normalized in ("once", "twice", "thrice")
    elif token.kind == "number" and token.text.isdigit():
        count = int(token.text)
    else:
        return None
    if is_complete:
        cursor.position += 1
    elif f"{after.normalized} {cursor.peek(2).normalized}" in keywords.repeats:
        cursor.position += 3
    elif after.normalized in keywords.repeats or after.text in ("×", "*"):
        cursor.position += 2
    elif after.text in OPENING_BRACKETS:
        cursor.position += 1
    else:
        return None
    cursor.position += cursor.peek().text == ":"
    return count, None


def _parse_repeat(cursor: TokenCursor, count: tuple[int, int | None], first: Token, depth: int) -> tuple[Item, bool]:
    token = cursor.peek()
    if token.kind == "end":
        raise cursor.error(token, f"{count[0]} times what? Write {count[0]}x(400m backward, 2min rest)")
    if token.text in OPENING_BRACKETS:
        return _build_repeat(cursor, count, _parse_group(cursor, depth), first), False
    is_of_and = cursor.peek(-1).normalized == "of"
    item = _parse_item(cursor, depth + 1)[0]
    body = item if isinstance(item, Repeat) and item.count == 1 else Repeat(1, (item,))
    has_sign = cursor.peek().text == "/" or (is_of_and and cursor.peek().normalized in ("and", "&", "+"))
    has_recovery = True
    if has_sign or cursor.opens_recovery():
        cursor.position += has_sign
        body = _add_recovery(body, parse_step(cursor))
    elif cursor.peek().text in OPENING_BRACKETS:
        body = replace(body, body=(*body.body, *_parse_group(cursor, depth)))
    else:
        has_recovery = False
    return _build_repeat(cursor, count, [*body.body], first), not has_recovery


def _parse_trailing_count(cursor: TokenCursor) -> int:
    """Return the count behind a bracketed group, as in ``(...) x 6``; 1 if there is none."""
    token, after = cursor.peek(), cursor.peek(1)
    if token.text not in ("×", "*") and token.normalized != "x":
        return 1
    if not (after.kind == "number" and after.text.isdigit()):
        raise cursor.error(after, "is no count: write (400m backward, 2min rest) x 6")
    cursor.position += 2
    return int(after.text)


def _build_repeat(cursor: TokenCursor, counts: tuple[int, int | None], body: list[Item], first: Token) -> Repeat:
    count, least = counts
    steps = count * count_steps(tuple(body))
    if count < 1:
        raise cursor.error(first, "repeats nothing: a count starts at 1")
    if steps > MAX_STEPS:
        raise cursor.error(first, f"makes {steps} steps, more than the {MAX_STEPS} that a workout may have")
    return Repeat(count, tuple(body), least)


def _parse_group(cursor: TokenCursor, depth: int) -> list[Item]:
    opening = cursor.peek()
    cursor.position += 1
    items = _parse_items(cursor, depth + 1)
    closing = cursor.peek()
    if closing.kind == "end":
        raise cursor.error(opening, "opens a bracket that is never closed")
    if OPENING_BY_CLOSING[closing.text] != opening.text:
        raise cursor.error(closing, f'closes what "{opening.text}" opened')
    if not items:
        raise cursor.error(opening, "there is nothing in the brackets")
    cursor.position += 1
    return items
