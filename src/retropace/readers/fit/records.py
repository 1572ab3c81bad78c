"""Record messages that fitdecode decoded, one by one, as columns: for files whose records cannot be read in bulk."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retropace.readers.fit.table import ChunkedRecords, FieldChunk, FieldKey
from retropace.readers.fit.values import build_field_key, describe_field


@dataclass(slots=True)
class _FieldValues:
    name: str
    units: str
    native_number: int | None
    first_position: tuple[int, int]
    rows: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    value_names: dict[float, str] = field(default_factory=dict)
    text_codes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _FieldTarget:
    """One field of the messages of a definition, and the columns that its numbers and its texts go to."""

    key: FieldKey
    name: str
    item: Any
    is_unscaled: bool
    """Whether a whole number needs no second look: it is neither scaled here nor called by a name."""
    numbers: _FieldValues | None = None
    texts: _FieldValues | None = None


@dataclass(slots=True)
class ColumnBuilder:
    """Records taken up one by one, so that no more of them than their numbers is kept."""

    count: int = 0
    columns: dict[tuple[FieldKey, bool], _FieldValues] = field(default_factory=dict)
    """By field, and by whether they hold text."""
    targets: dict[tuple[Any, int], list[_FieldTarget | None]] = field(default_factory=dict)
    """By definition and number of fields; None for a developer field whose description is damaged."""
    repeating_definitions: set[Any] = field(default_factory=set)
    """Definitions with a field twice."""

    def add(self, message: Any, scales: dict[tuple[int, int], tuple[float, float]]) -> None:
        """Take up one record message of fitdecode; ``scales`` are scale and offset of developer fields."""
        fields = message.fields
        places = self.targets.get((message.def_mesg, len(fields)))
        if places is None:
            places = self.targets[message.def_mesg, len(fields)] = [_build_target(item) for item in fields]
            keys = [place.key for place in places if place is not None]
            if len(set(keys)) < len(keys):
                self.repeating_definitions.add(message.def_mesg)
        if message.def_mesg in self.repeating_definitions:
            for number, item, last in _last_values(fields, places):
                self._add_value(last, item, number, scales)
        else:
            row = self.count
            for number, (item, place) in enumerate(zip(fields, places, strict=True)):
                if place is None:
                    continue
                value = item.value
                # Nearly all values are whole numbers of fields that were met before.
                if type(value) is int and place.is_unscaled and place.numbers is not None:
                    place.numbers.rows.append(row)
                    place.numbers.values.append(value)
                elif value is not None:
                    self._add_value(place, item, number, scales)
        self.count += 1

    def _add_value(
        self, target: _FieldTarget, item: Any, number: int, scales: dict[tuple[int, int], tuple[float, float]]
    ) -> None:
        """Take up the value of one field, which it has."""
        # The profile calls the least time that is a date "min".
        value = item.raw_value if target.name == "timestamp" else item.value
        if isinstance(value, str):
            self._add_text(target, item.raw_value, value, number)
            return
        column = target.numbers or self._get_column(target, number, is_text=False)
        column.rows.append(self.count)
        if not isinstance(value, (int, float)) or not math.isfinite(value):
            column.values.append(np.nan)  # arrays are no column
        elif isinstance(target.key, tuple) and target.key in scales:
            scale, offset = scales[target.key]
            column.values.append(value / scale - offset)
        else:
            column.values.append(value)

    def _add_text(self, target: _FieldTarget, raw: Any, text: str, number: int) -> None:
        """Take up a text, or a number by the name that the profile has for it."""
        if isinstance(raw, str):
            column = target.texts or self._get_column(target, number, is_text=True)
            code = float(column.text_codes.setdefault(text.strip("\0 "), len(column.text_codes)))
        else:
            column = target.numbers or self._get_column(target, number, is_text=False)
            code = float(raw)
            column.value_names[code] = text
        column.rows.append(self.count)
        column.values.append(code)

    def _get_column(self, target: _FieldTarget, number: int, *, is_text: bool) -> _FieldValues:
        """The column of a field, a new one if this is its first value."""
        column = self.columns.get((target.key, is_text))
        if column is None:
            units, native = describe_field(target.item, is_developer=not isinstance(target.key, str))
            column = self.columns[target.key, is_text] = _FieldValues(target.name, units, native, (self.count, number))
        if is_text:
            target.texts = column
        else:
            target.numbers = column
        return column

    def to_records(self) -> ChunkedRecords:
        """All records taken up."""
        return ChunkedRecords(
            self.count,
            tuple(
                FieldChunk(
                    key,
                    column.name,
                    column.units,
                    column.native_number,
                    np.array(column.rows, dtype=np.intp),
                    np.array(column.values, dtype=np.float64),
                    column.first_position,
                    {float(code): word for word, code in column.text_codes.items()} if is_text else column.value_names,
                    is_text,
                )
                for (key, is_text), column in self.columns.items()
            ),
        )


def _last_values(fields: Iterable[Any], targets: Iterable[_FieldTarget | None]) -> list[tuple[int, Any, _FieldTarget]]:
    """Of each field that has a value the last one, at the place of its first."""
    by_key: dict[FieldKey, tuple[int, Any, _FieldTarget]] = {}
    for number, (item, place) in enumerate(zip(fields, targets, strict=True)):
        if place is not None and item.value is not None:
            by_key[place.key] = by_key[place.key][0] if place.key in by_key else number, item, place
    return list(by_key.values())


def _build_target(item: Any) -> _FieldTarget | None:
    name = item.name
    if not isinstance(name, str):
        return None
    key = build_field_key(item.field_def, name)
    return _FieldTarget(key, name, item.field, is_unscaled=isinstance(key, str))
