"""A report read as a browser reads it: its markup, its scripts, its data, the columns in its data."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import numpy as np

from retropace.core.spans import FloatArray


@dataclass
class Page:
    """What a page is made of."""

    policy: str = ""
    scripts: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    styles: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def pictures(self) -> list[dict[str, Any]]:
        """What is drawn of each activity, in order."""
        return [held["drawn"] for name, held in self.data.items() if name.startswith("data-activity-")]

    @property
    def words(self) -> str:
        """Everything to be read on it."""
        return " ".join(" ".join(self.text).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.within = ""
        self.attributes: dict[str, str] = {}
        self.held: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes = {name: value or "" for name, value in attrs}
        self.page.elements.append((tag, self.attributes))
        if self.attributes.get("http-equiv") == "Content-Security-Policy":
            self.page.policy = self.attributes["content"]
        if tag in ("script", "style"):
            self.within, self.held = tag, []

    def handle_data(self, data: str) -> None:
        (self.held if self.within else self.page.text).append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != self.within:
            return
        self.within, text = "", "".join(self.held)
        if tag == "style":
            self.page.styles.append(text)
        elif self.attributes.get("type") == "application/json":
            self.page.data[self.attributes["id"]] = json.loads(text, parse_constant=_refused)
        else:
            self.page.scripts.append(text)


def _refused(word: str) -> float:
    raise AssertionError(f"{word} is no JSON")


def read_page(html: str) -> Page:
    """The page of a report."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.within
    return reader.page


def unpack_column(text: str) -> FloatArray:
    """A packed column."""
    return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4").astype(np.float64)


def find_columns(value: Any, name: str = "") -> Iterator[tuple[str, FloatArray]]:
    """Every text in the data that is a packed column, under whatever name."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from find_columns(inner, f"{name}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from find_columns(inner, name)
    elif isinstance(value, str) and len(value) >= 24 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value):
        yield name, unpack_column(value)
