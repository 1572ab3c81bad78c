"""Readers of JSON formats: Polar Flow exports and workouts taken out of an Apple Health export."""
