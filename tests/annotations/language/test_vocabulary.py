from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from retropace import analyze
from retropace.annotations import parse_label
from retropace.annotations.language.vocabulary import build_gait_table, build_label_table, load_words, normalize
from retropace.annotations.sentence.tokenizer import load_keywords
from retropace.simulate import backward, forward, simulate

CANONICAL_LABELS = {f"{way}{gait}" for way in ("backward", "forward") for gait in ("", " run", " walk")}


def test_every_language_has_words_of_every_kind() -> None:
    words = load_words("vocabulary")
    for kind in ("gaits", "ambiguous", "route_direction", "route", "ignored"):
        assert words[kind].keys() == words["labels"].keys(), kind
    for labels in words["labels"].values():
        assert {"backward", "forward", "rest", "unknown"} <= labels.keys() <= CANONICAL_LABELS | {"rest", "unknown"}
    assert {gait for gaits in words["gaits"].values() for gait in gaits} == {"run", "walk", "stand"}


@pytest.mark.parametrize("name", ["vocabulary", "keywords"])
def test_the_words_of_a_list_are_neither_empty_nor_repeated(name: str) -> None:
    def lists(table: dict[str, Any]) -> list[list[str]]:
        return [words for entry in table.values() for words in (lists(entry) if isinstance(entry, dict) else [entry])]

    for words in lists(load_words(name)):
        assert all(words)
        assert all(word == normalize(word) for word in words)
    text = files("retropace.annotations.language").joinpath(f"{name}.toml").read_text("utf-8")
    for line in (line for line in text.splitlines() if line.count("=") == 1 and not line.startswith("#")):
        entries = [word.strip().casefold() for word in line.partition("=")[2].strip(' "').split(",")]
        assert len(entries) == len(set(entries)), line


def test_every_word_for_a_label_is_read_as_one() -> None:
    for word, label in build_label_table().items():
        assert str(parse_label(word)) == label


def test_keywords_have_sizes() -> None:
    keywords = load_keywords()
    assert keywords.units["km"] == ("m", 1000.0)
    assert keywords.units["h"] == ("s", 3600.0)
    assert all(size > 0.0 for _, size in keywords.units.values())
    assert sorted(set(keywords.numbers.values())) == list(range(1, 13))
    assert keywords.numbers["once"] == 1
    assert not keywords.separators & (build_label_table().keys() | build_gait_table().keys())


def test_a_recording_without_names_and_annotations_needs_no_words() -> None:
    activity = replace(simulate([forward(seconds=120), backward(seconds=60), forward(seconds=60)]).activity, name="")
    load_words.cache_clear()
    analyze(activity)
    assert load_words.cache_info().currsize == 0
