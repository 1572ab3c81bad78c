"""Fast extraction of track points, which a document repeats thousands of times, as rows of text.

A recording consists almost entirely of points that differ only in their values; such points have one shape. The first
point of a shape is turned into a regular expression in which only the values are free; it finds the others ten times as
fast as a parser reports their tags. A match is exactly what a parser would find, because shapes exclude references,
comments, CDATA sections and everything else that needs interpretation. Points written in another way stay in the
document. So does, wherever points follow one another without interruption, the first of each shape. Therefore the
document is well-formed if and only if the rest is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

ElementPath = tuple[str, ...]
"""Path to a value within a point: the names, without prefix, of the elements that lead to it.

For an attribute of the point itself it is ``@`` and the attribute's name."""

_SPACE = rb"[ \t\r\n]*+"
"""Pattern of white space."""
_VALUE = rb"[^<>&\]\t\r\n]*+"
"""Pattern of a value that a parser would report unchanged."""
_LEAF = re.compile(_SPACE + _VALUE + _SPACE + rb"(?=</)")
"""Pattern of the content of an element that holds only a value."""
_GAP = re.compile(_SPACE + rb"(?=<)")
"""Pattern of white space before a tag."""
_NAME = rb"[^\s<>/\"'=!?]+"
"""Pattern of the name of an element or attribute."""
_ATTRIBUTE = rb"([ \t\r\n]+" + _NAME + rb"[ \t\r\n]*=[ \t\r\n]*)(\"[^\"<>&]*\"|'[^'<>&]*')"
"""Pattern of an attribute, with its name and its quoted value as groups."""
_ATTRIBUTES = re.compile(_ATTRIBUTE)
"""Compiled pattern of an attribute."""
_TAG = re.compile(rb"<(/?)(" + _NAME + rb")((?:" + _ATTRIBUTE + rb")*+)[ \t\r\n]*(/?)>")
"""Pattern of a tag, with its slashes, name and attributes as groups."""
_CLOSING_DELIMITERS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
"""End of comments, CDATA sections and processing instructions, in which nothing is a tag, by their start."""
_MAX_SHAPES = 32
"""Largest number of shapes (ways of writing a point) that are learned; points of further shapes are left to the
parser."""
_MAX_MISSES = 200
"""Number of points without a usable shape after which no further shapes are learned."""
_MAX_TAGS = 200
"""Largest number of tags in an extracted point; a point with more is left to the parser."""


@dataclass(frozen=True, slots=True)
class ShapeRows:
    """The values of those points of a block that have one shape, that is, differ only in their values."""

    paths: tuple[ElementPath, ...]
    """Path of each value of a point, in the order of the values."""
    numbers: list[int] = field(default_factory=list)
    """Indices of the points within the block."""
    values: list[tuple[bytes, ...]] = field(default_factory=list)
    """Values of each point, as bytes."""


@dataclass(frozen=True, slots=True)
class PointBlock:
    """Points that follow one another in a document, grouped by shape."""

    count: int
    groups: tuple[ShapeRows, ...]


@dataclass(frozen=True, slots=True)
class ThinnedDocument:
    """A document without most of its points: of successive points, only the first of each shape is left."""

    body: bytes
    blocks: Mapping[int, PointBlock | None] = field(default_factory=lambda: MappingProxyType({}))
    """Extracted points that followed one another, by the index of the first point left in their place. Indices count
    the points that are left in the document.

    The extracted points include those left. If several are left, one of each shape, the indices of the second and later
    ones have the value None."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """A way of writing a point: its markup with all values left open."""

    pattern: re.Pattern[bytes]
    """Pattern that matches a point of this shape, with its values as groups, or the start of any other tag, without
    groups."""
    paths: tuple[ElementPath, ...]


def thin_document(body: bytes, name: str, is_wanted: Callable[[ElementPath], bool]) -> ThinnedDocument:
    """Extract the repeated points, elements called ``name`` with any prefix, from a document in UTF-8.

    Only values at paths for which ``is_wanted`` is true are kept. The document need not be well-formed: a parser finds
    any error in what is left.
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
    """The shapes of the points found so far, the last used first; further shapes are learned from new points."""

    def __init__(self, point: re.Pattern[bytes], is_wanted: Callable[[ElementPath], bool]) -> None:
        self._point = point
        self._is_wanted = is_wanted
        self._known: list[_Shape] = []
        self._misses = 0

    def read_block(self, body: bytes, offset: int) -> tuple[PointBlock, list[bytes], int]:
        """Read the points that follow one another from ``offset`` on.

        Returns these points, the bytes of the first point of each shape, and the offset of the byte after the last
        point.
        """
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
        """Find the shape of the point at ``offset`` and the offset after it; None if the parser must read the point."""
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
    """Derive a shape from the point at ``offset``; None if the point needs a parser."""
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
    """Build the pattern of a point's attributes and the end of its tag; paths of wanted ones are added to ``paths``."""
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
    """Build the pattern of a value, as a group if it is wanted; then its path is added to ``paths``."""
    if not is_wanted(path):
        return pattern
    paths.append(path)
    return rb"(" + pattern + rb")"


__all__ = ["ElementPath", "PointBlock", "ShapeRows", "ThinnedDocument", "thin_document"]
