"""Elements of one kind that repeat thousands of times in few shapes, taken out of a document as rows of text.

A recording is nearly all points, each written like the one before but for its values. The first of a shape is turned
into a regular expression in which only the values are free; it then finds the others ten times as fast as a parser
reports their tags. What is matched is exactly what a parser would find: a shape allows no reference, no comment, no
CDATA section and nothing else that would have to be interpreted, and whatever is written otherwise stays in the
document, as does the first point of each shape wherever points follow one another. So a parser that reads the rest
sees all tags that there are, each in its place, and a document is well-formed if the rest is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Way = tuple[str, ...]
"""Local names from within a point to a value; ``@`` and the name for an attribute of the point itself."""

_SPACE = rb"[ \t\r\n]*+"
_VALUE = rb"[^<>&\]\t\r\n]*+"
_LEAF = re.compile(_SPACE + _VALUE + _SPACE + rb"(?=</)")
_GAP = re.compile(_SPACE + rb"(?=<)")
_NAME = rb"[^\s<>/\"'=!?]+"
_ATTRIBUTE = rb"([ \t\r\n]+" + _NAME + rb"[ \t\r\n]*=[ \t\r\n]*)(\"[^\"<>&]*\"|'[^'<>&]*')"
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAG = re.compile(rb"<(/?)(" + _NAME + rb")((?:" + _ATTRIBUTE + rb")*+)[ \t\r\n]*(/?)>")
_CLOSING = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
"""What ends a part of the document in which a tag is no tag."""
_MOST_SHAPES, _MOST_MISSES, _MOST_TAGS = 32, 200, 200
"""A file written in more ways than this, or with more in a point, is left to the parser."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Points of one shape: what their values are, which of the points side by side they are, and the values."""

    ways: tuple[Way, ...]
    numbers: list[int] = field(default_factory=list)
    values: list[tuple[bytes, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Points side by side in one element."""

    count: int
    rows: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Thinned:
    """A document of which, of points of one shape that stand side by side, only the first is left."""

    body: bytes
    stretches: Mapping[int, Stretch | None] = field(default_factory=lambda: MappingProxyType({}))
    """What was taken out, by how many points stand in the rest before the first one that stands for it; that one counts
    among it. None for the others that stand for it, which directly follow, one for each further shape."""


@dataclass(frozen=True, slots=True)
class _Shape:
    pattern: re.Pattern[bytes]
    """A point and the space behind it with its values as groups, or else the beginning of any tag and no group."""
    ways: tuple[Way, ...]


def thinned(body: bytes, name: str, wanted: Callable[[Way], bool]) -> Thinned:
    """A document in UTF-8 with its points, elements of this local name, taken out as far as they are alike.

    Of the values those are kept that are ``wanted``. Nothing is known yet of the document: if it is not well-formed, a
    parser finds so in what is left.
    """
    tag = rb"(?:[^\s<>/\"'=!?]*:)?" + name.encode("utf-8") + rb"(?=[\s/>])"
    mark = re.compile(rb"<(?:!--|!\[CDATA\[|[!?]|" + tag + rb")")
    shapes = _Shapes(re.compile(rb"<" + tag), wanted)
    stretches: dict[int, Stretch | None] = {}
    kept: list[bytes] = []
    at = done = points = 0
    rooted = False
    while match := mark.search(body, at):
        rooted = rooted or body.find(b"<", at, match.start()) >= 0
        at = match.end()
        if match[0].startswith((b"<!", b"<?")):
            closing = _CLOSING.get(match[0])
            found = -1 if closing is None else body.find(closing, at)
            if closing is None or found < 0:
                break
            at = found + len(closing)
            continue
        begin = match.start()
        stretch, firsts, end = shapes.side_by_side(body, begin) if rooted else (None, [], begin)
        rooted = True  # a root that is a point has to stay, and with it what follows it and should not
        if not firsts:
            points += 1
            continue
        stretches |= dict.fromkeys(range(points, points + len(firsts)))
        stretches[points] = stretch
        points += len(firsts)
        kept += [body[done:begin], *firsts]
        at = done = end
    return Thinned(b"".join([*kept, body[done:]]), MappingProxyType(stretches))


class _Shapes:
    """The shapes of the points met so far, that of the last one first."""

    def __init__(self, point: re.Pattern[bytes], wanted: Callable[[Way], bool]) -> None:
        self._point = point
        self._wanted = wanted
        self._known: list[_Shape] = []
        self._misses = 0

    def side_by_side(self, body: bytes, at: int) -> tuple[Stretch, list[bytes], int]:
        """The points that follow one another from here, the first of each shape, and where the last one ends."""
        rows: dict[int, Rows] = {}
        firsts: list[bytes] = []
        count = 0
        while (fitting := self._fitting(body, at)) is not None:
            shape, end = fitting
            if id(shape) not in rows:
                rows[id(shape)] = Rows(shape.ways)
                firsts.append(body[at:end])
            values = rows[id(shape)].values
            before = len(values)
            for match in shape.pattern.finditer(body, at):
                if match.lastindex is None or match.start() != at:
                    break
                values.append(match.groups())
                at = match.end()
            more = len(values) - before
            rows[id(shape)].numbers.extend(range(count, count + more))
            count += more
        return Stretch(count, tuple(rows.values())), firsts, at

    def _fitting(self, body: bytes, at: int) -> tuple[_Shape, int] | None:
        """The shape of the point here and where it ends; None if there is none, or one to be left to the parser."""
        for place, shape in enumerate(self._known):
            match = shape.pattern.match(body, at)
            if match is not None and match.lastindex is not None:
                self._known.insert(0, self._known.pop(place))
                return shape, match.end()
        if self._misses >= _MOST_MISSES or len(self._known) >= _MOST_SHAPES or not self._point.match(body, at):
            return None
        learnt = _shape(body, at, self._point, self._wanted)
        match = None if learnt is None else learnt.pattern.match(body, at)
        if learnt is None or match is None or match.lastindex is None:
            self._misses += 1
            return None
        self._known.insert(0, learnt)
        return learnt, match.end()


def _shape(body: bytes, at: int, point: re.Pattern[bytes], wanted: Callable[[Way], bool]) -> _Shape | None:
    """What the point here has in common with others; None if it is written in a way that wants a parser."""
    parts: list[bytes] = []
    ways: list[Way] = []
    within: list[bytes] = []
    for _ in range(_MOST_TAGS):
        tag = _TAG.match(body, at)
        if tag is None or (within and point.match(body, at)):
            return None
        at = tag.end()
        closes, name, _, _, _, empty = tag.groups()
        if closes:
            if empty or not within or within.pop() != name:
                return None
            parts.append(re.escape(tag[0]) + _SPACE)
            if not within:
                return _Shape(re.compile(b"".join(parts) + rb"|<"), tuple(ways))
        elif empty:
            parts.append(re.escape(tag[0]) + _SPACE)
        else:
            if within:
                parts.append(re.escape(tag[0]) + _SPACE)
            else:
                parts.append(b"<" + re.escape(name) + _attributes(tag, ways, wanted) + _SPACE)
            within.append(name)
            leaf = _LEAF.match(body, at)
            if leaf is not None and len(within) > 1:
                way = tuple(one.rpartition(b":")[2].decode("utf-8") for one in within[1:])
                parts.append(_group(_VALUE, way, ways, wanted) + _SPACE)
                at = leaf.end()
                continue
        gap = _GAP.match(body, at)
        if gap is None or not within:
            return None
        at = gap.end()
    return None


def _attributes(tag: re.Match[bytes], ways: list[Way], wanted: Callable[[Way], bool]) -> bytes:
    """The pattern of a point's own attributes and the end of its tag."""
    parts = []
    for written, value in _ATTRIBUTES.findall(tag[3]):
        quote = value[:1]
        way = ("@" + written.strip(b"= \t\r\n").decode("utf-8"),)
        free = rb"[^<>&\t\r\n" + quote + rb"]*+"
        parts.append(re.escape(written) + quote + _group(free, way, ways, wanted) + quote)
    return b"".join(parts) + re.escape(tag[0][tag.end(3) - tag.start() :])


def _group(free: bytes, way: Way, ways: list[Way], wanted: Callable[[Way], bool]) -> bytes:
    """What stands for a value, as a group if it is wanted."""
    if not wanted(way):
        return free
    ways.append(way)
    return rb"(" + free + rb")"


__all__ = ["Rows", "Stretch", "Thinned", "Way", "thinned"]
