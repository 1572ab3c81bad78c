"""FIT record messages, encoded from columns with NumPy: for a day-long recording, fit-tool would take a minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray

RECORD_MESSAGE = 20
"""FIT's global message number of ``record``, which holds the values of one moment."""
LOCAL_MESSAGE_TYPE = 1
"""FIT's local message type of the records, in the first byte of their messages and of no other exported message."""


BASE_TYPES = {
    "sint8": (0x01, "i1", 0x7F),
    "uint8": (0x02, "u1", 0xFF),
    "uint16": (0x84, "<u2", 0xFFFF),
    "sint32": (0x85, "<i4", 2**31 - 1),
    "uint32": (0x86, "<u4", 2**32 - 1),
}
"""FIT's number, the NumPy dtype and the missing value of each FIT base type (the type in which a field is stored)."""


@dataclass(frozen=True, slots=True)
class _FieldEncoding:
    """The encoding of a field of ``record`` in the FIT profile; the encoded value is ``scale * (value + offset)``."""

    number: int
    """FIT's number of the field within ``record`` (field definition number)."""
    base_type: str
    """A key of ``BASE_TYPES``."""
    scale: float = 1.0
    offset: float = 0.0


FIELDS: Mapping[str, _FieldEncoding] = {
    "timestamp": _FieldEncoding(253, "uint32"),
    "lat_deg": _FieldEncoding(0, "sint32", 2**31 / 180.0),
    "lon_deg": _FieldEncoding(1, "sint32", 2**31 / 180.0),
    "altitude_m": _FieldEncoding(78, "uint32", 5.0, 500.0),
    "distance_m": _FieldEncoding(5, "uint32", 100.0),
    "speed_mps": _FieldEncoding(73, "uint32", 1000.0),
    "heart_rate_bpm": _FieldEncoding(3, "uint8"),
    "cadence": _FieldEncoding(4, "uint8"),
    "fractional_cadence": _FieldEncoding(53, "uint8", 128.0),
    "step_length_m": _FieldEncoding(85, "uint16", 10_000.0),
    "vertical_oscillation_m": _FieldEncoding(39, "uint16", 10_000.0),
    "stance_time_s": _FieldEncoding(41, "uint16", 10_000.0),
    "power": _FieldEncoding(7, "uint16"),
    "temperature": _FieldEncoding(13, "sint8"),
}
"""The record fields that can be exported, by the name of their column, in metres, seconds and degrees (FIT SDK)."""


def build_definition(names: list[str]) -> bytes:
    """The definition message (field layout) of records with the fields ``names``, keys of ``FIELDS``, as bytes."""
    definition = bytes([0x40 | LOCAL_MESSAGE_TYPE, 0, 0, RECORD_MESSAGE, 0, len(names)])
    for name in names:
        number, dtype, _ = BASE_TYPES[FIELDS[name].base_type]
        definition += bytes([FIELDS[name].number, np.dtype(dtype).itemsize, number])
    return definition


def encode_records(columns: Mapping[str, FloatArray]) -> np.ndarray:
    """The record messages, ready to write, as a structured array of shape ``(n,)``, one message per row.

    ``columns`` holds columns of shape ``(n,)`` by names of ``FIELDS``, ``timestamp`` among them. NaN and values outside
    a field's range are encoded as missing.
    """
    layout = [("head", "u1"), *((name, BASE_TYPES[FIELDS[name].base_type][1]) for name in columns)]
    rows = np.empty(len(columns["timestamp"]), dtype=layout)
    rows["head"] = LOCAL_MESSAGE_TYPE
    for name, column in columns.items():
        field = FIELDS[name]
        _, dtype, missing_value = BASE_TYPES[field.base_type]
        limits = np.iinfo(np.dtype(dtype))
        encoded = np.round(field.scale * (column + field.offset))
        is_encodable = np.isfinite(encoded) & (encoded >= limits.min) & (encoded <= limits.max)
        rows[name] = np.where(is_encodable, encoded, missing_value).astype(dtype)
    return rows
