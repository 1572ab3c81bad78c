"""Records of a FIT file from the columns of an activity, all in one go.

Message by message, as the rest goes through fit-tool, a day's run would take a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retropace.core.spans import FloatArray

RECORD_MESSAGE = 20
LOCAL_MESSAGE_TYPE = 1
"""The local message type of records, which nothing else of a file uses."""


@dataclass(frozen=True, slots=True)
class _FieldEncoding:
    """A field of ``record`` as the FIT profile has it: what is written is ``scale * (value + offset)``."""

    number: int
    base_type: int
    dtype: str
    missing_value: int
    """What stands for a missing value."""
    scale: float = 1.0
    offset: float = 0.0


U8, S8, U16, U32, S32 = (
    (0x02, "u1", 0xFF),
    (0x01, "i1", 0x7F),
    (0x84, "<u2", 0xFFFF),
    (0x86, "<u4", 2**32 - 1),
    (*(0x85, "<i4", 2**31 - 1),),
)
# Garmin FIT SDK, Profile, message "record". Ours are metres and seconds where the profile has millimetres and
# milliseconds, and degrees where it has semicircles.
FIELDS: Mapping[str, _FieldEncoding] = {
    "timestamp": _FieldEncoding(253, *U32),
    "lat_deg": _FieldEncoding(0, *S32, 2**31 / 180.0),
    "lon_deg": _FieldEncoding(1, *S32, 2**31 / 180.0),
    "altitude_m": _FieldEncoding(78, *U32, 5.0, 500.0),
    "distance_m": _FieldEncoding(5, *U32, 100.0),
    "speed_mps": _FieldEncoding(73, *U32, 1000.0),
    "heart_rate_bpm": _FieldEncoding(3, *U8),
    "cadence": _FieldEncoding(4, *U8),
    "fractional_cadence": _FieldEncoding(53, *U8, 128.0),
    "step_length_m": _FieldEncoding(85, *U16, 10_000.0),
    "vertical_oscillation_m": _FieldEncoding(39, *U16, 10_000.0),
    "stance_time_s": _FieldEncoding(41, *U16, 10_000.0),
    "power": _FieldEncoding(7, *U16),
    "temperature": _FieldEncoding(13, *S8),
}


def build_definition(names: list[str]) -> bytes:
    """The definition message of records with these fields."""
    triples = ((FIELDS[name].number, np.dtype(FIELDS[name].dtype).itemsize, FIELDS[name].base_type) for name in names)
    return bytes([0x40 | LOCAL_MESSAGE_TYPE, 0, 0, RECORD_MESSAGE, 0, len(names)]) + b"".join(
        bytes(triple) for triple in triples
    )


def encode_records(columns: Mapping[str, FloatArray]) -> np.ndarray:
    """The data messages, a row of a structured array each; what a field cannot hold is missing.

    Fields are those of ``FIELDS`` that the columns have, ``timestamp`` among them.
    """
    names = list(columns)
    rows = np.empty(len(columns["timestamp"]), dtype=[("head", "u1"), *((name, FIELDS[name].dtype) for name in names)])
    rows["head"] = LOCAL_MESSAGE_TYPE
    for name, column in columns.items():
        field = FIELDS[name]
        limits = np.iinfo(np.dtype(field.dtype))
        value = np.round(field.scale * (column + field.offset))
        fits = np.isfinite(value) & (value >= limits.min) & (value <= limits.max)
        rows[name] = np.where(fits, np.where(fits, value, 0.0), field.missing_value).astype(field.dtype)
    return rows
