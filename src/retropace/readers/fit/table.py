"""FIT ``record`` messages as a table with one column per field, under the names and units of fitdecode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

SEMICIRCLE_DEG = 180.0 / 2**31
"""Degrees per semicircle, the unit of angles in FIT (FIT SDK)."""

FieldKey = str | tuple[int, int]
"""What identifies a record field: the name of a standard field, app number and field number of a developer field."""

DeveloperScales = dict[tuple[int, int], tuple[float, float]]
"""Scale and offset of each developer field, by app number and field number."""


class FieldIdentity(NamedTuple):
    """Identity of a field of record messages; two developer fields may have the same name, but not the same key."""

    key: FieldKey
    name: str
    units: str
    native_number: int | None
    """Number of the standard field that a developer field says it stands for; None if it names none."""

    @property
    def is_developer(self) -> bool:
        """Whether an app defined the field."""
        return not isinstance(self.key, str)


@dataclass(frozen=True, slots=True, eq=False)
class FitField:
    """The values of one field in ``n`` records."""

    identity: FieldIdentity
    values: FloatArray  # ``(n,)`` float64; NaN where missing or not a number
    has_value: NDArray[np.bool_]  # mask ``(n,)`` of the records that hold the field, be it a number or not
    categories: tuple[str, ...] = ()  # texts that the values 0, 1, 2 … of a text field stand for; empty for numbers


@dataclass(frozen=True, slots=True, eq=False)
class FitTable:
    """The records of a file or session: their times in seconds by the device's clock, ``(n,)``, and every field."""

    device_time_s: FloatArray
    fields: tuple[FitField, ...]

    def __len__(self) -> int:
        return len(self.device_time_s)

    def select(self, mask: NDArray[np.bool_]) -> FitTable:
        """Return the records for which ``mask`` is true; fields without any value in them are left out."""
        if np.all(mask):
            return self
        selected = tuple(
            replace(item, values=item.values[mask], has_value=item.has_value[mask])
            for item in self.fields
            if np.any(item.has_value[mask])
        )
        return FitTable(self.device_time_s[mask], selected)


@dataclass(frozen=True, slots=True, eq=False)
class FieldChunk:
    """The values of one field in some of the records."""

    identity: FieldIdentity
    rows: NDArray[np.intp]  # ascending indices of the records
    values: FloatArray  # one number per record; NaN for values that are not numbers, such as arrays
    first_position: tuple[int, int]  # first record with a value, and place of the field among its fields
    value_names: Mapping[float, str] = field(default_factory=dict)
    """Text of each value: in a text field the text that the number stands for, else its name in the FIT profile."""
    is_text: bool = False  # whether the values are numbers that stand for texts, not measured quantities


@dataclass(frozen=True, slots=True, eq=False)
class ChunkedRecords:
    """``count`` records; if several chunks hold the same field of the same record, the last chunk counts."""

    count: int = 0
    chunks: tuple[FieldChunk, ...] = ()

    def concatenate(self, other: ChunkedRecords) -> ChunkedRecords:
        """Return these records followed by those of ``other``."""
        chunks = list(self.chunks)
        for chunk in other.chunks:
            row, place = chunk.first_position
            chunks.append(replace(chunk, rows=chunk.rows + self.count, first_position=(row + self.count, place)))
        return ChunkedRecords(self.count + other.count, tuple(chunks))

    def to_table(self) -> FitTable:
        """Return all records as a table; its fields are in the order in which the file first gives a value of each."""
        by_key: dict[FieldKey, list[FieldChunk]] = {}
        for chunk in self.chunks:
            by_key.setdefault(chunk.identity.key, []).append(chunk)
        groups = sorted(by_key.values(), key=lambda chunks: min(chunk.first_position for chunk in chunks))
        fields = [self._merge_chunks(chunks) for chunks in groups]
        native = select_native_columns(fields)
        missing = np.full(self.count, np.nan)
        device_time_s = native.get("timestamp", missing) + np.nan_to_num(native.get("fractional_timestamp", missing))
        return FitTable(device_time_s, tuple(fields))

    def _merge_chunks(self, chunks: list[FieldChunk]) -> FitField:
        identity = min(chunks, key=lambda chunk: chunk.first_position).identity
        if len(chunks) > 1:
            chunks = _drop_overwritten(chunks, self.count)
        categories, columns = _encode_categories(chunks)
        if len(chunks) == 1 and len(chunks[0].rows) == self.count:
            return FitField(identity, columns[0], np.ones(self.count, dtype=bool), categories)
        values, has_value = np.full(self.count, np.nan), np.zeros(self.count, dtype=bool)
        for chunk, column in zip(chunks, columns, strict=True):
            values[chunk.rows] = column
            has_value[chunk.rows] = True
        return FitField(identity, values, has_value, categories)


def _drop_overwritten(chunks: list[FieldChunk], count: int) -> list[FieldChunk]:
    """Keep only the last chunk's value of a field in each of ``count`` records; chunks without a value are left out."""
    last_chunk = np.full(count, -1, dtype=np.intp)
    for index, chunk in enumerate(chunks):
        last_chunk[chunk.rows] = index
    remaining = []
    for index, chunk in enumerate(chunks):
        is_last = last_chunk[chunk.rows] == index
        if np.any(is_last):
            remaining.append(replace(chunk, rows=chunk.rows[is_last], values=chunk.values[is_last]))
    return remaining


def _encode_categories(chunks: list[FieldChunk]) -> tuple[tuple[str, ...], list[FloatArray]]:
    """Return a text field's texts as they first occur, and their indices per chunk; none if a value has no name."""
    numbers = [np.full(len(chunk.rows), np.nan) if chunk.is_text else chunk.values for chunk in chunks]
    first_occurrences: dict[str, tuple[int, int, int]] = {}
    named_chunks: list[tuple[list[str], NDArray[np.intp]]] = []
    for index, chunk in enumerate(chunks):
        if not chunk.value_names:
            return (), numbers
        distinct, first, inverse = np.unique(chunk.values, return_index=True, return_inverse=True, equal_nan=True)
        names = [chunk.value_names[value] for value in distinct.tolist() if value in chunk.value_names]
        if len(names) < len(distinct):
            return (), numbers
        for row, name in zip(chunk.rows[first].tolist(), names, strict=True):
            occurrence = (row, chunk.first_position[1], index)
            first_occurrences[name] = min(first_occurrences.get(name, occurrence), occurrence)
        named_chunks.append((names, inverse))
    ordered = sorted((occurrence, name) for name, occurrence in first_occurrences.items())
    code_by_name = {name: float(code) for code, (_, name) in enumerate(ordered)}
    codes = [np.array([code_by_name[name] for name in names])[inverse] for names, inverse in named_chunks]
    return tuple(code_by_name), codes


def select_native_columns(fields: Iterable[FitField]) -> dict[str, FloatArray]:
    """Return the values of the fields that belong to the FIT profile, by name."""
    return {field.identity.name: field.values for field in fields if not field.identity.is_developer}
