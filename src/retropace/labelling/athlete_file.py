"""The file that remembers an athlete: readable JSON in the user's data directory, or at a path that the user gives."""

import json
import math
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from retropace.core.atomic_write import atomic_write
from retropace.core.errors import RetropaceError
from retropace.core.user_dirs import data_dir
from retropace.labelling.athlete import Athlete, Example, TrainingSession

SCHEMA = "retropace.athlete/1"
"""Name and version of the format of athlete files, written in each file."""
DIRECTIONS = ("forward", "backward")
"""Directions that a stretch in an athlete file can have; a file with any other is invalid."""
GAITS = ("run", "walk")
"""Gaits that a stretch in an athlete file can have; a file with any other is invalid."""
_NAME = re.compile(r"\w[\w .'-]{0,79}")
"""Pattern of a valid athlete name, by which the athlete's file is named; it excludes most special characters."""
_NUMBER_FIELDS = {
    "start_s": "start_s",
    "seconds": "duration_s",
    "speed_mps": "speed_mps",
    "cadence_spm": "cadence_spm",
    "demand_bpm": "steady_state_hr_bpm",
    "demand_spread_bpm": "steady_state_hr_sd_bpm",
    "grade": "grade",
}
"""JSON key of each number that is remembered of a stretch, and the attribute of :class:`Example` that holds it."""


def athletes_dir() -> Path:
    """Return the directory that holds the files of athletes known by name."""
    return data_dir() / "athletes"


def athlete_path(name_or_file: str) -> Path:
    """Return the path of an athlete's file, by path or name; raises :class:`RetropaceError` for an invalid name."""
    if name_or_file.endswith(".json") or "/" in name_or_file or os.sep in name_or_file:
        return Path(name_or_file)
    if not _NAME.fullmatch(name_or_file):
        raise RetropaceError(f"{name_or_file!r} is no name for an athlete: use letters, digits, blanks, - and _")
    return athletes_dir() / f"{name_or_file}.json"


def read_athlete(path: Path) -> tuple[Athlete, bytes | None]:
    """Return the athlete in a file, or a new one, and its bytes; raises :class:`RetropaceError` for a damaged file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Athlete(path.stem), None
    except OSError as error:
        raise RetropaceError.from_os_error("cannot be read", error, path) from None
    try:
        document = json.loads(data.decode("utf-8-sig"))
        schema = document["schema"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RetropaceError("is no athlete of retropace's", path=path) from None
    if schema != SCHEMA:
        raise RetropaceError(f"has the schema {schema!r}; this retropace knows {SCHEMA}", path=path)
    try:
        sessions = tuple(_parse_session(row) for row in document["sessions"])
        return Athlete(str(document["name"]), sessions), data
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RetropaceError(
            f"was damaged ({type(error).__name__}: {error}): mend it, or forget the athlete and rebuild it", path=path
        ) from None


def forget_athlete(path: Path) -> None:
    """Delete the file of an athlete, even if damaged; raises :class:`RetropaceError` if a file is not an athlete's."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if not text.lstrip().startswith('{"schema": "retropace.athlete/'):
            raise RetropaceError("is no athlete of retropace's: nothing was deleted", path=path)
        path.unlink()
    except FileNotFoundError:
        raise RetropaceError("no such athlete is known", path=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RetropaceError(f"cannot be deleted: {error}", path=path) from None


def write_athlete(path: Path, athlete: Athlete, was: bytes | None) -> None:
    """Write an athlete to a file; raises :class:`RetropaceError` if it changed from ``was`` or cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RetropaceError.from_os_error("cannot be written", error, path) from None
    atomic_write(path, format_athlete(athlete).encode("utf-8"), expected_content=was)


def format_athlete(athlete: Athlete) -> str:
    """Return the text of an athlete's file, one line per remembered stretch, so that versions are easily compared."""
    lines = []
    for session in athlete.sessions:
        head = {
            "source": session.source,
            "sha256": session.sha256,
            "session": session.session_index,
            "start_time": None if session.start_time is None else session.start_time.isoformat(),
        }
        stretches = ",\n".join(
            f"    {json.dumps(_example_to_dict(example), ensure_ascii=False)}" for example in session.examples
        )
        lines.append(f'  {json.dumps(head, ensure_ascii=False)[:-1]}, "stretches": [\n{stretches}\n  ]}}')
    name = json.dumps(athlete.name, ensure_ascii=False)
    body = ",\n".join(lines)
    return f'{{"schema": "{SCHEMA}", "name": {name}, "sessions": [\n{body}\n]}}\n'


def _example_to_dict(example: Example) -> dict[str, Any]:
    row: dict[str, Any] = {"direction": example.direction, "gait": example.gait}
    for key, attribute in _NUMBER_FIELDS.items():
        value = getattr(example, attribute)
        row[key] = round(value, 4) if math.isfinite(value) else None
    # Step length is redundant; it is written for people who read the file.
    speed, cadence = row["speed_mps"], row["cadence_spm"]
    row["step_length_m"] = round(60.0 * speed / cadence, 3) if cadence else None
    return row


def _parse_session(row: dict[str, Any]) -> TrainingSession:
    start = row["start_time"]
    start_time = None if start is None else datetime.fromisoformat(start)
    if start_time is not None and start_time.tzinfo is None:
        raise ValueError("a start time without a time zone")
    examples = tuple(_parse_example(example) for example in row["stretches"])
    return TrainingSession(str(row["source"]), str(row["sha256"]), int(row["session"]), start_time, examples)


def _parse_example(row: dict[str, Any]) -> Example:
    if row["direction"] not in DIRECTIONS or row["gait"] not in GAITS:
        raise ValueError(f"a stretch {row['direction']!r} {row['gait']!r}")
    numbers = {
        attribute: math.nan if row[key] is None else float(row[key]) for key, attribute in _NUMBER_FIELDS.items()
    }
    if not (numbers["duration_s"] > 0.0 and numbers["speed_mps"] > 0.0 and math.isfinite(numbers["start_s"])):
        raise ValueError("a stretch without length or speed")
    return Example(row["direction"], row["gait"], **numbers)
