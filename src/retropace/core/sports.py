"""Recognition of sports that are not done on foot, by the names that watches and exports give them."""

from __future__ import annotations

import re

OTHER_SPORT_PREFIXES = (
    *("cycl", "bik", "ride", "spin", "swim", "pool", "row", "kayak", "canoe", "paddl", "sail", "surf", "boat", "sup"),
    *("ski", "snow", "skat", "ice", "inline", "driv", "motor", "car", "fly", "glid", "paraglid", "hangglid"),
    *("jumpmaster", "golf", "tennis", "squash", "padel", "badminton", "soccer", "football", "basketball", "hockey"),
    *("rugby", "volley"),
    *("yoga", "pilates", "strength", "elliptical", "hiit", "climb", "boulder", "box", "danc", "horse", "fish", "hunt"),
    *("div", "apnea", "transition", "transport", "meditat", "breath", "wheelchair", "handcyc", "stair", "rope", "gym"),
    *("airplane", "seaplane", "helicopter", "blimp", "balloon", "ferry", "atv", "escooter", "scooter", "kickscooter"),
    *("sled", "wakeboard", "frisbee", "riding", "crosstrain", "crossfit", "circuit", "core", "stretch", "aerobic"),
)
"""Beginnings of words that name a sport not done on foot, or the transition of a triathlon."""
STRAVA_SPORT_NUMBERS = {"1": "cycling", "9": "running", "10": "walking", "4": "hiking"}
"""Name of each sport that GPX exports of Strava give as a number."""


def is_on_foot(sport: str) -> bool:
    """Return whether a sport is done on foot: running, walking, hiking, or any that is not known as another sport."""
    words = re.split(r"[\s_/-]+", STRAVA_SPORT_NUMBERS.get(sport, sport).casefold())
    joined = "".join(words)
    if "wheelchair" not in words and any(foot in joined for foot in ("run", "walk", "hik", "jog")):
        return True
    return not any(word.startswith(other) for word in (*words, joined) for other in OTHER_SPORT_PREFIXES)


def format_sport(sport: str) -> str:
    """Return the name of a sport for display: ``trail running``, ``cycling``."""
    return STRAVA_SPORT_NUMBERS.get(sport, sport.replace("_", " ").lower())
