"""The user's own settings, ``config.toml`` in the configuration folder: what they would otherwise say every time."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retropace.errors import RetropaceError
from retropace.files import configuration_folder
from retropace.goals import Goal
from retropace.privacy import NOTHING_HIDDEN, Hiding, parse_metres, parse_place

CONFIG_FILE = "config.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says; where it says nothing, what holds without it."""

    hiding: Hiding = NOTHING_HIDDEN
    goals: tuple[Goal, ...] = ()


def config_path() -> Path:
    """Where the file lies, or would lie."""
    return configuration_folder() / CONFIG_FILE


def read_config() -> Config:
    """The user's settings; raises :class:`RetropaceError` for a file that cannot be understood."""
    path = config_path()
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return Config()
    except OSError as bad:
        raise RetropaceError(f"cannot be read: {bad.strerror or bad}", path=path) from None
    except (ValueError, RecursionError) as bad:  # ValueError: no UTF-8, no TOML, or a number of thousands of digits
        raise RetropaceError(f"is no TOML: {bad}", path=path) from None
    try:
        _known(document, "", ("privacy",))
        return Config(hiding=_hiding(document.get("privacy", {})))
    except RetropaceError as bad:
        raise RetropaceError(bad.message, path=path) from None


def _hiding(table: Any) -> Hiding:
    """``[privacy]``: ``hide_around = ["48.137,11.575,300m"]``, ``hide_ends = "200m"``."""
    if not isinstance(table, dict):
        raise RetropaceError("privacy is a table: write [privacy] and its settings below")
    _known(table, "privacy.", ("hide_around", "hide_ends"))
    around = table.get("hide_around", [])
    if not isinstance(around, list) or not all(isinstance(one, str) for one in around):
        raise RetropaceError('privacy.hide_around is a list of texts: ["48.137,11.575,300m"]')
    ends = table.get("hide_ends", 0)
    if isinstance(ends, bool) or not isinstance(ends, (int, float, str)):
        raise RetropaceError('privacy.hide_ends is a distance: "200m"')
    return Hiding(tuple(parse_place(one) for one in around), parse_metres(str(ends)))


def _known(table: dict[str, Any], under: str, names: tuple[str, ...]) -> None:
    for name in table:
        if name not in names:
            raise RetropaceError(f'there is no setting "{under}{name}": {" and ".join(under + one for one in names)}')
