"""The settings file as text that is edited: comments, order and layout stay as their owner wrote them.

An edit touches the statement it is about and no other. Only its value goes through tomlkit, which would move tables of
one name together if it were given the whole file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from retropace.config.goals import Goal, goal_to_dict
from retropace.config.model import CONFIG_KEYS, PRIVACY_KEYS, Config, parse_config, read_config_bytes
from retropace.config.toml_lines import find_statement_lines, split_lines
from retropace.core.atomic_write import atomic_write
from retropace.core.errors import RetropaceError

DOTTED_KEYS = (*CONFIG_KEYS, *(f"privacy.{name}" for name in PRIVACY_KEYS))
"""What can be set by name."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def set_config_value(path: Path, name: str, values: tuple[str, ...]) -> Config:
    """Write one setting, given as texts; the settings after it. Raises :class:`RetropaceError`."""
    value = parse_config_value(name, values)
    return _edit_file(path, lambda text: _set_key(text, name, value))


def unset_config_value(path: Path, name: str) -> Config:
    """Take a setting out, if it is there; the settings after it. Raises :class:`RetropaceError`."""
    return _edit_file(path, lambda text: _remove_key(text, name))


def add_goal(path: Path, goal: Goal) -> Config:
    """Add a goal behind the others; the settings after it. Raises :class:`RetropaceError`."""

    def edit(text: str) -> str:
        goals = parse_config(text.encode("utf-8"), path).goals
        if goal in goals:
            raise RetropaceError(f"the goal of {goal} is there already, as goal {goals.index(goal) + 1}", path=path)
        return _append_goal(text, goal)

    return _edit_file(path, edit)


def remove_goal(path: Path, number: int) -> Config:
    """Take the goal with this number out, counted from 1; the settings after it. Raises :class:`RetropaceError`."""

    def edit(text: str) -> str:
        if not 1 <= number <= len(tomllib.loads(text).get("goals", [])):
            raise RetropaceError(f"there is no goal {number}: 'retropace goal list' shows them", path=path)
        return _delete_goal(text, number - 1)

    return _edit_file(path, edit)


def parse_config_value(name: str, values: tuple[str, ...]) -> Any:
    """A setting's value as TOML has it; raises :class:`RetropaceError`, without a path, if it makes no sense."""
    import tomlkit

    table, _, key = name.rpartition(".")
    value = _convert_texts(key, values)
    try:
        parse_config(tomlkit.dumps({table: {key: value}} if table else {key: value}).encode(), Path())
    except UnicodeEncodeError:
        raise RetropaceError(f"{name} is text, which this is not") from None
    except RetropaceError as bad:
        raise RetropaceError(bad.message) from None
    return value


def format_config_toml(values: Mapping[str, Any], goals: Iterable[Goal], fallback_texts: Mapping[str, str]) -> str:
    """A settings file that says these values and goals; ``without`` is what holds where one is None, in words."""
    lines = []
    for name in DOTTED_KEYS:
        table, _, key = name.rpartition(".")
        if table and f"[{table}]" not in lines:
            lines += ["", f"[{table}]"]
        lines.append(_format_line(key, None if values[name] == [] else values[name], fallback_texts[name]))
    for goal in goals:
        lines += ["", *_format_goal(goal)]
    return "".join(f"{line}\n" for line in lines)


def _format_line(name: str, value: Any, fallback_text: str) -> str:
    if value is None:
        return f"# {name}: {fallback_text}"
    return (
        f"{name} = {_format_toml(round(value, 6) if isinstance(value, float) else value)}"  # a weight has six decimals
    )


def _format_goal(goal: Goal) -> list[str]:
    return ["[[goals]]", *(f"{name} = {_format_toml(value)}" for name, value in goal_to_dict(goal).items())]


def _convert_texts(key: str, values: tuple[str, ...]) -> Any:
    if key == "hide_around":
        return [text.strip() for text in values]
    (text,) = values
    if key == "home_zones":
        truth: Mapping[str, bool] = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        return truth.get(text.strip().lower(), text)
    if key == "max_heart_rate" and text.strip().isdecimal() and len(text) < 10:
        return int(text)
    return text.strip()


def _edit_file(path: Path, edit: Callable[[str], str]) -> Config:
    """The settings after an edit, which was written; nothing is if the file is broken, before or after it."""
    from tomlkit.exceptions import TOMLKitError

    was = read_config_bytes(path)
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
        atomic_write(path, data, expected_content=was)
    return config


def _set_key(text: str, name: str, value: Any) -> str:
    table, _, key = name.rpartition(".")
    where = (table, key) if table else (key,)
    if (span := find_statement_lines(text, where)) is not None:
        return _rewrite_statement(text, span, lambda held: _find_container(held, table, key).update({key: value}))
    line = f"{key} = {_format_toml(value)}"
    if not table:
        return _insert_lines(text, *_find_root_insertion(text), [line])
    header = find_statement_lines(text, (table,))
    if header is None:
        return _insert_lines(text, len(split_lines(text)), "above", [f"[{table}]", line])
    if _is_table_header(text, header):
        return _insert_lines(text, _find_table_end(text, table), "", [line])
    if _is_inline_table(text, header, table):
        return _rewrite_statement(text, header, lambda held: held[table].update({key: value}))
    return _insert_lines(text, _find_table_end(text, table), "", [f"{table}.{line}"])


def _remove_key(text: str, name: str) -> str:
    table, _, key = name.rpartition(".")
    span = find_statement_lines(text, (table, key) if table else (key,))
    if span is None:
        return text
    if table and not _is_table_header(text, span) and _is_inline_table(text, span, table):
        return _rewrite_statement(text, span, lambda held: held[table].pop(key))
    lines = split_lines(text)
    return "".join(lines[: span[0]] + lines[span[1] :])


def _append_goal(text: str, goal: Goal) -> str:
    import tomlkit

    goals = tomllib.loads(text).get("goals", [])
    where = find_statement_lines(text, ("goals",))
    if where is None:
        return _insert_lines(text, len(split_lines(text)), "above", _format_goal(goal))
    if not _is_table_header(text, where):
        made = tomlkit.inline_table()
        made.update(goal_to_dict(goal))
        return _rewrite_statement(text, where, lambda held: held["goals"].append(made))
    return _insert_lines(text, _find_table_end(text, "goals", len(goals) - 1), "both", _format_goal(goal))


def _delete_goal(text: str, number: int) -> str:
    span = find_statement_lines(text, ("goals", number))
    if span is None:
        raise RetropaceError("holds more than can be edited here: take the goal out by hand")
    if not _is_table_header(text, span):
        return _rewrite_statement(text, span, lambda held: held["goals"].pop(number))
    lines = split_lines(text)
    above, below = lines[: span[0]], lines[_find_table_end(text, "goals", number) :]
    if above and not above[-1].strip() and not (below and below[0].strip()):
        del above[-1]  # one of two blank lines that would follow each other
    return "".join(above + below)


def _find_table_end(text: str, *table: str | int) -> int:
    """Behind which line the last statement of a table ends; comments below it may be about what follows."""
    held: Any = tomllib.loads(text)
    for key in table:
        held = held[key]
    spans = [find_statement_lines(text, table), *(find_statement_lines(text, (*table, key)) for key in held)]
    return max((span[1] for span in spans if span is not None), default=0)


def _find_root_insertion(text: str) -> tuple[int, str]:
    """The line before which one more setting that is in no table stands, and where blank lines belong."""
    spans = [span for key in tomllib.loads(text) if (span := find_statement_lines(text, (key,))) is not None]
    headers = [span[0] for span in spans if _is_table_header(text, span)]
    ends = [span[1] for span in spans if not _is_table_header(text, span)]
    if ends:
        return max(ends), ""
    lines = split_lines(text)
    if not headers:
        return len(lines), ""
    first = min(headers)
    while first > 0 and lines[first - 1].lstrip().startswith("#"):  # what stands right above a table is about it
        first -= 1
    return first, "below"


def _insert_lines(text: str, line_index: int, blank_sides: str, new_lines: list[str]) -> str:
    """The text with new lines before one of its own; ``blank`` says on which sides an empty line has to be."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = split_lines(text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    above = [end] if blank_sides in ("above", "both") and line_index > 0 and lines[line_index - 1].strip() else []
    below = [end] if blank_sides in ("below", "both") and line_index < len(lines) and lines[line_index].strip() else []
    return "".join([*lines[:line_index], *above, *(line + end for line in new_lines), *below, *lines[line_index:]])


def _rewrite_statement(text: str, span: tuple[int, int], change: Callable[[Any], object]) -> str:
    """The text with one statement changed; what stands beside its value stays."""
    import tomlkit

    statement = tomlkit.parse(_slice_statement(text, span))
    change(statement)
    lines = split_lines(text)
    return "".join([*lines[: span[0]], tomlkit.dumps(statement), *lines[span[1] :]])


def _find_container(statement: Any, table: str, key: str) -> Any:
    """What holds a key in its statement: ``hide_ends = …`` below a header, or ``privacy.hide_ends = …``."""
    return statement if key in statement else statement[table]


def _slice_statement(text: str, span: tuple[int, int]) -> str:
    return "".join(split_lines(text)[span[0] : span[1]])


def _is_table_header(text: str, span: tuple[int, int]) -> bool:
    return split_lines(text)[span[0]].lstrip().startswith("[")


def _is_inline_table(text: str, span: tuple[int, int], table: str) -> bool:
    """Whether a statement is that of a whole table in braces."""
    import tomlkit
    from tomlkit.items import InlineTable

    return isinstance(tomlkit.parse(_slice_statement(text, span)).get(table), InlineTable)


def _format_toml(value: Any) -> str:
    """A value as TOML writes it."""
    import tomlkit

    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(tomlkit.item(value).as_string())
