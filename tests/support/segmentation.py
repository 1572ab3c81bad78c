"""The segmentation that is shown, where the package computes it with a finer one for labelling."""

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import SegmentParameters
from retropace.core.spans import FloatArray
from retropace.segmentation.segment import segment_coarse_and_fine


def segment_activity(cleaned: CleanedActivity, parameters: SegmentParameters | None = None) -> FloatArray:
    """Return the edges of the coarse segmentation."""
    return segment_coarse_and_fine(cleaned, parameters)[0]
