"""The text of an XML document in whatever encoding, from where it begins; and what its first element is called."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENCODING = re.compile(rb"^\s*<\?xml\b[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']", re.DOTALL)
# Python knows codecs that are no encoding of text (hex, zlib, idna, unicode_escape, utf-7): none leaves this as it is.
_ASCII_PROBE = rb"<\x41\u0041+AEE-.xn--bcher-kva"
_DOCUMENT_START = re.compile(r"<\?xml\b|<(?:[\w.-]+:)?(?:gpx|TrainingCenterDatabase)\b")
_PROLOG = re.compile(r"\s*+(?:<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)", re.DOTALL)
_FIRST_TAG = re.compile(r"\s*+<(?:[\w.-]+:)?([\w.-]+)")


def decode_text(data: bytes, warnings: list[str]) -> str:
    """The text of a document, by its byte order mark or by what it declares; what is doubtful goes to the warnings."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(name, errors="replace")
    if data[:2] in (b"<\0", b"\0<"):
        return data.decode("utf-16-le" if data[0] else "utf-16-be", errors="replace")
    match = _ENCODING.match(data[:400])
    name = match[1].decode("ascii") if match else "utf-8"
    try:
        name = codecs.lookup(name).name
        if name.startswith(("utf-16", "utf-32")):
            name = "utf-8"  # it was readable as ASCII so far: the declaration is left over from another program
        plain = _ASCII_PROBE.decode(name) == _ASCII_PROBE.decode("ascii")
    except (LookupError, ValueError):
        plain = False
    if not plain:
        warnings.append(f"encoding {name} is not known: read as UTF-8")
        name = "utf-8"
    try:
        return data.decode(name)
    except (UnicodeDecodeError, ValueError):
        warnings.append(f"holds bytes that are no {name}: shown as �")
        return data.decode(name, errors="replace")


def strip_preamble(text: str) -> tuple[str, int]:
    """The text from where the document begins, and how much stood before it: a server's complaint, a stray line."""
    text = text.lstrip("\ufeff \t\r\n")
    begin = None if text[:1] in ("<", "{", "[") else _DOCUMENT_START.search(text[:4096])
    return (text, 0) if begin is None else (text[begin.start() :], begin.start())


def find_root_name(data: bytes) -> str:
    """The local name of a document's first element; empty if the bytes do not start like XML."""
    head, _ = strip_preamble(decode_text(data[:65536], []))
    at = 0
    while before := _PROLOG.match(head, at):
        at = before.end()
    match = _FIRST_TAG.match(head, at)
    return match[1] if match else ""
