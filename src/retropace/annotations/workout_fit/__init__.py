"""The alignment of a planned workout to an activity by dynamic programming, and the test of whether it fits."""
