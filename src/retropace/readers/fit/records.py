"""Collection of columns from record messages that fitdecode decodes one by one, where bulk decoding is impossible."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np

from retropace.readers.fit.table import ChunkedRecords, DeveloperScales, FieldChunk, FieldIdentity, FieldKey
from retropace.readers.fit.values import identify_field

_get_description = attrgetter("field")


@dataclass(slots=True)
class _FieldValues:
    """Values of one field, collected record by record."""

    identity: FieldIdentity
    first_position: tuple[int, int]
    rows: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    value_names: dict[float, str] = field(default_factory=dict)
    text_codes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _FieldTarget:
    """A field of record messages, with the columns that receive its numbers and its texts."""

    identity: FieldIdentity
    is_unscaled: bool  # whether integers need no scale; false for all developer fields, which may have one
    numbers: _FieldValues | None = None
    texts: _FieldValues | None = None


@dataclass(slots=True)
class ColumnBuilder:
    """Collects the values of record messages in columns and keeps nothing else of a message."""

    count: int = 0
    columns: dict[tuple[FieldKey, bool], _FieldValues] = field(default_factory=dict)
    """Columns by field and by whether they hold texts: a field may have numbers in some messages, texts in others."""
    targets: dict[tuple[Any, ...], tuple[list[_FieldTarget | None], bool]] = field(default_factory=dict)
    """By a message's definition and fields (which vary with times in the header and parts of fields): what receives
    each value, None if the app's description is damaged; and whether a field occurs twice, whose last value counts."""

    def add(self, message: Any, scales: DeveloperScales) -> None:
        """Add the values of one record message of fitdecode, applying the ``scales`` of developer fields."""
        fields = message.fields
        layout = (message.def_mesg, *map(_get_description, fields))
        known = self.targets.get(layout)
        if known is None:
            targets = [_build_target(field) for field in fields]
            keys = [target.identity.key for target in targets if target is not None]
            known = self.targets[layout] = targets, len(set(keys)) < len(keys)
        targets, is_repeating = known
        if is_repeating:
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
        value = field.raw_value if target.identity.name == "timestamp" else field.value
        is_text = isinstance(value, str) and isinstance(field.raw_value, str)
        column = (target.texts if is_text else target.numbers) or self._get_column(target, order, is_text=is_text)
        column.rows.append(self.count)
        if isinstance(value, str):
            text = value.strip("\0 ") if is_text else value
            code = column.text_codes.setdefault(text, len(column.text_codes)) if is_text else field.raw_value
            column.value_names[float(code)] = text
            column.values.append(float(code))
        elif not isinstance(value, (int, float)) or not math.isfinite(value):
            column.values.append(np.nan)  # arrays have no column
        elif isinstance(target.identity.key, tuple) and target.identity.key in scales:
            scale, offset = scales[target.identity.key]
            column.values.append(value / scale - offset)
        else:
            column.values.append(value)

    def _get_column(self, target: _FieldTarget, order: int, *, is_text: bool) -> _FieldValues:
        """Return the column that holds a field's numbers or its texts; it is created when its first value arrives."""
        key = (target.identity.key, is_text)
        column = self.columns.setdefault(key, _FieldValues(target.identity, (self.count, order)))
        if is_text:
            target.texts = column
        else:
            target.numbers = column
        return column

    def to_records(self) -> ChunkedRecords:
        """Return all records that were added."""
        chunks = [
            FieldChunk(
                column.identity,
                np.array(column.rows, dtype=np.intp),
                np.array(column.values, dtype=np.float64),
                column.first_position,
                column.value_names,
                is_text,
            )
            for (_, is_text), column in self.columns.items()
        ]
        return ChunkedRecords(self.count, tuple(chunks))


def _last_values(fields: Iterable[Any], targets: Iterable[_FieldTarget | None]) -> list[tuple[int, Any, _FieldTarget]]:
    """Return for each distinct field of a message the index where it first occurs, its last value and its target."""
    by_key: dict[FieldKey, tuple[int, Any, _FieldTarget]] = {}
    for order, (item, target) in enumerate(zip(fields, targets, strict=True)):
        if target is not None and item.value is not None:
            key = target.identity.key
            by_key[key] = by_key[key][0] if key in by_key else order, item, target
    return list(by_key.values())


def _build_target(field: Any) -> _FieldTarget | None:
    if not isinstance(field.name, str):
        return None
    identity = identify_field(field.name, field.field, field.field_def)
    return _FieldTarget(identity, is_unscaled=not identity.is_developer)
