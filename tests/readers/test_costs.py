"""What a small file costs grows with its size, whatever it is full of."""

import time
import tracemalloc

import pytest

from retropace.core.errors import ReadError
from retropace.readers import read_all
from tests.support.costly_inputs import INPUTS, gpx_run

GROWTH = 4
"""How many times larger the second input is; a quadratic cost would be 16 times as high."""
MAX_RATIO = 10.0


def cpu_s(data: bytes) -> float:
    """The least CPU time of three readings."""
    times = []
    for _ in range(3):
        began = time.process_time()
        read_all("x", data=data)
        times.append(time.process_time() - began)
    return min(times)


def peak_bytes(data: bytes) -> int:
    tracemalloc.start()
    read_all("x", data=data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("name", INPUTS)
def test_cost_grows_no_faster_than_the_input(name: str) -> None:
    build, count = INPUTS[name]
    small, large = build(count // 32), build(GROWTH * count // 32)
    cpu_s(small)
    assert cpu_s(large) < MAX_RATIO * max(cpu_s(small), 2e-3)


def test_an_element_of_thousands_of_attributes_is_refused_in_words() -> None:
    attributes = " ".join(f'b{index}="1"' for index in range(20_000))
    with pytest.raises(ReadError, match="over 2000 attributes"):
        read_all("x", data=gpx_run(f"<a {attributes}/>"))


@pytest.mark.parametrize("name", ["extension-names.gpx", "arrays.kml", "short-segments.gpx"])
def test_memory_grows_no_faster_than_the_input(name: str) -> None:
    build, count = INPUTS[name]
    assert peak_bytes(build(GROWTH * count // 32)) < MAX_RATIO * peak_bytes(build(count // 32))
