"""What a runner means to do each week or month. Whether it was done is told from the library, never kept here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """So many sessions in a period, or so much in all.

    With ``sessions`` each of them has at least ``minutes`` and ``km`` in that direction, where these are given;
    without, ``minutes`` and ``km`` are sums over the period. At least one of the three is given.
    """

    direction: str = "backward"
    per: str = "week"
    """``week`` or ``month``."""
    sessions: int | None = None
    minutes: float | None = None
    """Moving."""
    km: float | None = None
    athlete: str = ""
    """Whose goal it is; empty for everybody's."""

    def __str__(self) -> str:
        amounts = [f"{self.minutes:g} minutes"] * (self.minutes is not None) + [f"{self.km:g} km"] * (
            self.km is not None
        )
        much = " and ".join(amounts)
        whose = f" ({self.athlete})" if self.athlete else ""
        if self.sessions is None:
            return f"{much} {self.direction} a {self.per}{whose}"
        count = f"{self.sessions} session{'s' * (self.sessions != 1)} a {self.per}"
        return f"{count} with {much} {self.direction} each{whose}" if much else f"{count} {self.direction}{whose}"
