"""Paths of the user's directories of data and configuration; it imports little, to let every command start fast."""

import os
from pathlib import Path

CONFIG_FILE_NAME = "config.toml"
"""Name of the config file in the config directory."""


def data_dir() -> Path:
    """Return the directory of the library and the athletes; the variable ``RETROPACE_DATA`` overrides it."""
    import platformdirs

    return Path(os.environ.get("RETROPACE_DATA") or platformdirs.user_data_path("retropace", appauthor=False))


def config_dir() -> Path:
    """Return the directory of the config file; the variable ``RETROPACE_CONFIG`` overrides it."""
    import platformdirs

    default = platformdirs.user_config_path("retropace", appauthor=False, roaming=True)
    return Path(os.environ.get("RETROPACE_CONFIG") or default)


def config_path() -> Path:
    """Return the path of the config file, whether it exists or not."""
    return config_dir() / CONFIG_FILE_NAME
