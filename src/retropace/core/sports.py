"""Recognition of sports by the names that watches, apps and exports give them, from the table ``sports.toml``."""

import re
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("sports.toml")
"""File of the names of sports, with whether each is done on foot."""
_COMMON_NAMES: dict[str, bool | None] = dict.fromkeys(("", "generic", "trail", "track", "street")) | dict.fromkeys(
    ("running", "run", "trailrunning", "treadmillrunning", "treadmill", "walking"), True
)
"""Whether the names in most recordings are sports on foot, as in the table, which then need not be read."""
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Pattern of the place between two words of a name such as ``TrailRun``."""
_PREFIX = re.compile(r"^(?:HKWorkoutActivityType|sport_type_|activity_type_|type_)(?=\w)", re.IGNORECASE)
"""Pattern of what interfaces write before the name of a sport."""
_VERSION = re.compile(r"_(?:v\d|ws)$")
"""Pattern of what Garmin Connect writes after a name: ``rowing_v2``, ``skate_skiing_ws``."""
_NEVER_ON_FOOT = frozenset({"wheelchair", "handcycle", "handcycling", "transition"})
"""Words that decide against movement on foot, even beside a word such as ``run``."""


def classify_sport(sport: str, sub_sport: str = "") -> bool | None:
    """Return whether a sport is done on foot: running, walking, hiking; None if the names do not tell.

    A sub-sport decides where it names another sport (``training``, ``yoga``), or where the sport is not specific.
    """
    by_sport, by_sub_sport = _classify_name(sport), _classify_name(sub_sport)
    return by_sub_sport if by_sport is None or by_sub_sport is False else by_sport


def is_unspecific(sport: str) -> bool:
    """Return whether a sport is missing, or a word such as ``other`` or ``workout`` that many sports are called."""
    return not _squash(sport) or _read_names().get(_squash(sport), False) is None


def format_sport(sport: str) -> str:
    """Return the name of a sport for display: ``trail running``, ``cycling``."""
    if sport.isdigit() and (name := name_of_number("strava", sport)):
        return name
    plain = _VERSION.sub("", _PREFIX.sub("", sport.strip()))
    return _CAMEL_CASE.sub(" ", plain).replace("_", " ").lower()


def name_of_number(system: str, number: int | str) -> str:
    """Return the sport by Strava's number, or by FIT's if newer than its profile; empty if not in the table."""
    return str(_read_table()["numbers"].get(system, {}).get(str(number), ""))


def _classify_name(name: str) -> bool | None:
    """Classify a name by the table as a whole, else by the words that it consists of."""
    plain = format_sport(name)
    if (whole := _squash(plain)) in _COMMON_NAMES:
        return _COMMON_NAMES[whole]
    if whole in (names := _read_names()):
        return names[whole]
    words = re.findall(r"[^\W_]+", plain)
    parts = [_squash(word) for word in (*words, *map("".join, pairwise(words)))]
    verdicts = {names.get(part) for part in parts} - {None}
    if _NEVER_ON_FOOT.intersection(parts):
        return False
    return verdicts.pop() if len(verdicts) == 1 else None


def _squash(text: str) -> str:
    """Return a name in small letters, without accents, blanks and signs."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if char.isalnum())


@cache
def _read_table() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(_TABLE.read_text("utf-8"))


@cache
def _read_names() -> dict[str, bool | None]:
    """Read for each name, written as by :func:`_squash`, whether its sport is on foot; None if many are called so."""
    table = _read_table()
    verdicts = {"other": False, "on_foot": True, "unspecific": None}
    return {
        _squash(name): verdict for kind, verdict in verdicts.items() for names in table[kind].values() for name in names
    }
