import numpy as np
import pytest

from retropace.core.segments import MAX_SUGGESTIONS, Segments, find_borderline


def build_segments(probability: list[float], basis: str = "assumed") -> Segments:
    """Return forward segments of a minute with these probabilities of backward, each followed by one without."""
    confidence = np.array([value for each in probability for value in (1.0 - each, 1.0)])
    count = len(confidence)
    edges_s = np.linspace(0.0, 60.0 * count, count + 1)
    direction, gait, bases = (np.full(count, text) for text in ("forward", "run", basis))
    return Segments(edges_s, direction, gait, bases, confidence)


def test_at_most_five_stretches_are_suggested_the_likeliest_first() -> None:
    probability = [0.45, 0.7, 0.5, 0.42, 0.6, 0.3, 0.55, 0.65]
    borderline = find_borderline(build_segments(probability), 0.4)
    assert MAX_SUGGESTIONS == 5
    assert [stretch.probability for stretch in borderline] == pytest.approx([0.7, 0.65, 0.6, 0.55, 0.5])
    assert [stretch.start_s for stretch in borderline] == [120.0, 840.0, 480.0, 720.0, 240.0]


def test_annotated_stretches_and_unlikely_ones_are_not_suggested() -> None:
    assert find_borderline(build_segments([0.5], basis="annotated"), 0.4) == ()
    assert find_borderline(build_segments([0.39, 0.1]), 0.4) == ()
