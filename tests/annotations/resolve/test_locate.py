import pytest

from retropace.annotations import Annotation, Label, resolve_annotations
from retropace.core.errors import AnnotationError
from tests.support.lapped_run import lapped_run


@pytest.mark.parametrize("end_s", [0.0, 5e-324, 1e-7])
def test_a_stretch_too_short_for_any_figure_is_refused(end_s: float) -> None:
    with pytest.raises(AnnotationError, match="a stretch from 0:00 to 0:00 is none"):
        resolve_annotations([Annotation(0.0, end_s, Label("backward"))], lapped_run())


def test_a_stretch_that_hardly_reaches_into_the_activity_lies_outside() -> None:
    elapsed_s = lapped_run().elapsed_s
    for start_s, end_s in ((-10.0, 1e-7), (elapsed_s - 1e-9, elapsed_s + 10.0)):
        with pytest.raises(AnnotationError, match="lies outside the activity"):
            resolve_annotations([Annotation(start_s, end_s, Label("backward"))], lapped_run())
