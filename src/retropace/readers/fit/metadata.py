"""What a FIT file says of itself: the device, the workout that was loaded, and why it holds nothing to analyse."""

from __future__ import annotations

from typing import Any

import numpy as np

from retropace.core.activity import Device, WorkoutStep
from retropace.core.errors import TOTALS_ONLY
from retropace.core.units import format_duration
from retropace.readers.fit.decoded import DecodedFile
from retropace.readers.fit.file_types import DESCRIPTION_BY_NAME
from retropace.readers.fit.values import read_message_index, read_number, read_text, read_value

DURATION_FIELDS = {
    "time": ("time", "duration_time"),
    "repetition_time": ("time", "duration_time"),
    "distance": ("distance", "duration_distance"),
    "repeat_until_steps_cmplt": ("repeat", "repeat_steps"),
}
"""For the durations of a step that are a number: our kind, and the field with the number in SI units."""


def explain_no_records(file: DecodedFile) -> tuple[str, str]:
    """Why a file without records is no recording, as the end of a sentence; and what it is instead, if it is sound."""
    kind = read_text(file.messages_named("file_id"), "type")
    if file.messages_named("session"):
        session = file.messages_named("session")[0]
        metres, seconds = read_number(session, "total_distance"), read_number(session, "total_timer_time")
        said = [f"{metres / 1000.0:.2f} km"] if np.isfinite(metres) else []
        said += [f"in {format_duration(seconds)}"] if np.isfinite(seconds) else []
        totals = f" ({' '.join(said)})" if said else ""
        return f"holds totals only{totals}, no recording: it was probably typed in by hand", TOTALS_ONLY
    if kind in DESCRIPTION_BY_NAME:
        return f"holds {DESCRIPTION_BY_NAME[kind]}, not a recording", DESCRIPTION_BY_NAME[kind]
    if file.messages_named("workout_step"):
        return "holds a workout plan, not a recording", DESCRIPTION_BY_NAME["workout"]
    return "holds no records: there is nothing to analyse", ""


def read_device(file: DecodedFile) -> Device:
    """What recorded the file, in its own words; a product without a name by its number."""
    infos = [
        message
        for message in file.messages_named("device_info")
        if read_value([message], "device_index") in ("creator", 0)
    ]
    named = [*file.messages_named("file_id"), *infos]
    product = read_text(named, "product_name") or read_text(named, "garmin_product")
    if not product and isinstance(number := read_value(named, "product"), int):
        product = str(number)
    version = read_value([*infos, *file.messages_named("file_creator")], "software_version")
    return Device(
        manufacturer=read_text(named, "manufacturer"),
        product=product,
        software=f"{version:g}" if isinstance(version, (int, float)) else "",
    )


def read_workout_step(message: Any) -> WorkoutStep:
    """A step of a workout. One that ends by anything else than time, distance or a count of repeats is ``open``."""
    kind = read_text([message], "duration_type")
    ours, source = DURATION_FIELDS.get(kind, ("open", ""))
    repeat_from = read_number(message, "duration_step")
    return WorkoutStep(
        index=read_message_index(message, "message_index") or 0,
        name=read_text([message], "wkt_step_name"),
        note=read_text([message], "notes"),
        intensity=read_text([message], "intensity"),
        duration_kind=ours,
        duration=read_number(message, source),
        repeat_from=int(repeat_from) if np.isfinite(repeat_from) else None,
    )
