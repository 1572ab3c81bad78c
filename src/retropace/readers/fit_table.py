"""FIT ``record`` messages as a table: every field a column, as the file names it and in fitdecode's units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.spans import Column

SEMICIRCLE_DEG = 180.0 / 2**31
"""FIT counts angles in semicircles: 2³¹ to half a turn (FIT SDK)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of ``n`` records: ``values`` are ``(n,)``, NaN where missing or not a number; ``filled`` where any."""

    name: str
    developer: bool
    units: str
    native_number: int | None
    """The number of the record field that a developer field says to stand for."""
    values: Column
    filled: NDArray[np.bool_]
    texts: tuple[str, ...] = ()
    """For a field of words what its values 0, 1, 2 … stand for; empty for numbers."""


@dataclass(frozen=True, slots=True)
class Table:
    """``n`` records as the file has them: time on the watch's own clock in seconds, and every field."""

    raw_s: Column
    fields: tuple[Field, ...]

    def __len__(self) -> int:
        return len(self.raw_s)

    def select(self, mask: NDArray[np.bool_]) -> Table:
        """The records of a mask."""
        kept = tuple(
            Field(
                item.name,
                item.developer,
                item.units,
                item.native_number,
                item.values[mask],
                item.filled[mask],
                item.texts,
            )
            for item in self.fields
            if np.any(item.filled[mask])
        )
        return Table(self.raw_s[mask], kept)


@dataclass(slots=True)
class _Gathered:
    name: str
    developer: bool
    units: str
    native_number: int | None
    rows: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)

    def code(self, text: str) -> int:
        """The number that stands for a text."""
        return self.texts.setdefault(text, len(self.texts))


@dataclass(slots=True)
class Gathering:
    """Record messages taken up one by one, so that no more of them than their numbers is kept."""

    count: int = 0
    fields: dict[str | tuple[int, int], _Gathered] = field(default_factory=dict)
    """By name; developer fields, whose names may repeat, by their two numbers."""
    scales: dict[str | tuple[int, int], tuple[float, float]] = field(default_factory=dict)
    """Scale and offset of developer fields, by the same numbers: fitdecode leaves them aside."""

    def describe(self, message: Any) -> None:
        """Take up what a ``field_description`` says of a developer field."""
        said = {item.name: item.raw_value for item in message.fields}
        index, number = said.get("developer_data_index"), said.get("field_definition_number")
        scale, offset = said.get("scale"), said.get("offset")
        if isinstance(index, int) and isinstance(number, int):
            self.scales[index, number] = (
                float(scale) if isinstance(scale, int) and scale != 0 else 1.0,
                float(offset) if isinstance(offset, int) else 0.0,
            )

    def add(self, message: Any) -> None:
        """Take up one record message of fitdecode."""
        for item in message.fields:
            value = item.raw_value if item.name == "timestamp" else item.value
            if value is None or not isinstance(item.name, str):
                continue  # no value, or a developer field whose description is damaged
            defined = item.field_def
            developer = defined is not None and defined.is_dev
            key = (defined.dev_data_index, defined.def_num) if developer else item.name
            gathered = self.fields.get(key)
            if gathered is None:
                number = item.field.native_field_num if developer else None
                units = item.units if isinstance(item.units, str) else ""
                gathered = _Gathered(item.name, developer, units, number if isinstance(number, int) else None)
                self.fields[key] = gathered
            is_number = isinstance(value, (int, float)) and math.isfinite(value)
            scale, offset = self.scales.get(key, (1.0, 0.0))
            gathered.rows.append(self.count)
            if isinstance(value, str):
                gathered.values.append(gathered.code(value.strip("\0 ")))
            else:
                gathered.values.append(value / scale - offset if is_number else np.nan)  # arrays are no column
        self.count += 1

    def extend(self, other: Gathering) -> None:
        """Take up the records of another file that goes on where this one ends."""
        for key, found in other.fields.items():
            mine = self.fields.setdefault(key, _Gathered(found.name, found.developer, found.units, found.native_number))
            mine.rows += [row + self.count for row in found.rows]
            words = list(found.texts)
            mine.values += [mine.code(words[int(value)]) for value in found.values] if words else found.values
        self.count += other.count

    def table(self) -> Table:
        """All records taken up, as columns."""
        fields = []
        for gathered in self.fields.values():
            values, filled = np.full(self.count, np.nan), np.zeros(self.count, dtype=bool)
            values[gathered.rows] = gathered.values
            filled[gathered.rows] = True
            fields.append(
                Field(
                    gathered.name,
                    gathered.developer,
                    gathered.units,
                    gathered.native_number,
                    values,
                    filled,
                    tuple(gathered.texts),
                )
            )
        native = native_columns(fields)
        missing = np.full(self.count, np.nan)
        raw_s = native.get("timestamp", missing) + np.nan_to_num(native.get("fractional_timestamp", missing))
        return Table(raw_s, tuple(fields))


def native_columns(fields: Iterable[Field]) -> dict[str, Column]:
    """The values of the fields of the FIT profile, by name."""
    return {item.name: item.values for item in fields if not item.developer}
