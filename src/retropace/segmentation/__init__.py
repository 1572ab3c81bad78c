"""Finds change points, the moments at which pace or cadence changes; knows nothing of directions and annotations."""
