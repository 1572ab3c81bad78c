"""Seasons: one runner's activities over weeks and months, with totals, trends, best efforts, milestones and goals.

All functions work on columns; none reads files or a database or prints.
"""
