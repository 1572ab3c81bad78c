"""FIT record messages, encoded from columns with NumPy in one step.

Encoding a day-long recording message by message through fit-tool would take a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray

RECORD_MESSAGE = 20
"""FIT's global message number of ``record``, which holds the values of one moment."""
LOCAL_MESSAGE_TYPE = 1
"""FIT's local message type of the exported records: the number in a message's first byte that links it to its
definition message. No other message of an exported file uses it."""


@dataclass(frozen=True, slots=True)
class _FieldEncoding:
    """The encoding of a field of ``record`` in the FIT profile; the encoded value is ``scale * (value + offset)``."""

    number: int
    """FIT's number of the field within ``record`` (field definition number)."""
    base_type: int
    """FIT's number of the type in which the value is stored (base type)."""
    dtype: str
    """The NumPy dtype of the encoded values."""
    missing_value: int
    """The encoded value that stands for a missing one."""
    scale: float = 1.0
    offset: float = 0.0


_UINT8 = (0x02, "u1", 0xFF)
"""The FIT base type ``uint8``: its number, NumPy dtype and missing value."""
_SINT8 = (0x01, "i1", 0x7F)
"""The FIT base type ``sint8``: its number, NumPy dtype and missing value."""
_UINT16 = (0x84, "<u2", 0xFFFF)
"""The FIT base type ``uint16``: its number, NumPy dtype and missing value."""
_UINT32 = (0x86, "<u4", 2**32 - 1)
"""The FIT base type ``uint32``: its number, NumPy dtype and missing value."""
_SINT32 = (0x85, "<i4", 2**31 - 1)
"""The FIT base type ``sint32``: its number, NumPy dtype and missing value."""
FIELDS: Mapping[str, _FieldEncoding] = {
    "timestamp": _FieldEncoding(253, *_UINT32),
    "lat_deg": _FieldEncoding(0, *_SINT32, 2**31 / 180.0),
    "lon_deg": _FieldEncoding(1, *_SINT32, 2**31 / 180.0),
    "altitude_m": _FieldEncoding(78, *_UINT32, 5.0, 500.0),
    "distance_m": _FieldEncoding(5, *_UINT32, 100.0),
    "speed_mps": _FieldEncoding(73, *_UINT32, 1000.0),
    "heart_rate_bpm": _FieldEncoding(3, *_UINT8),
    "cadence": _FieldEncoding(4, *_UINT8),
    "fractional_cadence": _FieldEncoding(53, *_UINT8, 128.0),
    "step_length_m": _FieldEncoding(85, *_UINT16, 10_000.0),
    "vertical_oscillation_m": _FieldEncoding(39, *_UINT16, 10_000.0),
    "stance_time_s": _FieldEncoding(41, *_UINT16, 10_000.0),
    "power": _FieldEncoding(7, *_UINT16),
    "temperature": _FieldEncoding(13, *_SINT8),
}
"""The record fields that can be exported, by the name of their column (Garmin FIT SDK, profile, message ``record``).

Columns are in metres, seconds and degrees where the profile has millimetres, milliseconds and semicircles.
"""


def build_definition(names: list[str]) -> bytes:
    """The definition message (field layout) of records with the fields ``names``, keys of ``FIELDS``, as bytes."""
    triples = ((FIELDS[name].number, np.dtype(FIELDS[name].dtype).itemsize, FIELDS[name].base_type) for name in names)
    return bytes([0x40 | LOCAL_MESSAGE_TYPE, 0, 0, RECORD_MESSAGE, 0, len(names)]) + b"".join(
        bytes(triple) for triple in triples
    )


def encode_records(columns: Mapping[str, FloatArray]) -> np.ndarray:
    """The record messages, ready to write, as a structured array of shape ``(n,)``, one message per row.

    ``columns`` holds columns of shape ``(n,)`` by names of ``FIELDS``, ``timestamp`` among them. NaN and values outside
    a field's range are encoded as missing.
    """
    names = list(columns)
    rows = np.empty(len(columns["timestamp"]), dtype=[("head", "u1"), *((name, FIELDS[name].dtype) for name in names)])
    rows["head"] = LOCAL_MESSAGE_TYPE
    for name, column in columns.items():
        field = FIELDS[name]
        limits = np.iinfo(np.dtype(field.dtype))
        encoded = np.round(field.scale * (column + field.offset))
        is_encodable = np.isfinite(encoded) & (encoded >= limits.min) & (encoded <= limits.max)
        rows[name] = np.where(is_encodable, np.where(is_encodable, encoded, 0.0), field.missing_value).astype(
            field.dtype
        )
    return rows
