"""Values out of fitdecode's messages, without exceptions: what is not there is None, NaN or empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retropace.readers.fit.table import Key

POWER_ON = 0x10000000
"""Smaller times are seconds since the device was switched on, not a date (FIT SDK, type ``date_time``)."""


def value_of(messages: Sequence[Any], name: str) -> Any:
    """The first known value of a field of the FIT profile among the messages; None if there is none."""
    for message in messages:
        for item in message.fields:
            if item.name == name and item.value is not None and not _is_developer(item):
                return item.value
    return None


def number_of(message: Any, name: str) -> float:
    """A field as a number in the profile's unit; NaN if there is none, or no message."""
    value = None if message is None else value_of([message], name)
    return float(value) if isinstance(value, (int, float)) else np.nan


def index_of(message: Any, name: str) -> int | None:
    """A ``message_index`` without the flags in its upper bits (FIT SDK, type ``message_index``)."""
    for item in message.fields:
        if item.name == name and isinstance(item.raw_value, int) and not _is_developer(item):
            return item.raw_value & 0x0FFF
    return None


def time_of(message: Any, name: str) -> float:
    """A time as the watch's clock counts it: seconds since the FIT epoch, or since it was switched on."""
    for item in message.fields:
        if item.name == name and isinstance(item.raw_value, (int, float)) and not _is_developer(item):
            return float(item.raw_value)
    return np.nan


def text_of(messages: Sequence[Any], name: str) -> str:
    """A text or the name of an enumerated value; empty for numbers that the profile does not name."""
    value = value_of(messages, name)
    return value.strip().strip("\0") if isinstance(value, str) else ""


def _is_developer(item: Any) -> bool:
    return item.field_def is not None and bool(item.field_def.is_dev)


def key_of(defined: Any, name: str) -> Key:
    """What tells a field from the others of a record: its name, or a developer field's two numbers."""
    if defined is not None and defined.is_dev:
        return int(defined.dev_data_index), int(defined.def_num)
    return name


def described(item: Any, *, developer: bool) -> tuple[str, int | None]:
    """The units of a field and the record field that it stands for, as far as the file gives them properly."""
    units = getattr(item, "units", None)
    native = item.native_field_num if developer else None
    return units if isinstance(units, str) else "", native if isinstance(native, int) else None
