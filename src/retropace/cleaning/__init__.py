"""Turns a recorded activity into trustworthy columns on one time axis; knows nothing of directions or annotations."""
