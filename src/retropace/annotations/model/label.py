"""Labels of stretches, and the distance or speed that the runner states: ``lap 3=backward distance=400m``."""

import re
from dataclasses import dataclass

from retropace.core.errors import AnnotationError
from retropace.core.units import parse_distance_m, parse_speed_mps

_ATTRIBUTE = re.compile(
    r"(?:^|[\s,;])([^\W\d_]+)\s*=\s*([^\s=;,]+(?:\s?(?:km/h|kmh|kph|mph|m/s|km|mi|m)\b)?)", re.IGNORECASE
)
"""Pattern of ``name=value`` with an optional unit, at the start of a text or after a separator."""


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A direction (``forward``, ``backward``, ``rest``, ``unknown``) and a gait (``run``, ``walk``, or empty)."""

    direction: str
    gait: str = ""

    def __str__(self) -> str:
        return f"{self.direction} {self.gait}".strip()


@dataclass(frozen=True, slots=True)
class Attributes:
    """Distance of a whole stretch, or speed while moving, stated by the runner; None where nothing is stated."""

    distance_m: float | None = None
    speed_mps: float | None = None

    def __bool__(self) -> bool:
        return self.distance_m is not None or self.speed_mps is not None

    def __str__(self) -> str:
        if self.distance_m is not None:
            return f"distance={self.distance_m:.10g}m"
        return "" if self.speed_mps is None else f"speed={self.speed_mps:.10g}m/s"


NO_ATTRIBUTES = Attributes()
"""Attributes of a stretch for which the runner states neither distance nor speed."""


def format_label(label: Label, attributes: Attributes) -> str:
    """Return a label with its attributes as :func:`split_attributes` reads them."""
    return " ".join(part for part in (str(label), str(attributes)) if part)


def split_attributes(text: str) -> tuple[str, Attributes]:
    """Return a label's text without its attributes, and these; raises :class:`AnnotationError` if one is invalid."""
    values: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(text):
        name = name.lower()
        if name not in ("distance", "speed"):
            raise AnnotationError(f'"{name}=" is not known: a stretch may have distance= or speed=')
        if name in values:
            raise AnnotationError(f'"{name}=" stands there twice')
        values[name] = value
    return _ATTRIBUTE.sub(" ", text).strip(), parse_attributes(values)


def parse_attributes(values: dict[str, str]) -> Attributes:
    """Return the attributes given as texts by name, empty if missing; raises :class:`AnnotationError` if invalid."""
    distance, speed = values.get("distance", "").strip(), values.get("speed", "").strip()
    if distance and speed:
        raise AnnotationError("give distance= or speed=, not both: one follows from the other")
    metres = parse_distance_m(distance if re.search(r"[a-z]\s*$", distance, re.IGNORECASE) else distance + "m")
    mps = parse_speed_mps(speed)
    if distance and not (metres and metres > 0.0):
        raise AnnotationError(f"distance={distance} is no distance: write distance=400m or distance=1.2km")
    if speed and not (mps and mps > 0.0):
        examples = "speed=8km/h, speed=5mph, speed=2.2m/s or speed=7:30/km"
        raise AnnotationError(f"speed={speed} is no speed: write {examples}")
    return Attributes(metres if distance else None, mps if speed else None)
