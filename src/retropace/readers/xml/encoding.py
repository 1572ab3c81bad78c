"""Decoding of XML documents in any encoding, and the root element, without an XML parser."""

import codecs
import re

from retropace.core.findings import Finding, note

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks (first bytes of a document), each with the encoding that it stands for."""
_ENCODING = re.compile(rb"^\s*<\?xml\b[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']", re.DOTALL)
"""Pattern of an XML declaration that names an encoding, with the name as group."""
_ASCII_PROBE = rb"<\x41\u0041+AEE-.xn--bcher-kva"
"""Text that encodings compatible with ASCII decode unchanged; Python's codecs for other uses (idna, utf-7 …) do not."""
_DOCUMENT_START = re.compile(r"<\?xml\b|<(?:[\w.-]+:)?(?:gpx|TrainingCenterDatabase)\b")
"""Pattern of the start of a document, which is searched for where other text precedes it."""
_PROLOG = re.compile(r"\s*+(?:<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)", re.DOTALL)
"""Pattern of a comment, processing instruction or document type before the root element."""
_FIRST_TAG = re.compile(r"\s*+<((?:[\w.-]+:)?[\w.-]+)")
"""Pattern of the root element, with its name as group."""


def decode_text(data: bytes, findings: list[Finding]) -> str:
    """Decode a document by its byte order mark or declared encoding, else as UTF-8; ``findings`` get what was lost."""
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
            name = "utf-8"  # the declaration was readable as ASCII, so that it cannot be true
        is_ascii_compatible = _ASCII_PROBE.decode(name) == _ASCII_PROBE.decode("ascii")
    except (LookupError, ValueError):
        is_ascii_compatible = False
    if not is_ascii_compatible:
        findings.append(note("unknown-encoding", f"encoding {name} is not known: read as UTF-8"))
        name = "utf-8"
    try:
        return data.decode(name)
    except (UnicodeDecodeError, ValueError):
        findings.append(note("undecodable-text", f"holds bytes that are no {name}: shown as �"))
        return data.decode(name, errors="replace")


def strip_preamble(text: str) -> tuple[str, int]:
    """Remove text that servers and tools write before a document; returns the document and how many characters went."""
    text = text.lstrip("\ufeff \t\r\n")
    match = None if text[:1] in ("<", "{", "[") else _DOCUMENT_START.search(text[:4096])
    return (text, 0) if match is None else (text[match.start() :], match.start())


def find_root(text: str) -> tuple[re.Match[str] | None, bool]:
    """Match the start and name of the root element, if any, and tell whether a document type stands before it."""
    position = 0
    while prolog := _PROLOG.match(text, position):
        position = prolog.end()
    return _FIRST_TAG.match(text, position), "<!DOCTYPE" in re.sub("<!--.*?-->", "", text[:position], flags=re.DOTALL)


def find_root_name(data: bytes) -> str:
    """Find the name of a document's root element, without prefix; empty if the bytes do not start like XML."""
    head, _ = strip_preamble(decode_text(data[:65536], []))
    root, _ = find_root(head)
    return root[1].rpartition(":")[2] if root else ""
