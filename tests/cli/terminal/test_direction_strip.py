import numpy as np

from retropace.cli.terminal.console import StyledLine
from retropace.cli.terminal.graphs import build_legend, build_strip, compute_cells
from retropace.core.segments import Segments

SEGMENTS = Segments(
    edges_s=np.array([0.0, 300.0, 330.0, 600.0, 660.0, 720.0]),
    direction=np.array(["forward", "backward", "forward", "rest", "backward"]),
    gait=np.array(["run", "run", "run", "stand", "run"]),
    basis=np.array(["assumed", "annotated", "assumed", "measured", "suspected"]),
    confidence=np.array([np.nan, 1.0, np.nan, 1.0, 0.9]),
)


def join_text(spans: StyledLine) -> str:
    return "".join(text for text, _ in spans)


def test_a_cell_is_what_fills_it_and_a_short_rep_still_shows() -> None:
    assert join_text(build_strip(SEGMENTS, 12, is_coloured=False)) == "-----B----.b"
    assert len(compute_cells(SEGMENTS, 72)) == 72
    # Less than half a cell is enough for a rep to be seen.
    assert "B" in join_text(build_strip(SEGMENTS, 10, is_coloured=False))


def test_the_legend_names_only_what_occurs() -> None:
    assert join_text(build_legend(SEGMENTS, is_coloured=False)) == "- forward  b backward suspected  B backward  . rest"
    plain = Segments(
        SEGMENTS.edges_s[:2], SEGMENTS.direction[:1], SEGMENTS.gait[:1], SEGMENTS.basis[:1], SEGMENTS.confidence[:1]
    )
    assert join_text(build_legend(plain, is_coloured=True)) == "█ forward"


def test_suspected_is_told_from_marked_in_colour_too() -> None:
    coloured = join_text(build_strip(SEGMENTS, 12, is_coloured=True))
    assert coloured[5] == "█"
    assert coloured[11] == "▒"
