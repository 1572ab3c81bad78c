"""A short mutation run; ``python -m tests.fuzz.recordings`` does longer ones."""

import pytest

from tests.fuzz.recordings import run


@pytest.mark.slow
def test_damaged_recordings_are_read_or_refused_in_words() -> None:
    assert run(300, range(1000, 1006)) == []
