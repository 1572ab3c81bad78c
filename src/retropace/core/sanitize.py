"""Sanitizing of untrusted text, such as file names and names within files, for display."""


def strip_control_chars(text: str) -> str:
    """Return the text with each unprintable character, such as terminal control and bidi marks, replaced by a space."""
    return "".join(char if char.isprintable() else " " for char in text)
