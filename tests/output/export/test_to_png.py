"""The picture, opened by Pillow: size, colours, what it says of itself, and whatever names it is given."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import parse_mark
from retropace.core.units import KILOMETRES, MILES
from retropace.output.charts.chart_data import LIGHT_PALETTE
from retropace.output.export.to_png import format_direction_lines, format_facts_line, render_png
from tests.support.hostile_text import ATTACKS
from tests.support.sample_marks import SAMPLE_MARKS

DIFFICULT_NAMES = (
    *ATTACKS,
    "$\\frac{1}{",
    "$x^2$",
    "\x00\x1b[31m",
    "漢字 नमस्ते 🏃 العربية",
    "",
    "\ud800",
    "W" * 500,
    "\n\n",
)


def open_image(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


def count_pixels(image: Image.Image, direction: str) -> int:
    """How many pixels have a direction's own colour."""
    wanted = [int(LIGHT_PALETTE[direction][at : at + 2], 16) for at in (1, 3, 5)]
    return int(np.sum(np.all(np.abs(np.asarray(image.convert("RGB")).astype(int) - wanted) <= 12, axis=2)))


@pytest.mark.parametrize("name", ["quarter-mile.fit", "track-6x400.gpx", "treadmill-beginner.fit", "long-backward.fit"])
def test_a_picture_shows_both_directions_and_tells_nothing_of_itself(
    sample_analyses: dict[str, Analysis], name: str
) -> None:
    analysis = sample_analyses[name]
    if name in SAMPLE_MARKS:
        analysis = analyze(analysis.activity, [parse_mark(SAMPLE_MARKS[name])])
    image = open_image(render_png(analysis))
    assert image.size == (1200, 1200)
    assert count_pixels(image, "forward") > 2000
    assert count_pixels(image, "backward") > 300
    assert {key: value for key, value in image.info.items() if isinstance(value, str)} == {"Software": "retropace"}


def test_pictures_of_public_recordings(corpus_analyses: list[Analysis]) -> None:
    for analysis in corpus_analyses[::6]:
        assert open_image(render_png(analysis)).size == (1200, 1200)


def test_the_same_analysis_gives_the_same_bytes(sample_analyses: dict[str, Analysis]) -> None:
    analysis = sample_analyses["track-6x400.gpx"]
    assert render_png(analysis) == render_png(analysis)
    assert render_png(analysis, units=MILES) != render_png(analysis)


def test_names_are_drawn_as_they_are_and_nothing_else(
    sample_analyses: dict[str, Analysis], monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = sample_analyses["treadmill-beginner.fit"]
    drawn: list[str] = []
    made: list[Any] = []
    widths: list[float] = []
    as_it_was = Figure.text

    def text(self: Figure, x: float, y: float, s: str, **look: Any) -> object:
        drawn.append(s)
        assert look["parse_math"] is False
        made.append(as_it_was(self, x, y, s, **look))
        return made[-1]

    monkeypatch.setattr(Figure, "text", text)
    for name in DIFFICULT_NAMES:  # a warning, of a missing glyph say, is an error here
        made.clear()
        render_png(replace(analysis, activity=replace(analysis.activity, name=name)))
        widths += [one.get_window_extent().x1 for one in made]
    assert "$x^2$" in drawn
    assert max(widths) <= 0.97 * 1200
    assert all(one.isprintable() and len(one) < 80 for one in drawn)


def test_what_the_picture_says(sample_analyses: dict[str, Analysis]) -> None:
    analysis = sample_analyses["quarter-mile.fit"]
    assert format_facts_line(analysis, KILOMETRES) == "running  ·  2025-05-03  ·  4.88 km  ·  36:25"
    backward, forward, rest = format_direction_lines(analysis, KILOMETRES)
    assert backward == ("backward", "1.20 km", ["25 %  ·  9:15  ·  7:41 /km", "0.40 km of it suspected (lighter)"])
    assert forward[:2] == ("forward", "3.66 km")
    assert rest == ("rest", "6:01", [])
    assert format_direction_lines(analysis, MILES)[0][1] == "0.75 mi"


def test_the_users_own_settings_of_matplotlib_stay_out(sample_analyses: dict[str, Analysis]) -> None:
    import matplotlib

    analysis = sample_analyses["track-6x400.gpx"]
    usual = render_png(analysis)
    with matplotlib.rc_context({"savefig.bbox": "tight", "font.size": 30.0, "axes.facecolor": "red"}):
        assert render_png(analysis) == usual
