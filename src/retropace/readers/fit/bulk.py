"""Bulk decoding of FIT ``record`` messages into NumPy columns, equal to those of fitdecode to the last bit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from fitdecode.profile import MESSAGE_TYPES
from numpy.typing import NDArray

from retropace.core.spans import FloatArray
from retropace.readers.fit.stream import Indices
from retropace.readers.fit.table import DeveloperScales, FieldChunk, FieldIdentity
from retropace.readers.fit.values import identify_field

INVALID_VALUES: Mapping[int, int] = {
    **{number: 2 ** (8 * size - 1) - 1 for number, size in ((0x01, 1), (0x83, 2), (0x85, 4), (0x8E, 8))},
    **{number: 2 ** (8 * size) - 1 for number, size in ((0x00, 1), (0x02, 1), (0x84, 2), (0x86, 4), (0x8F, 8))},
    **dict.fromkeys((0x0A, 0x8B, 0x8C, 0x90), 0),
}
"""Value that means "not measured", by FIT's number of the integer type: signed, unsigned, unsigned "z" (FIT SDK)."""
STRING_BASE_TYPE = 0x07
"""Number of FIT's storage type of texts (FIT SDK)."""
BYTE_BASE_TYPE = 0x0D
"""Number of FIT's storage type of bytes without further meaning (FIT SDK)."""
RECORD_MESSAGE_NUMBER = 20
"""Global message number of ``record`` (FIT SDK)."""
MAX_COMPONENT_BYTES = 4
"""Largest size in bytes of a field with components (ranges of bits that are fields of their own) in bulk decoding."""
FIELD_NUMBER_STRIDE = 100
"""Difference between the order numbers of two successive fields; between them come the second field's components."""


class BulkUnsupportedError(Exception):
    """Raised for records that cannot be decoded in bulk; the message, the end of a sentence, says why."""


@dataclass(frozen=True, slots=True)
class FieldLayout:
    """The position of one field in the bytes of a record message."""

    identity: FieldIdentity
    offset: int  # from the start of the message's data, in bytes
    count: int  # number of values; more than one for an array
    base_type: Any  # type of the values as fitdecode describes it (FIT base type)
    profile_field: Any
    """fitdecode's profile entry of the field; None for a developer field, and if the profile does not know it."""


class RecordLayout(NamedTuple):
    """The fields of the record messages that follow one definition message."""

    size: int  # length of a message's data in bytes, without the header byte
    big_endian: bool
    fields: tuple[FieldLayout, ...]
    signature: tuple[object, ...]  # key that two definition messages share if their records are decoded in the same way
    accumulating_fields: frozenset[int]  # numbers of the fields that are counters, which restart at 0 when full


def build_layout(frame: Any) -> RecordLayout:
    """Build the layout of records from fitdecode's definition message; raises :class:`BulkUnsupportedError`."""
    fields: list[FieldLayout] = []
    accumulating: list[int] = []
    signature: list[object] = [frame.endian]
    offset = 0
    for definition in frame.all_field_defs:
        description, base_type = definition.field, definition.base_type
        profile = None if definition.is_dev else description
        if profile is not None:
            _check_supported(profile, base_type, definition.size)
            accumulating += [component.def_num for component in profile.components or () if component.accumulate]
        name = description.name if description is not None else f"unknown_{definition.def_num}"
        if isinstance(name, str):
            identity = identify_field(name, description, definition)
            fields.append(FieldLayout(identity, offset, definition.size // base_type.size, base_type, profile))
            signature.append((identity, offset, definition.size, base_type.identifier))
        offset += definition.size
    if len(set(accumulating)) < len(accumulating):
        raise BulkUnsupportedError("a field that counts on is in its records twice")
    return RecordLayout(offset, frame.endian == ">", tuple(fields), (*signature, offset), frozenset(accumulating))


def _check_supported(profile: Any, base_type: Any, size: int) -> None:
    """Raise :class:`BulkUnsupportedError` if decoding a profile field takes more than a scale and an offset."""
    if profile.subfields:
        raise BulkUnsupportedError(f"the meaning of {profile.name} depends on other fields")
    if profile.components:
        is_number = base_type.identifier in INVALID_VALUES and size == base_type.size
        if not (is_number or base_type.identifier == BYTE_BASE_TYPE) or size > MAX_COMPONENT_BYTES:
            raise BulkUnsupportedError(f"{profile.name} is written in an unusual type")
    for item in (profile, *(profile.components or ())):
        if item.offset and not item.scale:
            raise BulkUnsupportedError(f"{item.name} has an offset without a scale")


@dataclass(frozen=True, slots=True, eq=False)
class RecordBatch:
    """Record messages of one layout, which are decoded together."""

    layout: RecordLayout
    data: bytes  # the messages, without gaps
    rows: Indices  # indices of the messages among all records of the file, ascending
    scales: DeveloperScales
    restarts: Indices  # indices of the records from which counters are added up anew, from zero, ascending

    def decode(self) -> list[FieldChunk]:
        """Decode all fields; those without any value are left out."""
        chunks: list[FieldChunk] = []
        for order, field in enumerate(self.layout.fields, 1):
            chunks += self._decode_field(field, FIELD_NUMBER_STRIDE * order)
        return [chunk for chunk in chunks if len(chunk.rows)]

    def _read_column(self, field: FieldLayout, numpy_type: str) -> NDArray[Any]:
        """Read the values of one field in all messages, as an array of ``numpy_type`` in native byte order."""
        dtype = np.dtype(numpy_type).newbyteorder(">" if self.layout.big_endian else "<")
        start = 1 + field.offset  # a data message starts with a byte of its own
        strides = (1 + self.layout.size,)
        view: NDArray[Any] = np.ndarray((len(self.rows),), dtype, self.data, offset=start, strides=strides)
        return view.astype(dtype.newbyteorder("="))

    def _decode_field(self, field: FieldLayout, order: int) -> list[FieldChunk]:
        """Decode one field: its components (ranges of its bits that are fields of their own), then the field itself."""
        identifier, profile, identity = field.base_type.identifier, field.profile_field, field.identity
        if identifier == STRING_BASE_TYPE:
            codes, texts = _encode_texts(self._read_column(field, f"S{field.count}"), field.base_type.parse)
            return [self._build_chunk(identity, order, codes, np.isfinite(codes), texts, is_text=True)]
        if identifier == BYTE_BASE_TYPE:
            packed = self._read_column(field, f"V{field.count}").view(np.uint8).reshape(len(self.rows), -1)
            is_valid = np.any(packed != 0xFF, axis=1)
            components = []
            if profile is not None and profile.components:
                combined = np.sum(packed.astype(np.int64) << (8 * np.arange(field.count)), axis=1)
                components = self._decode_components(field, combined, is_valid, order)
            return [*components, self._build_chunk(identity, order, None, is_valid)]
        if field.count > 1:
            return [self._build_chunk(identity, order, None, None)]
        values = self._read_column(field, field.base_type.fmt)
        is_valid = values != INVALID_VALUES[identifier] if identifier in INVALID_VALUES else ~np.isnan(values)
        numbers: FloatArray = values.astype(np.float64)
        numbers[np.isinf(numbers)] = np.nan
        if profile is None:
            key = identity.key
            scale, offset = self.scales.get(key, (1.0, 0.0)) if isinstance(key, tuple) else (1.0, 0.0)
            return [self._build_chunk(identity, order, numbers / scale - offset, is_valid)]
        chunks = self._decode_components(field, values, is_valid, order) if profile.components else []
        # The profile names the smallest time that is a date "min".
        value_names = None if identity.name == "timestamp" else profile.type.enum
        chunks.append(self._build_chunk(identity, order, _apply_scale(numbers, profile), is_valid, value_names))
        return chunks

    def _decode_components(
        self, field: FieldLayout, values: NDArray[Any], is_valid: NDArray[np.bool_], order: int
    ) -> list[FieldChunk]:
        """Decode the components of a field: ranges of its bits that the profile maps to fields of their own."""
        chunks = []
        packed = values.astype(np.int64)
        for position, component in enumerate(field.profile_field.components):
            if field.base_type.identifier == BYTE_BASE_TYPE and component.bit_offset >= 8 * field.count:
                continue  # the field is too short to hold it
            bits = (packed >> component.bit_offset) & ((1 << component.bits) - 1)
            if component.accumulate:
                blocks = np.searchsorted(self.restarts, self.rows[is_valid], side="right")
                bits[is_valid] = _unwrap_counter(bits[is_valid], blocks, component.bits)
            profile = MESSAGE_TYPES[RECORD_MESSAGE_NUMBER].fields[component.def_num]
            numbers = _apply_scale(bits.astype(np.float64), component)
            component_order = order - FIELD_NUMBER_STRIDE + 1 + position  # before the field itself
            chunks.append(self._build_chunk(identify_field(profile.name, profile), component_order, numbers, is_valid))
        return chunks

    def _build_chunk(
        self,
        identity: FieldIdentity,
        order: int,
        numbers: FloatArray | None,
        is_valid: NDArray[np.bool_] | None,
        value_names: Mapping[int, str] | None = None,
        *,
        is_text: bool = False,
    ) -> FieldChunk:
        """Build the chunk of a field: its values where ``is_valid``, in all records if None; numbers may be None."""
        rows, values = self.rows, np.full(len(self.rows), np.nan) if numbers is None else numbers
        if is_valid is not None and not np.all(is_valid):
            rows, values = rows[is_valid], values[is_valid]
        first_position = (int(rows[0]) if len(rows) else 0, order)
        names = {float(code): name for code, name in (value_names or {}).items()}
        return FieldChunk(identity, rows, values, first_position, names, is_text)


def _apply_scale(numbers: FloatArray, scaled: Any) -> FloatArray:
    """Apply the scale and offset of a profile field or component, either of which may be None."""
    quotients = numbers / scaled.scale if scaled.scale else numbers
    return quotients - scaled.offset if scaled.offset else quotients


def _unwrap_counter(bits: NDArray[np.int64], block: Indices, bit_width: int) -> NDArray[np.int64]:
    """Turn a counter of ``bit_width`` bits into a total that never falls; it starts again where ``block`` rises."""
    is_start = np.diff(block, prepend=-1) > 0
    previous = np.where(is_start, 0, np.concatenate(([0], bits[:-1])))
    steps = (bits - previous) % (1 << bit_width)
    total = np.cumsum(steps)
    lengths = np.diff(np.flatnonzero(is_start), append=len(bits))
    unwrapped: NDArray[np.int64] = total - np.repeat((total - steps)[is_start], lengths)
    return unwrapped


def _encode_texts(raw: NDArray[np.bytes_], parse: Callable[[bytes], str | None]) -> tuple[FloatArray, dict[int, str]]:
    """Number the distinct texts of a field; returns the number of each value, NaN for an empty one, and the texts."""
    distinct, inverse = np.unique(raw, return_inverse=True)
    codes: dict[str, int] = {}
    distinct_codes = np.array(
        [
            np.nan if (text := parse(value)) is None else codes.setdefault(text.strip("\0 "), len(codes))
            for value in distinct.tolist()
        ],
        dtype=np.float64,
    )
    return distinct_codes[inverse], {code: text for text, code in codes.items()}
