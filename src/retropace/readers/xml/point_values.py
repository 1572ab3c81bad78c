"""The values of points, collected while a document is read, as columns."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import repeat
from math import isfinite, nan
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.readers.iso_times import normalize_digits, parse_time
from retropace.readers.xml.document import Element, local_name

RowIndices = NDArray[np.intp]
"""Indices of points, ``(n,)``."""
TIME_COLUMN = "posix_s"
"""Column of times, in seconds since 1970."""
MAX_COLUMNS = 200
"""Largest number of columns that are read; further ones are left out. Real recordings have up to 30."""
MAX_NUMBER_CHARS = 64
"""Longest text, in characters, that is tried as a number in another notation than the English one."""


class PointValues:
    """The values of points in the order in which the points start.

    ``find_column`` gives the column of an element by its local name: empty for none, None for one that shows that the
    point's end is missing. A column in ``parent_by_column`` is read only within an element of that name.
    """

    def __init__(
        self,
        find_column: Callable[[str], str | None],
        attributes: Iterable[str] = (),
        *,
        parent_by_column: Mapping[str, str] = MappingProxyType({}),
    ):
        self._find_column, self._column_by_tag = find_column, dict[str, str | None]()
        self._parent_by_column = parent_by_column
        self._columns: set[str | None] = set()
        self.left_out: set[str] = set()  # columns in excess of MAX_COLUMNS
        self._attributes: dict[str, list[str]] = {name: [] for name in attributes}  # texts, empty where missing
        self.numbers: defaultdict[str, array[float]] = defaultdict(lambda: array("d"))
        """Numbers by column, up to the last point that has one, NaN where a point has none."""
        self.words: defaultdict[str, dict[int, str]] = defaultdict(dict)
        """Texts that are not numbers, by column and point."""
        self._unzoned: set[int] = set()  # points whose time has no time zone
        self._open: list[tuple[Element, int]] = []
        """Points that have started and not ended, with their indices; several only where an end is missing."""
        self.count = 0  # points that have started

    def start_point(self, point: Element) -> None:
        """Read the attributes of a point, of which only the start is known."""
        for attribute, texts in self._attributes.items():
            texts.append(point.get(attribute, ""))
        self._open.append((point, self.count))
        self.count += 1

    def end_element(self, element: Element) -> None:
        """Read the elements of a point that is complete, if it is a point that ends."""
        if not self._open or self._open[-1][0] is not element:
            return
        point, row = self._open.pop()
        numbers, column_by_tag, parent_by_column = self.numbers, self._column_by_tag, self._parent_by_column
        for element in point.iterdescendants("*"):
            tag = element.tag
            if tag not in column_by_tag:
                column_by_tag[tag] = self._admit_column(self._find_column(local_name(tag)))
            column = column_by_tag[tag]
            if column is None:
                break
            if not column or not (text := element.text):
                continue
            parent = parent_by_column.get(column)
            if parent and local_name(element.getparent().tag) != parent:
                continue
            if column == TIME_COLUMN:
                number = self._parse_time(text, row)
            else:
                try:
                    number = float(text)
                except ValueError:
                    number = nan
            values = numbers[column]
            if len(values) == row and isfinite(number):
                values.append(number)
            else:
                self._add_unusual(column, row, number, text)

    def build_numbers(self, column: str) -> FloatArray:
        """Build a column ``(count,)``: of several numbers of a point the first, of several times the last, else NaN."""
        values = np.array(self.numbers[column])
        return np.concatenate((values, np.full(self.count - len(values), np.nan)))

    def build_attribute(self, attribute: str) -> FloatArray:
        """Build the column ``(count,)`` of an attribute of points, NaN where it is not a number."""
        texts = self._attributes[attribute]
        try:
            values = np.array(list(map(float, texts)), dtype=np.float64)
        except ValueError:
            values = np.array([parse_number(text) for text in texts], dtype=np.float64)
        return np.where(np.isfinite(values), values, np.nan)

    def build_words(self, column: str) -> tuple[FloatArray, tuple[str, ...]]:
        """Build a column ``(count,)`` with the index of each point's first word, NaN for none; and the words."""
        indices = np.full(self.count, np.nan)
        index_by_word: dict[str, int] = {}
        for row, word in sorted(self.words[column].items()):
            indices[row] = index_by_word.setdefault(word, len(index_by_word))
        return indices, tuple(index_by_word)

    def build_zones(self) -> NDArray[np.bool_]:
        """Build the column ``(count,)`` of whether a point's time has a time zone; True for a point without a time."""
        has_zone = np.ones(self.count, dtype=bool)
        has_zone[list(self._unzoned)] = False
        return has_zone

    def _admit_column(self, column: str | None) -> str | None:
        """Return a column's name, or an empty name if there are :data:`MAX_COLUMNS` others already."""
        if column and column not in self._columns:
            if len(self._columns) >= MAX_COLUMNS:
                self.left_out.add(column)
                return ""
            self._columns.add(column)
        return column

    def _add_unusual(self, column: str, row: int, number: float, text: str) -> None:
        """Add the text of an element that is no finite number, or does not follow a value of the point before."""
        values = self.numbers[column]
        values.extend(repeat(nan, row + 1 - len(values)))
        if column != TIME_COLUMN and not isfinite(number):
            number = parse_number(text)
            if not isfinite(number) and (word := text.strip())[:1].isalpha():
                self.words[column].setdefault(row, word)
        if isfinite(number) and (column == TIME_COLUMN or not isfinite(values[row])):
            values[row] = number

    def _parse_time(self, text: str, row: int) -> float:
        if (parsed := parse_time(text)) is None:
            return nan
        (self._unzoned.discard if parsed[1] else self._unzoned.add)(row)
        return parsed[0]


def parse_number(text: str) -> float:
    """Parse a finite number, also with a decimal comma or in the digits of another script; NaN if the text is none."""
    try:
        value = float(text)
    except ValueError:
        plain = normalize_digits(text) if len(text) <= MAX_NUMBER_CHARS else text
        if "," in plain and "." in plain:  # the first of the two separates thousands
            plain = plain.replace(min(",", ".", key=plain.index), "")
        plain = plain.replace(",", ".")
        return parse_number(plain) if plain != text else nan
    return value if isfinite(value) else nan


def is_usable_position(lat_deg: float, lon_deg: float) -> bool:
    """Return whether a latitude and longitude are valid."""
    return abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0
