"""The value of every key of the config, and how it is printed."""

from __future__ import annotations

from typing import Any

from retropace.config.model import Config

DEFAULT_TEXTS = {
    "units": "km",
    "weight": "not known: no energy is shown",
    "max_heart_rate": "not known",
    "athlete": "nobody",
    "home_zones": "false",
    "timezone": "this machine's",
    "privacy.hide_around": "nothing",
    "privacy.hide_ends": "nothing",
    "goals": "none",
}
"""What applies while a config key is not set, by the key, as printed."""
UNIT_SUFFIXES = {"weight": " kg", "max_heart_rate": " bpm", "privacy.hide_ends": " m"}
"""The unit printed after a numeric config value, by its key."""


def collect_config_values(config: Config) -> dict[str, Any]:
    """Return the value of every config key, by the key that ``config set`` takes; None if it is not set."""
    zones = config.privacy.zones
    return {
        "units": config.units,
        "weight": config.weight_kg,
        "max_heart_rate": config.max_heart_rate_bpm,
        "athlete": config.athlete,
        "home_zones": config.home_zones,
        "timezone": config.timezone,
        "privacy.hide_around": [f"{zone.lat_deg:.12g},{zone.lon_deg:.12g},{zone.radius_m:.12g}m" for zone in zones],
        "privacy.hide_ends": config.privacy.ends_m or None,
        "goals": [str(goal) for goal in config.goals],
    }


def format_config_value(name: str, value: Any) -> str:
    """Return the value of a key as text; for a key that is not set what applies instead."""
    if value is None or value == []:
        return f"– ({DEFAULT_TEXTS[name]})"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(value)
    return f"{value:.10g}{UNIT_SUFFIXES.get(name, '')}" if isinstance(value, (int, float)) else str(value)
