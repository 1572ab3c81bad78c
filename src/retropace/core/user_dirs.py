"""Where the user's files lie: what retropace remembers, and their settings. Light: every command asks for it."""

from __future__ import annotations

import os
from pathlib import Path

CONFIG_FILE_NAME = "config.toml"
"""The settings, in the configuration folder."""


def data_dir() -> Path:
    """Where retropace keeps what it remembers; ``RETROPACE_DATA`` in the environment names another folder."""
    from platformdirs import user_data_path

    folder = os.environ.get("RETROPACE_DATA")
    return Path(folder) if folder else user_data_path("retropace", appauthor=False)


def config_dir() -> Path:
    """Where the user's own settings lie; ``RETROPACE_CONFIG`` in the environment names another folder."""
    from platformdirs import user_config_path

    folder = os.environ.get("RETROPACE_CONFIG")
    return Path(folder) if folder else user_config_path("retropace", appauthor=False, roaming=True)


def config_path() -> Path:
    """Where the settings lie, or would lie."""
    return config_dir() / CONFIG_FILE_NAME
