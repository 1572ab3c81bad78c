"""The settings file as text that is edited: comments, order and layout stay as their owner wrote them.

An edit touches the statement it is about and no other. Only its value goes through tomlkit, which would move tables of
one name together if it were given the whole file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from retropace.config.goals import Goal, goal_values
from retropace.config.model import PRIVACY, SETTINGS, Config, config_bytes, parse_config
from retropace.config.toml_lines import lines_in, lines_of
from retropace.core.atomic_write import write_into_place
from retropace.core.errors import RetropaceError

NAMES = (*SETTINGS, *(f"privacy.{name}" for name in PRIVACY))
"""What can be set by name."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def set_setting(path: Path, name: str, values: tuple[str, ...]) -> Config:
    """Write one setting, given as texts; the settings after it. Raises :class:`RetropaceError`."""
    value = setting_value(name, values)
    return _edited(path, lambda text: _with_setting(text, name, value))


def unset_setting(path: Path, name: str) -> Config:
    """Take a setting out, if it is there; the settings after it. Raises :class:`RetropaceError`."""
    return _edited(path, lambda text: _without_setting(text, name))


def add_goal(path: Path, goal: Goal) -> Config:
    """Add a goal behind the others; the settings after it. Raises :class:`RetropaceError`."""

    def edit(text: str) -> str:
        goals = parse_config(text.encode("utf-8"), path).goals
        if goal in goals:
            raise RetropaceError(f"the goal of {goal} is there already, as goal {goals.index(goal) + 1}", path=path)
        return _with_goal(text, goal)

    return _edited(path, edit)


def remove_goal(path: Path, number: int) -> Config:
    """Take the goal with this number out, counted from 1; the settings after it. Raises :class:`RetropaceError`."""

    def edit(text: str) -> str:
        if not 1 <= number <= len(tomllib.loads(text).get("goals", [])):
            raise RetropaceError(f"there is no goal {number}: 'retropace goal list' shows them", path=path)
        return _without_goal(text, number - 1)

    return _edited(path, edit)


def setting_value(name: str, values: tuple[str, ...]) -> Any:
    """A setting's value as TOML has it; raises :class:`RetropaceError`, without a path, if it makes no sense."""
    import tomlkit

    table, _, key = name.rpartition(".")
    value = _typed(key, values)
    try:
        parse_config(tomlkit.dumps({table: {key: value}} if table else {key: value}).encode(), Path())
    except UnicodeEncodeError:
        raise RetropaceError(f"{name} is text, which this is not") from None
    except RetropaceError as bad:
        raise RetropaceError(bad.message) from None
    return value


def settings_toml(values: Mapping[str, Any], goals: Iterable[Goal], without: Mapping[str, str]) -> str:
    """A settings file that says these values and goals; ``without`` is what holds where one is None, in words."""
    lines = []
    for name in NAMES:
        table, _, key = name.rpartition(".")
        if table and f"[{table}]" not in lines:
            lines += ["", f"[{table}]"]
        lines.append(_line(key, None if values[name] == [] else values[name], without[name]))
    for goal in goals:
        lines += ["", *_goal_lines(goal)]
    return "".join(f"{line}\n" for line in lines)


def _line(name: str, value: Any, without: str) -> str:
    if value is None:
        return f"# {name}: {without}"
    return f"{name} = {_toml(round(value, 6) if isinstance(value, float) else value)}"  # a weight has six decimals


def _goal_lines(goal: Goal) -> list[str]:
    return ["[[goals]]", *(f"{name} = {_toml(value)}" for name, value in goal_values(goal).items())]


def _typed(key: str, values: tuple[str, ...]) -> Any:
    if key == "hide_around":
        return [text.strip() for text in values]
    (text,) = values
    if key == "home_zones":
        truth: Mapping[str, bool] = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        return truth.get(text.strip().lower(), text)
    if key == "max_heart_rate" and text.strip().isdecimal() and len(text) < 10:
        return int(text)
    return text.strip()


def _edited(path: Path, edit: Callable[[str], str]) -> Config:
    """The settings after an edit, which was written; nothing is if the file is broken, before or after it."""
    from tomlkit.exceptions import TOMLKitError

    was = config_bytes(path)
    if was is not None:
        parse_config(was, path)
    mark = BYTE_ORDER_MARK if was is not None and was.startswith(BYTE_ORDER_MARK) else b""
    try:
        data = mark + edit((was or b"").removeprefix(mark).decode("utf-8")).encode("utf-8")
    except TOMLKitError as bad:
        raise RetropaceError(f"cannot be edited here, only by hand: {bad}", path=path) from None
    config = parse_config(data, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as bad:
        raise RetropaceError(f"cannot be written: {bad.strerror or bad}", path=path) from None
    if data != (was or b""):
        write_into_place(path, data, was=was)
    return config


def _with_setting(text: str, name: str, value: Any) -> str:
    table, _, key = name.rpartition(".")
    where = (table, key) if table else (key,)
    if (span := lines_of(text, where)) is not None:
        return _rewritten(text, span, lambda held: _holder(held, table, key).update({key: value}))
    line = f"{key} = {_toml(value)}"
    if not table:
        return _inserted(text, *_end_of_settings(text), [line])
    header = lines_of(text, (table,))
    if header is None:
        return _inserted(text, len(lines_in(text)), "above", [f"[{table}]", line])
    if _is_header(text, header):
        return _inserted(text, _end_of(text, table), "", [line])
    if _is_inline(text, header, table):
        return _rewritten(text, header, lambda held: held[table].update({key: value}))
    return _inserted(text, _end_of(text, table), "", [f"{table}.{line}"])


def _without_setting(text: str, name: str) -> str:
    table, _, key = name.rpartition(".")
    span = lines_of(text, (table, key) if table else (key,))
    if span is None:
        return text
    if table and not _is_header(text, span) and _is_inline(text, span, table):
        return _rewritten(text, span, lambda held: held[table].pop(key))
    lines = lines_in(text)
    return "".join(lines[: span[0]] + lines[span[1] :])


def _with_goal(text: str, goal: Goal) -> str:
    import tomlkit

    goals = tomllib.loads(text).get("goals", [])
    where = lines_of(text, ("goals",))
    if where is None:
        return _inserted(text, len(lines_in(text)), "above", _goal_lines(goal))
    if not _is_header(text, where):
        made = tomlkit.inline_table()
        made.update(goal_values(goal))
        return _rewritten(text, where, lambda held: held["goals"].append(made))
    return _inserted(text, _end_of(text, "goals", len(goals) - 1), "both", _goal_lines(goal))


def _without_goal(text: str, number: int) -> str:
    span = lines_of(text, ("goals", number))
    if span is None:
        raise RetropaceError("holds more than can be edited here: take the goal out by hand")
    if not _is_header(text, span):
        return _rewritten(text, span, lambda held: held["goals"].pop(number))
    lines = lines_in(text)
    above, below = lines[: span[0]], lines[_end_of(text, "goals", number) :]
    if above and not above[-1].strip() and not (below and below[0].strip()):
        del above[-1]  # one of two blank lines that would follow each other
    return "".join(above + below)


def _end_of(text: str, *table: str | int) -> int:
    """Behind which line the last statement of a table ends; comments below it may be about what follows."""
    held: Any = tomllib.loads(text)
    for key in table:
        held = held[key]
    spans = [lines_of(text, table), *(lines_of(text, (*table, key)) for key in held)]
    return max((span[1] for span in spans if span is not None), default=0)


def _end_of_settings(text: str) -> tuple[int, str]:
    """The line before which one more setting that is in no table stands, and where blank lines belong."""
    spans = [span for key in tomllib.loads(text) if (span := lines_of(text, (key,))) is not None]
    headers = [span[0] for span in spans if _is_header(text, span)]
    ends = [span[1] for span in spans if not _is_header(text, span)]
    if ends:
        return max(ends), ""
    lines = lines_in(text)
    if not headers:
        return len(lines), ""
    first = min(headers)
    while first > 0 and lines[first - 1].lstrip().startswith("#"):  # what stands right above a table is about it
        first -= 1
    return first, "below"


def _inserted(text: str, at: int, blank: str, new: list[str]) -> str:
    """The text with new lines before one of its own; ``blank`` says on which sides an empty line has to be."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = lines_in(text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    above = [end] if blank in ("above", "both") and at > 0 and lines[at - 1].strip() else []
    below = [end] if blank in ("below", "both") and at < len(lines) and lines[at].strip() else []
    return "".join([*lines[:at], *above, *(line + end for line in new), *below, *lines[at:]])


def _rewritten(text: str, span: tuple[int, int], change: Callable[[Any], object]) -> str:
    """The text with one statement changed; what stands beside its value stays."""
    import tomlkit

    statement = tomlkit.parse(_cut(text, span))
    change(statement)
    lines = lines_in(text)
    return "".join([*lines[: span[0]], tomlkit.dumps(statement), *lines[span[1] :]])


def _holder(statement: Any, table: str, key: str) -> Any:
    """What holds a key in its statement: ``hide_ends = …`` below a header, or ``privacy.hide_ends = …``."""
    return statement if key in statement else statement[table]


def _cut(text: str, span: tuple[int, int]) -> str:
    return "".join(lines_in(text)[span[0] : span[1]])


def _is_header(text: str, span: tuple[int, int]) -> bool:
    return lines_in(text)[span[0]].lstrip().startswith("[")


def _is_inline(text: str, span: tuple[int, int], table: str) -> bool:
    """Whether a statement is that of a whole table in braces."""
    import tomlkit
    from tomlkit.items import InlineTable

    return isinstance(tomlkit.parse(_cut(text, span)).get(table), InlineTable)


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    import tomlkit

    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(tomlkit.item(value).as_string())
