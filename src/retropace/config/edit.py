"""Editing of the config one table at a time, as tomlkit drops comments and moves tables if given the whole file."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from retropace.config.goals import Goal, goal_to_dict
from retropace.config.model import CONFIG_KEYS, DEFAULT_TEXTS, PRIVACY_KEYS, Config, parse_config, read_config_bytes
from retropace.config.toml_lines import split_lines
from retropace.core.atomic_write import atomic_write
from retropace.core.errors import RetropaceError

DOTTED_KEYS = (*CONFIG_KEYS, *(f"privacy.{name}" for name in PRIVACY_KEYS))
"""Keys that can be set; keys of a table have its name and a dot before them: ``privacy.hide_ends``."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""UTF-8 byte order mark; if a config file starts with one, an edit keeps it."""


class _Block(NamedTuple):
    """A table of the config file, or the part before all tables, as a range of lines up to its last statement."""

    table: str  # name of the table; empty for the part before all tables
    start: int
    end: int


def set_config_value(path: Path, name: str, values: tuple[str, ...]) -> Config:
    """Set a dotted key; return the new config. Raises :class:`RetropaceError` if value or file is invalid."""
    value = parse_config_value(name, values)
    return _edit_file(path, lambda lines, _config: _set_key(lines, name, value))


def unset_config_value(path: Path, name: str) -> Config:
    """Remove a dotted key, if set; return the new config. Raises :class:`RetropaceError` if the file is invalid."""
    table, _, key = name.rpartition(".")

    def remove(document: Any) -> None:
        (document.get(table, {}) if table else document).pop(key, None)

    return _edit_file(path, lambda lines, _config: _rewrite(lines, _find_block(lines, table), remove))


def add_goal(path: Path, goal: Goal) -> Config:
    """Append a goal; return the new config. Raises :class:`RetropaceError` if the file has the goal or is invalid."""

    def edit(lines: list[str], config: Config) -> list[str]:
        if goal in config.goals:
            number = config.goals.index(goal) + 1
            raise RetropaceError(f"the goal of {goal} is there already, as goal {number}", path=path)
        root, *blocks = _find_blocks(lines)
        if "goals" in _parse_block(lines, root):
            return _rewrite(lines, root, lambda document: document["goals"].append(goal_to_dict(goal)))
        ends = [block.end for block in blocks if block.table == "goals"]
        return _insert_paragraph(lines, max(ends, default=len(lines)), _format_goal(goal))

    return _edit_file(path, edit)


def remove_goal(path: Path, number: int) -> Config:
    """Remove a goal by number, from 1; return the new config. Raises :class:`RetropaceError` if there is none."""

    def edit(lines: list[str], config: Config) -> list[str]:
        if not 1 <= number <= len(config.goals):
            raise RetropaceError(f"there is no goal {number}: 'retropace goal list' shows them", path=path)
        root, *blocks = _find_blocks(lines)
        if "goals" in _parse_block(lines, root):
            return _rewrite(lines, root, lambda document: document["goals"].pop(number - 1))
        _, start, end = [block for block in blocks if block.table == "goals"][number - 1]
        above, below = lines[:start], lines[end:]
        if above and not above[-1].strip() and not (below and below[0].strip()):
            del above[-1]  # one of two blank lines that would follow each other
        return above + below

    return _edit_file(path, edit)


def parse_config_value(name: str, values: tuple[str, ...]) -> Any:
    """Convert texts to the value of a dotted key, in its TOML type; raises :class:`RetropaceError` if invalid."""
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


def format_config_toml(values: Mapping[str, Any], goals: Iterable[Goal]) -> str:
    """Format a config file with values by dotted key, and goals; a key without a value becomes a comment."""
    lines = []
    for name in DOTTED_KEYS:
        table, _, key = name.rpartition(".")
        if table and f"[{table}]" not in lines:
            lines += ["", f"[{table}]"]
        value = values[name]
        if value is None or value == []:
            lines.append(f"# {key}: {DEFAULT_TEXTS[name]}")
        else:
            rounded = round(value, 6) if isinstance(value, float) else value  # a weight has six decimals
            lines.append(f"{key} = {_format_toml(rounded)}")
    for goal in goals:
        lines += ["", *_format_goal(goal)]
    return "".join(f"{line}\n" for line in lines)


def _format_goal(goal: Goal) -> list[str]:
    return ["[[goals]]", *(f"{name} = {_format_toml(value)}" for name, value in goal_to_dict(goal).items())]


def _convert_texts(key: str, values: tuple[str, ...]) -> Any:
    """Convert the texts for a key to its TOML type. Texts that do not fit stay texts, which validation rejects."""
    if key == "hide_around":
        return [text.strip() for text in values]
    (text,) = values
    if key in ("home_zones", "only_marked"):
        truth: Mapping[str, bool] = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        return truth.get(text.strip().lower(), text)
    if key == "max_heart_rate" and text.strip().isdecimal() and len(text) < 10:
        return int(text)
    return text.strip()


def _edit_file(path: Path, edit: Callable[[list[str], Config], list[str]]) -> Config:
    """Apply ``edit`` to the file's lines and config, and return the new config; write it only if it is valid."""
    from tomlkit.exceptions import TOMLKitError

    content = read_config_bytes(path)
    before = content or b""
    config = parse_config(before, path)
    byte_order_mark = BYTE_ORDER_MARK if before.startswith(BYTE_ORDER_MARK) else b""
    try:
        lines = edit(split_lines(before.decode("utf-8-sig")), config)
    except (TOMLKitError, tomllib.TOMLDecodeError) as error:  # a line of a text may begin as the header of a table does
        raise RetropaceError(f"cannot be edited here, only by hand: {error}", path=path) from None
    data = byte_order_mark + "".join(lines).encode("utf-8")
    config = parse_config(data, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RetropaceError.from_os_error("cannot be written", error, path) from None
    if data != before:
        atomic_write(path, data, expected_content=content)
    return config


def _find_blocks(lines: list[str]) -> list[_Block]:
    starts = [number for number, line in enumerate(lines) if line.lstrip().startswith("[")]
    blocks: list[_Block] = []
    for start, end in pairwise([0, *starts, len(lines)]):
        while end > start and lines[end - 1].strip()[:1] in ("", "#"):
            end -= 1
        blocks.append(_Block(next(iter(tomllib.loads(lines[start]))) if blocks else "", start, end))
    return blocks


def _find_block(lines: list[str], table: str) -> _Block:
    root, *blocks = _find_blocks(lines)
    return next((block for block in blocks if block.table == table), root)


def _set_key(lines: list[str], name: str, value: Any) -> list[str]:
    table, _, key = name.rpartition(".")
    block = _find_block(lines, table)
    line = f"{key} = {_format_toml(value)}"
    if table and table not in _parse_block(lines, block):
        return _insert_paragraph(lines, len(lines), [f"[{table}]", line])
    if block.start == block.end:
        first = next((index for index, text in enumerate(lines) if text.lstrip().startswith("[")), len(lines))
        while 0 < first < len(lines) and lines[first - 1].lstrip().startswith("#"):
            first -= 1  # comments right above a table belong to it
        return _insert_paragraph(lines, first, [line])
    return _rewrite(lines, block, lambda document: (document[table] if table else document).update({key: value}))


def _insert_paragraph(lines: list[str], index: int, new_lines: list[str]) -> list[str]:
    """Return the lines with ``new_lines`` inserted before line ``index`` as a paragraph, with blank lines around it."""
    newline = _find_newline(lines)
    above, below = lines[:index], lines[index:]
    if above and not above[-1].endswith("\n"):
        above[-1] += newline
    if above and above[-1].strip():
        above.append(newline)
    if below and below[0].strip():
        below.insert(0, newline)
    return [*above, *(line + newline for line in new_lines), *below]


def _rewrite(lines: list[str], block: _Block, change: Callable[[Any], object]) -> list[str]:
    """Return the lines after ``change`` was applied to one block, which tomlkit parses."""
    document = _parse_block(lines, block)
    change(document)
    text = document.as_string().replace("\r\n", "\n").replace("\n", _find_newline(lines))
    return [*lines[: block.start], text, *lines[block.end :]]


def _parse_block(lines: list[str], block: _Block) -> Any:
    import tomlkit

    return tomlkit.parse("".join(lines[block.start : block.end]))


def _find_newline(lines: list[str]) -> str:
    return "\r\n" if any(line.endswith("\r\n") for line in lines) else "\n"


def _format_toml(value: Any) -> str:
    import tomlkit

    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(tomlkit.item(value).as_string())
