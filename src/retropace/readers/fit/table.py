"""FIT ``record`` messages as a table with one column per field, under the names and units of fitdecode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

SEMICIRCLE_DEG = 180.0 / 2**31
"""Degrees per semicircle, the unit of angles in FIT (FIT SDK)."""

FieldKey = str | tuple[int, int]
"""What identifies a record field: for a standard field its name, and for a developer field, whose name may repeat, the
numbers of its app and of the field."""

DeveloperScales = dict[tuple[int, int], tuple[float, float]]
"""Scale and offset of each developer field, by its developer data index and field number."""


@dataclass(frozen=True, slots=True)
class FitField:
    """The values of one field in ``n`` records."""

    name: str
    is_developer: bool
    units: str
    native_number: int | None
    """For a developer field: number of the standard FIT field that it says it corresponds to. None if it names none,
    and for fields that are not developer fields."""
    values: FloatArray
    """Values, ``(n,)`` float64; NaN where missing or not a number."""
    has_value: NDArray[np.bool_]
    """Mask ``(n,)`` of the records that hold the field, be it a number or not."""
    categories: tuple[str, ...] = ()
    """Texts that the values 0, 1, 2 … of a text field stand for; empty for numbers."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class FieldChunk:
    """The values of one field in some of the records."""

    key: FieldKey
    name: str
    units: str
    native_number: int | None
    """For a developer field: number of the standard FIT field that it says it corresponds to. None if it names none,
    and for fields that are not developer fields."""
    rows: NDArray[np.intp]
    """Ascending indices of the records."""
    values: FloatArray
    """One number per record; NaN for values that are not numbers, such as arrays."""
    first_position: tuple[int, int]
    """Index of the first record with a value, and position of the field within that record. Fields of a table are
    sorted by the first and then by the second number."""
    value_names: Mapping[float, str] = field(default_factory=dict)
    """Names of values: the name that the FIT profile gives to a number or, in a text field, the text that the number
    replaces."""
    is_text: bool = False
    """Whether the values are numbers that stand for texts, not measured quantities."""


@dataclass(frozen=True, slots=True)
class ChunkedRecords:
    """``count`` records, stored as chunks, each of which holds the values of one field in some of the records.

    If several chunks hold the same field of the same record, the value of the last chunk counts.
    """

    count: int = 0
    chunks: tuple[FieldChunk, ...] = ()

    def concatenate(self, other: ChunkedRecords) -> ChunkedRecords:
        """Return these records followed by those of ``other``."""
        later = (
            replace(
                chunk,
                rows=chunk.rows + self.count,
                first_position=(chunk.first_position[0] + self.count, chunk.first_position[1]),
            )
            for chunk in other.chunks
        )
        return ChunkedRecords(self.count + other.count, (*self.chunks, *later))

    def to_table(self) -> FitTable:
        """Return all records as a table; its fields are in the order in which the file first gives a value of each."""
        by_key: dict[FieldKey, list[FieldChunk]] = {}
        for chunk in self.chunks:
            by_key.setdefault(chunk.key, []).append(chunk)
        groups = sorted(by_key.values(), key=lambda chunks: min(chunk.first_position for chunk in chunks))
        fields = [self._merge_chunks(chunks) for chunks in groups]
        native = select_native_columns(fields)
        missing = np.full(self.count, np.nan)
        device_time_s = native.get("timestamp", missing) + np.nan_to_num(native.get("fractional_timestamp", missing))
        return FitTable(device_time_s, tuple(fields))

    def _merge_chunks(self, chunks: list[FieldChunk]) -> FitField:
        first_chunk = min(chunks, key=lambda chunk: chunk.first_position)
        if len(chunks) > 1:
            chunks = _drop_overwritten(chunks, self.count)
        categories: tuple[str, ...] = ()
        columns = [chunk.values for chunk in chunks]
        if all(chunk.value_names for chunk in chunks):
            categories, columns = _encode_categories(chunks)
        elif any(chunk.is_text for chunk in chunks):
            columns = [np.full(len(chunk.rows), np.nan) if chunk.is_text else chunk.values for chunk in chunks]
        if len(chunks) == 1 and len(first_chunk.rows) == self.count:
            values, has_value = columns[0], np.ones(self.count, dtype=bool)
        else:
            values, has_value = np.full(self.count, np.nan), np.zeros(self.count, dtype=bool)
            for chunk, column in zip(chunks, columns, strict=True):
                values[chunk.rows] = column
                has_value[chunk.rows] = True
        is_developer = not isinstance(first_chunk.key, str)
        return FitField(
            first_chunk.name, is_developer, first_chunk.units, first_chunk.native_number, values, has_value, categories
        )


def _drop_overwritten(chunks: list[FieldChunk], count: int) -> list[FieldChunk]:
    """Of several values of one field in the same record, keep only that of the last chunk.

    Chunks overlap if a message holds a field twice. Returns the chunks of which any value is left.
    """
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
    """Replace the values of a text field by indices of its texts, which are numbered in order of first occurrence.

    Returns the texts, and an array of indices for each chunk. A field in which any value has no name is not a text
    field: then the list of texts is empty, and the values are returned unchanged, with NaN for texts.
    """
    code_by_text: dict[str, int] = {}
    occurrences: list[tuple[tuple[int, int, int], str]] = []
    coded_chunks: list[FloatArray] = []
    for index, chunk in enumerate(chunks):
        distinct, first, inverse = np.unique(chunk.values, return_index=True, return_inverse=True, equal_nan=True)
        names = [chunk.value_names.get(value) for value in distinct.tolist()]
        known_names = [text for text in names if text is not None]
        if len(known_names) < len(names):
            numeric_chunks = [np.full(len(other.rows), np.nan) if other.is_text else other.values for other in chunks]
            return (), numeric_chunks
        codes = np.array([code_by_text.setdefault(text, len(code_by_text)) for text in known_names])
        first_rows = chunk.rows[first].tolist()
        occurrences += [
            ((row, chunk.first_position[1], index), text) for row, text in zip(first_rows, known_names, strict=True)
        ]
        coded_chunks.append(codes[inverse])
    categories = list(dict.fromkeys(text for _, text in sorted(occurrences)))
    category_by_code = np.empty(len(code_by_text))
    for text, code in code_by_text.items():
        category_by_code[code] = categories.index(text)
    return tuple(categories), [category_by_code[codes] for codes in coded_chunks]


def select_native_columns(fields: Iterable[FitField]) -> dict[str, FloatArray]:
    """Return the values of the fields that belong to the FIT profile, by name; developer fields are left out."""
    return {field.name: field.values for field in fields if not field.is_developer}
