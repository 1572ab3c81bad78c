"""The same run in several files counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from retropace.analysis.duplicates import find_duplicates

if TYPE_CHECKING:
    from retropace.output.report.activity_section import ActivitySection


def drop_duplicates(sections: Sequence[ActivitySection]) -> tuple[list[ActivitySection], list[str]]:
    """The parts without those that another one tells better, the latest first, and what was left out, in words."""
    order = sorted(range(len(sections)), key=lambda at: _get_start_s(sections[at]))
    candidates = (replace(one, key=at) for at in order if (one := sections[at].candidate) is not None)
    leaders = dict(find_duplicates(candidates))
    file = [part.file for part in sections]
    said = [f"{file[at]}: is the same run as {file[leader]}, which counts" for at, leader in leaders.items()]
    return [sections[at] for at in reversed(order) if at not in leaders], sorted(said)


def _get_start_s(section: ActivitySection) -> float:
    return float("-inf") if section.start_time is None else section.start_time.timestamp()
