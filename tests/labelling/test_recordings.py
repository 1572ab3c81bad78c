"""Labels on the public recordings: nobody ran backward there, and one marked recovery brings the others."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.recording_labels import false_backward, propagation


def test_ordinary_recordings_stay_forward(corpus: Path) -> None:
    rows = false_backward(corpus)
    assert len(rows) > 40
    backward, whole = sum(row.backward_s for row in rows), sum(row.elapsed_s for row in rows)
    assert backward / whole <= 0.002
    assert max(row.backward_s / row.elapsed_s for row in rows) <= 0.1


def test_one_marked_recovery_brings_the_others_and_leaves_the_reps(corpus: Path) -> None:
    right = {row.name: row.right for row in propagation(corpus)}
    assert len(right) == 5
    assert np.mean(list(right.values())) >= 0.93
    assert min(right.values()) == pytest.approx(0.87, abs=0.05)
