"""Alternative texts of the charts and the map for screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retropace.core.segments import DIRECTIONS
from retropace.core.units import Units

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis


def build_alt_texts(analysis: Analysis, units: Units) -> dict[str, str]:
    """Texts for screen readers by the column that a chart shows (``speed_mps``, …), and for the ``map``."""
    stats = analysis.summary.directions

    def format_by_direction(name: str, format_value: Any) -> str:
        means = [
            f"{format_value(float(value))} {direction}"
            for direction, value in zip(DIRECTIONS[:2], getattr(stats, name).tolist(), strict=False)
            if value == value
        ]
        return " and ".join(means) or "not known"

    directions = analysis.segments.direction
    cadence = format_by_direction("cadence_spm", "{:.0f} steps a minute".format)
    step_length = format_by_direction("step_length_m", "{:.2f} m".format)
    heart_rate = format_by_direction("heart_rate_bpm", "{:.0f} beats".format)
    return {
        "speed_mps": f"Pace over the session: on average {format_by_direction('speed_mps', units.format_pace)}.",
        "cadence_spm": f"Cadence: on average {cadence}.",
        "step_length_m": f"Step length: on average {step_length}.",
        "heart_rate_bpm": f"Heart rate: on average {heart_rate}.",
        "map": f"The way, north up, {(directions == 'backward').sum()} of its {len(directions)} stretches backward.",
    }
