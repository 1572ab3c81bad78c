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

ElementPath = tuple[str, ...]
"""Local names from within a point to a value; ``@`` and the name for an attribute of the point itself."""

_SPACE = rb"[ \t\r\n]*+"
_VALUE = rb"[^<>&\]\t\r\n]*+"
_LEAF = re.compile(_SPACE + _VALUE + _SPACE + rb"(?=</)")
_GAP = re.compile(_SPACE + rb"(?=<)")
_NAME = rb"[^\s<>/\"'=!?]+"
_ATTRIBUTE = rb"([ \t\r\n]+" + _NAME + rb"[ \t\r\n]*=[ \t\r\n]*)(\"[^\"<>&]*\"|'[^'<>&]*')"
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAG = re.compile(rb"<(/?)(" + _NAME + rb")((?:" + _ATTRIBUTE + rb")*+)[ \t\r\n]*(/?)>")
_CLOSING_DELIMITERS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
"""What ends a part of the document in which a tag is no tag."""
_MAX_SHAPES, _MAX_MISSES, _MAX_TAGS = 32, 200, 200
"""A file written in more ways than this, or with more in a point, is left to the parser."""


@dataclass(frozen=True, slots=True)
class ShapeRows:
    """Points of one shape: what their values are, which of the points side by side they are, and the values."""

    paths: tuple[ElementPath, ...]
    numbers: list[int] = field(default_factory=list)
    values: list[tuple[bytes, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PointBlock:
    """Points side by side in one element."""

    count: int
    groups: tuple[ShapeRows, ...]


@dataclass(frozen=True, slots=True)
class ThinnedDocument:
    """A document of which, of points of one shape that stand side by side, only the first is left."""

    body: bytes
    blocks: Mapping[int, PointBlock | None] = field(default_factory=lambda: MappingProxyType({}))
    """What was taken out, by how many points stand in the rest before the first one that stands for it; that one counts
    among it. None for the others that stand for it, which directly follow, one for each further shape."""


@dataclass(frozen=True, slots=True)
class _Shape:
    pattern: re.Pattern[bytes]
    """A point and the space behind it with its values as groups, or else the beginning of any tag and no group."""
    paths: tuple[ElementPath, ...]


def thin_document(body: bytes, name: str, is_wanted: Callable[[ElementPath], bool]) -> ThinnedDocument:
    """A document in UTF-8 with its points, elements of this local name, taken out as far as they are alike.

    Of the values those are kept that are ``wanted``. Nothing is known yet of the document: if it is not well-formed, a
    parser finds so in what is left.
    """
    tag = rb"(?:[^\s<>/\"'=!?]*:)?" + name.encode("utf-8") + rb"(?=[\s/>])"
    mark = re.compile(rb"<(?:!--|!\[CDATA\[|[!?]|" + tag + rb")")
    shapes = _ShapeCache(re.compile(rb"<" + tag), is_wanted)
    stretches: dict[int, PointBlock | None] = {}
    kept: list[bytes] = []
    at = done = points = 0
    rooted = False
    while match := mark.search(body, at):
        rooted = rooted or body.find(b"<", at, match.start()) >= 0
        at = match.end()
        if match[0].startswith((b"<!", b"<?")):
            closing = _CLOSING_DELIMITERS.get(match[0])
            found = -1 if closing is None else body.find(closing, at)
            if closing is None or found < 0:
                break
            at = found + len(closing)
            continue
        begin = match.start()
        stretch, firsts, end = shapes.read_block(body, begin) if rooted else (None, [], begin)
        rooted = True  # a root that is a point has to stay, and with it what follows it and should not
        if not firsts:
            points += 1
            continue
        stretches |= dict.fromkeys(range(points, points + len(firsts)))
        stretches[points] = stretch
        points += len(firsts)
        kept += [body[done:begin], *firsts]
        at = done = end
    return ThinnedDocument(b"".join([*kept, body[done:]]), MappingProxyType(stretches))


class _ShapeCache:
    """The shapes of the points met so far, that of the last one first."""

    def __init__(self, point: re.Pattern[bytes], is_wanted: Callable[[ElementPath], bool]) -> None:
        self._point = point
        self._is_wanted = is_wanted
        self._known: list[_Shape] = []
        self._misses = 0

    def read_block(self, body: bytes, offset: int) -> tuple[PointBlock, list[bytes], int]:
        """The points that follow one another from here, the first of each shape, and where the last one ends."""
        rows: dict[int, ShapeRows] = {}
        firsts: list[bytes] = []
        count = 0
        while (fitting := self._find_shape(body, offset)) is not None:
            shape, end = fitting
            if id(shape) not in rows:
                rows[id(shape)] = ShapeRows(shape.paths)
                firsts.append(body[offset:end])
            values = rows[id(shape)].values
            before = len(values)
            for match in shape.pattern.finditer(body, offset):
                if match.lastindex is None or match.start() != offset:
                    break
                values.append(match.groups())
                offset = match.end()
            more = len(values) - before
            rows[id(shape)].numbers.extend(range(count, count + more))
            count += more
        return PointBlock(count, tuple(rows.values())), firsts, offset

    def _find_shape(self, body: bytes, offset: int) -> tuple[_Shape, int] | None:
        """The shape of the point here and where it ends; None if there is none, or one to be left to the parser."""
        for place, shape in enumerate(self._known):
            match = shape.pattern.match(body, offset)
            if match is not None and match.lastindex is not None:
                self._known.insert(0, self._known.pop(place))
                return shape, match.end()
        if self._misses >= _MAX_MISSES or len(self._known) >= _MAX_SHAPES or not self._point.match(body, offset):
            return None
        learnt = _learn_shape(body, offset, self._point, self._is_wanted)
        match = None if learnt is None else learnt.pattern.match(body, offset)
        if learnt is None or match is None or match.lastindex is None:
            self._misses += 1
            return None
        self._known.insert(0, learnt)
        return learnt, match.end()


def _learn_shape(
    body: bytes, offset: int, point: re.Pattern[bytes], is_wanted: Callable[[ElementPath], bool]
) -> _Shape | None:
    """What the point here has in common with others; None if it is written in a way that wants a parser."""
    parts: list[bytes] = []
    ways: list[ElementPath] = []
    within: list[bytes] = []
    for _ in range(_MAX_TAGS):
        tag = _TAG.match(body, offset)
        if tag is None or (within and point.match(body, offset)):
            return None
        offset = tag.end()
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
                parts.append(b"<" + re.escape(name) + _build_attributes_pattern(tag, ways, is_wanted) + _SPACE)
            within.append(name)
            leaf = _LEAF.match(body, offset)
            if leaf is not None and len(within) > 1:
                way = tuple(one.rpartition(b":")[2].decode("utf-8") for one in within[1:])
                parts.append(_build_value_pattern(_VALUE, way, ways, is_wanted) + _SPACE)
                offset = leaf.end()
                continue
        gap = _GAP.match(body, offset)
        if gap is None or not within:
            return None
        offset = gap.end()
    return None


def _build_attributes_pattern(
    tag: re.Match[bytes], paths: list[ElementPath], is_wanted: Callable[[ElementPath], bool]
) -> bytes:
    """The pattern of a point's own attributes and the end of its tag."""
    parts = []
    for written, value in _ATTRIBUTES.findall(tag[3]):
        quote = value[:1]
        way = ("@" + written.strip(b"= \t\r\n").decode("utf-8"),)
        free = rb"[^<>&\t\r\n" + quote + rb"]*+"
        parts.append(re.escape(written) + quote + _build_value_pattern(free, way, paths, is_wanted) + quote)
    return b"".join(parts) + re.escape(tag[0][tag.end(3) - tag.start() :])


def _build_value_pattern(
    pattern: bytes, path: ElementPath, paths: list[ElementPath], is_wanted: Callable[[ElementPath], bool]
) -> bytes:
    """What stands for a value, as a group if it is wanted."""
    if not is_wanted(path):
        return pattern
    paths.append(path)
    return rb"(" + pattern + rb")"


__all__ = ["ElementPath", "PointBlock", "ShapeRows", "ThinnedDocument", "thin_document"]
