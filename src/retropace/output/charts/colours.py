"""How directions are drawn in all charts: their colours and their drawing order."""

from __future__ import annotations

LIGHT_PALETTE = {"forward": "#0072b2", "backward": "#d55e00", "rest": "#767676", "unknown": "#b0b0b0"}
"""Direction colours on a white page: blue and vermillion of a palette for all colour vision (Okabe & Ito 2008)."""
STRETCH_KINDS = ("unknown", "rest", "forward", "suspected", "backward")
"""The kinds of stretches in drawing order, the last on top; ``suspected`` is backward without an annotation."""
