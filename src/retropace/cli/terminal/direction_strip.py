"""The direction strip: the session as one line of equal time cells, coloured or lettered by direction."""

from __future__ import annotations

import numpy as np

from retropace.cli.terminal.console import StyledLine
from retropace.core.segments import Segments

DIRECTION_COLOURS = {"forward": "#56b4e9", "backward": "#e69f00", "rest": "#999999", "unknown": "#666666"}
"""Colours (RGB) of the directions; they can be told apart with any colour vision (Okabe & Ito 2008)."""
DIRECTION_LETTERS = {"forward": "-", "backward": "B", "rest": ".", "unknown": "?"}
"""Letters of the directions where there are no colours; suspected backward is a lower-case ``b``."""


def compute_cells(segments: Segments, width: int) -> list[tuple[str, bool]]:
    """Return, for each of ``width`` equal time cells, the direction drawn in it and whether that is only suspected.

    It is the direction that fills most of the cell; backward counts double, so that a short rep remains visible.
    """
    edges = np.linspace(segments.edges_s[0], segments.edges_s[-1], width + 1)
    start_s, end_s = np.maximum(edges[:-1, None], segments.start_s), np.minimum(edges[1:, None], segments.end_s)
    weights_s = np.clip(end_s - start_s, 0.0, None) * np.where(segments.direction == "backward", 2.0, 1.0)
    cells: list[tuple[str, bool]] = []
    for row in weights_s:
        total = {name: float(row[segments.direction == name].sum()) for name in DIRECTION_LETTERS}
        direction = max(total, key=lambda name: total[name])
        suspected_s = float(row[(segments.direction == direction) & (segments.basis == "suspected")].sum())
        cells.append((direction, suspected_s > 0.5 * total[direction]))
    return cells


def build_strip(segments: Segments, width: int, is_coloured: bool) -> StyledLine:
    """Return the direction strip, ``width`` characters wide, as coloured blocks or, without colour, as letters."""
    return tuple(_build_symbol(*cell, is_coloured) for cell in compute_cells(segments, width))


def build_legend(segments: Segments, is_coloured: bool) -> StyledLine:
    """Return a line that explains the strip's colours or letters, for the directions that occur."""
    line: list[tuple[str, str]] = []
    sure = segments.direction[segments.basis != "suspected"]
    entries = [(name, False) for name in DIRECTION_LETTERS if np.any(sure == name)]
    if np.any(segments.basis == "suspected"):
        entries.insert(1, ("backward", True))
    for number, (name, suspected) in enumerate(entries):
        line += [("  " if number else "", ""), _build_symbol(name, suspected, is_coloured)]
        line.append((f" {name}{' suspected' * suspected}", ""))
    return tuple(line)


def _build_symbol(direction: str, suspected: bool, is_coloured: bool) -> tuple[str, str]:
    """Return the symbol of a direction, and its colour."""
    if is_coloured:
        return "▒" if suspected else "█", DIRECTION_COLOURS[direction]
    return "b" if suspected else DIRECTION_LETTERS[direction], ""
