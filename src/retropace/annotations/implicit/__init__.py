"""Annotations that a recording itself implies by the names of its laps, its waypoints, description or workout."""
