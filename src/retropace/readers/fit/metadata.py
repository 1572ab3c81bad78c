"""What a FIT file says of itself: the device, the workout that was loaded, and why it holds nothing to analyse."""

from __future__ import annotations

from typing import Any

import numpy as np

from retropace.core.activity import Device, WorkoutStep
from retropace.core.errors import TOTALS_ONLY
from retropace.core.units import clock
from retropace.readers.fit.decoded import Decoded
from retropace.readers.fit.file_types import BY_NAME
from retropace.readers.fit.values import index_of, number_of, text_of, value_of

DURATIONS = {
    "time": ("time", "duration_time"),
    "repetition_time": ("time", "duration_time"),
    "distance": ("distance", "duration_distance"),
    "repeat_until_steps_cmplt": ("repeat", "repeat_steps"),
}
"""For the durations of a step that are a number: our kind, and the field with the number in SI units."""


def why_nothing(file: Decoded) -> tuple[str, str]:
    """Why a file without records is no recording, as the end of a sentence; and what it is instead, if it is sound."""
    kind = text_of(file.of("file_id"), "type")
    if file.of("session"):
        session = file.of("session")[0]
        metres, seconds = number_of(session, "total_distance"), number_of(session, "total_timer_time")
        said = [f"{metres / 1000.0:.2f} km"] if np.isfinite(metres) else []
        said += [f"in {clock(seconds)}"] if np.isfinite(seconds) else []
        totals = f" ({' '.join(said)})" if said else ""
        return f"holds totals only{totals}, no recording: it was probably typed in by hand", TOTALS_ONLY
    if kind in BY_NAME:
        return f"holds {BY_NAME[kind]}, not a recording", BY_NAME[kind]
    if file.of("workout_step"):
        return "holds a workout plan, not a recording", BY_NAME["workout"]
    return "holds no records: there is nothing to analyse", ""


def read_device(file: Decoded) -> Device:
    """What recorded the file, in its own words; a product without a name by its number."""
    infos = [message for message in file.of("device_info") if value_of([message], "device_index") in ("creator", 0)]
    named = [*file.of("file_id"), *infos]
    product = text_of(named, "product_name") or text_of(named, "garmin_product")
    if not product and isinstance(number := value_of(named, "product"), int):
        product = str(number)
    version = value_of([*infos, *file.of("file_creator")], "software_version")
    return Device(
        manufacturer=text_of(named, "manufacturer"),
        product=product,
        software=f"{version:g}" if isinstance(version, (int, float)) else "",
    )


def read_step(message: Any) -> WorkoutStep:
    """A step of a workout. One that ends by anything else than time, distance or a count of repeats is ``open``."""
    kind = text_of([message], "duration_type")
    ours, source = DURATIONS.get(kind, ("open", ""))
    repeat_from = number_of(message, "duration_step")
    return WorkoutStep(
        index=index_of(message, "message_index") or 0,
        name=text_of([message], "wkt_step_name"),
        note=text_of([message], "notes"),
        intensity=text_of([message], "intensity"),
        duration_kind=ours,
        duration=number_of(message, source),
        repeat_from=int(repeat_from) if np.isfinite(repeat_from) else None,
    )
