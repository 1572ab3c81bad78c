"""Record messages straight from the bytes into NumPy columns, by the definitions and the profile of fitdecode.

All messages of a definition are alike to the byte, so that each field is a strided view of them. Numbers come out to
the last bit as fitdecode gives them: whatever would make one message depend on another, or needs more than a division,
is left to fitdecode (:class:`NotInBulkError`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import Column
from retropace.readers.fit.stream import Indices
from retropace.readers.fit.table import Chunk, Key
from retropace.readers.fit.values import described, key_of

INVALID: Mapping[int, int] = {
    0x00: 0xFF,
    0x01: 0x7F,
    0x02: 0xFF,
    0x0A: 0,
    0x83: 0x7FFF,
    0x84: 0xFFFF,
    0x8B: 0,
    0x85: 0x7FFFFFFF,
    0x86: 0xFFFFFFFF,
    0x8C: 0,
    0x8E: 0x7FFFFFFFFFFFFFFF,
    0x8F: 0xFFFFFFFFFFFFFFFF,
    0x90: 0,
}
"""What stands for "no value" in the integer base types (FIT SDK)."""
STRING, BYTE = 0x07, 0x0D
RECORD = 20
TIME = "timestamp"
WIDEST_COMPONENT = 4
"""Bytes of the widest field whose bits are taken apart here."""


ROOM = 100
"""Fields are numbered with so much room before each: fitdecode puts those that its bits make up there."""


class NotInBulkError(Exception):
    """Why records are left to fitdecode, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class _Place:
    """One field of a record message: from byte ``offset`` behind its first one on, ``count`` values in a row."""

    key: Key
    name: str
    units: str
    native_number: int | None
    offset: int
    count: int
    base: Any
    field: Any
    """As fitdecode's profile has it; None for what that does not know."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a definition lays out record messages. Equal ones read alike."""

    size: int
    big_endian: bool
    places: tuple[_Place, ...]
    signature: tuple[object, ...]
    accumulated: frozenset[int]
    """The record fields that are the sum of what the messages so far say, by number."""

    @property
    def developer_keys(self) -> set[tuple[int, int]]:
        """The developer fields among the fields."""
        return {place.key for place in self.places if isinstance(place.key, tuple)}


def layout_of(frame: Any) -> Layout:
    """The layout of fitdecode's definition of ``record``.

    Raises :class:`NotInBulkError` if only fitdecode itself can read it.
    """
    places: list[_Place] = []
    accumulated: list[int] = []
    signature: list[object] = [frame.endian]
    offset = 0
    for defined in frame.all_field_defs:
        field = defined.field
        if not defined.is_dev and field is not None:
            _check(field, defined.base_type, defined.size)
            accumulated += [component.def_num for component in field.components or () if component.accumulate]
        name = field.name if field is not None else f"unknown_{defined.def_num}"
        base = defined.base_type
        if isinstance(name, str):
            key = key_of(defined, name)
            units, native = described(field, developer=defined.is_dev)
            places.append(_Place(key, name, units, native, offset, defined.size // base.size, base, field))
            signature.append((key, name, units, native, offset, defined.size, base.identifier))
        offset += defined.size
    if len(set(accumulated)) < len(accumulated):
        raise NotInBulkError("a field that counts on is in its records twice")
    return Layout(offset, frame.endian == ">", tuple(places), (*signature, offset), frozenset(accumulated))


def _check(field: Any, base: Any, size: int) -> None:
    """Raises :class:`NotInBulkError` for a field of the profile that a division does not decode."""
    if field.subfields:
        raise NotInBulkError(f"the meaning of {field.name} depends on other fields")
    if field.offset and not field.scale:
        raise NotInBulkError(f"{field.name} has an offset without a scale")
    for component in field.components or ():
        is_number = base.identifier in INVALID and size == base.size
        if not (is_number or base.identifier == BYTE) or size > WIDEST_COMPONENT:
            raise NotInBulkError(f"{field.name} is written in an unusual type")
        if component.offset and not component.scale:
            raise NotInBulkError(f"{component.name} has an offset without a scale")


def chunks_of(
    layout: Layout, data: bytes, rows: Indices, scales: Mapping[tuple[int, int], tuple[float, float]], anew: Indices
) -> list[Chunk]:
    """The fields of record messages of one layout, which follow one another in ``data`` without a gap.

    ``rows``, rising, are their numbers among all records; ``scales`` are scale and offset of developer fields; ``anew``
    are the records, rising, from which on fields that count on start at zero again.
    """
    chunks: list[Chunk] = []
    for at, place in enumerate(layout.places, 1):
        chunks += [chunk for chunk in _chunks(layout, place, data, rows, ROOM * at, scales, anew) if len(chunk.rows)]
    return chunks


def _column(layout: Layout, place: _Place, data: bytes, count: int, kind: str) -> NDArray[Any]:
    """The bytes of a field in so many messages, as values of a NumPy type."""
    dtype = np.dtype(kind).newbyteorder(">" if layout.big_endian else "<")
    start = 1 + place.offset  # a data message starts with a byte of its own
    view: NDArray[Any] = np.ndarray((count,), dtype, data, offset=start, strides=(1 + layout.size,))
    return view.astype(dtype.newbyteorder("="))


def _chunks(
    layout: Layout,
    place: _Place,
    data: bytes,
    rows: Indices,
    number: int,
    scales: Mapping[tuple[int, int], tuple[float, float]],
    anew: Indices,
) -> list[Chunk]:
    """What a field holds: a chunk of its own behind those of the fields that its bits make up."""
    identifier = place.base.identifier
    if identifier == STRING:
        return [_texts(place, _column(layout, place, data, len(rows), f"S{place.count}"), rows, number)]
    field = place.field
    if identifier == BYTE:
        packed = _column(layout, place, data, len(rows), f"V{place.count}").view(np.uint8).reshape(len(rows), -1)
        filled = np.any(packed != 0xFF, axis=1)
        own = _chunk(place, rows, None, filled, number)
        if field is None or not isinstance(place.key, str) or not field.components:
            return [own]
        whole = np.sum(packed.astype(np.int64) << (8 * np.arange(place.count)), axis=1)
        return [*_components(place, rows, whole, filled, number, anew), own]
    if place.count > 1:
        return [_chunk(place, rows, None, None, number)]
    values = _column(layout, place, data, len(rows), place.base.fmt)
    filled = values != INVALID[identifier] if identifier in INVALID else ~np.isnan(values)
    if not isinstance(place.key, str):
        scale, offset = scales.get(place.key, (1.0, 0.0))
        numbers = _finite(values) / scale - offset
        return [_chunk(place, rows, numbers, filled, number)]
    if field is None:
        return [_chunk(place, rows, _finite(values), filled, number)]
    chunks = _components(place, rows, values, filled, number, anew) if field.components else []
    numbers = _scaled(_finite(values), field.scale, field.offset)
    # The profile calls the least time that is a date "min".
    words = None if place.name == TIME else field.type.enum
    chunks.append(_chunk(place, rows, numbers, filled, number, words))
    return chunks


def _finite(values: NDArray[Any]) -> Column:
    """As float64; what is infinite is no number."""
    numbers: Column = values.astype(np.float64)
    if values.dtype.kind == "f":
        numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _scaled(numbers: Column, scale: float | None, offset: float | None) -> Column:
    scaled = numbers / scale if scale else numbers
    return scaled - offset if offset else scaled


def _counted_on(bits: NDArray[np.int64], block: Indices, width: int) -> NDArray[np.int64]:
    """A counter of so many bits that starts at zero in each block, as one that never runs over."""
    begins = np.diff(block, prepend=-1) > 0
    before = np.where(begins, 0, np.concatenate(([0], bits[:-1])))
    steps = (bits - before) % (1 << width)
    total = np.cumsum(steps)
    counted: NDArray[np.int64] = total - np.repeat(
        (total - steps)[begins], np.diff(np.flatnonzero(begins), append=len(bits))
    )
    return counted


def _components(
    place: _Place, rows: Indices, values: NDArray[Any], filled: NDArray[np.bool_], number: int, anew: Indices
) -> list[Chunk]:
    """The bits of a field as the fields of the profile that they stand for."""
    from fitdecode.profile import MESSAGE_TYPES

    chunks = []
    whole = values.astype(np.int64)
    for at, component in enumerate(place.field.components):
        if place.base.identifier == BYTE and component.bit_offset >= 8 * place.count:
            continue  # the field is too short to hold it
        bits = (whole >> component.bit_offset) & ((1 << component.bits) - 1)
        if component.accumulate:
            bits[filled] = _counted_on(bits[filled], np.searchsorted(anew, rows[filled], side="right"), component.bits)
        target = MESSAGE_TYPES[RECORD].fields[component.def_num]
        units, native = described(target, developer=False)
        meant = _Place(target.name, target.name, units, native, place.offset, 1, place.base, target)
        numbers = _scaled(bits.astype(np.float64), component.scale, component.offset)
        chunks.append(_chunk(meant, rows, numbers, filled, number - ROOM + 1 + at))  # before the field itself
    return chunks


def _chunk(
    place: _Place,
    rows: Indices,
    numbers: Column | None,
    filled: NDArray[np.bool_] | None,
    number: int,
    words: Mapping[int, str] | None = None,
) -> Chunk:
    """The chunk of a field from its numbers where it is filled; None for what is no number, and for everywhere."""
    if numbers is None:
        numbers = np.full(len(rows), np.nan)
    if filled is not None and not np.all(filled):
        rows, numbers = rows[filled], numbers[filled]
    first = (int(rows[0]) if len(rows) else 0, number)
    known = {float(code): word for code, word in (words or {}).items()}
    return Chunk(place.key, place.name, place.units, place.native_number, rows, numbers, first, known)


def _texts(place: _Place, raw: NDArray[np.bytes_], rows: Indices, number: int) -> Chunk:
    """The chunk of a field of text; its bytes up to the first zero are what counts."""
    found, inverse = np.unique(raw, return_inverse=True)
    texts = [place.base.parse(text) for text in found.tolist()]
    codes: dict[str, int] = {}
    coded = np.array(
        [np.nan if text is None else codes.setdefault(text.strip("\0 "), len(codes)) for text in texts],
        dtype=np.float64,
    )
    values = coded[inverse]
    filled = np.isfinite(values)
    first = (int(rows[filled][0]) if np.any(filled) else 0, number)
    words = {float(code): text for text, code in codes.items()}
    return Chunk(
        *(place.key, place.name, place.units, place.native_number),
        *(rows[filled], values[filled], first, words),
        is_text=True,
    )
