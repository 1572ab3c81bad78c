"""Record messages that fitdecode decoded, one by one, as columns: for files whose records cannot be read in bulk."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retropace.readers.fit_table import Chunk, Records

Key = str | tuple[int, int]


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
class Gathering:
    """Records taken up one by one, so that no more of them than their numbers is kept."""

    count: int = 0
    columns: dict[tuple[Key, bool], _Column] = field(default_factory=dict)
    """By field, and by whether they hold text."""

    def add(self, message: Any, scales: dict[tuple[int, int], tuple[float, float]]) -> None:
        """Take up one record message of fitdecode; ``scales`` are scale and offset of developer fields."""
        found: dict[Key, tuple[_Column, float]] = {}  # a field that is in it twice has its last value
        for place, item in enumerate(message.fields):
            value = item.raw_value if item.name == "timestamp" else item.value
            if value is None or not isinstance(item.name, str):
                continue  # no value, or a developer field whose description is damaged
            key = key_of(item.field_def, item.name)
            is_text = isinstance(value, str) and isinstance(item.raw_value, str)
            column = self.columns.get((key, is_text))
            if column is None:
                units, native = described(item.field, developer=not isinstance(key, str))
                column = _Column(item.name, units, native, (self.count, place))
                self.columns[key, is_text] = column
            if is_text:
                number = float(column.codes.setdefault(value.strip("\0 "), len(column.codes)))
            elif isinstance(value, str):
                number = float(item.raw_value)
                column.words[number] = value
            elif isinstance(value, (int, float)) and math.isfinite(value):
                scale, offset = scales.get(key, (1.0, 0.0)) if isinstance(key, tuple) else (1.0, 0.0)
                number = value / scale - offset
            else:
                number = np.nan  # arrays are no column
            found[key] = column, number
        for column, number in found.values():
            column.rows.append(self.count)
            column.values.append(number)
        self.count += 1

    def records(self) -> Records:
        """All records taken up."""
        return Records(
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


def key_of(defined: Any, name: str) -> Key:
    """What tells a field from the others of a record: its name, or a developer field's two numbers."""
    if defined is not None and defined.is_dev:
        return int(defined.dev_data_index), int(defined.def_num)
    return name


def described(item: Any, *, developer: bool) -> tuple[str, int | None]:
    """The units of a field and the record field that it stands for, as far as the file gives them properly."""
    units = getattr(item, "units", None)
    native = item.native_field_num if developer else None
    return units if isinstance(units, str) else "", native if isinstance(native, int) else None
