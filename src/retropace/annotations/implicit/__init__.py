"""Annotations that a recording itself implies by its names, waypoints, description or workout."""
