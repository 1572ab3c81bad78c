"""The user's config file, ``config.toml`` in the config directory, which holds defaults of command-line options.

====================  =====================================================================
``units``             ``"km"`` or ``"mi"``
``weight``            ``70``, ``"70kg"`` or ``"154lb"``; energy is computed with it
``max_heart_rate``    beats per minute; heart rates are also shown as a share of it
``athlete``           name of the runner
``home_zones``        ``true`` if the zones in the config directory are used
``timezone``          time zone in which days and weeks begin: ``"Europe/Berlin"``
``[privacy]``         ``hide_around = ["48.137,11.575,300m"]``, ``hide_ends = "200m"``
``[[goals]]``         the fields of :class:`retropace.config.goals.Goal`
====================  =====================================================================
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from retropace.config.goals import Goal, parse_goal
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter, parse_metres, parse_privacy_zone
from retropace.config.toml_lines import TomlPath, find_statement_lines, split_lines
from retropace.core.errors import RetropaceError
from retropace.core.units import parse_weight_kg
from retropace.core.user_dirs import config_path

CONFIG_KEYS = ("units", "weight", "max_heart_rate", "athlete", "home_zones", "timezone")
"""Keys of the config file outside any table."""
PRIVACY_KEYS = ("hide_around", "hide_ends")
"""Keys of the config file in the table ``privacy``."""
MAX_HEART_RATE_RANGE_BPM = (60, 250)
"""Lowest and highest valid ``max_heart_rate`` in beats per minute."""
MAX_FILE_BYTES = 100_000
"""Largest config file in bytes; a larger one is an error."""

Value = TypeVar("Value")
"""Type of a value after validation."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings in the config file; None or empty where the file sets no value."""

    units: str | None = None
    weight_kg: float | None = None
    max_heart_rate_bpm: int | None = None
    athlete: str | None = None
    home_zones: bool | None = None
    timezone: str | None = None
    privacy: PrivacyFilter = NO_PRIVACY_FILTER
    goals: tuple[Goal, ...] = ()


def read_config() -> Config:
    """Read the user's config file; without one the config is empty. Raises :class:`RetropaceError` if it is invalid."""
    path = config_path()
    data = read_config_bytes(path)
    return Config() if data is None else parse_config(data, path)


def read_config_bytes(path: Path) -> bytes | None:
    """Read the bytes of a config file; None if there is no file.

    Raises :class:`RetropaceError` if it cannot be read or is larger than ``MAX_FILE_BYTES``.
    """
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
    return _ConfigParser(text, path, document).parse()


def _syntax_error(message: str, text: str, path: Path) -> RetropaceError:
    """Turn the TOML parser's message into an exception; the line in the message becomes the exception's position."""
    match = re.fullmatch(r"(.*) \((?:at line (\d+), column \d+|at end of document)\)", message)
    if match is None:
        return RetropaceError(f"is no TOML: {message}", path=path)
    line = match[2] or str(len(split_lines(text)))
    return RetropaceError(f"is no TOML: {match[1][0].lower()}{match[1][1:]}", path=path, where=line)


@dataclass(frozen=True, slots=True)
class _ConfigParser:
    """Validates a parsed config file; it keeps the file's text to find the line of an invalid value."""

    text: str
    path: Path
    document: dict[str, Any]

    def parse(self) -> Config:
        """Validate the whole file and return the config; raises :class:`RetropaceError` for the first invalid value."""
        self.check_keys(self.document, "", (*CONFIG_KEYS, "privacy", "goals"))
        return Config(
            units=self.parse_key("units", validate_units),
            weight_kg=self.parse_key("weight", validate_weight_kg),
            max_heart_rate_bpm=self.parse_key("max_heart_rate", validate_heart_rate_bpm),
            athlete=self.parse_key("athlete", validate_athlete),
            home_zones=self.parse_key("home_zones", validate_home_zones),
            timezone=self.parse_key("timezone", validate_time_zone),
            privacy=self.parse_privacy(),
            goals=self.parse_goals(),
        )

    def parse_key(self, name: str, validate: Callable[[Any], Value]) -> Value | None:
        """Return the validated value of a key outside any table; None if it is not set."""
        if name not in self.document:
            return None
        return self.parse_value((name,), lambda: validate(self.document[name]))

    def parse_privacy(self) -> PrivacyFilter:
        """Return the privacy filter that the table ``privacy`` defines."""
        table = self.document.get("privacy", {})
        if not isinstance(table, dict):
            self.fail(("privacy",), "privacy is a table: write [privacy] and its settings below")
        self.check_keys(table, "privacy", PRIVACY_KEYS)
        zones = self.parse_value(
            ("privacy", "hide_around"), lambda: validate_privacy_zones(table.get("hide_around", []))
        )
        ends_m = self.parse_value(("privacy", "hide_ends"), lambda: validate_hidden_ends_m(table.get("hide_ends", 0)))
        return PrivacyFilter(zones, ends_m)

    def parse_goals(self) -> tuple[Goal, ...]:
        """Return the goals that the tables ``goals`` define."""
        tables = self.document.get("goals", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.fail(("goals",), "goals are tables: write [[goals]] and what each of them asks for below")
        goals: list[Goal] = []
        for number, table in enumerate(tables):
            goal = self.parse_value(("goals", number), lambda table=table: parse_goal(table))  # type: ignore[misc]  # bound per goal
            if goal in goals:
                self.fail(("goals", number), f"the goal of {goal} stands there twice")
            goals.append(goal)
        return tuple(goals)

    def check_keys(self, table: dict[str, Any], table_name: str, allowed: tuple[str, ...]) -> None:
        """Raise :class:`RetropaceError` for the first key of a table that is not allowed."""
        for name in table:
            if name not in allowed:
                *others, last = [f"{table_name}.{key}" if table_name else key for key in allowed]
                dotted_key = f"{table_name}.{name}" if table_name else name
                key_path = (table_name, name) if table_name else (name,)
                self.fail(key_path, f'there is no setting "{dotted_key}": {", ".join(others)} and {last}')

    def parse_value(self, key_path: TomlPath, parse: Callable[[], Value]) -> Value:
        """Return the result of ``parse``; if it raises an error, add the line of the value at ``key_path`` to it."""
        try:
            return parse()
        except RetropaceError as error:
            self.fail(key_path, error.message)

    def fail(self, key_path: TomlPath, message: str) -> NoReturn:
        """Raise :class:`RetropaceError` with a message and the line of the key at ``key_path``."""
        lines = find_statement_lines(self.text, key_path)
        raise RetropaceError(message, path=self.path, where=None if lines is None else str(lines[0] + 1)) from None


def validate_units(value: Any) -> str:
    """Return the value if it is ``km`` or ``mi``; raises :class:`RetropaceError` for anything else."""
    if value not in ("km", "mi"):
        raise RetropaceError('units is "km" or "mi"')
    return str(value)


def validate_weight_kg(value: Any) -> float:
    """Parse a runner's weight to kilograms; raises :class:`RetropaceError` for anything else."""
    weight = None if isinstance(value, bool) else parse_weight_kg(str(value))
    if weight is None:
        raise RetropaceError('weight is that of a runner: 70, "70kg" or "154lb"')
    return weight


def validate_heart_rate_bpm(value: Any) -> int:
    """Return the value if it is a plausible maximal heart rate (bpm); raises :class:`RetropaceError` otherwise."""
    low, high = MAX_HEART_RATE_RANGE_BPM
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RetropaceError(f"max_heart_rate is a whole number of beats a minute from {low} to {high}: 185")
    return value


def validate_athlete(value: Any) -> str:
    """Return a runner's name without surrounding spaces; raises :class:`RetropaceError` if the value is not a name."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise RetropaceError('athlete is a name: "anna"')
    return value.strip()


def validate_home_zones(value: Any) -> bool:
    """Return the value if it is true or false; raises :class:`RetropaceError` for anything else."""
    if not isinstance(value, bool):
        raise RetropaceError("home_zones is true or false")
    return value


def validate_time_zone(value: Any) -> str:
    """Return the value if it names an IANA time zone; raises :class:`RetropaceError` for anything else."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, LookupError):
        raise RetropaceError('timezone is the name of one: "Europe/Berlin" or "UTC"') from None


def validate_privacy_zones(value: Any) -> tuple[Any, ...]:
    """Parse texts to privacy zones (places whose positions are hidden); raises :class:`RetropaceError` otherwise."""
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise RetropaceError('privacy.hide_around is a list of texts: ["48.137,11.575,300m"]')
    return tuple(parse_privacy_zone(text) for text in value)


def validate_hidden_ends_m(value: Any) -> float:
    """Parse how many metres to hide at both ends of the route; raises :class:`RetropaceError` for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise RetropaceError('privacy.hide_ends is a distance: "200m"')
    return parse_metres(str(value))
