"""Seasons: one runner's activities over weeks and months, with totals, trends, best efforts, milestones and goals."""
