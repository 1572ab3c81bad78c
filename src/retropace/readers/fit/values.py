"""Values out of fitdecode's messages, without exceptions: what is not there is None, NaN or empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retropace.readers.fit.table import FieldKey

MIN_DATE_TIME_S = 0x10000000
"""Smaller times are seconds since the device was switched on, not a date (FIT SDK, type ``date_time``)."""


def read_value(messages: Sequence[Any], name: str) -> Any:
    """The first known value of a field of the FIT profile among the messages; None if there is none."""
    for message in messages:
        for item in message.fields:
            if item.name == name and item.value is not None and not _is_developer(item):
                return item.value
    return None


def read_number(message: Any, name: str) -> float:
    """A field as a number in the profile's unit; NaN if there is none, or no message."""
    value = None if message is None else read_value([message], name)
    return float(value) if isinstance(value, (int, float)) else np.nan


def read_message_index(message: Any, name: str) -> int | None:
    """A ``message_index`` without the flags in its upper bits (FIT SDK, type ``message_index``)."""
    for item in message.fields:
        if item.name == name and isinstance(item.raw_value, int) and not _is_developer(item):
            return item.raw_value & 0x0FFF
    return None


def read_time_s(message: Any, name: str) -> float:
    """A time as the watch's clock counts it: seconds since the FIT epoch, or since it was switched on."""
    for item in message.fields:
        if item.name == name and isinstance(item.raw_value, (int, float)) and not _is_developer(item):
            return float(item.raw_value)
    return np.nan


def read_text(messages: Sequence[Any], name: str) -> str:
    """A text or the name of an enumerated value; empty for numbers that the profile does not name."""
    value = read_value(messages, name)
    return value.strip().strip("\0") if isinstance(value, str) else ""


def _is_developer(item: Any) -> bool:
    return item.field_def is not None and bool(item.field_def.is_dev)


def build_field_key(field_definition: Any, name: str) -> FieldKey:
    """What tells a field from the others of a record: its name, or a developer field's two numbers."""
    if field_definition is not None and field_definition.is_dev:
        return int(field_definition.dev_data_index), int(field_definition.def_num)
    return name


def describe_field(item: Any, *, is_developer: bool) -> tuple[str, int | None]:
    """The units of a field and the record field that it stands for, as far as the file gives them properly."""
    units = getattr(item, "units", None)
    native = item.native_field_num if is_developer else None
    return units if isinstance(units, str) else "", native if isinstance(native, int) else None
