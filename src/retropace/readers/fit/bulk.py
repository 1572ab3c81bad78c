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

from retropace.core.spans import FloatArray
from retropace.readers.fit.stream import Indices
from retropace.readers.fit.table import FieldChunk, FieldKey
from retropace.readers.fit.values import build_field_key, describe_field

INVALID_VALUES: Mapping[int, int] = {
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
STRING_BASE_TYPE, BYTE_BASE_TYPE = 0x07, 0x0D
RECORD_MESSAGE_NUMBER = 20
TIMESTAMP_FIELD = "timestamp"
MAX_COMPONENT_BYTES = 4
"""Bytes of the widest field whose bits are taken apart here."""


FIELD_NUMBER_STRIDE = 100
"""Fields are numbered with so much room before each: fitdecode puts those that its bits make up there."""


class BulkUnsupportedError(Exception):
    """Why records are left to fitdecode, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class FieldLayout:
    """One field of a record message: from byte ``offset`` behind its first one on, ``count`` values in a row."""

    key: FieldKey
    name: str
    units: str
    native_number: int | None
    offset: int
    count: int
    base_type: Any
    profile_field: Any
    """As fitdecode's profile has it; None for what that does not know."""


@dataclass(frozen=True, slots=True)
class RecordLayout:
    """How a definition lays out record messages. Equal ones read alike."""

    size: int
    big_endian: bool
    fields: tuple[FieldLayout, ...]
    signature: tuple[object, ...]
    accumulating_fields: frozenset[int]
    """The record fields that are the sum of what the messages so far say, by number."""

    @property
    def developer_keys(self) -> set[tuple[int, int]]:
        """The developer fields among the fields."""
        return {place.key for place in self.fields if isinstance(place.key, tuple)}


def build_layout(frame: Any) -> RecordLayout:
    """The layout of fitdecode's definition of ``record``.

    Raises :class:`NotInBulkError` if only fitdecode itself can read it.
    """
    places: list[FieldLayout] = []
    accumulated: list[int] = []
    signature: list[object] = [frame.endian]
    offset = 0
    for defined in frame.all_field_defs:
        field = defined.field
        if not defined.is_dev and field is not None:
            _check_supported(field, defined.base_type, defined.size)
            accumulated += [component.def_num for component in field.components or () if component.accumulate]
        name = field.name if field is not None else f"unknown_{defined.def_num}"
        base = defined.base_type
        if isinstance(name, str):
            key = build_field_key(defined, name)
            units, native = describe_field(field, is_developer=defined.is_dev)
            places.append(FieldLayout(key, name, units, native, offset, defined.size // base.size, base, field))
            signature.append((key, name, units, native, offset, defined.size, base.identifier))
        offset += defined.size
    if len(set(accumulated)) < len(accumulated):
        raise BulkUnsupportedError("a field that counts on is in its records twice")
    return RecordLayout(offset, frame.endian == ">", tuple(places), (*signature, offset), frozenset(accumulated))


def _check_supported(field: Any, base_type: Any, size: int) -> None:
    """Raises :class:`NotInBulkError` for a field of the profile that a division does not decode."""
    if field.subfields:
        raise BulkUnsupportedError(f"the meaning of {field.name} depends on other fields")
    if field.offset and not field.scale:
        raise BulkUnsupportedError(f"{field.name} has an offset without a scale")
    for component in field.components or ():
        is_number = base_type.identifier in INVALID_VALUES and size == base_type.size
        if not (is_number or base_type.identifier == BYTE_BASE_TYPE) or size > MAX_COMPONENT_BYTES:
            raise BulkUnsupportedError(f"{field.name} is written in an unusual type")
        if component.offset and not component.scale:
            raise BulkUnsupportedError(f"{component.name} has an offset without a scale")


def decode_chunks(
    layout: RecordLayout,
    data: bytes,
    rows: Indices,
    scales: Mapping[tuple[int, int], tuple[float, float]],
    restarts: Indices,
) -> list[FieldChunk]:
    """The fields of record messages of one layout, which follow one another in ``data`` without a gap.

    ``rows``, rising, are their numbers among all records; ``scales`` are scale and offset of developer fields; ``anew``
    are the records, rising, from which on fields that count on start at zero again.
    """
    chunks: list[FieldChunk] = []
    for at, place in enumerate(layout.fields, 1):
        chunks += [
            chunk
            for chunk in _decode_field(layout, place, data, rows, FIELD_NUMBER_STRIDE * at, scales, restarts)
            if len(chunk.rows)
        ]
    return chunks


def _read_column(
    layout: RecordLayout, field_layout: FieldLayout, data: bytes, count: int, numpy_type: str
) -> NDArray[Any]:
    """The bytes of a field in so many messages, as values of a NumPy type."""
    dtype = np.dtype(numpy_type).newbyteorder(">" if layout.big_endian else "<")
    start = 1 + field_layout.offset  # a data message starts with a byte of its own
    view: NDArray[Any] = np.ndarray((count,), dtype, data, offset=start, strides=(1 + layout.size,))
    return view.astype(dtype.newbyteorder("="))


def _decode_field(
    layout: RecordLayout,
    field_layout: FieldLayout,
    data: bytes,
    rows: Indices,
    number: int,
    scales: Mapping[tuple[int, int], tuple[float, float]],
    restarts: Indices,
) -> list[FieldChunk]:
    """What a field holds: a chunk of its own behind those of the fields that its bits make up."""
    identifier = field_layout.base_type.identifier
    if identifier == STRING_BASE_TYPE:
        return [
            _decode_texts(
                field_layout,
                _read_column(layout, field_layout, data, len(rows), f"S{field_layout.count}"),
                rows,
                number,
            )
        ]
    field = field_layout.profile_field
    if identifier == BYTE_BASE_TYPE:
        packed = (
            _read_column(layout, field_layout, data, len(rows), f"V{field_layout.count}")
            .view(np.uint8)
            .reshape(len(rows), -1)
        )
        filled = np.any(packed != 0xFF, axis=1)
        own = _build_chunk(field_layout, rows, None, filled, number)
        if field is None or not isinstance(field_layout.key, str) or not field.components:
            return [own]
        whole = np.sum(packed.astype(np.int64) << (8 * np.arange(field_layout.count)), axis=1)
        return [*_decode_components(field_layout, rows, whole, filled, number, restarts), own]
    if field_layout.count > 1:
        return [_build_chunk(field_layout, rows, None, None, number)]
    values = _read_column(layout, field_layout, data, len(rows), field_layout.base_type.fmt)
    filled = values != INVALID_VALUES[identifier] if identifier in INVALID_VALUES else ~np.isnan(values)
    if not isinstance(field_layout.key, str):
        scale, offset = scales.get(field_layout.key, (1.0, 0.0))
        numbers = _to_finite_floats(values) / scale - offset
        return [_build_chunk(field_layout, rows, numbers, filled, number)]
    if field is None:
        return [_build_chunk(field_layout, rows, _to_finite_floats(values), filled, number)]
    chunks = _decode_components(field_layout, rows, values, filled, number, restarts) if field.components else []
    numbers = _apply_scale(_to_finite_floats(values), field.scale, field.offset)
    # The profile calls the least time that is a date "min".
    words = None if field_layout.name == TIMESTAMP_FIELD else field.type.enum
    chunks.append(_build_chunk(field_layout, rows, numbers, filled, number, words))
    return chunks


def _to_finite_floats(values: NDArray[Any]) -> FloatArray:
    """As float64; what is infinite is no number."""
    numbers: FloatArray = values.astype(np.float64)
    if values.dtype.kind == "f":
        numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _apply_scale(numbers: FloatArray, scale: float | None, offset: float | None) -> FloatArray:
    scaled = numbers / scale if scale else numbers
    return scaled - offset if offset else scaled


def _unwrap_counter(bits: NDArray[np.int64], block: Indices, bit_width: int) -> NDArray[np.int64]:
    """A counter of so many bits that starts at zero in each block, as one that never runs over."""
    begins = np.diff(block, prepend=-1) > 0
    before = np.where(begins, 0, np.concatenate(([0], bits[:-1])))
    steps = (bits - before) % (1 << bit_width)
    total = np.cumsum(steps)
    counted: NDArray[np.int64] = total - np.repeat(
        (total - steps)[begins], np.diff(np.flatnonzero(begins), append=len(bits))
    )
    return counted


def _decode_components(
    field_layout: FieldLayout,
    rows: Indices,
    values: NDArray[Any],
    filled: NDArray[np.bool_],
    number: int,
    restarts: Indices,
) -> list[FieldChunk]:
    """The bits of a field as the fields of the profile that they stand for."""
    from fitdecode.profile import MESSAGE_TYPES

    chunks = []
    whole = values.astype(np.int64)
    for at, component in enumerate(field_layout.profile_field.components):
        if field_layout.base_type.identifier == BYTE_BASE_TYPE and component.bit_offset >= 8 * field_layout.count:
            continue  # the field is too short to hold it
        bits = (whole >> component.bit_offset) & ((1 << component.bits) - 1)
        if component.accumulate:
            bits[filled] = _unwrap_counter(
                bits[filled], np.searchsorted(restarts, rows[filled], side="right"), component.bits
            )
        target = MESSAGE_TYPES[RECORD_MESSAGE_NUMBER].fields[component.def_num]
        units, native = describe_field(target, is_developer=False)
        meant = FieldLayout(
            target.name, target.name, units, native, field_layout.offset, 1, field_layout.base_type, target
        )
        numbers = _apply_scale(bits.astype(np.float64), component.scale, component.offset)
        chunks.append(
            _build_chunk(meant, rows, numbers, filled, number - FIELD_NUMBER_STRIDE + 1 + at)
        )  # before the field itself
    return chunks


def _build_chunk(
    field_layout: FieldLayout,
    rows: Indices,
    numbers: FloatArray | None,
    filled: NDArray[np.bool_] | None,
    number: int,
    value_names: Mapping[int, str] | None = None,
) -> FieldChunk:
    """The chunk of a field from its numbers where it is filled; None for what is no number, and for everywhere."""
    if numbers is None:
        numbers = np.full(len(rows), np.nan)
    if filled is not None and not np.all(filled):
        rows, numbers = rows[filled], numbers[filled]
    first = (int(rows[0]) if len(rows) else 0, number)
    known = {float(code): word for code, word in (value_names or {}).items()}
    return FieldChunk(
        field_layout.key, field_layout.name, field_layout.units, field_layout.native_number, rows, numbers, first, known
    )


def _decode_texts(field_layout: FieldLayout, raw: NDArray[np.bytes_], rows: Indices, number: int) -> FieldChunk:
    """The chunk of a field of text; its bytes up to the first zero are what counts."""
    found, inverse = np.unique(raw, return_inverse=True)
    texts = [field_layout.base_type.parse(text) for text in found.tolist()]
    codes: dict[str, int] = {}
    coded = np.array(
        [np.nan if text is None else codes.setdefault(text.strip("\0 "), len(codes)) for text in texts],
        dtype=np.float64,
    )
    values = coded[inverse]
    filled = np.isfinite(values)
    first = (int(rows[filled][0]) if np.any(filled) else 0, number)
    words = {float(code): text for text, code in codes.items()}
    return FieldChunk(
        *(field_layout.key, field_layout.name, field_layout.units, field_layout.native_number),
        *(rows[filled], values[filled], first, words),
        is_text=True,
    )
