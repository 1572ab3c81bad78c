"""Collection of columns from record messages that fitdecode decodes one by one, where bulk decoding is impossible."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retropace.readers.fit.table import ChunkedRecords, DeveloperScales, FieldChunk, FieldKey
from retropace.readers.fit.values import build_field_key, describe_field


@dataclass(slots=True)
class _FieldValues:
    """Values of one field, collected record by record."""

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
    """One field in the record messages of a definition, with the columns that receive its numbers and its texts."""

    key: FieldKey
    name: str
    item: Any
    is_unscaled: bool
    """Whether the field's integers can be used without a scale; false for all developer fields, which may have one."""
    numbers: _FieldValues | None = None
    texts: _FieldValues | None = None


@dataclass(slots=True)
class ColumnBuilder:
    """Collects the values of record messages in columns and keeps nothing else of a message."""

    count: int = 0
    columns: dict[tuple[FieldKey, bool], _FieldValues] = field(default_factory=dict)
    """Columns by field and by whether they hold texts, since a field may have numbers in some messages and texts in
    others."""
    targets: dict[tuple[Any, int], list[_FieldTarget | None]] = field(default_factory=dict)
    """For each field of a message, what receives its values. The key is the message's definition and how many fields
    the message has.

    None stands for a developer field with a damaged description, which is skipped."""
    repeating_definitions: set[Any] = field(default_factory=set)
    """Definitions in which a field occurs twice; of such a field only the last value counts."""

    def add(self, message: Any, scales: DeveloperScales) -> None:
        """Add the values of one record message of fitdecode, applying the ``scales`` of developer fields."""
        fields = message.fields
        targets = self.targets.get((message.def_mesg, len(fields)))
        if targets is None:
            targets = self.targets[message.def_mesg, len(fields)] = [_build_target(field) for field in fields]
            keys = [target.key for target in targets if target is not None]
            if len(set(keys)) < len(keys):
                self.repeating_definitions.add(message.def_mesg)
        if message.def_mesg in self.repeating_definitions:
            for order, field, last_target in _last_values(fields, targets):
                self._add_value(last_target, field, order, scales)
        else:
            row = self.count
            for order, (field, target) in enumerate(zip(fields, targets, strict=True)):
                if target is None:
                    continue
                value = field.value
                # Nearly all values are integers of fields that have occurred before.
                if type(value) is int and target.is_unscaled and target.numbers is not None:
                    target.numbers.rows.append(row)
                    target.numbers.values.append(value)
                elif value is not None:
                    self._add_value(target, field, order, scales)
        self.count += 1

    def _add_value(self, target: _FieldTarget, field: Any, order: int, scales: DeveloperScales) -> None:
        """Add one value, which must not be None, of a field of a message."""
        # The profile names the smallest time that is a date "min".
        value = field.raw_value if target.name == "timestamp" else field.value
        if isinstance(value, str):
            self._add_text(target, field.raw_value, value, order)
            return
        column = target.numbers or self._get_column(target, order, is_text=False)
        column.rows.append(self.count)
        if not isinstance(value, (int, float)) or not math.isfinite(value):
            column.values.append(np.nan)  # arrays have no column
        elif isinstance(target.key, tuple) and target.key in scales:
            scale, offset = scales[target.key]
            column.values.append(value / scale - offset)
        else:
            column.values.append(value)

    def _add_text(self, target: _FieldTarget, raw: Any, text: str, order: int) -> None:
        """Add a value for which fitdecode returns text: a true text, or a number that has a name in the FIT profile."""
        if isinstance(raw, str):
            column = target.texts or self._get_column(target, order, is_text=True)
            code = float(column.text_codes.setdefault(text.strip("\0 "), len(column.text_codes)))
        else:
            column = target.numbers or self._get_column(target, order, is_text=False)
            code = float(raw)
            column.value_names[code] = text
        column.rows.append(self.count)
        column.values.append(code)

    def _get_column(self, target: _FieldTarget, order: int, *, is_text: bool) -> _FieldValues:
        """Return the column that holds a field's numbers or its texts; it is created when its first value arrives."""
        column = self.columns.get((target.key, is_text))
        if column is None:
            units, native_number = describe_field(target.item, is_developer=not isinstance(target.key, str))
            column = self.columns[target.key, is_text] = _FieldValues(
                target.name, units, native_number, (self.count, order)
            )
        if is_text:
            target.texts = column
        else:
            target.numbers = column
        return column

    def to_records(self) -> ChunkedRecords:
        """Return all records that were added."""
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
                    {float(code): text for text, code in column.text_codes.items()} if is_text else column.value_names,
                    is_text,
                )
                for (key, is_text), column in self.columns.items()
            ),
        )


def _last_values(fields: Iterable[Any], targets: Iterable[_FieldTarget | None]) -> list[tuple[int, Any, _FieldTarget]]:
    """For each distinct field of a message: the index where it first occurs, its last value, and the value's target."""
    by_key: dict[FieldKey, tuple[int, Any, _FieldTarget]] = {}
    for order, (item, target) in enumerate(zip(fields, targets, strict=True)):
        if target is not None and item.value is not None:
            by_key[target.key] = by_key[target.key][0] if target.key in by_key else order, item, target
    return list(by_key.values())


def _build_target(field: Any) -> _FieldTarget | None:
    name = field.name
    if not isinstance(name, str):
        return None
    key = build_field_key(field.field_def, name)
    return _FieldTarget(key, name, field.field, is_unscaled=isinstance(key, str))
