"""All that somebody ran, over weeks and months: sums, ratios and their trend, bests, goals. Pure functions on columns.

``runs.py`` is what they work on, whoever gathered it; ``periods.py`` cuts time into weeks and months where the runner
lives; ``trend.py``, ``ramp.py``, ``milestones.py``, ``reached.py``, ``transition.py`` and ``odd.py`` each say one thing
of it; ``progress.py`` puts them together, ``document.py`` is its JSON.
"""
