"""FIT ``record`` messages as a table: every field a column, as the file names it and in fitdecode's units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import Column

SEMICIRCLE_DEG = 180.0 / 2**31
"""FIT counts angles in semicircles: 2³¹ to half a turn (FIT SDK)."""

Key = str | tuple[int, int]
"""What tells a field from others of a record: its name; of a developer field, whose name may repeat, two numbers."""


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
        if np.all(mask):
            return self
        kept = tuple(
            replace(item, values=item.values[mask], filled=item.filled[mask])
            for item in self.fields
            if np.any(item.filled[mask])
        )
        return Table(self.raw_s[mask], kept)


@dataclass(frozen=True, slots=True)
class Chunk:
    """The values of one field in some of the records."""

    key: Key
    name: str
    units: str
    native_number: int | None
    rows: NDArray[np.intp]
    """Which records these are, rising."""
    values: Column
    """A number each; NaN for what is none (an array)."""
    first: tuple[int, int]
    """The first record with a value, and the place of the field in it."""
    words: Mapping[float, str] = field(default_factory=dict)
    """What numbers stand for, where the profile names them or where the field holds words."""
    is_text: bool = False
    """Whether the numbers mean nothing but the words they stand for."""


@dataclass(frozen=True, slots=True)
class ChunkedRecords:
    """So many records and the chunks of values in them; those of one field in the order in which they overwrite."""

    count: int = 0
    chunks: tuple[Chunk, ...] = ()

    def followed_by(self, other: ChunkedRecords) -> ChunkedRecords:
        """These records and those of another file that goes on where this one ends."""
        later = (
            replace(chunk, rows=chunk.rows + self.count, first=(chunk.first[0] + self.count, chunk.first[1]))
            for chunk in other.chunks
        )
        return ChunkedRecords(self.count + other.count, (*self.chunks, *later))

    def table(self) -> Table:
        """All records as columns, the fields in the order in which they first hold a value."""
        by_key: dict[Key, list[Chunk]] = {}
        for chunk in self.chunks:
            by_key.setdefault(chunk.key, []).append(chunk)
        kept = sorted(by_key.values(), key=lambda chunks: min(chunk.first for chunk in chunks))
        fields = [self._field(chunks) for chunks in kept]
        native = native_columns(fields)
        missing = np.full(self.count, np.nan)
        raw_s = native.get("timestamp", missing) + np.nan_to_num(native.get("fractional_timestamp", missing))
        return Table(raw_s, tuple(fields))

    def _field(self, chunks: list[Chunk]) -> Field:
        known = min(chunks, key=lambda chunk: chunk.first)
        if len(chunks) > 1:
            chunks = _last_in_each(chunks, self.count)
        texts: tuple[str, ...] = ()
        columns = [chunk.values for chunk in chunks]
        if all(chunk.words for chunk in chunks):
            texts, columns = _worded(chunks)
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
        return Field(known.name, developer, known.units, known.native_number, values, filled, texts)


def _last_in_each(chunks: list[Chunk], count: int) -> list[Chunk]:
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


def _worded(chunks: list[Chunk]) -> tuple[tuple[str, ...], list[Column]]:
    """The words of a field in order of their first record, and its chunks as their numbers.

    A field of which but one value stands for no word is a field of numbers: no words then, and its chunks as they are.
    """
    met: dict[str, int] = {}
    places: list[tuple[tuple[int, int, int], str]] = []
    coded: list[Column] = []
    for number, chunk in enumerate(chunks):
        found, first, inverse = np.unique(chunk.values, return_index=True, return_inverse=True, equal_nan=True)
        words = [chunk.words.get(value) for value in found.tolist()]
        named = [word for word in words if word is not None]
        if len(named) < len(words):
            none = [np.full(len(one.rows), np.nan) if one.is_text else one.values for one in chunks]
            return (), none
        codes = np.array([met.setdefault(word, len(met)) for word in named])
        at = chunk.rows[first].tolist()
        places += [((row, chunk.first[1], number), word) for row, word in zip(at, named, strict=True)]
        coded.append(codes[inverse])
    order = list(dict.fromkeys(word for _, word in sorted(places)))
    final = np.empty(len(met))
    for word, code in met.items():
        final[code] = order.index(word)
    return tuple(order), [final[codes] for codes in coded]


def native_columns(fields: Iterable[Field]) -> dict[str, Column]:
    """The values of the fields of the FIT profile, by name."""
    return {item.name: item.values for item in fields if not item.developer}
