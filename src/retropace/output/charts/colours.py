"""How directions are drawn in all charts: their colours and their drawing order."""

from __future__ import annotations

LIGHT_PALETTE = {"forward": "#0072b2", "backward": "#d55e00", "rest": "#767676", "unknown": "#b0b0b0"}
"""Colour of each direction on white; blue and vermillion differ with any colour vision (Okabe & Ito 2008)."""
STRETCH_KINDS = ("unknown", "rest", "forward", "suspected", "backward")
"""What a stretch can be drawn as, the last on top; ``suspected``: likely backward, and no annotation confirms it."""
