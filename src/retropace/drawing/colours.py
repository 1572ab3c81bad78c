"""The colours of directions on light and on dark, told apart with any colour vision (Okabe & Ito 2008)."""

from __future__ import annotations

LIGHT = {"forward": "#0072b2", "backward": "#d55e00", "rest": "#767676", "unknown": "#b0b0b0"}
"""On white: the palette's blue and vermillion, and greys."""
DARK = {"forward": "#56b4e9", "backward": "#e69f00", "rest": "#999999", "unknown": "#666666"}
"""On black: its sky blue and orange."""
