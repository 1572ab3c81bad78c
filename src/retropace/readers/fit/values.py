"""Reading of fields from fitdecode's messages; a missing value is None, NaN or empty, never an exception."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retropace.readers.fit.table import FieldKey

MIN_DATE_TIME_S = 0x10000000
"""Smallest FIT time that is a date; smaller ones are seconds since power-on (FIT SDK, type ``date_time``)."""


def read_value(messages: Sequence[Any], name: str) -> Any:
    """Read a profile field from the first of the messages that has a value for it; None if none has."""
    for message in messages:
        for field in message.fields:
            if field.name == name and field.value is not None and not _is_developer(field):
                return field.value
    return None


def read_number(message: Any, name: str) -> float:
    """Read a field as a number in the profile's unit; NaN if it is missing or ``message`` is None."""
    value = None if message is None else read_value([message], name)
    return float(value) if isinstance(value, (int, float)) else np.nan


def read_message_index(message: Any, name: str) -> int | None:
    """Read a field of type ``message_index`` without the flags in its upper bits (FIT SDK); None if it is missing."""
    for field in message.fields:
        if field.name == name and isinstance(field.raw_value, int) and not _is_developer(field):
            return field.raw_value & 0x0FFF
    return None


def read_time_s(message: Any, name: str) -> float:
    """Read a time in seconds by the device's clock (since the FIT epoch, or since power-on); NaN if it is missing."""
    for field in message.fields:
        if field.name == name and isinstance(field.raw_value, (int, float)) and not _is_developer(field):
            return float(field.raw_value)
    return np.nan


def read_text(messages: Sequence[Any], name: str) -> str:
    """Read a text, or a number as the name that the profile gives it; empty if the field or the name is missing."""
    value = read_value(messages, name)
    return value.strip().strip("\0") if isinstance(value, str) else ""


def _is_developer(field: Any) -> bool:
    return field.field_def is not None and bool(field.field_def.is_dev)


def build_field_key(field_definition: Any, name: str) -> FieldKey:
    """Return the identity of a record field: its name, or for a developer field its data index and field number."""
    if field_definition is not None and field_definition.is_dev:
        return int(field_definition.dev_data_index), int(field_definition.def_num)
    return name


def describe_field(field: Any, *, is_developer: bool) -> tuple[str, int | None]:
    """Return the unit of a field (empty if none), and the number of the standard field to which it corresponds.

    The number is None unless the field is a developer field that declares one.
    """
    units = getattr(field, "units", None)
    native_number = field.native_field_num if is_developer else None
    return units if isinstance(units, str) else "", native_number if isinstance(native_number, int) else None
