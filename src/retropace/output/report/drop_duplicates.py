"""Removal of duplicate activities from a report: the same run in several files is shown once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from retropace.analysis.duplicates import find_duplicates

if TYPE_CHECKING:
    from retropace.output.report.activity_section import ActivitySection


def drop_duplicates(sections: Sequence[ActivitySection]) -> tuple[list[ActivitySection], list[str]]:
    """The sections without duplicates, the latest first, and one sentence for each section that was dropped.

    Of several recordings of the same run, the best one stays (:func:`retropace.analysis.duplicates.find_duplicates`).
    """
    order = sorted(range(len(sections)), key=lambda index: _get_start_s(sections[index]))
    candidates = (
        replace(candidate, key=index) for index in order if (candidate := sections[index].candidate) is not None
    )
    leaders = dict(find_duplicates(candidates))
    files = [section.file for section in sections]
    notes = [f"{files[index]}: is the same run as {files[leader]}, which counts" for index, leader in leaders.items()]
    return [sections[index] for index in reversed(order) if index not in leaders], sorted(notes)


def _get_start_s(section: ActivitySection) -> float:
    return float("-inf") if section.start_time is None else section.start_time.timestamp()
