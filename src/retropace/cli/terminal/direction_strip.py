"""The session in one line: a cell per stretch of time, coloured (or lettered) by direction."""

from __future__ import annotations

import numpy as np

from retropace.cli.terminal.layout import StyledLine
from retropace.core.segments import Segments

# Okabe & Ito 2008: told apart with any colour vision.
DIRECTION_COLOURS = {"forward": "#56b4e9", "backward": "#e69f00", "rest": "#999999", "unknown": "#666666"}
DIRECTION_LETTERS = {"forward": "-", "backward": "B", "rest": ".", "unknown": "?"}
"""For paper and pipes; a suspected backward stretch is a small ``b``."""


def compute_cells(segments: Segments, width: int) -> list[tuple[str, bool]]:
    """For each of ``width`` equal times of the session the direction that fills most of it, and if it is suspected.

    Backward counts double: a short rep among forward running is what one looks for.
    """
    edges = np.linspace(segments.edges_s[0], segments.edges_s[-1], width + 1)
    share = np.minimum(edges[1:, None], segments.end_s[None, :]) - np.maximum(
        edges[:-1, None], segments.start_s[None, :]
    )
    share = np.clip(share, 0.0, None) * np.where(segments.direction == "backward", 2.0, 1.0)
    found: list[tuple[str, bool]] = []
    for row in share:
        total = {name: float(row[segments.direction == name].sum()) for name in DIRECTION_LETTERS}
        direction = max(total, key=lambda name: total[name])
        here = segments.direction == direction
        suspected = float(row[here & (segments.basis == "suspected")].sum()) > 0.5 * total[direction]
        found.append((direction, suspected))
    return found


def build_strip(segments: Segments, width: int, is_coloured: bool) -> StyledLine:
    """The strip: blocks in colour, or letters."""
    return tuple(
        ("▒" if suspected else "█", DIRECTION_COLOURS[direction])
        if is_coloured
        else ("b" if suspected else DIRECTION_LETTERS[direction], "")
        for direction, suspected in compute_cells(segments, width)
    )


def build_legend(segments: Segments, is_coloured: bool) -> StyledLine:
    """What the strip's colours or letters mean, only those that occur."""
    line: list[tuple[str, str]] = []
    kinds = [
        (name, False)
        for name in DIRECTION_LETTERS
        if np.any((segments.direction == name) & (segments.basis != "suspected"))
    ]
    if np.any(segments.basis == "suspected"):
        kinds.insert(1, ("backward", True))
    for number, (name, suspected) in enumerate(kinds):
        sign = ("▒" if suspected else "█") if is_coloured else ("b" if suspected else DIRECTION_LETTERS[name])
        line += [("  " if number else "", ""), (sign, DIRECTION_COLOURS[name] if is_coloured else "")]
        line.append((f" {name}{' suspected' * suspected}", ""))
    return tuple(line)
