"""Real interval sessions of the corpus whose structure is known from their laps."""

REAL_WORKOUTS = {
    "728599.fit": "1300m forward, 2x(600m forward, 330m backward), 600m forward, 490m backward",
    "running_2025-08-21": "1120m forward, 8x(92m forward, 95m backward), 1.4km forward",
    "running_2025-08-26": "2.3km, 6x(210m forward, 135m backward), 6x(120m forward, 125m backward), 1.9km",
    "7-8K": "6km forward, 7x(120m backward, 75m forward), 700m forward",
    "777501.fit": "600m forward, 2x(620m forward, 330m backward), 620m forward, 2.4km forward",
    "running_2025-10-04": "1480m forward, 12x(65m backward, 125m forward), 1.7km forward",
    "running_2025-11-19": "1960m forward, 5x(800m forward, 460m backward), 830m forward",
    "running-with-developer-data": "4x(1km forward, 60s backward), 6min forward",
}
"""Known structure of real sessions, from their laps; the slower side stands in for backward."""
