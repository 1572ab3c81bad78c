"""FIT ``record`` messages as a table: every field a column, as the file names it and in fitdecode's units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray

SEMICIRCLE_DEG = 180.0 / 2**31
"""FIT counts angles in semicircles: 2³¹ to half a turn (FIT SDK)."""

FieldKey = str | tuple[int, int]
"""What tells a field from others of a record: its name; of a developer field, whose name may repeat, two numbers."""


@dataclass(frozen=True, slots=True)
class FitField:
    """One field of ``n`` records: ``values`` are ``(n,)``, NaN where missing or not a number; ``filled`` where any."""

    name: str
    is_developer: bool
    units: str
    native_number: int | None
    """The number of the record field that a developer field says to stand for."""
    values: FloatArray
    has_value: NDArray[np.bool_]
    categories: tuple[str, ...] = ()
    """For a field of words what its values 0, 1, 2 … stand for; empty for numbers."""


@dataclass(frozen=True, slots=True)
class FitTable:
    """``n`` records as the file has them: time on the watch's own clock in seconds, and every field."""

    device_time_s: FloatArray
    fields: tuple[FitField, ...]

    def __len__(self) -> int:
        return len(self.device_time_s)

    def select(self, mask: NDArray[np.bool_]) -> FitTable:
        """The records of a mask."""
        if np.all(mask):
            return self
        kept = tuple(
            replace(item, values=item.values[mask], has_value=item.has_value[mask])
            for item in self.fields
            if np.any(item.has_value[mask])
        )
        return FitTable(self.device_time_s[mask], kept)


@dataclass(frozen=True, slots=True)
class FieldChunk:
    """The values of one field in some of the records."""

    key: FieldKey
    name: str
    units: str
    native_number: int | None
    rows: NDArray[np.intp]
    """Which records these are, rising."""
    values: FloatArray
    """A number each; NaN for what is none (an array)."""
    first_position: tuple[int, int]
    """The first record with a value, and the place of the field in it."""
    value_names: Mapping[float, str] = field(default_factory=dict)
    """What numbers stand for, where the profile names them or where the field holds words."""
    is_text: bool = False
    """Whether the numbers mean nothing but the words they stand for."""


@dataclass(frozen=True, slots=True)
class ChunkedRecords:
    """So many records and the chunks of values in them; those of one field in the order in which they overwrite."""

    count: int = 0
    chunks: tuple[FieldChunk, ...] = ()

    def concatenate(self, other: ChunkedRecords) -> ChunkedRecords:
        """These records and those of another file that goes on where this one ends."""
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
        """All records as columns, the fields in the order in which they first hold a value."""
        by_key: dict[FieldKey, list[FieldChunk]] = {}
        for chunk in self.chunks:
            by_key.setdefault(chunk.key, []).append(chunk)
        kept = sorted(by_key.values(), key=lambda chunks: min(chunk.first_position for chunk in chunks))
        fields = [self._merge_chunks(chunks) for chunks in kept]
        native = select_native_columns(fields)
        missing = np.full(self.count, np.nan)
        raw_s = native.get("timestamp", missing) + np.nan_to_num(native.get("fractional_timestamp", missing))
        return FitTable(raw_s, tuple(fields))

    def _merge_chunks(self, chunks: list[FieldChunk]) -> FitField:
        known = min(chunks, key=lambda chunk: chunk.first_position)
        if len(chunks) > 1:
            chunks = _drop_overwritten(chunks, self.count)
        texts: tuple[str, ...] = ()
        columns = [chunk.values for chunk in chunks]
        if all(chunk.value_names for chunk in chunks):
            texts, columns = _encode_categories(chunks)
        elif any(chunk.is_text for chunk in chunks):
            columns = [np.full(len(chunk.rows), np.nan) if chunk.is_text else chunk.values for chunk in chunks]
        if len(chunks) == 1 and len(known.rows) == self.count:
            values, filled = columns[0], np.ones(self.count, dtype=bool)
        else:
            values, filled = np.full(self.count, np.nan), np.zeros(self.count, dtype=bool)
            for chunk, column in zip(chunks, columns, strict=True):
                values[chunk.rows] = column
                filled[chunk.rows] = True
        developer = not isinstance(known.key, str)
        return FitField(known.name, developer, known.units, known.native_number, values, filled, texts)


def _drop_overwritten(chunks: list[FieldChunk], count: int) -> list[FieldChunk]:
    """The chunks without what a later one overwrites: a message may hold a field twice."""
    owner = np.full(count, -1, dtype=np.intp)
    for number, chunk in enumerate(chunks):
        owner[chunk.rows] = number
    kept = []
    for number, chunk in enumerate(chunks):
        own = owner[chunk.rows] == number
        if np.any(own):
            kept.append(replace(chunk, rows=chunk.rows[own], values=chunk.values[own]))
    return kept


def _encode_categories(chunks: list[FieldChunk]) -> tuple[tuple[str, ...], list[FloatArray]]:
    """The words of a field in order of their first record, and its chunks as their numbers.

    A field of which but one value stands for no word is a field of numbers: no words then, and its chunks as they are.
    """
    met: dict[str, int] = {}
    places: list[tuple[tuple[int, int, int], str]] = []
    coded: list[FloatArray] = []
    for number, chunk in enumerate(chunks):
        found, first, inverse = np.unique(chunk.values, return_index=True, return_inverse=True, equal_nan=True)
        words = [chunk.value_names.get(value) for value in found.tolist()]
        named = [word for word in words if word is not None]
        if len(named) < len(words):
            none = [np.full(len(one.rows), np.nan) if one.is_text else one.values for one in chunks]
            return (), none
        codes = np.array([met.setdefault(word, len(met)) for word in named])
        at = chunk.rows[first].tolist()
        places += [((row, chunk.first_position[1], number), word) for row, word in zip(at, named, strict=True)]
        coded.append(codes[inverse])
    order = list(dict.fromkeys(word for _, word in sorted(places)))
    final = np.empty(len(met))
    for word, code in met.items():
        final[code] = order.index(word)
    return tuple(order), [final[codes] for codes in coded]


def select_native_columns(fields: Iterable[FitField]) -> dict[str, FloatArray]:
    """The values of the fields of the FIT profile, by name."""
    return {item.name: item.values for item in fields if not item.is_developer}
