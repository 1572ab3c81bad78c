"""Editing of the config file as text, which keeps its comments, order and layout.

An edit changes one statement. Only that statement goes through tomlkit, because tomlkit, given the whole file, would
move tables of the same name next to each other.
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
"""Keys that can be set; keys of a table have its name and a dot before them: ``privacy.hide_ends``."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""UTF-8 byte order mark; if a config file starts with one, an edit keeps it."""


def set_config_value(path: Path, name: str, values: tuple[str, ...]) -> Config:
    """Set the dotted key ``name`` to the value that ``values`` give as texts; return the new config.

    Raises :class:`RetropaceError` if the value, the file before or the file after the edit is invalid.
    """
    value = parse_config_value(name, values)
    return _edit_file(path, lambda text: _set_key(text, name, value))


def unset_config_value(path: Path, name: str) -> Config:
    """Remove a dotted key, if it is set, and return the new config.

    Raises :class:`RetropaceError` if the file is invalid.
    """
    return _edit_file(path, lambda text: _remove_key(text, name))


def add_goal(path: Path, goal: Goal) -> Config:
    """Append a goal; return the new config. Raises :class:`RetropaceError` if the file has the goal or is invalid."""

    def edit(text: str) -> str:
        goals = parse_config(text.encode("utf-8"), path).goals
        if goal in goals:
            raise RetropaceError(f"the goal of {goal} is there already, as goal {goals.index(goal) + 1}", path=path)
        return _append_goal(text, goal)

    return _edit_file(path, edit)


def remove_goal(path: Path, number: int) -> Config:
    """Remove the goal with a number, counted from 1; return the new config.

    Raises :class:`RetropaceError` if there is no such goal or the file is invalid.
    """

    def edit(text: str) -> str:
        if not 1 <= number <= len(tomllib.loads(text).get("goals", [])):
            raise RetropaceError(f"there is no goal {number}: 'retropace goal list' shows them", path=path)
        return _delete_goal(text, number - 1)

    return _edit_file(path, edit)


def parse_config_value(name: str, values: tuple[str, ...]) -> Any:
    """Convert texts from the command line to the value of a dotted key, in its TOML type.

    Raises :class:`RetropaceError`, without a path, for an invalid value.

    Example:
        >>> parse_config_value("max_heart_rate", ("185",))
        185

    """
    import tomlkit

    table, _, key = name.rpartition(".")
    value = _convert_texts(key, values)
    try:
        parse_config(tomlkit.dumps({table: {key: value}} if table else {key: value}).encode(), Path())
    except UnicodeEncodeError:
        raise RetropaceError(f"{name} is text, which this is not") from None
    except RetropaceError as error:
        raise RetropaceError(error.message) from None
    return value


def format_config_toml(values: Mapping[str, Any], goals: Iterable[Goal], fallback_texts: Mapping[str, str]) -> str:
    """Format a config file with values by dotted key, and goals.

    A key whose value is None becomes a comment with its text in ``fallback_texts``, which says what applies without a
    value.
    """
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
    """Return the line that sets a key to a value; if the value is None, return ``fallback_text`` as a comment."""
    if value is None:
        return f"# {name}: {fallback_text}"
    rounded = round(value, 6) if isinstance(value, float) else value  # a weight has six decimals
    return f"{name} = {_format_toml(rounded)}"


def _format_goal(goal: Goal) -> list[str]:
    """Return the lines of a goal's table."""
    return ["[[goals]]", *(f"{name} = {_format_toml(value)}" for name, value in goal_to_dict(goal).items())]


def _convert_texts(key: str, values: tuple[str, ...]) -> Any:
    """Convert the texts for a key to its TOML type. Texts that do not fit stay texts, which validation rejects."""
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
    """Apply ``edit`` to the file's text, write it, and return the new config.

    Nothing is written if the text is invalid before or after the edit.
    """
    from tomlkit.exceptions import TOMLKitError

    content = read_config_bytes(path)
    if content is not None:
        parse_config(content, path)
    byte_order_mark = BYTE_ORDER_MARK if content is not None and content.startswith(BYTE_ORDER_MARK) else b""
    try:
        data = byte_order_mark + edit((content or b"").removeprefix(byte_order_mark).decode("utf-8")).encode("utf-8")
    except TOMLKitError as error:
        raise RetropaceError(f"cannot be edited here, only by hand: {error}", path=path) from None
    config = parse_config(data, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RetropaceError.from_os_error("cannot be written", error, path) from None
    if data != (content or b""):
        atomic_write(path, data, expected_content=content)
    return config


def _set_key(text: str, name: str, value: Any) -> str:
    """Return the text with a dotted key set to a value."""
    table, _, key = name.rpartition(".")
    key_path = (table, key) if table else (key,)
    if (span := find_statement_lines(text, key_path)) is not None:
        return _rewrite_statement(
            text, span, lambda statement: _find_container(statement, table, key).update({key: value})
        )
    line = f"{key} = {_format_toml(value)}"
    if not table:
        return _insert_lines(text, *_find_root_insertion(text), [line])
    header = find_statement_lines(text, (table,))
    if header is None:
        return _insert_lines(text, len(split_lines(text)), "above", [f"[{table}]", line])
    if _is_table_header(text, header):
        return _insert_lines(text, _find_table_end(text, table), "", [line])
    if _is_inline_table(text, header, table):
        return _rewrite_statement(text, header, lambda statement: statement[table].update({key: value}))
    return _insert_lines(text, _find_table_end(text, table), "", [f"{table}.{line}"])


def _remove_key(text: str, name: str) -> str:
    """Return the text with the statement of a dotted key removed; unchanged if the key is not set."""
    table, _, key = name.rpartition(".")
    span = find_statement_lines(text, (table, key) if table else (key,))
    if span is None:
        return text
    if table and not _is_table_header(text, span) and _is_inline_table(text, span, table):
        return _rewrite_statement(text, span, lambda statement: statement[table].pop(key))
    lines = split_lines(text)
    return "".join(lines[: span[0]] + lines[span[1] :])


def _append_goal(text: str, goal: Goal) -> str:
    """Return the text with a goal added after the others."""
    import tomlkit

    goals = tomllib.loads(text).get("goals", [])
    span = find_statement_lines(text, ("goals",))
    if span is None:
        return _insert_lines(text, len(split_lines(text)), "above", _format_goal(goal))
    if not _is_table_header(text, span):
        table = tomlkit.inline_table()
        table.update(goal_to_dict(goal))
        return _rewrite_statement(text, span, lambda statement: statement["goals"].append(table))
    return _insert_lines(text, _find_table_end(text, "goals", len(goals) - 1), "both", _format_goal(goal))


def _delete_goal(text: str, index: int) -> str:
    """Return the text with the goal at an index, counted from 0, removed."""
    span = find_statement_lines(text, ("goals", index))
    if span is None:
        raise RetropaceError("holds more than can be edited here: take the goal out by hand")
    if not _is_table_header(text, span):
        return _rewrite_statement(text, span, lambda statement: statement["goals"].pop(index))
    lines = split_lines(text)
    above, below = lines[: span[0]], lines[_find_table_end(text, "goals", index) :]
    if above and not above[-1].strip() and not (below and below[0].strip()):
        del above[-1]  # one of two blank lines that would follow each other
    return "".join(above + below)


def _find_table_end(text: str, *table: str | int) -> int:
    """Return the index of the line after a table's last statement; comments below that statement are left outside."""
    content: Any = tomllib.loads(text)
    for key in table:
        content = content[key]
    spans = [find_statement_lines(text, table), *(find_statement_lines(text, (*table, key)) for key in content)]
    return max((span[1] for span in spans if span is not None), default=0)


def _find_root_insertion(text: str) -> tuple[int, str]:
    """Find where to insert a key outside any table.

    Returns the index of the line before which it goes, and whether a blank line must separate it from the text above or
    below.
    """
    spans = [span for key in tomllib.loads(text) if (span := find_statement_lines(text, (key,))) is not None]
    headers = [span[0] for span in spans if _is_table_header(text, span)]
    ends = [span[1] for span in spans if not _is_table_header(text, span)]
    if ends:
        return max(ends), ""
    lines = split_lines(text)
    if not headers:
        return len(lines), ""
    first = min(headers)
    while first > 0 and lines[first - 1].lstrip().startswith("#"):  # comments right above a table belong to it
        first -= 1
    return first, "below"


def _insert_lines(text: str, line_index: int, blank_sides: str, new_lines: list[str]) -> str:
    """Return the text with new lines inserted before the line at an index.

    ``blank_sides`` says on which sides of the new lines a blank line is added: ``above``, ``below``, ``both``, or none
    if empty.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = split_lines(text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    above = [end] if blank_sides in ("above", "both") and line_index > 0 and lines[line_index - 1].strip() else []
    below = [end] if blank_sides in ("below", "both") and line_index < len(lines) and lines[line_index].strip() else []
    return "".join([*lines[:line_index], *above, *(line + end for line in new_lines), *below, *lines[line_index:]])


def _rewrite_statement(text: str, span: tuple[int, int], change: Callable[[Any], object]) -> str:
    """Return the text with the statement in the lines ``span`` changed by ``change``; its comment is kept."""
    import tomlkit

    statement = tomlkit.parse(_slice_statement(text, span))
    change(statement)
    lines = split_lines(text)
    return "".join([*lines[: span[0]], tomlkit.dumps(statement), *lines[span[1] :]])


def _find_container(statement: Any, table: str, key: str) -> Any:
    """Return the mapping that holds a key in a parsed statement.

    For ``hide_ends = …`` it is the statement itself, for ``privacy.hide_ends = …`` the mapping ``privacy`` in it.
    """
    return statement if key in statement else statement[table]


def _slice_statement(text: str, span: tuple[int, int]) -> str:
    """Return the text of the statement in the lines ``span``."""
    return "".join(split_lines(text)[span[0] : span[1]])


def _is_table_header(text: str, span: tuple[int, int]) -> bool:
    """Return whether the statement in the lines ``span`` is the header of a table, ``[privacy]``."""
    return split_lines(text)[span[0]].lstrip().startswith("[")


def _is_inline_table(text: str, span: tuple[int, int], table: str) -> bool:
    """Return whether the statement in the lines ``span`` defines a table inline, in braces."""
    import tomlkit
    from tomlkit.items import InlineTable

    return isinstance(tomlkit.parse(_slice_statement(text, span)).get(table), InlineTable)


def _format_toml(value: Any) -> str:
    """Format a value in TOML syntax."""
    import tomlkit

    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(tomlkit.item(value).as_string())
