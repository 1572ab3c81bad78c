"""Paths of the user's directories of data and configuration; it imports little, to let every command start fast."""

from __future__ import annotations

import os
from pathlib import Path

CONFIG_FILE_NAME = "config.toml"
"""Name of the config file in the config directory."""


def data_dir() -> Path:
    """Return the directory of the library and the athletes; the variable ``RETROPACE_DATA`` overrides it."""
    from platformdirs import user_data_path

    folder = os.environ.get("RETROPACE_DATA")
    return Path(folder) if folder else user_data_path("retropace", appauthor=False)


def config_dir() -> Path:
    """Return the directory of the config file; the variable ``RETROPACE_CONFIG`` overrides it."""
    from platformdirs import user_config_path

    folder = os.environ.get("RETROPACE_CONFIG")
    return Path(folder) if folder else user_config_path("retropace", appauthor=False, roaming=True)


def config_path() -> Path:
    """Return the path of the config file, whether it exists or not."""
    return config_dir() / CONFIG_FILE_NAME
