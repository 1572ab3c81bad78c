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
from retropace.config.privacy import NOTHING_HIDDEN, Hiding, parse_metres, parse_place
from retropace.config.toml_lines import Where, lines_in, lines_of
from retropace.core.errors import RetropaceError
from retropace.core.units import parse_weight_kg
from retropace.core.user_dirs import config_path

SETTINGS = ("units", "weight", "max_heart_rate", "athlete", "home_zones", "timezone")
PRIVACY = ("hide_around", "hide_ends")
HEART_RATES_BPM = (60, 250)
"""What a maximal heart rate may be."""
MOST_BYTES = 100_000

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
    hiding: Hiding = NOTHING_HIDDEN
    goals: tuple[Goal, ...] = ()


def read_config() -> Config:
    """The user's settings; raises :class:`RetropaceError` for a file that cannot be understood."""
    path = config_path()
    data = config_bytes(path)
    return Config() if data is None else parse_config(data, path)


def config_bytes(path: Path) -> bytes | None:
    """What a settings file holds; None where there is none. Raises :class:`RetropaceError`."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as bad:
        raise RetropaceError(f"cannot be read: {bad.strerror or bad}", path=path) from None
    if len(data) > MOST_BYTES:
        raise RetropaceError(f"holds more than {MOST_BYTES // 1000} kB, which are no settings", path=path)
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
    return _Reader(text, path, document).config()


def _syntax_error(said: str, text: str, path: Path) -> RetropaceError:
    """What the parser said, with the line that stands in its words where all other errors have it."""
    found = re.fullmatch(r"(.*) \((?:at line (\d+), column \d+|at end of document)\)", said)
    if found is None:
        return RetropaceError(f"is no TOML: {said}", path=path)
    line = found[2] or str(len(lines_in(text)))
    return RetropaceError(f"is no TOML: {found[1][0].lower()}{found[1][1:]}", path=path, where=line)


@dataclass(frozen=True, slots=True)
class _Reader:
    """A parsed file, with its text to say in which line something stands."""

    text: str
    path: Path
    document: dict[str, Any]

    def config(self) -> Config:
        self.known(self.document, "", (*SETTINGS, "privacy", "goals"))
        return Config(
            units=self.setting("units", units),
            weight_kg=self.setting("weight", weight_kg),
            max_heart_rate_bpm=self.setting("max_heart_rate", heart_rate_bpm),
            athlete=self.setting("athlete", athlete),
            home_zones=self.setting("home_zones", yes_or_no),
            timezone=self.setting("timezone", time_zone),
            hiding=self.hiding(),
            goals=self.goals(),
        )

    def setting(self, name: str, understand: Callable[[Any], Value]) -> Value | None:
        if name not in self.document:
            return None
        return self.understood((name,), lambda: understand(self.document[name]))

    def hiding(self) -> Hiding:
        table = self.document.get("privacy", {})
        if not isinstance(table, dict):
            self.refuse(("privacy",), "privacy is a table: write [privacy] and its settings below")
        self.known(table, "privacy", PRIVACY)
        around = self.understood(("privacy", "hide_around"), lambda: hidden_places(table.get("hide_around", [])))
        ends_m = self.understood(("privacy", "hide_ends"), lambda: hidden_ends_m(table.get("hide_ends", 0)))
        return Hiding(around, ends_m)

    def goals(self) -> tuple[Goal, ...]:
        tables = self.document.get("goals", [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            self.refuse(("goals",), "goals are tables: write [[goals]] and what each of them asks for below")
        found: list[Goal] = []
        for number, table in enumerate(tables):
            goal = self.understood(("goals", number), lambda table=table: parse_goal(table))  # type: ignore[misc]  # bound per goal
            if goal in found:
                self.refuse(("goals", number), f"the goal of {goal} stands there twice")
            found.append(goal)
        return tuple(found)

    def known(self, table: dict[str, Any], under: str, names: tuple[str, ...]) -> None:
        for name in table:
            if name not in names:
                full = [f"{under}.{one}" if under else one for one in names]
                said = f"{under}.{name}" if under else name
                where = (under, name) if under else (name,)
                self.refuse(where, f'there is no setting "{said}": {", ".join(full[:-1])} and {full[-1]}')

    def understood(self, where: Where, read: Callable[[], Value]) -> Value:
        try:
            return read()
        except RetropaceError as bad:
            self.refuse(where, bad.message)

    def refuse(self, where: Where, message: str) -> NoReturn:
        lines = lines_of(self.text, where)
        raise RetropaceError(message, path=self.path, where=None if lines is None else str(lines[0] + 1)) from None


def units(value: Any) -> str:
    """``km`` or ``mi``; raises :class:`RetropaceError`, as do all of these."""
    if value not in ("km", "mi"):
        raise RetropaceError('units is "km" or "mi"')
    return str(value)


def weight_kg(value: Any) -> float:
    """Kilograms of a weight."""
    found = None if isinstance(value, bool) else parse_weight_kg(str(value))
    if found is None:
        raise RetropaceError('weight is that of a runner: 70, "70kg" or "154lb"')
    return found


def heart_rate_bpm(value: Any) -> int:
    """A maximal heart rate."""
    low, high = HEART_RATES_BPM
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RetropaceError(f"max_heart_rate is a whole number of beats a minute from {low} to {high}: 185")
    return value


def athlete(value: Any) -> str:
    """The name of a runner."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise RetropaceError('athlete is a name: "anna"')
    return value.strip()


def yes_or_no(value: Any) -> bool:
    """A choice."""
    if not isinstance(value, bool):
        raise RetropaceError("home_zones is true or false")
    return value


def time_zone(value: Any) -> str:
    """The name of a time zone in the IANA database."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, LookupError):
        raise RetropaceError('timezone is the name of one: "Europe/Berlin" or "UTC"') from None


def hidden_places(value: Any) -> tuple[Any, ...]:
    """Places that stay hidden."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise RetropaceError('privacy.hide_around is a list of texts: ["48.137,11.575,300m"]')
    return tuple(parse_place(one) for one in value)


def hidden_ends_m(value: Any) -> float:
    """Metres at both ends of the way that stay hidden."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise RetropaceError('privacy.hide_ends is a distance: "200m"')
    return parse_metres(str(value))
