"""Seasons: one runner's activities over weeks and months, with totals, trends, best efforts, milestones and goals.

Pure functions on columns: the room reads no files or database and prints nothing.
"""
