"""Record messages that fitdecode decoded, one by one, as columns: for files whose records cannot be read in bulk."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retropace.readers.fit.table import Chunk, ChunkedRecords, Key
from retropace.readers.fit.values import described, key_of


@dataclass(slots=True)
class _Column:
    name: str
    units: str
    native_number: int | None
    first: tuple[int, int]
    rows: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    words: dict[float, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Place:
    """One field of the messages of a definition, and the columns that its numbers and its texts go to."""

    key: Key
    name: str
    item: Any
    is_plain: bool
    """Whether a whole number needs no second look: it is neither scaled here nor called by a name."""
    numbers: _Column | None = None
    texts: _Column | None = None


@dataclass(slots=True)
class Gathering:
    """Records taken up one by one, so that no more of them than their numbers is kept."""

    count: int = 0
    columns: dict[tuple[Key, bool], _Column] = field(default_factory=dict)
    """By field, and by whether they hold text."""
    places: dict[tuple[Any, int], list[_Place | None]] = field(default_factory=dict)
    """By definition and number of fields; None for a developer field whose description is damaged."""
    repeating: set[Any] = field(default_factory=set)
    """Definitions with a field twice."""

    def add(self, message: Any, scales: dict[tuple[int, int], tuple[float, float]]) -> None:
        """Take up one record message of fitdecode; ``scales`` are scale and offset of developer fields."""
        fields = message.fields
        places = self.places.get((message.def_mesg, len(fields)))
        if places is None:
            places = self.places[message.def_mesg, len(fields)] = [_place(item) for item in fields]
            keys = [place.key for place in places if place is not None]
            if len(set(keys)) < len(keys):
                self.repeating.add(message.def_mesg)
        if message.def_mesg in self.repeating:
            for number, item, last in _last_of_each(fields, places):
                self._add(last, item, number, scales)
        else:
            row = self.count
            for number, (item, place) in enumerate(zip(fields, places, strict=True)):
                if place is None:
                    continue
                value = item.value
                # Nearly all values are whole numbers of fields that were met before.
                if type(value) is int and place.is_plain and place.numbers is not None:
                    place.numbers.rows.append(row)
                    place.numbers.values.append(value)
                elif value is not None:
                    self._add(place, item, number, scales)
        self.count += 1

    def _add(self, place: _Place, item: Any, number: int, scales: dict[tuple[int, int], tuple[float, float]]) -> None:
        """Take up the value of one field, which it has."""
        # The profile calls the least time that is a date "min".
        value = item.raw_value if place.name == "timestamp" else item.value
        if isinstance(value, str):
            self._add_word(place, item.raw_value, value, number)
            return
        column = place.numbers or self._column(place, number, is_text=False)
        column.rows.append(self.count)
        if not isinstance(value, (int, float)) or not math.isfinite(value):
            column.values.append(np.nan)  # arrays are no column
        elif isinstance(place.key, tuple) and place.key in scales:
            scale, offset = scales[place.key]
            column.values.append(value / scale - offset)
        else:
            column.values.append(value)

    def _add_word(self, place: _Place, raw: Any, word: str, number: int) -> None:
        """Take up a text, or a number by the name that the profile has for it."""
        if isinstance(raw, str):
            column = place.texts or self._column(place, number, is_text=True)
            code = float(column.codes.setdefault(word.strip("\0 "), len(column.codes)))
        else:
            column = place.numbers or self._column(place, number, is_text=False)
            code = float(raw)
            column.words[code] = word
        column.rows.append(self.count)
        column.values.append(code)

    def _column(self, place: _Place, number: int, *, is_text: bool) -> _Column:
        """The column of a field, a new one if this is its first value."""
        column = self.columns.get((place.key, is_text))
        if column is None:
            units, native = described(place.item, developer=not isinstance(place.key, str))
            column = self.columns[place.key, is_text] = _Column(place.name, units, native, (self.count, number))
        if is_text:
            place.texts = column
        else:
            place.numbers = column
        return column

    def records(self) -> ChunkedRecords:
        """All records taken up."""
        return ChunkedRecords(
            self.count,
            tuple(
                Chunk(
                    key,
                    column.name,
                    column.units,
                    column.native_number,
                    np.array(column.rows, dtype=np.intp),
                    np.array(column.values, dtype=np.float64),
                    column.first,
                    {float(code): word for word, code in column.codes.items()} if is_text else column.words,
                    is_text,
                )
                for (key, is_text), column in self.columns.items()
            ),
        )


def _last_of_each(fields: Iterable[Any], places: Iterable[_Place | None]) -> list[tuple[int, Any, _Place]]:
    """Of each field that has a value the last one, at the place of its first."""
    by_key: dict[Key, tuple[int, Any, _Place]] = {}
    for number, (item, place) in enumerate(zip(fields, places, strict=True)):
        if place is not None and item.value is not None:
            by_key[place.key] = by_key[place.key][0] if place.key in by_key else number, item, place
    return list(by_key.values())


def _place(item: Any) -> _Place | None:
    name = item.name
    if not isinstance(name, str):
        return None
    key = key_of(item.field_def, name)
    return _Place(key, name, item.field, is_plain=isinstance(key, str))
