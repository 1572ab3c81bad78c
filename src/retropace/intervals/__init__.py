"""Interval sessions: sets, reps and recoveries, forward against backward."""
