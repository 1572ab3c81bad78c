"""Repair of malformed XML documents, so that any XML parser reads them safely.

Document types are refused, so that no entity is ever expanded or fetched. Undeclared prefixes are declared, unescaped
ampersands escaped, other encodings converted to UTF-8, and a damaged document is closed after its last complete point.
All offsets are in bytes.
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
"""Pattern of the XML declaration."""
_FORBIDDEN_CHARS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Pattern of a character that XML 1.0 (5th edition, 2.2) forbids in a document."""
_WHITESPACE = tuple(b"\t\n\r")
"""Control characters that XML allows, as bytes."""
_BLOCK_CHARS = 2**16
"""Number of characters that are searched at a time; a block of this size fits the processor's cache, which saves
time."""
_REFERENCE = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?:(?:amp|lt|gt|quot|apos);|#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));)?", re.DOTALL
)
"""Pattern of a CDATA section or an ampersand, with the reference that it starts. Without a document type only five
named entities exist (XML 1.0, 4.6). An unclosed CDATA section extends to the end, so that the search takes linear
time."""
_MAX_DEPTH = 100
"""Largest nesting depth of elements; a deeper document is refused. Recordings nest about ten deep; libxml2 stops at
256, and recursive code not much later."""


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """A repaired document: well-formed, in UTF-8, without declaration or document type, with warnings about repairs."""

    body: bytes
    warnings: tuple[str, ...]
    blocks: Mapping[int, PointBlock | None] = field(default_factory=lambda: MappingProxyType({}))
    """Points taken out of ``body`` and where they were, as described at
    :class:`~retropace.readers.xml.repeated_elements.ThinnedDocument`."""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


@dataclass(frozen=True, slots=True)
class RepeatedElement:
    """Which elements a document repeats thousands of times (track points), and which of their values are read."""

    name: str
    """Name of the elements without prefix."""
    is_wanted: Callable[[ElementPath], bool]


@dataclass(slots=True)
class _DocumentScan:
    """What one pass of the parser expat over a document finds: damage, undeclared prefixes, where it may be cut."""

    open_tags: list[str] = field(default_factory=list)
    declared_prefixes: list[frozenset[str]] = field(default_factory=lambda: [frozenset({"xml", "xmlns"})])
    """Declared namespace prefixes: those that hold everywhere, and then those in each open element."""
    undeclared_prefixes: set[str] = field(default_factory=set)
    root_end: int = -1
    """Offset of the byte after the name in the root element's tag; -1 if there is none."""
    complete_end: int = -1
    """Offset of the byte after the last complete element of a kind after which the document may be cut; -1 if there is
    none."""
    complete_open_tags: tuple[str, ...] = ()
    """Names of the elements that are open at ``complete_end``, outermost first."""
    error: str = ""
    """Error message of expat, empty for a well-formed document."""
    line: int = 0


def repair_document(
    data: bytes, path: str, cut_after: Iterable[str], repeated: RepeatedElement | None = None
) -> XmlDocument:
    """Repair a possibly malformed document.

    ``cut_after`` are the names, without prefix, of elements after which a damaged document may be cut. Elements that
    ``repeated`` describes are taken out for faster reading. Raises :class:`ReadError` for a document type, and for
    damage before the first complete element.
    """
    warnings: list[str] = []
    text = decode_text(data, warnings)
    if _may_hold_forbidden(text):
        text, replaced = _FORBIDDEN_CHARS.subn(" ", text)
        if replaced:
            warnings.append(f"{replaced} control character{'s' * (replaced > 1)} that XML forbids passed over")
    text, skipped_lines = _strip_declaration(text, warnings)
    body = text.encode("utf-8")
    thinned, scan = _thin_and_scan(body, frozenset(cut_after), path, repeated)
    if scan.error:
        text, escaped = _escape_ampersands(text)
        if escaped:
            warnings.append(f"{escaped} ampersand{'s' * (escaped > 1)} that XML wants written otherwise read as text")
            body = text.encode("utf-8")
            thinned, scan = _thin_and_scan(body, frozenset(cut_after), path, repeated)
    if scan.error:
        place = f"in line {scan.line + skipped_lines}"
        if scan.complete_end < 0:
            raise ReadError(f"is damaged: {scan.error} {place}, before any point", path=path)
        lost_bytes = len(body) - scan.complete_end
        warnings.append(f"damaged {place} ({scan.error}): the last {lost_bytes} bytes are lost")
        end_tags = "".join(f"</{tag}>" for tag in reversed(scan.complete_open_tags))
        body = body[: scan.complete_end] + end_tags.encode("utf-8")
        thinned = _thin(body, repeated)
    body = thinned.body
    prefixes = sorted(scan.undeclared_prefixes)
    if prefixes:
        declarations = " ".join(f'xmlns:{prefix}="urn:undeclared:{prefix}"' for prefix in prefixes).encode("utf-8")
        body = body[: scan.root_end] + b" " + declarations + body[scan.root_end :]
        warnings.append(
            f"namespace prefix{'es' * (len(prefixes) > 1)} {', '.join(prefixes)} used without being declared"
        )
    return XmlDocument(body, tuple(warnings), thinned.blocks)


def find_element_end(body: bytes, offset: int, tag: str) -> int:
    """Return the offset of the byte after an element; ``offset`` is where expat says that it ends.

    For expat that is the start of the end tag or, for an empty element, already the byte after it.
    """
    return body.index(b">", offset) + 1 if body.startswith(b"</" + tag.encode("utf-8"), offset) else offset


def local_name(tag: str) -> str:
    """Return the name of an element without namespace or prefix (its local name).

    Example:
        >>> local_name("{http://www.topografix.com/GPX/1/1}trkpt"), local_name("gx:Track")
        ('trkpt', 'Track')

    """
    return tag.rpartition("}")[2].rpartition(":")[2]


def _escape_ampersands(text: str) -> tuple[str, int]:
    """Escape every ampersand that does not start a valid reference; returns the text and how many were escaped."""
    count = 0

    def escape(match: re.Match[str]) -> str:
        nonlocal count
        code = int(match[1]) if match[1] else int(match[2], 16) if match[2] else None
        if match[0] != "&" and (code is None or (0 < code <= 0x10FFFF and not _FORBIDDEN_CHARS.match(chr(code)))):
            return match[0]
        count += 1
        return f"&amp;{match[0][1:]}"

    return _REFERENCE.sub(escape, text), count


def _strip_declaration(document: str, warnings: list[str]) -> tuple[str, int]:
    """Remove the XML declaration and what precedes it; returns the text and how many lines were removed."""
    text, skipped = strip_preamble(document)
    if skipped:
        warnings.append(f"{skipped} characters before the document passed over")
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    return text, document.count("\n", 0, len(document) - len(text))


def _may_hold_forbidden(text: str) -> bool:
    """Whether a text may hold characters that XML forbids, by a fast test of its bytes.

    False is certain; True may be wrong, because some allowed characters share bytes with forbidden ones.
    """
    for start in range(0, len(text), _BLOCK_CHARS):
        body = text[start : start + _BLOCK_CHARS].encode("utf-8", "surrogatepass")
        codes = np.frombuffer(body, dtype=np.uint8)
        whitespace_count = sum(np.count_nonzero(codes == whitespace) for whitespace in _WHITESPACE)
        # Surrogates, U+FFFE and U+FFFF start with these bytes, as do some allowed characters.
        if np.count_nonzero(codes < ord(" ")) != whitespace_count or b"\xed" in body or b"\xef" in body:
            return True
    return False


def _thin_and_scan(
    body: bytes, cut_after: frozenset[str], path: str, repeated: RepeatedElement | None
) -> tuple[ThinnedDocument, _DocumentScan]:
    """Take out the repeated elements and scan the rest; if the rest is damaged, scan the whole document instead.

    Returns the document and what the scan found.
    """
    thinned = _thin(body, repeated)
    scan = _scan_document(thinned.body, cut_after, path)
    if thinned.blocks and scan.error:
        thinned = ThinnedDocument(body)
        scan = _scan_document(body, cut_after, path)
    return thinned, scan


def _thin(body: bytes, repeated: RepeatedElement | None) -> ThinnedDocument:
    return ThinnedDocument(body) if repeated is None else thin_document(body, repeated.name, repeated.is_wanted)


def _scan_document(body: bytes, cut_after: frozenset[str], path: str) -> _DocumentScan:
    """Parse a document up to its end or to damage; undeclared prefixes are noted and are no error.

    Raises :class:`ReadError` for a document type and for elements nested too deep.
    """
    scan = _DocumentScan()
    parser = expat.ParserCreate(encoding="utf-8")

    def start(tag: str, attributes: dict[str, str]) -> None:
        if not scan.open_tags and scan.root_end < 0:
            scan.root_end = parser.CurrentByteIndex + 1 + len(tag.encode("utf-8"))
        scan.open_tags.append(tag)
        if len(scan.open_tags) > _MAX_DEPTH:
            raise ReadError(f"has elements nested more than {_MAX_DEPTH} deep, which no recording has", path=path)
        prefixes = scan.declared_prefixes[-1]
        if attributes:
            prefixes = prefixes.union(name[6:] for name in attributes if name.startswith("xmlns:"))
        scan.declared_prefixes.append(prefixes)
        for name in (tag, *attributes):
            prefix, colon, _ = name.partition(":")
            if colon and prefix not in prefixes:
                scan.undeclared_prefixes.add(prefix)

    def end(tag: str) -> None:
        scan.open_tags.pop()
        scan.declared_prefixes.pop()
        if not scan.open_tags or tag.rpartition(":")[2] in cut_after:
            scan.complete_end = find_element_end(body, parser.CurrentByteIndex, tag)
            scan.complete_open_tags = tuple(scan.open_tags)

    def refuse(*_: object) -> None:
        raise ReadError("declares a document type, which retropace does not read: recordings need none", path=path)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        scan.error = expat.ErrorString(error.code)
        scan.line = error.lineno
    return scan
