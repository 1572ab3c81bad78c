"""Commands with settings of somebody's own, in a folder of the test's."""

from pathlib import Path
from typing import Any

from tests.support.command_line import retropace

OWN_CONFIG = (
    '# mine\r\nunits = "mi"  # as at home\r\n\r\n[privacy]\r\n# the house\r\nhide_around = ["48.1,11.5,300m"]\r\n'
)


def run(folder: Path, *words: str | Path, **others: Any) -> Any:
    return retropace(*words, RETROPACE_CONFIG=str(folder), RETROPACE_DATA=str(folder / "data"), **others)


def text(folder: Path) -> str:
    return (folder / "config.toml").read_bytes().decode()
