"""Best efforts: the fastest stretches of an activity over a given duration or distance."""

from dataclasses import dataclass

from retropace.core.segments import Segments


@dataclass(frozen=True, slots=True)
class BestEffort:
    """The fastest stretch of one direction over a given duration or distance."""

    direction: str
    by: str  # what is given: the ``time`` (``seconds``) or the ``distance`` (``metres``)
    seconds: float
    metres: float
    start_s: float

    @property
    def target(self) -> float:
        """The given seconds or metres."""
        return self.seconds if self.by == "time" else self.metres

    @property
    def speed_mps(self) -> float:
        """Mean speed in m/s."""
        return self.metres / self.seconds


def find_best_effort_basis(segments: Segments, best_effort: BestEffort) -> str:
    """Return the least certain basis of a best effort: ``suspected`` before ``assumed`` before ``annotated``."""
    end_s = best_effort.start_s + best_effort.seconds
    overlaps = (segments.start_s < end_s) & (segments.end_s > best_effort.start_s)
    bases = set(segments.basis[overlaps & (segments.direction == best_effort.direction)].tolist())
    return next((basis for basis in ("suspected", "assumed", "annotated") if basis in bases), "assumed")
