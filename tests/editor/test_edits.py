"""What a drag or a key does to the rows of a sidecar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.annotations import AnnotationTable, Label, parse_label, resolve_annotations
from retropace.annotations.inputs.sidecar_editor import SidecarEditor
from retropace.core.errors import AnnotationError
from retropace.editor.edits import EditResult, PlacedSidecar, clear_span, label_span, move_span, place_rows
from tests.support.lapped_run import lapped_run

BACKWARD = Label("backward")
HEAD = "start,end,label,note\n"


def parse_rows(rows: str) -> SidecarEditor:
    return SidecarEditor.parse(rows.encode(), "x.csv")


def resolve(text: SidecarEditor) -> AnnotationTable:
    return resolve_annotations(text.parse_rows(), lapped_run())[0]


def place(rows: str) -> PlacedSidecar:
    return place_rows(parse_rows(rows), lapped_run(), resolve(parse_rows(rows)))


def paint(rows: str, start_s: float, end_s: float, label: str, note: str = "") -> str:
    return to_text(label_span(place(rows), (start_s, end_s), parse_label(label), note))


def clear(rows: str, start_s: float, end_s: float) -> str:
    return to_text(clear_span(place(rows), (start_s, end_s)))


def change(rows: str, number: int, start_s: float, end_s: float, note: str = "") -> str:
    placed = place(rows)
    return to_text(move_span(placed, placed.annotations[number], (start_s, end_s), note))


def to_text(result: EditResult) -> str:
    return result.sidecar.to_bytes().decode()


def test_a_stretch_on_free_ground_is_a_row_more_whose_edges_stay() -> None:
    assert paint("", 300.0, 360.5, "backward") == f"{HEAD}5:00.0,6:00.5,backward,\n"
    row = "# mine\r\nstart;end;label\r\n1:00;2:00;forward\r\n"
    assert paint(row, 300.0, 360.0, "backward walk") == f"{row}5:00.0;6:00.0;backward walk\r\n"


def test_the_same_stretch_gets_the_label_where_it_stands() -> None:
    rows = 'start,end,label,note,mood\nlap 2,,BACKWARDS,"first, hard",fine\n# between\nlap 4,,rest,,\n'
    assert paint(rows, 300.0, 600.0, "backward walk", "first, hard") == rows.replace("BACKWARDS", "backward walk")
    assert paint(rows, 300.0, 600.0, "backward", "first, hard") == rows


def test_what_lies_there_is_cut_and_keeps_its_words() -> None:
    rows = f"{HEAD}10:00,15:00,rest,tea\n"
    cut = f"{HEAD}10:00.0,11:00.0,rest,tea\n11:00.0,12:00.0,backward,\n12:00.0,15:00.0,rest,tea\n"
    assert paint(rows, 660.0, 720.0, "backward") == cut
    assert paint(rows, 540.0, 720.0, "backward") == f"{HEAD}9:00.0,12:00.0,backward,\n12:00.0,15:00.0,rest,tea\n"
    assert paint(rows, 540.0, 960.0, "backward") == f"{HEAD}9:00.0,16:00.0,backward,\n"
    assert paint(rows, 600.3, 900.0, "backward") == f"{HEAD}10:00.3,15:00.0,backward,\n"  # no third of a second is left


def test_the_same_label_over_an_edge_makes_a_stretch_longer() -> None:
    rows = f"{HEAD}10:00,15:00,backward,first\n"
    assert paint(rows, 840.0, 1000.0, "backward") == f"{HEAD}10:00.0,16:40.0,backward,first\n"
    assert paint(rows, 660.0, 720.0, "backward") == rows
    two = f"{HEAD}10:00,15:00,backward,first\n16:00,17:00,backward,\n"
    assert paint(two, 840.0, 980.0, "backward") == f"{HEAD}10:00.0,17:00.0,backward,first\n"


def test_of_laps_in_one_row_only_what_is_marked_anew_changes() -> None:
    rows = f'{HEAD}"lap 2,4",,backward,both\n'  # 5:00 to 10:00 and 11:00 to 20:00
    assert paint(rows, 300.0, 600.0, "forward") == f"{HEAD}5:00.0,10:00.0,forward,\n11:00.0,20:00.0,backward,both\n"
    assert clear(rows, 660.0, 1200.0) == f"{HEAD}5:00.0,10:00.0,backward,both\n"
    assert change(rows, 0, 310.0, 600.0, "one") == f"{HEAD}5:10.0,10:00.0,backward,one\n11:00.0,20:00.0,backward,both\n"


def test_a_row_that_lasts_until_the_next_one_keeps_its_end() -> None:
    rows = f"{HEAD}5:00,,forward,\n10:00,,backward,\n15:00,20:00,rest,\n"
    assert clear(rows, 600.0, 900.0) == f"{HEAD}5:00,10:00.0,forward,\n15:00,20:00,rest,\n"
    assert paint(rows, 600.0, 900.0, "rest") == f"{HEAD}5:00,,forward,\n10:00,,rest,\n15:00,20:00,rest,\n"
    moved = change(rows, 1, 660.0, 900.0)
    assert moved == f"{HEAD}5:00,10:00.0,forward,\n11:00.0,15:00.0,backward,\n15:00,20:00,rest,\n"


def test_a_note_changes_nothing_else() -> None:
    rows = f"{HEAD}lap 2,,BACKWARDS distance=400m,\n"
    assert change(rows, 0, 300.0, 600.0, "hard, but good") == f'{HEAD}lap 2,,BACKWARDS distance=400m,"hard, but good"\n'
    assert change("start,end,label\n5:00,6:00,b\n", 0, 300.0, 360.0, "new") == (
        "start,end,label,note\n5:00,6:00,b,new\n"
    )


def test_a_distance_said_of_the_whole_is_not_said_of_a_part() -> None:
    text = parse_rows("start,end,label,distance\n5:00,10:00,backward,400\n")
    result = label_span(place_rows(text, lapped_run(), resolve(text)), (300.0, 360.0), Label("rest"))
    assert result.sidecar.to_bytes().decode() == (
        "start,end,label,distance\n5:00.0,6:00.0,rest,\n6:00.0,10:00.0,backward,\n"
    )
    assert result.losses == ("distance=400m was said of the whole stretch and does not hold for a part of it",)
    moved = move_span(place_rows(text, lapped_run(), resolve(text)), resolve(text)[0], (310.0, 600.0), "")
    assert "backward,400" in moved.sidecar.to_bytes().decode()  # the same stretch, its edge better known
    assert moved.losses == ()


def test_what_cannot_be_done_is_refused() -> None:
    with pytest.raises(AnnotationError, match="nothing is marked there"):
        clear(f"{HEAD}5:00,6:00,backward,\n", 400.0, 500.0)
    with pytest.raises(AnnotationError, match="mark a second at least"):
        paint("", 300.0, 300.4, "backward")
    with pytest.raises(AnnotationError, match="mark a second at least"):
        paint("", float("nan"), 400.0, "backward")
    with pytest.raises(AnnotationError, match="mark a second at least"):
        paint("", 5000.0, 6000.0, "backward")


ROWS = st.lists(
    st.tuples(
        st.integers(0, 1700),
        st.integers(20, 400),
        st.sampled_from(["backward", "forward", "rest", "backward walk"]),
        st.booleans(),
    ),
    max_size=6,
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["backward", "forward", "rest", "forward walk", "clear", "move"]),
        st.integers(0, 1780),
        st.integers(2, 500),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=6,
)


def by_second(annotations: AnnotationTable) -> np.ndarray:
    """What is said of every second of the activity."""
    said = np.full(1800, "", dtype="U16")
    for one in annotations:
        said[int(np.ceil(one.start_s - 0.01)) : int(np.ceil(one.end_s - 0.01))] = str(one.label)
    return said


@given(rows=ROWS, edits=EDITS)
@settings(max_examples=150, deadline=None)
def test_an_edit_means_what_it_says_and_nothing_else(
    rows: list[tuple[int, int, str, bool]], edits: list[tuple[str, int, int, int]]
) -> None:
    """Held against plain painting of seconds, over sidecars with open ends and rows in disorder."""
    lines = ["start,end,label,note"]
    taken = np.zeros(2300, dtype=bool)
    for start, length, label, is_open in rows:
        if taken[start : start + length].any():
            continue
        taken[start : start + length] = True
        end = "" if is_open else f"{min(start + length, 1800)}s"
        lines.append(f"{start}s,{end},{label},")
    text = parse_rows("\n".join(lines))
    try:
        said = by_second(resolve(text))
    except AnnotationError:
        return  # an open row runs over another one: no file that could be shown
    for what, first, seconds, number in edits:
        last = min(first + seconds, 1800)
        before = resolve(text)
        placed = place_rows(text, lapped_run(), before)
        try:
            if what == "clear":
                result = clear_span(placed, (first, last))
                said[first:last] = ""
            elif what == "move":
                if not before:
                    continue
                moved = before[number % len(before)]
                result = move_span(placed, moved, (first, last), moved.note)
                said[int(np.ceil(moved.start_s)) : int(np.ceil(moved.end_s))] = ""
                said[first:last] = str(moved.label)
            else:
                result = label_span(placed, (first, last), parse_label(what))
                said[first:last] = what
        except AnnotationError:
            assert what == "clear"
            assert not (said[first:last] != "").any()
            continue
        text = SidecarEditor.parse(result.sidecar.to_bytes(), "x.csv")
        now = by_second(resolve(text))
        # What was left of a row and is shorter than two seconds may be gone.
        wrong = np.flatnonzero(now != said)
        assert all(now[at] == "" and is_short_run(said, int(at)) for at in wrong), (text.to_bytes().decode(), wrong)
        said = now


def is_short_run(said: np.ndarray, at: int) -> bool:
    start = end = at
    while start > 0 and said[start - 1] == said[at]:
        start -= 1
    while end < len(said) and said[end] == said[at]:
        end += 1
    return end - start <= 1
