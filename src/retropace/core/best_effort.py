"""Best efforts: the fastest stretches of an activity over a given duration or distance."""

from __future__ import annotations

from dataclasses import dataclass

from retropace.core.segments import Segments


@dataclass(frozen=True, slots=True)
class BestEffort:
    """The fastest stretch of one direction over a given duration or distance."""

    direction: str
    by: str
    """What is given. ``time``: the stretch has the most metres in the given ``seconds``. ``distance``: it has the
    fewest seconds for the given ``metres``."""
    seconds: float
    metres: float
    start_s: float

    @property
    def target(self) -> float:
        """The given duration in seconds if ``by`` is ``time``, else the given distance in metres."""
        return self.seconds if self.by == "time" else self.metres

    @property
    def speed_mps(self) -> float:
        """Mean speed in m/s."""
        return self.metres / self.seconds


def find_best_effort_basis(segments: Segments, best_effort: BestEffort) -> str:
    """Return why a best effort is taken to have its direction: the least certain basis of its segments.

    From least to most certain: ``suspected``, ``assumed``, ``annotated``.
    """
    end_s = best_effort.start_s + best_effort.seconds
    overlaps = (segments.start_s < end_s) & (segments.end_s > best_effort.start_s)
    bases = set(segments.basis[overlaps & (segments.direction == best_effort.direction)].tolist())
    return next((basis for basis in ("suspected", "assumed", "annotated") if basis in bases), "assumed")
