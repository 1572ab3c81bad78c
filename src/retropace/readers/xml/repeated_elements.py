"""Extraction of elements that a document repeats thousands of times in few shapes, as rows of text.

A recording consists almost entirely of points that differ only in their values. The first point of a shape is turned
into a regular expression in which only the values are free; it finds the others ten times as fast as a parser reports
their tags. A match is exactly what a parser would find: shapes exclude references, comments, CDATA sections and
everything else that needs interpretation, and points written in another way stay in the document, as does the first
point of each shape in every run of points. So the document is well-formed if and only if the rest is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

ElementPath = tuple[str, ...]
"""Local names from within a point to a value; ``@`` and the name for an attribute of the point itself."""

_SPACE = rb"[ \t\r\n]*+"
"""Pattern of white space."""
_VALUE = rb"[^<>&\]\t\r\n]*+"
"""Pattern of a value that a parser would report unchanged."""
_LEAF = re.compile(_SPACE + _VALUE + _SPACE + rb"(?=</)")
"""Pattern of the content of an element that holds only a value."""
_GAP = re.compile(_SPACE + rb"(?=<)")
"""Pattern of the white space before a tag."""
_NAME = rb"[^\s<>/\"'=!?]+"
"""Pattern of the name of an element or attribute."""
_ATTRIBUTE = rb"([ \t\r\n]+" + _NAME + rb"[ \t\r\n]*=[ \t\r\n]*)(\"[^\"<>&]*\"|'[^'<>&]*')"
"""Pattern of an attribute, with its name and its quoted value as groups."""
_ATTRIBUTES = re.compile(_ATTRIBUTE)
"""Compiled pattern of an attribute."""
_TAG = re.compile(rb"<(/?)(" + _NAME + rb")((?:" + _ATTRIBUTE + rb")*+)[ \t\r\n]*(/?)>")
"""Pattern of a tag, with its slashes, name and attributes as groups."""
_CLOSING_DELIMITERS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
"""End of each kind of markup in which a tag is not a tag, by its start."""
_MAX_SHAPES = 32
"""Number of shapes above which points of further shapes are left to the parser."""
_MAX_MISSES = 200
"""Number of points without a usable shape above which no further shapes are learned."""
_MAX_TAGS = 200
"""Number of tags above which a point is left to the parser."""


@dataclass(frozen=True, slots=True)
class ShapeRows:
    """The values of the points of one shape within a block."""

    paths: tuple[ElementPath, ...]
    """Paths of the values, in the order of their columns."""
    numbers: list[int] = field(default_factory=list)
    """Indices of the points within the block."""
    values: list[tuple[bytes, ...]] = field(default_factory=list)
    """Values of each point, as bytes."""


@dataclass(frozen=True, slots=True)
class PointBlock:
    """Consecutive points of one element, grouped by shape."""

    count: int
    groups: tuple[ShapeRows, ...]


@dataclass(frozen=True, slots=True)
class ThinnedDocument:
    """A document in which, of each run of points, only the first point of each shape is left."""

    body: bytes
    blocks: Mapping[int, PointBlock | None] = field(default_factory=lambda: MappingProxyType({}))
    """Extracted points, by the index among the remaining points of the first one that stands for them; it is part of
    the block. None for the other remaining points of the run, one for each further shape."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The markup of points that differ only in their values."""

    pattern: re.Pattern[bytes]
    """Pattern that matches a point, with its values as groups, or else the start of any tag without groups."""
    paths: tuple[ElementPath, ...]


def thin_document(body: bytes, name: str, is_wanted: Callable[[ElementPath], bool]) -> ThinnedDocument:
    """A document in UTF-8 without its repeated points, the elements with the local name ``name``.

    Only the values whose path ``is_wanted`` are kept. The document need not be well-formed: a parser finds any error in
    what is left.
    """
    tag = rb"(?:[^\s<>/\"'=!?]*:)?" + name.encode("utf-8") + rb"(?=[\s/>])"
    markup = re.compile(rb"<(?:!--|!\[CDATA\[|[!?]|" + tag + rb")")
    shapes = _ShapeCache(re.compile(rb"<" + tag), is_wanted)
    blocks: dict[int, PointBlock | None] = {}
    pieces: list[bytes] = []
    position = copied_end = point_count = 0
    has_root = False
    while match := markup.search(body, position):
        has_root = has_root or body.find(b"<", position, match.start()) >= 0
        position = match.end()
        if match[0].startswith((b"<!", b"<?")):
            closing = _CLOSING_DELIMITERS.get(match[0])
            closing_start = -1 if closing is None else body.find(closing, position)
            if closing is None or closing_start < 0:
                break
            position = closing_start + len(closing)
            continue
        start = match.start()
        block, first_points, end = shapes.read_block(body, start) if has_root else (None, [], start)
        has_root = True  # a root element that is a point stays, with whatever follows it, for the parser to refuse
        if not first_points:
            point_count += 1
            continue
        blocks |= dict.fromkeys(range(point_count, point_count + len(first_points)))
        blocks[point_count] = block
        point_count += len(first_points)
        pieces += [body[copied_end:start], *first_points]
        position = copied_end = end
    return ThinnedDocument(b"".join([*pieces, body[copied_end:]]), MappingProxyType(blocks))


class _ShapeCache:
    """The shapes of the points so far, the most recent first."""

    def __init__(self, point: re.Pattern[bytes], is_wanted: Callable[[ElementPath], bool]) -> None:
        self._point = point
        self._is_wanted = is_wanted
        self._known: list[_Shape] = []
        self._misses = 0

    def read_block(self, body: bytes, offset: int) -> tuple[PointBlock, list[bytes], int]:
        """The consecutive points from ``offset`` on, the first of each shape, and the offset behind the last."""
        rows: dict[int, ShapeRows] = {}
        first_points: list[bytes] = []
        count = 0
        while (match_of_shape := self._find_shape(body, offset)) is not None:
            shape, end = match_of_shape
            if id(shape) not in rows:
                rows[id(shape)] = ShapeRows(shape.paths)
                first_points.append(body[offset:end])
            values = rows[id(shape)].values
            count_before = len(values)
            for match in shape.pattern.finditer(body, offset):
                if match.lastindex is None or match.start() != offset:
                    break
                values.append(match.groups())
                offset = match.end()
            added = len(values) - count_before
            rows[id(shape)].numbers.extend(range(count, count + added))
            count += added
        return PointBlock(count, tuple(rows.values())), first_points, offset

    def _find_shape(self, body: bytes, offset: int) -> tuple[_Shape, int] | None:
        """The shape of the point at ``offset`` and the offset behind it; None if the parser must read it."""
        for index, shape in enumerate(self._known):
            match = shape.pattern.match(body, offset)
            if match is not None and match.lastindex is not None:
                self._known.insert(0, self._known.pop(index))
                return shape, match.end()
        if self._misses >= _MAX_MISSES or len(self._known) >= _MAX_SHAPES or not self._point.match(body, offset):
            return None
        learned = _learn_shape(body, offset, self._point, self._is_wanted)
        match = None if learned is None else learned.pattern.match(body, offset)
        if learned is None or match is None or match.lastindex is None:
            self._misses += 1
            return None
        self._known.insert(0, learned)
        return learned, match.end()


def _learn_shape(
    body: bytes, offset: int, point: re.Pattern[bytes], is_wanted: Callable[[ElementPath], bool]
) -> _Shape | None:
    """The shape of the point at ``offset``; None if it needs a parser."""
    parts: list[bytes] = []
    paths: list[ElementPath] = []
    open_names: list[bytes] = []
    for _ in range(_MAX_TAGS):
        tag = _TAG.match(body, offset)
        if tag is None or (open_names and point.match(body, offset)):
            return None
        offset = tag.end()
        is_end, name, _, _, _, is_empty = tag.groups()
        if is_end:
            if is_empty or not open_names or open_names.pop() != name:
                return None
            parts.append(re.escape(tag[0]) + _SPACE)
            if not open_names:
                return _Shape(re.compile(b"".join(parts) + rb"|<"), tuple(paths))
        elif is_empty:
            parts.append(re.escape(tag[0]) + _SPACE)
        else:
            if open_names:
                parts.append(re.escape(tag[0]) + _SPACE)
            else:
                parts.append(b"<" + re.escape(name) + _build_attributes_pattern(tag, paths, is_wanted) + _SPACE)
            open_names.append(name)
            leaf = _LEAF.match(body, offset)
            if leaf is not None and len(open_names) > 1:
                path = tuple(open_name.rpartition(b":")[2].decode("utf-8") for open_name in open_names[1:])
                parts.append(_build_value_pattern(_VALUE, path, paths, is_wanted) + _SPACE)
                offset = leaf.end()
                continue
        gap = _GAP.match(body, offset)
        if gap is None or not open_names:
            return None
        offset = gap.end()
    return None


def _build_attributes_pattern(
    tag: re.Match[bytes], paths: list[ElementPath], is_wanted: Callable[[ElementPath], bool]
) -> bytes:
    """The pattern of a point's attributes and the end of its tag."""
    parts = []
    for name_and_equals, value in _ATTRIBUTES.findall(tag[3]):
        quote = value[:1]
        path = ("@" + name_and_equals.strip(b"= \t\r\n").decode("utf-8"),)
        value_pattern = rb"[^<>&\t\r\n" + quote + rb"]*+"
        parts.append(
            re.escape(name_and_equals) + quote + _build_value_pattern(value_pattern, path, paths, is_wanted) + quote
        )
    return b"".join(parts) + re.escape(tag[0][tag.end(3) - tag.start() :])


def _build_value_pattern(
    pattern: bytes, path: ElementPath, paths: list[ElementPath], is_wanted: Callable[[ElementPath], bool]
) -> bytes:
    """The pattern of a value, as a group if it is wanted."""
    if not is_wanted(path):
        return pattern
    paths.append(path)
    return rb"(" + pattern + rb")"


__all__ = ["ElementPath", "PointBlock", "ShapeRows", "ThinnedDocument", "thin_document"]
