"""Readers of JSON formats: training sessions of Polar Flow, and workouts taken out of an Apple Health export."""
