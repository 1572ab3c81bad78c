"""XML as exporters really write it, made safe and well-formed before a library reads it.

No document type is accepted, so no entity is ever expanded or fetched. Undeclared prefixes are declared, loose
ampersands escaped, other encodings turned into UTF-8, and a damaged document is closed after its last complete point.
All offsets are bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.parsers import expat

import numpy as np

from retropace.core.errors import ReadError
from retropace.readers.xml.encoding import decode_text, strip_preamble
from retropace.readers.xml.repeated_elements import ElementPath, PointBlock, ThinnedDocument, thin_document

_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*?\?>", re.DOTALL)
# What XML 1.0 (5th edition, 2.2) does not allow in a document.
_FORBIDDEN_CHARS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WHITESPACE = tuple(b"\t\n\r")
_BLOCK_CHARS = 2**16
"""How many characters are looked at together: few enough to stay in the processor's cache."""
# Without a document type only these five entities exist (XML 1.0, 4.6); characters by number do as well. A section that
# is never closed is taken to the end, lest each that opens within it is searched to the end again.
_REFERENCE = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?:(?:amp|lt|gt|quot|apos);|#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));)?", re.DOTALL
)
_MAX_DEPTH = 100
"""Recordings nest about ten deep. libxml2 stops at 256, and what recurses over a tree not much later."""


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """UTF-8 without declaration or document type, well-formed; and what was repaired, in words."""

    body: bytes
    warnings: tuple[str, ...]
    blocks: Mapping[int, PointBlock | None] = field(default_factory=lambda: MappingProxyType({}))
    """Points that were taken out, as in :class:`Thinned`."""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


@dataclass(frozen=True, slots=True)
class RepeatedElement:
    """The elements of which a document holds thousands alike, and which values in them the reader is going to use."""

    name: str
    is_wanted: Callable[[ElementPath], bool]


@dataclass(slots=True)
class _DocumentScan:
    """What one pass of expat over the document finds."""

    open_tags: list[str] = field(default_factory=list)
    declared_prefixes: list[frozenset[str]] = field(default_factory=lambda: [frozenset({"xml", "xmlns"})])
    """The prefixes declared around the whole document and within each open element."""
    undeclared_prefixes: set[str] = field(default_factory=set)
    root_end: int = -1
    complete_end: int = -1
    complete_open_tags: tuple[str, ...] = ()
    error: str = ""
    line: int = 0


def repair_document(
    data: bytes, path: str, cut_after: Iterable[str], repeated: RepeatedElement | None = None
) -> XmlDocument:
    """A document that any XML parser reads, from the bytes of one that may be none.

    ``complete`` are the local names of elements after which a damaged document may be cut. Points that are ``alike``
    are taken out. Raises :class:`ReadError` for a document type, and for damage before the first complete element.
    """
    warnings: list[str] = []
    text = decode_text(data, warnings)
    if _may_hold_forbidden(text):
        text, odd = _FORBIDDEN_CHARS.subn(" ", text)
        if odd:
            warnings.append(f"{odd} control character{'s' * (odd > 1)} that XML forbids passed over")
    text, lines = _strip_declaration(text, warnings)
    body = text.encode("utf-8")
    thin, scan = _thin_and_scan(body, frozenset(cut_after), path, repeated)
    if scan.error:
        text, loose = _escape_ampersands(text)
        if loose:
            warnings.append(f"{loose} ampersand{'s' * (loose > 1)} that XML wants written otherwise read as text")
            body = text.encode("utf-8")
            thin, scan = _thin_and_scan(body, frozenset(cut_after), path, repeated)
    if scan.error:
        where = f"in line {scan.line + lines}"
        if scan.complete_end < 0:
            raise ReadError(f"is damaged: {scan.error} {where}, before any point", path=path)
        lost = len(body) - scan.complete_end
        warnings.append(f"damaged {where} ({scan.error}): the last {lost} bytes are lost")
        body = body[: scan.complete_end] + "".join(f"</{tag}>" for tag in reversed(scan.complete_open_tags)).encode(
            "utf-8"
        )
        thin = _thin(body, repeated)
    body = thin.body
    missing = sorted(scan.undeclared_prefixes)
    if missing:
        named = " ".join(f'xmlns:{prefix}="urn:undeclared:{prefix}"' for prefix in missing).encode("utf-8")
        body = body[: scan.root_end] + b" " + named + body[scan.root_end :]
        warnings.append(f"namespace prefix{'es' * (len(missing) > 1)} {', '.join(missing)} used without being declared")
    return XmlDocument(body, tuple(warnings), thin.blocks)


def find_element_end(body: bytes, offset: int, tag: str) -> int:
    """Where an element that holds none of its kind ends, from expat's byte index when it says so.

    Expat points at the end tag, or, for an empty element, behind it.
    """
    return body.index(b">", offset) + 1 if body.startswith(b"</" + tag.encode("utf-8"), offset) else offset


def local_name(tag: str) -> str:
    """An element's name without namespace or prefix."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def _escape_ampersands(text: str) -> tuple[str, int]:
    """The text with every ampersand escaped that is no valid reference, and how many were."""
    count = 0

    def mend(match: re.Match[str]) -> str:
        nonlocal count
        code = int(match[1]) if match[1] else int(match[2], 16) if match[2] else None
        if match[0] != "&" and (code is None or (0 < code <= 0x10FFFF and not _FORBIDDEN_CHARS.match(chr(code)))):
            return match[0]
        count += 1
        return f"&amp;{match[0][1:]}"

    return _REFERENCE.sub(mend, text), count


def _strip_declaration(document: str, warnings: list[str]) -> tuple[str, int]:
    """What follows the declaration, and how many lines stood before it: they count in the file all the same."""
    text, foreign = strip_preamble(document)
    if foreign:
        warnings.append(f"{foreign} characters before the document passed over")
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    return text, document.count("\n", 0, len(document) - len(text))


def _may_hold_forbidden(text: str) -> bool:
    """Whether a character that XML forbids may be in a text: what a quick look at its bytes does not exclude."""
    for at in range(0, len(text), _BLOCK_CHARS):
        body = text[at : at + _BLOCK_CHARS].encode("utf-8", "surrogatepass")
        signs = np.frombuffer(body, dtype=np.uint8)
        blanks = sum(np.count_nonzero(signs == blank) for blank in _WHITESPACE)
        # Surrogates and the last two characters of the plane begin with these bytes, as do others that are allowed.
        if np.count_nonzero(signs < ord(" ")) != blanks or b"\xed" in body or b"\xef" in body:
            return True
    return False


def _thin_and_scan(
    body: bytes, cut_after: frozenset[str], path: str, repeated: RepeatedElement | None
) -> tuple[ThinnedDocument, _DocumentScan]:
    """The document without the points that are alike, and what a scan of it finds; whole if that finds damage."""
    thin = _thin(body, repeated)
    scan = _scan_document(thin.body, cut_after, path)
    if thin.blocks and scan.error:
        thin = ThinnedDocument(body)
        scan = _scan_document(body, cut_after, path)
    return thin, scan


def _thin(body: bytes, repeated: RepeatedElement | None) -> ThinnedDocument:
    return ThinnedDocument(body) if repeated is None else thin_document(body, repeated.name, repeated.is_wanted)


def _scan_document(body: bytes, cut_after: frozenset[str], path: str) -> _DocumentScan:
    """Follow the document without namespaces, so that an undeclared prefix is no error, up to its end or damage."""
    found = _DocumentScan()
    parser = expat.ParserCreate(encoding="utf-8")

    def start(tag: str, attributes: dict[str, str]) -> None:
        if not found.open_tags and found.root_end < 0:
            found.root_end = parser.CurrentByteIndex + 1 + len(tag.encode("utf-8"))
        found.open_tags.append(tag)
        if len(found.open_tags) > _MAX_DEPTH:
            raise ReadError(f"has elements nested more than {_MAX_DEPTH} deep, which no recording has", path=path)
        around = found.declared_prefixes[-1]
        if attributes:
            around = around.union(name[6:] for name in attributes if name.startswith("xmlns:"))
        found.declared_prefixes.append(around)
        for name in (tag, *attributes):
            prefix, colon, _ = name.partition(":")
            if colon and prefix not in around:
                found.undeclared_prefixes.add(prefix)

    def end(tag: str) -> None:
        found.open_tags.pop()
        found.declared_prefixes.pop()
        if not found.open_tags or tag.rpartition(":")[2] in cut_after:
            found.complete_end = find_element_end(body, parser.CurrentByteIndex, tag)
            found.complete_open_tags = tuple(found.open_tags)

    def refuse(*_: object) -> None:
        raise ReadError("declares a document type, which retropace does not read: recordings need none", path=path)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as bad:
        found.error = expat.ErrorString(bad.code)
        found.line = bad.lineno
    return found
