"""The colours of directions told apart with any colour vision (Okabe & Ito 2008)."""

from __future__ import annotations

LIGHT_PALETTE = {"forward": "#0072b2", "backward": "#d55e00", "rest": "#767676", "unknown": "#b0b0b0"}
"""On white: the palette's blue and vermillion, and greys."""
