"""Alignment of a planned workout to an activity by dynamic programming, and the test of whether the plan fits."""
