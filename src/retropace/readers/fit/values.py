"""Values of fields of fitdecode's messages; a missing value is None, NaN or empty, never an exception."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retropace.readers.fit.table import FieldKey

MIN_DATE_TIME_S = 0x10000000
"""Smallest time that is a date; smaller ones are seconds since power-on (FIT SDK, type ``date_time``)."""


def read_value(messages: Sequence[Any], name: str) -> Any:
    """The first known value of a profile field among the messages; None if there is none."""
    for message in messages:
        for field in message.fields:
            if field.name == name and field.value is not None and not _is_developer(field):
                return field.value
    return None


def read_number(message: Any, name: str) -> float:
    """A field as a number in the profile's unit; NaN if it is missing or ``message`` is None."""
    value = None if message is None else read_value([message], name)
    return float(value) if isinstance(value, (int, float)) else np.nan


def read_message_index(message: Any, name: str) -> int | None:
    """A ``message_index`` without the flags in its upper bits (FIT SDK, type ``message_index``)."""
    for field in message.fields:
        if field.name == name and isinstance(field.raw_value, int) and not _is_developer(field):
            return field.raw_value & 0x0FFF
    return None


def read_time_s(message: Any, name: str) -> float:
    """A time in seconds by the device's clock: since the FIT epoch, or since power-on."""
    for field in message.fields:
        if field.name == name and isinstance(field.raw_value, (int, float)) and not _is_developer(field):
            return float(field.raw_value)
    return np.nan


def read_text(messages: Sequence[Any], name: str) -> str:
    """A text or the name of an enumerated value; empty for numbers that the profile does not name."""
    value = read_value(messages, name)
    return value.strip().strip("\0") if isinstance(value, str) else ""


def _is_developer(field: Any) -> bool:
    return field.field_def is not None and bool(field.field_def.is_dev)


def build_field_key(field_definition: Any, name: str) -> FieldKey:
    """The identity of a record field: its name, or the two numbers of a developer field."""
    if field_definition is not None and field_definition.is_dev:
        return int(field_definition.dev_data_index), int(field_definition.def_num)
    return name


def describe_field(field: Any, *, is_developer: bool) -> tuple[str, int | None]:
    """The unit of a field, and the number of the profile field that a developer field declares to stand for."""
    units = getattr(field, "units", None)
    native_number = field.native_field_num if is_developer else None
    return units if isinstance(units, str) else "", native_number if isinstance(native_number, int) else None
