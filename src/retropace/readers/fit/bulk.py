"""Bulk decoding of FIT ``record`` messages into NumPy columns, with the definitions and profile of fitdecode.

All messages of one definition have the same length, so that each field is a strided view of their bytes. Values equal
those of fitdecode to the last bit. Records in which one message depends on another, or which need more than a scale and
an offset, are left to fitdecode (:class:`BulkUnsupportedError`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.readers.fit.stream import Indices
from retropace.readers.fit.table import DeveloperScales, FieldChunk, FieldKey
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
"""Value that a field has when it was not measured, for each of FIT's integer types by the type's number (FIT SDK)."""
STRING_BASE_TYPE = 0x07
"""Number of FIT's base type (storage type of a field) for texts (FIT SDK)."""
BYTE_BASE_TYPE = 0x0D
"""Number of FIT's base type (storage type of a field) for bytes without further meaning (FIT SDK)."""
RECORD_MESSAGE_NUMBER = 20
"""Global message number of ``record`` (FIT SDK)."""
TIMESTAMP_FIELD = "timestamp"
"""Name of the time field in fitdecode's profile."""
MAX_COMPONENT_BYTES = 4
"""Largest size in bytes of a field whose components (ranges of bits that are fields of their own) are decoded in bulk.
A file whose records have a larger one is left to fitdecode."""
FIELD_NUMBER_STRIDE = 100
"""Difference between the order numbers of two successive fields of a record. A field's components (ranges of its bits
that are fields of their own) get numbers below that of the field and above that of the previous field. Sorting
therefore puts them before the field, as fitdecode does."""


class BulkUnsupportedError(Exception):
    """Raised for records that cannot be decoded in bulk; the message is the reason, worded as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class FieldLayout:
    """The position of one field in the bytes of a record message."""

    key: FieldKey
    name: str
    units: str
    native_number: int | None
    """For a developer field: number of the standard FIT field that it says it corresponds to. None if it names none,
    and for fields that are not developer fields."""
    offset: int
    """Offset from the start of the message's data, in bytes."""
    count: int
    """Number of values; more than one for an array."""
    base_type: Any
    """Type of the field's values as fitdecode describes it (FIT base type)."""
    profile_field: Any
    """fitdecode's profile entry of the field; None if the profile does not know it."""


@dataclass(frozen=True, slots=True)
class RecordLayout:
    """The fields of all record messages that follow one definition message (which says how they are laid out)."""

    size: int
    """Length of a message's data in bytes, without the header byte."""
    big_endian: bool
    fields: tuple[FieldLayout, ...]
    signature: tuple[object, ...]
    """Key that is equal for two definition messages if their records are decoded in the same way."""
    accumulating_fields: frozenset[int]
    """Numbers of the fields whose messages hold only the low bits of a running total. Such a counter starts again at 0
    when it is full; the total is restored by adding up its increases."""

    @property
    def developer_keys(self) -> set[tuple[int, int]]:
        """Keys of the developer fields (those that apps define): number of the app in the file, number of the field."""
        return {field.key for field in self.fields if isinstance(field.key, tuple)}


def build_layout(frame: Any) -> RecordLayout:
    """Build the layout of the records that ``frame``, a definition message of fitdecode, defines.

    Raises :class:`BulkUnsupportedError` if only fitdecode itself can decode its records.
    """
    fields: list[FieldLayout] = []
    accumulating: list[int] = []
    signature: list[object] = [frame.endian]
    offset = 0
    for definition in frame.all_field_defs:
        profile = definition.field
        if not definition.is_dev and profile is not None:
            _check_supported(profile, definition.base_type, definition.size)
            accumulating += [component.def_num for component in profile.components or () if component.accumulate]
        name = profile.name if profile is not None else f"unknown_{definition.def_num}"
        base_type = definition.base_type
        if isinstance(name, str):
            key = build_field_key(definition, name)
            units, native_number = describe_field(profile, is_developer=definition.is_dev)
            fields.append(
                FieldLayout(
                    key, name, units, native_number, offset, definition.size // base_type.size, base_type, profile
                )
            )
            signature.append((key, name, units, native_number, offset, definition.size, base_type.identifier))
        offset += definition.size
    if len(set(accumulating)) < len(accumulating):
        raise BulkUnsupportedError("a field that counts on is in its records twice")
    return RecordLayout(offset, frame.endian == ">", tuple(fields), (*signature, offset), frozenset(accumulating))


def _check_supported(profile: Any, base_type: Any, size: int) -> None:
    """Raise :class:`BulkUnsupportedError` if decoding a profile field takes more than a scale and an offset."""
    if profile.subfields:
        raise BulkUnsupportedError(f"the meaning of {profile.name} depends on other fields")
    if profile.offset and not profile.scale:
        raise BulkUnsupportedError(f"{profile.name} has an offset without a scale")
    for component in profile.components or ():
        is_number = base_type.identifier in INVALID_VALUES and size == base_type.size
        if not (is_number or base_type.identifier == BYTE_BASE_TYPE) or size > MAX_COMPONENT_BYTES:
            raise BulkUnsupportedError(f"{profile.name} is written in an unusual type")
        if component.offset and not component.scale:
            raise BulkUnsupportedError(f"{component.name} has an offset without a scale")


def decode_chunks(
    layout: RecordLayout, data: bytes, rows: Indices, scales: DeveloperScales, restarts: Indices
) -> list[FieldChunk]:
    """Decode the fields of record messages of one layout, which lie in ``data`` without gaps.

    ``rows``, ascending, are the indices of the messages among all records of the file. ``scales`` are the scale and
    offset of each developer field. ``restarts``, ascending, are the indices of the records from which counters are
    added up anew, from zero. Fields without any value are left out.
    """
    chunks: list[FieldChunk] = []
    for order, field in enumerate(layout.fields, 1):
        chunks += [
            chunk
            for chunk in _decode_field(layout, field, data, rows, FIELD_NUMBER_STRIDE * order, scales, restarts)
            if len(chunk.rows)
        ]
    return chunks


def _read_column(layout: RecordLayout, field: FieldLayout, data: bytes, count: int, numpy_type: str) -> NDArray[Any]:
    """Read the values of one field in ``count`` messages, as an array of ``numpy_type`` in native byte order."""
    dtype = np.dtype(numpy_type).newbyteorder(">" if layout.big_endian else "<")
    start = 1 + field.offset  # a data message starts with a byte of its own
    view: NDArray[Any] = np.ndarray((count,), dtype, data, offset=start, strides=(1 + layout.size,))
    return view.astype(dtype.newbyteorder("="))


def _decode_field(
    layout: RecordLayout,
    field: FieldLayout,
    data: bytes,
    rows: Indices,
    order: int,
    scales: DeveloperScales,
    restarts: Indices,
) -> list[FieldChunk]:
    """Decode one field in the records with the indices ``rows``.

    Returns the chunk of each component of the field (a range of its bits that is a field of its own), and last that of
    the field itself. A chunk holds the values of one field in some records.
    """
    identifier = field.base_type.identifier
    if identifier == STRING_BASE_TYPE:
        return [_decode_texts(field, _read_column(layout, field, data, len(rows), f"S{field.count}"), rows, order)]
    profile = field.profile_field
    if identifier == BYTE_BASE_TYPE:
        packed = _read_column(layout, field, data, len(rows), f"V{field.count}").view(np.uint8).reshape(len(rows), -1)
        is_valid = np.any(packed != 0xFF, axis=1)
        chunk = _build_chunk(field, rows, None, is_valid, order)
        if profile is None or not isinstance(field.key, str) or not profile.components:
            return [chunk]
        combined = np.sum(packed.astype(np.int64) << (8 * np.arange(field.count)), axis=1)
        return [*_decode_components(field, rows, combined, is_valid, order, restarts), chunk]
    if field.count > 1:
        return [_build_chunk(field, rows, None, None, order)]
    values = _read_column(layout, field, data, len(rows), field.base_type.fmt)
    is_valid = values != INVALID_VALUES[identifier] if identifier in INVALID_VALUES else ~np.isnan(values)
    if not isinstance(field.key, str):
        scale, offset = scales.get(field.key, (1.0, 0.0))
        numbers = _to_finite_floats(values) / scale - offset
        return [_build_chunk(field, rows, numbers, is_valid, order)]
    if profile is None:
        return [_build_chunk(field, rows, _to_finite_floats(values), is_valid, order)]
    chunks = _decode_components(field, rows, values, is_valid, order, restarts) if profile.components else []
    numbers = _apply_scale(_to_finite_floats(values), profile.scale, profile.offset)
    # The profile names the smallest time that is a date "min".
    value_names = None if field.name == TIMESTAMP_FIELD else profile.type.enum
    chunks.append(_build_chunk(field, rows, numbers, is_valid, order, value_names))
    return chunks


def _to_finite_floats(values: NDArray[Any]) -> FloatArray:
    """Convert values to float64, with infinities as NaN."""
    numbers: FloatArray = values.astype(np.float64)
    if values.dtype.kind == "f":
        numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _apply_scale(numbers: FloatArray, scale: float | None, offset: float | None) -> FloatArray:
    scaled = numbers / scale if scale else numbers
    return scaled - offset if offset else scaled


def _unwrap_counter(bits: NDArray[np.int64], block: Indices, bit_width: int) -> NDArray[np.int64]:
    """Turn the readings of a counter that starts again at 0 after ``bit_width`` bits into a total that never falls.

    ``block`` has a number for each reading; where this number rises, the total starts again from zero.
    """
    is_start = np.diff(block, prepend=-1) > 0
    previous = np.where(is_start, 0, np.concatenate(([0], bits[:-1])))
    steps = (bits - previous) % (1 << bit_width)
    total = np.cumsum(steps)
    unwrapped: NDArray[np.int64] = total - np.repeat(
        (total - steps)[is_start], np.diff(np.flatnonzero(is_start), append=len(bits))
    )
    return unwrapped


def _decode_components(
    field: FieldLayout, rows: Indices, values: NDArray[Any], is_valid: NDArray[np.bool_], order: int, restarts: Indices
) -> list[FieldChunk]:
    """Decode the components of a field: ranges of its bits that the profile maps to fields of their own."""
    from fitdecode.profile import MESSAGE_TYPES

    chunks = []
    packed = values.astype(np.int64)
    for position, component in enumerate(field.profile_field.components):
        if field.base_type.identifier == BYTE_BASE_TYPE and component.bit_offset >= 8 * field.count:
            continue  # the field is too short to hold it
        bits = (packed >> component.bit_offset) & ((1 << component.bits) - 1)
        if component.accumulate:
            bits[is_valid] = _unwrap_counter(
                bits[is_valid], np.searchsorted(restarts, rows[is_valid], side="right"), component.bits
            )
        profile = MESSAGE_TYPES[RECORD_MESSAGE_NUMBER].fields[component.def_num]
        units, native_number = describe_field(profile, is_developer=False)
        component_field = FieldLayout(
            profile.name, profile.name, units, native_number, field.offset, 1, field.base_type, profile
        )
        numbers = _apply_scale(bits.astype(np.float64), component.scale, component.offset)
        component_order = order - FIELD_NUMBER_STRIDE + 1 + position  # before the field itself
        chunks.append(_build_chunk(component_field, rows, numbers, is_valid, component_order))
    return chunks


def _build_chunk(
    field: FieldLayout,
    rows: Indices,
    numbers: FloatArray | None,
    is_valid: NDArray[np.bool_] | None,
    order: int,
    value_names: Mapping[int, str] | None = None,
) -> FieldChunk:
    """Build the chunk of a field: its values in the records where ``is_valid`` is true (in all records if it is None).

    ``numbers`` are the values in all ``rows``, or None if they are not numbers. ``value_names`` are the names that the
    FIT profile gives to some values.
    """
    if numbers is None:
        numbers = np.full(len(rows), np.nan)
    if is_valid is not None and not np.all(is_valid):
        rows, numbers = rows[is_valid], numbers[is_valid]
    first = (int(rows[0]) if len(rows) else 0, order)
    names = {float(code): name for code, name in (value_names or {}).items()}
    return FieldChunk(field.key, field.name, field.units, field.native_number, rows, numbers, first, names)


def _decode_texts(field: FieldLayout, raw: NDArray[np.bytes_], rows: Indices, order: int) -> FieldChunk:
    """Build the chunk of a text field; its values are numbers that stand for the distinct texts.

    A text ends at its first zero byte; rows with an empty text are left out.
    """
    distinct, inverse = np.unique(raw, return_inverse=True)
    texts = [field.base_type.parse(text) for text in distinct.tolist()]
    codes: dict[str, int] = {}
    distinct_codes = np.array(
        [np.nan if text is None else codes.setdefault(text.strip("\0 "), len(codes)) for text in texts],
        dtype=np.float64,
    )
    values = distinct_codes[inverse]
    is_valid = np.isfinite(values)
    first = (int(rows[is_valid][0]) if np.any(is_valid) else 0, order)
    value_names = {float(code): text for text, code in codes.items()}
    return FieldChunk(
        *(field.key, field.name, field.units, field.native_number),
        *(rows[is_valid], values[is_valid], first, value_names),
        is_text=True,
    )
