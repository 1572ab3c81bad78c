"""Reading of fields from fitdecode's messages; a missing value is None, NaN or empty, never an exception."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from retropace.readers.fit.table import FieldIdentity

MIN_DATE_TIME_S = 0x10000000
"""Smallest FIT time that is a date; smaller ones are seconds since power-on (FIT SDK, type ``date_time``)."""


def read_value(messages: Sequence[Any], name: str) -> Any:
    """Read a profile field from the first of the messages that has a value for it; None if none has."""
    for message in messages:
        value = _find_value(message, name, "value", object)
        if value is not None:
            return value
    return None


def read_number(message: Any, name: str) -> float:
    """Read a field as a number in the profile's unit; NaN if it is missing or ``message`` is None."""
    value = None if message is None else _find_value(message, name, "value", object)
    return float(value) if isinstance(value, (int, float)) else np.nan


def read_message_index(message: Any, name: str) -> int | None:
    """Read a field of type ``message_index`` without the flags in its upper bits (FIT SDK); None if it is missing."""
    value = _find_value(message, name, "raw_value", int)
    return None if value is None else value & 0x0FFF


def read_time_s(message: Any, name: str) -> float:
    """Read a time in seconds by the device's clock (since the FIT epoch, or since power-on); NaN if it is missing."""
    value = _find_value(message, name, "raw_value", (int, float))
    return np.nan if value is None else float(value)


def read_text(messages: Sequence[Any], name: str) -> str:
    """Read a text, or a number as the name that the profile gives it; empty if the field or the name is missing."""
    value = read_value(messages, name)
    return value.strip().strip("\0") if isinstance(value, str) else ""


def _find_value(message: Any, name: str, attribute: str, kinds: type | tuple[type, ...]) -> Any:
    """Find the first value of one of the types ``kinds`` in a profile field; None if there is none."""
    for field in message.fields:
        if field.name == name and not _is_developer(field.field_def):
            value = getattr(field, attribute)
            if value is not None and isinstance(value, kinds):
                return value
    return None


def _is_developer(definition: Any) -> bool:
    return definition is not None and bool(definition.is_dev)


def identify_field(name: str, description: Any, definition: Any = None) -> FieldIdentity:
    """Identify a record field by its name, its entry in the profile or the app's description, and its definition."""
    is_developer = _is_developer(definition)
    key = (int(definition.dev_data_index), int(definition.def_num)) if is_developer else name
    units = getattr(description, "units", None)
    native_number = description.native_field_num if is_developer else None
    return FieldIdentity(
        key, name, units if isinstance(units, str) else "", native_number if isinstance(native_number, int) else None
    )
