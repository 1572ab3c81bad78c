"""The user's own settings, ``config.toml`` in the configuration folder: what they would otherwise say every time.

====================  =====================================================================
``units``             ``"km"`` or ``"mi"``
``weight``            ``70``, ``"70kg"`` or ``"154lb"``: energy is shown
``max_heart_rate``    beats a minute: heart rates are shown as a share of it too
``athlete``           who ran, unless a flag says otherwise
``home_zones``        ``true``: the zones in the configuration folder are used
``timezone``          where days and weeks begin: ``"Europe/Berlin"``
``[privacy]``         ``hide_around = ["48.137,11.575,300m"]``, ``hide_ends = "200m"``
``[[goals]]``         what :class:`retropace.config.goals.Goal` has
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
PRIVACY_KEYS = ("hide_around", "hide_ends")
MAX_HEART_RATE_RANGE_BPM = (60, 250)
"""What a maximal heart rate may be."""
MAX_FILE_BYTES = 100_000

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says; where it says nothing, what holds without it. None and empty: nothing was said."""

    units: str | None = None
    weight_kg: float | None = None
    max_heart_rate_bpm: int | None = None
    athlete: str | None = None
    home_zones: bool | None = None
    timezone: str | None = None
    privacy: PrivacyFilter = NO_PRIVACY_FILTER
    goals: tuple[Goal, ...] = ()


def read_config() -> Config:
    """The user's settings; raises :class:`RetropaceError` for a file that cannot be understood."""
    path = config_path()
    data = read_config_bytes(path)
    return Config() if data is None else parse_config(data, path)


def read_config_bytes(path: Path) -> bytes | None:
    """What a settings file holds; None where there is none. Raises :class:`RetropaceError`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as bad:
        raise RetropaceError(f"cannot be read: {bad.strerror or bad}", path=path) from None
    if len(data) > MAX_FILE_BYTES:
        raise RetropaceError(f"holds more than {MAX_FILE_BYTES // 1000} kB, which are no settings", path=path)
    return data


def parse_config(data: bytes, path: Path) -> Config:
    """The settings in a file's bytes; raises :class:`RetropaceError` with the line of whatever makes no sense."""
    try:
        text = data.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError as bad:
        line = data[: bad.start].count(b"\n") + 1
        raise RetropaceError("is no TOML: it is not in UTF-8", path=path, where=str(line)) from None
    except (ValueError, RecursionError) as bad:  # ValueError: no TOML, or a number of thousands of digits
        raise _syntax_error(str(bad), text, path) from None
    return _ConfigParser(text, path, document).parse()


def _syntax_error(message: str, text: str, path: Path) -> RetropaceError:
    """What the parser said, with the line that stands in its words where all other errors have it."""
    found = re.fullmatch(r"(.*) \((?:at line (\d+), column \d+|at end of document)\)", message)
    if found is None:
        return RetropaceError(f"is no TOML: {message}", path=path)
    line = found[2] or str(len(split_lines(text)))
    return RetropaceError(f"is no TOML: {found[1][0].lower()}{found[1][1:]}", path=path, where=line)


@dataclass(frozen=True, slots=True)
class _ConfigParser:
    """A parsed file, with its text to say in which line something stands."""

    text: str
    path: Path
    document: dict[str, Any]

    def parse(self) -> Config:
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
        if name not in self.document:
            return None
        return self.parse_value((name,), lambda: validate(self.document[name]))

    def parse_privacy(self) -> PrivacyFilter:
        table = self.document.get("privacy", {})
        if not isinstance(table, dict):
            self.fail(("privacy",), "privacy is a table: write [privacy] and its settings below")
        self.check_keys(table, "privacy", PRIVACY_KEYS)
        around = self.parse_value(
            ("privacy", "hide_around"), lambda: validate_privacy_zones(table.get("hide_around", []))
        )
        ends_m = self.parse_value(("privacy", "hide_ends"), lambda: validate_hidden_ends_m(table.get("hide_ends", 0)))
        return PrivacyFilter(around, ends_m)

    def parse_goals(self) -> tuple[Goal, ...]:
        tables = self.document.get("goals", [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            self.fail(("goals",), "goals are tables: write [[goals]] and what each of them asks for below")
        found: list[Goal] = []
        for number, table in enumerate(tables):
            goal = self.parse_value(("goals", number), lambda table=table: parse_goal(table))  # type: ignore[misc]  # bound per goal
            if goal in found:
                self.fail(("goals", number), f"the goal of {goal} stands there twice")
            found.append(goal)
        return tuple(found)

    def check_keys(self, table: dict[str, Any], table_name: str, allowed: tuple[str, ...]) -> None:
        for name in table:
            if name not in allowed:
                full = [f"{table_name}.{one}" if table_name else one for one in allowed]
                said = f"{table_name}.{name}" if table_name else name
                where = (table_name, name) if table_name else (name,)
                self.fail(where, f'there is no setting "{said}": {", ".join(full[:-1])} and {full[-1]}')

    def parse_value(self, key_path: TomlPath, parse: Callable[[], Value]) -> Value:
        try:
            return parse()
        except RetropaceError as bad:
            self.fail(key_path, bad.message)

    def fail(self, key_path: TomlPath, message: str) -> NoReturn:
        lines = find_statement_lines(self.text, key_path)
        raise RetropaceError(message, path=self.path, where=None if lines is None else str(lines[0] + 1)) from None


def validate_units(value: Any) -> str:
    """``km`` or ``mi``; raises :class:`RetropaceError`, as do all of these."""
    if value not in ("km", "mi"):
        raise RetropaceError('units is "km" or "mi"')
    return str(value)


def validate_weight_kg(value: Any) -> float:
    """Kilograms of a weight."""
    found = None if isinstance(value, bool) else parse_weight_kg(str(value))
    if found is None:
        raise RetropaceError('weight is that of a runner: 70, "70kg" or "154lb"')
    return found


def validate_heart_rate_bpm(value: Any) -> int:
    """A maximal heart rate."""
    low, high = MAX_HEART_RATE_RANGE_BPM
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RetropaceError(f"max_heart_rate is a whole number of beats a minute from {low} to {high}: 185")
    return value


def validate_athlete(value: Any) -> str:
    """The name of a runner."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise RetropaceError('athlete is a name: "anna"')
    return value.strip()


def validate_home_zones(value: Any) -> bool:
    """A choice."""
    if not isinstance(value, bool):
        raise RetropaceError("home_zones is true or false")
    return value


def validate_time_zone(value: Any) -> str:
    """The name of a time zone in the IANA database."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, LookupError):
        raise RetropaceError('timezone is the name of one: "Europe/Berlin" or "UTC"') from None


def validate_privacy_zones(value: Any) -> tuple[Any, ...]:
    """Places that stay hidden."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise RetropaceError('privacy.hide_around is a list of texts: ["48.137,11.575,300m"]')
    return tuple(parse_privacy_zone(one) for one in value)


def validate_hidden_ends_m(value: Any) -> float:
    """Metres at both ends of the way that stay hidden."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise RetropaceError('privacy.hide_ends is a distance: "200m"')
    return parse_metres(str(value))
