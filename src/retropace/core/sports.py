"""Which sports are not done on foot, in the words of watches and exports. Data, not code."""

from __future__ import annotations

import re

OTHER_SPORT_PREFIXES = (
    *("cycl", "bik", "ride", "spin", "swim", "pool", "row", "kayak", "canoe", "paddl", "sail", "surf", "boat", "sup"),
    *(
        "ski",
        "snow",
        "skat",
        "ice",
        "inline",
        "driv",
        "motor",
        "car",
        "fly",
        "glid",
        "paraglid",
        "hangglid",
        "jumpmaster",
    ),
    *(
        "golf",
        "tennis",
        "squash",
        "padel",
        "badminton",
        "soccer",
        "football",
        "basketball",
        "hockey",
        "rugby",
        "volley",
    ),
    *("yoga", "pilates", "strength", "elliptical", "hiit", "climb", "boulder", "box", "danc", "horse", "fish", "hunt"),
    *("div", "apnea", "transition", "transport", "meditat", "breath", "wheelchair", "handcyc", "stair", "rope", "gym"),
    *("airplane", "seaplane", "helicopter", "blimp", "balloon", "ferry", "atv", "escooter", "scooter", "kickscooter"),
    *("sled", "wakeboard", "frisbee", "riding", "crosstrain", "crossfit", "circuit", "core", "stretch", "aerobic"),
)
"""Word beginnings of sports that retropace does not analyse, and of the changes between the parts of a triathlon."""
STRAVA_SPORT_NUMBERS = {"1": "cycling", "9": "running", "10": "walking", "4": "hiking"}
"""Strava's GPX exports give the sport as a number."""


def is_on_foot(sport: str) -> bool:
    """Whether a sport may be running, walking or hiking: all that is not known to be something else."""
    words = re.split(r"[\s_/-]+", STRAVA_SPORT_NUMBERS.get(sport, sport).casefold())
    joined = "".join(words)
    if "wheelchair" not in words and any(foot in joined for foot in ("run", "walk", "hik", "jog")):
        return True
    return not any(word.startswith(other) for word in (*words, joined) for other in OTHER_SPORT_PREFIXES)


def format_sport(sport: str) -> str:
    """A sport as one reads it: ``trail running``, ``cycling``."""
    return STRAVA_SPORT_NUMBERS.get(sport, sport.replace("_", " ").lower())
