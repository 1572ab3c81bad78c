"""Folders that tests read from."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The root of the checkout."""
SHARED = ROOT.parent / "shared"
"""The folder beside the checkout that holds recordings which may not be copied into it."""
CORPUS = SHARED / "corpus"
"""Public recordings of real watches."""
CONTROLS = SHARED / "controls"
"""Real runs and walks of people of whom nobody is known to have moved backward."""
