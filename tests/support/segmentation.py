"""One segmentation at a time, where the package computes several that share their work."""

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import SegmentParameters
from retropace.core.spans import FloatArray
from retropace.segmentation.pelt import IndexArray, find_change_points
from retropace.segmentation.segment import segment_coarse_and_fine


def segment_activity(cleaned: CleanedActivity, parameters: SegmentParameters | None = None) -> FloatArray:
    """Return the edges of the coarse segmentation."""
    return segment_coarse_and_fine(cleaned, parameters)[0]


def change_points(
    signal: FloatArray, penalty: float, min_size: int = 1, known: NDArray[np.bool_] | None = None
) -> IndexArray:
    """Return the edges of the optimal segmentation at one penalty."""
    return find_change_points(signal, (penalty,), min_size, known)[0]
