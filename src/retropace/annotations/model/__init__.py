"""Data classes of annotations: labelled stretches, planned workouts, fitted workouts and the priority of origins."""
