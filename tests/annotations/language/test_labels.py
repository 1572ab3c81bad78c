import pytest

from retropace.annotations import Label, parse_label
from retropace.core.errors import AnnotationError

KNOWN = {
    "backward": Label("backward"),
    "BACKWARDS": Label("backward"),
    " bwd ": Label("backward"),
    "b": Label("backward"),
    "reverse": Label("backward"),
    "rückwärts": Label("backward"),
    "RUECKWAERTS": Label("backward"),
    "ruckwarts": Label("backward"),
    "en arrière": Label("backward"),
    "à reculons": Label("backward"),
    "hacia atras": Label("backward"),
    "all'indietro": Label("backward"),
    "achteruit": Label("backward"),
    "назад": Label("backward"),
    "後ろ向き": Label("backward"),
    "forward": Label("forward"),
    "fwd": Label("forward"),
    "vorwärts": Label("forward"),
    "rest": Label("rest"),
    "Pause": Label("rest"),
    "unknown": Label("unknown"),
    "backward walk": Label("backward", "walk"),
    "walk backward": Label("backward", "walk"),
    "backward-walk": Label("backward", "walk"),
    "b w": Label("backward", "walk"),
    "forward run": Label("forward", "run"),
    "rückwärts gehen": Label("backward", "walk"),
    "marche en arrière": Label("backward", "walk"),
}


@pytest.mark.parametrize("text", KNOWN)
def test_words_of_runners_are_known(text: str) -> None:
    assert parse_label(text) == KNOWN[text]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bakward", 'did you mean "backward"'),
        ("foward", 'did you mean "forward"'),
        ("", "label is empty"),
        ("zzzz", "say backward, forward or rest"),
        ("walk", 'say "backward walk" or "forward walk"'),
        ("rest walk", "rest is standing"),
    ],
)
def test_unknown_words_are_refused_with_the_nearest(text: str, words: str) -> None:
    with pytest.raises(AnnotationError, match=words):
        parse_label(text)


def test_a_label_reads_back_from_its_own_text() -> None:
    for label in KNOWN.values():
        assert parse_label(str(label)) == label
