"""The user's config file, ``config.toml`` in the config directory, which holds defaults of command-line options."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from retropace.config.goals import Goal, parse_goal
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter, parse_metres, parse_privacy_zone
from retropace.config.toml_lines import find_statement_lines, split_lines
from retropace.core.errors import RetropaceError
from retropace.core.units import parse_weight_kg
from retropace.core.user_dirs import config_path

CONFIG_KEYS = ("units", "weight", "max_heart_rate", "athlete", "home_zones", "only_marked", "timezone")
"""Keys of the config file outside any table, in the order of the fields of :class:`Config` that they set."""
PRIVACY_KEYS = ("hide_around", "hide_ends")
"""Keys of the config file in the table ``privacy``."""
DEFAULT_TEXTS = {
    "units": "km",
    "weight": "not known: no energy is shown",
    "max_heart_rate": "not known",
    "athlete": "nobody",
    "home_zones": "false",
    "only_marked": "false",
    "timezone": "this machine's",
    "privacy.hide_around": "nothing",
    "privacy.hide_ends": "nothing",
    "goals": "none",
}
"""Text shown for each config key that is not set: the default that applies."""
UNIT_SUFFIXES = {"weight": " kg", "max_heart_rate": " bpm", "privacy.hide_ends": " m"}
"""The unit printed after a numeric config value, by its key."""
MAX_HEART_RATE_RANGE_BPM = (60, 250)
"""Lowest and highest valid ``max_heart_rate`` in beats per minute."""
MAX_FILE_BYTES = 100_000
"""Largest config file in bytes; a larger one is an error."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings in the config file; None or empty where the file sets no value."""

    units: str | None = None
    weight_kg: float | None = None
    max_heart_rate_bpm: int | None = None
    athlete: str | None = None
    home_zones: bool | None = None
    only_marked: bool | None = None
    timezone: str | None = None
    privacy: PrivacyFilter = NO_PRIVACY_FILTER
    goals: tuple[Goal, ...] = ()


def read_config() -> Config:
    """Read the user's config file; without one the config is empty. Raises :class:`RetropaceError` if it is invalid."""
    path = config_path()
    return parse_config(read_config_bytes(path) or b"", path)


def read_config_bytes(path: Path) -> bytes | None:
    """Read a config file; None if there is none. Raises :class:`RetropaceError` if it is unreadable or too large."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RetropaceError.from_os_error("cannot be read", error, path) from None
    if len(data) > MAX_FILE_BYTES:
        raise RetropaceError(f"holds more than {MAX_FILE_BYTES // 1000} kB, which are no settings", path=path)
    return data


def parse_config(data: bytes, path: Path) -> Config:
    """Parse the bytes of a config file; raises :class:`RetropaceError` with the line of the first invalid value."""
    try:
        text = data.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RetropaceError("is no TOML: it is not in UTF-8", path=path, where=str(line)) from None
    except (ValueError, RecursionError) as error:  # ValueError: invalid TOML or a number of thousands of digits
        raise _syntax_error(str(error), text, path) from None
    try:
        return _build_config(document)
    except _InvalidKeyError as error:
        lines = find_statement_lines(text, error.key_path)
        raise RetropaceError(error.message, path=path, where=None if lines is None else str(lines[0] + 1)) from None


def _syntax_error(message: str, text: str, path: Path) -> RetropaceError:
    """Turn the TOML parser's message into an exception; the line in the message becomes the exception's position."""
    match = re.fullmatch(r"(.*) \((?:at line (\d+), column \d+|at end of document)\)", message)
    if match is None:
        return RetropaceError(f"is no TOML: {message}", path=path)
    line = match[2] or str(len(split_lines(text)))
    return RetropaceError(f"is no TOML: {match[1][0].lower()}{match[1][1:]}", path=path, where=line)


class _InvalidKeyError(RetropaceError):
    """Raised for an invalid value or key; ``key_path`` says where it stands in the document."""

    def __init__(self, message: str, *key_path: str | int):
        super().__init__(message)
        self.key_path = key_path


def _build_config(document: dict[str, Any]) -> Config:
    validators: dict[str, Callable[[Any], Any]] = {
        "units": _validate_units,
        "weight": _validate_weight_kg,
        "max_heart_rate": _validate_heart_rate_bpm,
        "athlete": _validate_athlete,
        "home_zones": partial(_validate_bool, "home_zones"),
        "only_marked": partial(_validate_bool, "only_marked"),
        "timezone": validate_time_zone,
    }
    _check_keys(document, (*CONFIG_KEYS, "privacy", "goals"))
    values: dict[str, Any] = {
        field.name: _validate(validators[name], document[name], name)
        for field, name in zip(fields(Config), CONFIG_KEYS, strict=False)
        if name in document
    }
    privacy = document.get("privacy", {})
    if not isinstance(privacy, dict):
        raise _InvalidKeyError("privacy is a table: write [privacy] and its settings below", "privacy")
    _check_keys(privacy, PRIVACY_KEYS, "privacy")
    zones = _validate(_validate_privacy_zones, privacy.get("hide_around", []), "privacy", "hide_around")
    ends_m = _validate(_validate_hidden_ends_m, privacy.get("hide_ends", 0), "privacy", "hide_ends")
    tables = document.get("goals", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _InvalidKeyError("goals are tables: write [[goals]] and what each of them asks for below", "goals")
    goals: list[Goal] = []
    for number, table in enumerate(tables):
        goal = _validate(parse_goal, table, "goals", number)
        if goal in goals:
            raise _InvalidKeyError(f"the goal of {goal} stands there twice", "goals", number)
        goals.append(goal)
    return Config(**values, privacy=PrivacyFilter(zones, ends_m), goals=tuple(goals))


def _check_keys(table: dict[str, Any], allowed: tuple[str, ...], *parents: str) -> None:
    """Reject the first key of a table that is not allowed; ``parents`` is the name of the table."""
    for name in table:
        if name not in allowed:
            dotted_key, *others, last = [".".join((*parents, key)) for key in (name, *allowed)]
            message = f'there is no setting "{dotted_key}": {", ".join(others)} and {last}'
            raise _InvalidKeyError(message, *parents, name)


def _validate(validate: Callable[[Any], Any], value: Any, *key_path: str | int) -> Any:
    """Return the validated value; ``key_path`` is added to an error."""
    try:
        return validate(value)
    except RetropaceError as error:
        raise _InvalidKeyError(error.message, *key_path) from None


def _validate_units(value: Any) -> str:
    if value not in ("km", "mi"):
        raise RetropaceError('units is "km" or "mi"')
    return str(value)


def _validate_weight_kg(value: Any) -> float:
    weight = None if isinstance(value, bool) else parse_weight_kg(str(value))
    if weight is None:
        raise RetropaceError('weight is that of a runner: 70, "70kg" or "154lb"')
    return weight


def _validate_heart_rate_bpm(value: Any) -> int:
    low, high = MAX_HEART_RATE_RANGE_BPM
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RetropaceError(f"max_heart_rate is a whole number of beats a minute from {low} to {high}: 185")
    return value


def _validate_athlete(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise RetropaceError('athlete is a name: "anna"')
    return value.strip()


def _validate_bool(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise RetropaceError(f"{name} is true or false")
    return value


def validate_time_zone(value: Any) -> str:
    """Return the value if it names an IANA time zone, or raise :class:`RetropaceError`."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, LookupError):
        raise RetropaceError('timezone is the name of one: "Europe/Berlin" or "UTC"') from None


def _validate_privacy_zones(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise RetropaceError('privacy.hide_around is a list of texts: ["48.137,11.575,300m"]')
    return tuple(parse_privacy_zone(text) for text in value)


def _validate_hidden_ends_m(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise RetropaceError('privacy.hide_ends is a distance: "200m"')
    return parse_metres(str(value))


def collect_config_values(config: Config) -> dict[str, Any]:
    """Return the value of every config key, by the key that ``config set`` takes; None if it is not set."""
    zones, values = config.privacy.zones, (getattr(config, field.name) for field in fields(config))
    return {
        **dict(zip(CONFIG_KEYS, values, strict=False)),
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
