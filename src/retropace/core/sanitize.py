"""Text of others, from names of files and from what they hold, made fit to be shown."""

from __future__ import annotations


def strip_control_chars(text: str) -> str:
    """The text without characters that could steer a terminal or turn its direction; line breaks become spaces."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
