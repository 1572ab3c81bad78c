"""Charts and map in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retropace.core.segments import DIRECTIONS
from retropace.core.units import Units

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis


def build_alt_texts(analysis: Analysis, units: Units) -> dict[str, str]:
    """Each chart in a sentence, for those who hear the page."""
    figures = analysis.summary.directions

    def by_direction(name: str, text: Any) -> str:
        told = [
            f"{text(float(value))} {direction}"
            for direction, value in zip(DIRECTIONS[:2], getattr(figures, name).tolist(), strict=False)
            if value == value
        ]
        return " and ".join(told) or "not known"

    segments = analysis.segments
    stretches = int((segments.direction == "backward").sum())
    return {
        "speed_mps": f"Pace over the session: on average {by_direction('speed_mps', units.format_pace)}.",
        "cadence_spm": f"Cadence: on average {by_direction('cadence_spm', lambda x: f'{x:.0f} steps a minute')}.",
        "step_length_m": f"Step length: on average {by_direction('step_length_m', lambda x: f'{x:.2f} m')}.",
        "heart_rate_bpm": f"Heart rate: on average {by_direction('heart_rate_bpm', lambda x: f'{x:.0f} beats')}.",
        "map": f"The way, north up, {stretches} of its {len(segments)} stretches backward.",
    }
