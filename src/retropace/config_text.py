"""The settings file as text that is edited: comments, order and layout stay as their owner wrote them (tomlkit)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retropace.config import PRIVACY, SETTINGS, Config, parse_config
from retropace.errors import RetropaceError
from retropace.files import write_into_place
from retropace.goals import Goal, goal_values

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

NAMES = (*SETTINGS, *(f"privacy.{name}" for name in PRIVACY))
"""What can be set by name."""


def set_setting(path: Path, name: str, values: tuple[str, ...]) -> Config:
    """Write one setting, given as texts; the settings after it. Raises :class:`RetropaceError`."""
    table, _, key = name.rpartition(".")
    value = _value(key, values)

    def edit(document: TOMLDocument) -> None:
        import tomlkit

        held: Any = document
        if table:
            if table not in document:
                made = tomlkit.table()
                made.trivia.indent = "\n" if document.as_string() else ""
                document[table] = made
            held = document[table]
        held[key] = value

    return _edited(path, edit)


def unset_setting(path: Path, name: str) -> Config:
    """Take a setting out, if it is there; the settings after it. Raises :class:`RetropaceError`."""
    table, _, key = name.rpartition(".")

    def edit(document: TOMLDocument) -> None:
        held: Any = document.get(table, {}) if table else document
        held.pop(key, None)

    return _edited(path, edit)


def add_goal(path: Path, goal: Goal) -> Config:
    """Add a goal behind the others; the settings after it. Raises :class:`RetropaceError`."""

    def edit(document: TOMLDocument) -> None:
        import tomlkit

        if "goals" not in document:
            document["goals"] = tomlkit.aot()
        made = tomlkit.table()
        made.trivia.indent = "\n" if document.as_string() else ""
        for name, value in goal_values(goal).items():
            made[name] = value
        goals: Any = document["goals"]
        goals.append(made)

    return _edited(path, edit)


def remove_goal(path: Path, number: int) -> Config:
    """Take the goal with this number out, counted from 1; the settings after it. Raises :class:`RetropaceError`."""

    def edit(document: TOMLDocument) -> None:
        goals: Any = document.get("goals", [])
        if not 1 <= number <= len(goals):
            raise RetropaceError(f"there is no goal {number}: 'retropace goal list' shows them", path=path)
        del goals[number - 1]
        if not goals:
            del document["goals"]

    return _edited(path, edit)


def _value(key: str, values: tuple[str, ...]) -> Any:
    """The value of a setting as TOML has it; whether it makes sense is asked of the whole file afterwards."""
    if key == "hide_around":
        return list(values)
    (text,) = values
    if key == "home_zones":
        truth: Mapping[str, bool] = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        return truth.get(text.strip().lower(), text)
    if key == "max_heart_rate" and text.strip().isdecimal():
        return int(text)
    return text.strip()


def _edited(path: Path, edit: Callable[[TOMLDocument], None]) -> Config:
    """The settings after an edit, which was written; nothing is if the file is broken, before or after it."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        was = path.read_bytes() if path.exists() else None
    except OSError as bad:
        raise RetropaceError(f"cannot be read: {bad.strerror or bad}", path=path) from None
    if was is not None:
        parse_config(was, path)
    mark = b"\xef\xbb\xbf" if was is not None and was.startswith(b"\xef\xbb\xbf") else b""
    try:
        document = tomlkit.parse((was or b"").removeprefix(mark).decode("utf-8"))
        edit(document)
        data = mark + tomlkit.dumps(document).encode("utf-8")
    except TOMLKitError as bad:
        raise RetropaceError(f"is no TOML: {bad}", path=path) from None
    config = parse_config(data, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as bad:
        raise RetropaceError(f"cannot be written: {bad.strerror or bad}", path=path) from None
    if data != was:
        write_into_place(path, data, was=was)
    return config
