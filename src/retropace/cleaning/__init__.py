"""Repairs a recorded activity: trustworthy columns on one time axis; knows nothing of directions or annotations."""
