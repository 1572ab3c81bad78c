"""Reading of a FIT file's metadata: its device, its workout plan, and the reason why it holds no recording."""

from typing import Any

import numpy as np

from retropace.core.activity import Device, WorkoutStep
from retropace.core.errors import TOTALS_ONLY
from retropace.core.units import format_duration
from retropace.readers.fit.decoder import DecodedFile
from retropace.readers.fit.file_types import DESCRIPTION_BY_NAME
from retropace.readers.fit.values import read_message_index, read_number, read_text, read_value

DURATION_FIELDS = {
    "time": ("time", "duration_time"),
    "repetition_time": ("time", "duration_time"),
    "distance": ("distance", "duration_distance"),
    "repeat_until_steps_cmplt": ("repeat", "repeat_steps"),
}
"""Kind in :class:`WorkoutStep` and field of the length (s, m, repeats) for each FIT ``duration_type`` with a length."""


def explain_no_activity(file: DecodedFile) -> tuple[str, str]:
    """Return why no activity can be built, as the end of a sentence, and what kind of file it is, empty if damaged."""
    if file.records.count:
        return "has no times: without them neither pace nor duration can be known", ""
    file_type = read_text(file.messages_named("file_id"), "type")
    if file.messages_named("session"):
        session = file.messages_named("session")[0]
        distance_m, timer_s = read_number(session, "total_distance"), read_number(session, "total_timer_time")
        words = [f"{distance_m / 1000.0:.2f} km"] if np.isfinite(distance_m) else []
        words += [f"in {format_duration(timer_s)}"] if np.isfinite(timer_s) else []
        totals = f" ({' '.join(words)})" if words else ""
        return f"holds totals only{totals}, no recording: it was probably typed in by hand", TOTALS_ONLY
    if file_type in DESCRIPTION_BY_NAME:
        return f"holds {DESCRIPTION_BY_NAME[file_type]}, not a recording", DESCRIPTION_BY_NAME[file_type]
    if file.messages_named("workout_step"):
        return "holds a workout plan, not a recording", DESCRIPTION_BY_NAME["workout"]
    return "holds no records: there is nothing to analyse", ""


def read_device(file: DecodedFile) -> Device:
    """Read which device recorded the file; a product without a name is given by its number."""
    infos = file.messages_named("device_info")
    own_infos = [message for message in infos if read_value([message], "device_index") in ("creator", 0)]
    sources = [*file.messages_named("file_id"), *own_infos]
    product = read_text(sources, "product_name") or read_text(sources, "garmin_product")
    if not product and isinstance(number := read_value(sources, "product"), int):
        product = str(number)
    version = read_value([*own_infos, *file.messages_named("file_creator")], "software_version")
    software = f"{version:g}" if isinstance(version, (int, float)) else ""
    return Device(read_text(sources, "manufacturer"), product, software)


def read_workout_step(message: Any) -> WorkoutStep:
    """Read a step of a workout plan; its kind is ``open`` if neither time, distance nor repeats end it."""
    duration_kind, value_field = DURATION_FIELDS.get(read_text([message], "duration_type"), ("open", ""))
    repeat_from = read_number(message, "duration_step")
    return WorkoutStep(
        index=read_message_index(message, "message_index") or 0,
        name=read_text([message], "wkt_step_name"),
        note=read_text([message], "notes"),
        intensity=read_text([message], "intensity"),
        duration_kind=duration_kind,
        duration=read_number(message, value_field),
        repeat_from=int(repeat_from) if np.isfinite(repeat_from) else None,
    )
