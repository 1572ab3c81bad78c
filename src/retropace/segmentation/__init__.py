"""Finds change points of pace and cadence; knows nothing of directions, annotations or labels."""
