"""Formatting and parsing of quantities; the only module that knows kilometres, miles, pace and clock notation."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

MILE_M = 1609.344
"""The international mile (1959 agreement), in metres."""
POUND_KG = 0.45359237
"""The international pound (1959 agreement), in kilograms."""
WEIGHT_RANGE_KG = (20.0, 300.0)
"""Lowest and highest plausible weight of a runner in kilograms."""

_METRES_PER_UNIT = {"m": 1.0, "km": 1000.0, "mi": MILE_M, "mile": MILE_M, "miles": MILE_M}
"""Metres in each unit of distance."""
_SECONDS_PER_UNIT = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0}
"""Seconds in each unit of time."""
_MPS_PER_UNIT = {**dict.fromkeys(("km/h", "kmh", "kph"), 1.0 / 3.6), "mph": MILE_M / 3600.0, "m/s": 1.0, "mps": 1.0}
"""Metres per second in each unit of speed."""
_CLOCK_PATTERN = re.compile(r"(?:(\d+):)?(\d{1,3}):([0-5]?\d(?:\.\d+)?)")
"""Pattern of a duration in minutes and seconds, or in hours, minutes and seconds."""
_PACE_PATTERN = re.compile(r"(\d{1,2}):([0-5]\d(?:\.\d+)?)\s*(?:/|per )\s*(km|mi|mile)", re.IGNORECASE)
"""Pattern of a pace: minutes and seconds per kilometre or mile."""
_WEIGHT_PATTERN = re.compile(r"(\d{1,4}(?:\.\d{1,6})?)\s*(kg|lbs?)?")
"""Pattern of a number and an optional unit of weight."""


@dataclass(frozen=True, slots=True)
class Units:
    """The unit in which distances and paces are displayed."""

    name: str  # ``km`` or ``mi``
    metres: float  # length of the unit in metres

    def format_distance(self, distance_m: float) -> str:
        """Return a distance such as ``1.25 km``; a dash for NaN."""
        return f"{distance_m / self.metres:.2f} {self.name}" if math.isfinite(distance_m) else "–"

    def format_pace(self, speed_mps: float) -> str:
        """Return a speed as pace, such as ``5:12 /km``; a dash below 0.05 m/s and for NaN."""
        if not math.isfinite(speed_mps) or speed_mps < 0.05:
            return "–"
        return f"{format_duration(self.metres / speed_mps)} /{self.name}"


KILOMETRES = Units("km", 1000.0)
"""Kilometres, the default."""
MILES = Units("mi", MILE_M)
"""Miles."""
UNITS_BY_NAME = {units.name: units for units in (KILOMETRES, MILES)}
"""Both units by their names."""


def format_known(value: float, template: str) -> str:
    """Return the template with the value, such as ``{:.0f} spm``, or an empty text for a value that is not finite."""
    return template.format(value) if math.isfinite(value) else ""


def pluralize(count: int, singular: str, plural: str = "") -> str:
    """Return the noun that goes with a count: ``singular`` for 1, else ``plural``, by default with a final s."""
    return singular if count == 1 else plural or f"{singular}s"


def format_count(count: int, singular: str, plural: str = "") -> str:
    """Return a count and its noun, such as ``2 laps``."""
    return f"{count} {pluralize(count, singular, plural)}"


def format_duration(seconds: float) -> str:
    """Return a duration rounded to seconds, such as ``4:05`` or ``1:02:30``; a dash for NaN."""
    if not math.isfinite(seconds):
        return "–"
    rounded_s = round(seconds)
    hours, minutes = divmod(rounded_s // 60, 60)
    return f"{hours}:{minutes:02d}:{rounded_s % 60:02d}" if hours else f"{minutes}:{rounded_s % 60:02d}"


def parse_elapsed_s(text: str) -> float | None:
    """Return seconds from ``12:30``, ``1:02:30.5``, ``90s`` or ``2 min``; None if the text is not a duration."""
    text = text.strip()
    if match := _CLOCK_PATTERN.fullmatch(text):
        hours, minutes, seconds = match.groups()
        if hours is not None and int(minutes) > 59:
            return None
        return int(hours or 0) * 3600.0 + int(minutes) * 60.0 + float(seconds)
    return None if text.startswith(".") else _parse_amount(text, _SECONDS_PER_UNIT)


def _parse_amount(text: str, size_by_unit: Mapping[str, float]) -> float | None:
    """Return a number with a unit as number × size, 1200.0 for ``1.2km``; None if the text has another form."""
    match = re.fullmatch(rf"(\d+(?:\.\d+)?|\.\d+)\s*({'|'.join(size_by_unit)})", text.strip(), re.IGNORECASE)
    return None if match is None else float(match[1]) * size_by_unit[match[2].lower()]


def parse_distance_m(text: str) -> float | None:
    """Return metres from ``1.2km``, ``400 m`` or ``0.5mi``; None if the text is not a distance."""
    return _parse_amount(text, _METRES_PER_UNIT)


def parse_weight_kg(text: str) -> float | None:
    """Return kilograms from ``70``, ``70kg`` or ``154lb``; None if not a weight within ``WEIGHT_RANGE_KG``."""
    match = _WEIGHT_PATTERN.fullmatch(text.strip().lower())
    kilograms = float(match[1]) * (POUND_KG if (match[2] or "").startswith("lb") else 1.0) if match else 0.0
    return kilograms if WEIGHT_RANGE_KG[0] <= kilograms <= WEIGHT_RANGE_KG[1] else None


def parse_speed_mps(text: str) -> float | None:
    """Return m/s from ``8km/h``, ``5 mph``, ``2.2m/s`` or a pace, ``7:30/km``; None if the text is not a speed."""
    if match := _PACE_PATTERN.fullmatch(text.strip()):
        seconds = int(match[1]) * 60.0 + float(match[2])
        return None if seconds == 0.0 else _METRES_PER_UNIT[match[3].lower()] / seconds
    return _parse_amount(text, _MPS_PER_UNIT)
