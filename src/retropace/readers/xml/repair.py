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
from retropace.readers.xml.encoding import begun, decoded
from retropace.readers.xml.repeated_elements import Stretch, Thinned, Way, thinned

_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*?\?>", re.DOTALL)
# What XML 1.0 (5th edition, 2.2) does not allow in a document.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BLANKS = tuple(b"\t\n\r")
_GLANCE = 2**16
"""How many characters are looked at together: few enough to stay in the processor's cache."""
# Without a document type only these five entities exist (XML 1.0, 4.6); characters by number do as well. A section that
# is never closed is taken to the end, lest each that opens within it is searched to the end again.
_REFERENCE = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?:(?:amp|lt|gt|quot|apos);|#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));)?", re.DOTALL
)
_DEEPEST = 100
"""Recordings nest about ten deep. libxml2 stops at 256, and what recurses over a tree not much later."""


@dataclass(frozen=True, slots=True)
class Document:
    """UTF-8 without declaration or document type, well-formed; and what was repaired, in words."""

    body: bytes
    warnings: tuple[str, ...]
    stretches: Mapping[int, Stretch | None] = field(default_factory=lambda: MappingProxyType({}))
    """Points that were taken out, as in :class:`Thinned`."""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


@dataclass(frozen=True, slots=True)
class Alike:
    """The elements of which a document holds thousands alike, and which values in them the reader is going to use."""

    name: str
    wanted: Callable[[Way], bool]


@dataclass(slots=True)
class _Scan:
    """What one pass of expat over the document finds."""

    open_tags: list[str] = field(default_factory=list)
    declared: list[frozenset[str]] = field(default_factory=lambda: [frozenset({"xml", "xmlns"})])
    """The prefixes declared around the whole document and within each open element."""
    undeclared: set[str] = field(default_factory=set)
    root_end: int = -1
    kept_end: int = -1
    kept_open: tuple[str, ...] = ()
    error: str = ""
    line: int = 0


def tidy(data: bytes, path: str, complete: Iterable[str], alike: Alike | None = None) -> Document:
    """A document that any XML parser reads, from the bytes of one that may be none.

    ``complete`` are the local names of elements after which a damaged document may be cut. Points that are ``alike``
    are taken out. Raises :class:`ReadError` for a document type, and for damage before the first complete element.
    """
    warnings: list[str] = []
    text = decoded(data, warnings)
    if _may_hold_forbidden(text):
        text, odd = _FORBIDDEN.subn(" ", text)
        if odd:
            warnings.append(f"{odd} control character{'s' * (odd > 1)} that XML forbids passed over")
    text, lines = _behind_declaration(text, warnings)
    body = text.encode("utf-8")
    thin, scan = _thinned_scan(body, frozenset(complete), path, alike)
    if scan.error:
        text, loose = _escaped(text)
        if loose:
            warnings.append(f"{loose} ampersand{'s' * (loose > 1)} that XML wants written otherwise read as text")
            body = text.encode("utf-8")
            thin, scan = _thinned_scan(body, frozenset(complete), path, alike)
    if scan.error:
        where = f"in line {scan.line + lines}"
        if scan.kept_end < 0:
            raise ReadError(f"is damaged: {scan.error} {where}, before any point", path=path)
        lost = len(body) - scan.kept_end
        warnings.append(f"damaged {where} ({scan.error}): the last {lost} bytes are lost")
        body = body[: scan.kept_end] + "".join(f"</{tag}>" for tag in reversed(scan.kept_open)).encode("utf-8")
        thin = _thinned(body, alike)
    body = thin.body
    missing = sorted(scan.undeclared)
    if missing:
        named = " ".join(f'xmlns:{prefix}="urn:undeclared:{prefix}"' for prefix in missing).encode("utf-8")
        body = body[: scan.root_end] + b" " + named + body[scan.root_end :]
        warnings.append(f"namespace prefix{'es' * (len(missing) > 1)} {', '.join(missing)} used without being declared")
    return Document(body, tuple(warnings), thin.stretches)


def element_end(body: bytes, at: int, tag: str) -> int:
    """Where an element that holds none of its kind ends, from expat's byte index when it says so.

    Expat points at the end tag, or, for an empty element, behind it.
    """
    return body.index(b">", at) + 1 if body.startswith(b"</" + tag.encode("utf-8"), at) else at


def local(tag: str) -> str:
    """An element's name without namespace or prefix."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def _escaped(text: str) -> tuple[str, int]:
    """The text with every ampersand escaped that is no valid reference, and how many were."""
    count = 0

    def mend(match: re.Match[str]) -> str:
        nonlocal count
        code = int(match[1]) if match[1] else int(match[2], 16) if match[2] else None
        if match[0] != "&" and (code is None or (0 < code <= 0x10FFFF and not _FORBIDDEN.match(chr(code)))):
            return match[0]
        count += 1
        return f"&amp;{match[0][1:]}"

    return _REFERENCE.sub(mend, text), count


def _behind_declaration(whole: str, warnings: list[str]) -> tuple[str, int]:
    """What follows the declaration, and how many lines stood before it: they count in the file all the same."""
    text, foreign = begun(whole)
    if foreign:
        warnings.append(f"{foreign} characters before the document passed over")
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    return text, whole.count("\n", 0, len(whole) - len(text))


def _may_hold_forbidden(text: str) -> bool:
    """Whether a character that XML forbids may be in a text: what a quick look at its bytes does not exclude."""
    for at in range(0, len(text), _GLANCE):
        body = text[at : at + _GLANCE].encode("utf-8", "surrogatepass")
        signs = np.frombuffer(body, dtype=np.uint8)
        blanks = sum(np.count_nonzero(signs == blank) for blank in _BLANKS)
        # Surrogates and the last two characters of the plane begin with these bytes, as do others that are allowed.
        if np.count_nonzero(signs < ord(" ")) != blanks or b"\xed" in body or b"\xef" in body:
            return True
    return False


def _thinned_scan(body: bytes, complete: frozenset[str], path: str, alike: Alike | None) -> tuple[Thinned, _Scan]:
    """The document without the points that are alike, and what a scan of it finds; whole if that finds damage."""
    thin = _thinned(body, alike)
    scan = _scan(thin.body, complete, path)
    if thin.stretches and scan.error:
        thin = Thinned(body)
        scan = _scan(body, complete, path)
    return thin, scan


def _thinned(body: bytes, alike: Alike | None) -> Thinned:
    return Thinned(body) if alike is None else thinned(body, alike.name, alike.wanted)


def _scan(body: bytes, complete: frozenset[str], path: str) -> _Scan:
    """Follow the document without namespaces, so that an undeclared prefix is no error, up to its end or damage."""
    found = _Scan()
    parser = expat.ParserCreate(encoding="utf-8")

    def start(tag: str, attributes: dict[str, str]) -> None:
        if not found.open_tags and found.root_end < 0:
            found.root_end = parser.CurrentByteIndex + 1 + len(tag.encode("utf-8"))
        found.open_tags.append(tag)
        if len(found.open_tags) > _DEEPEST:
            raise ReadError(f"has elements nested more than {_DEEPEST} deep, which no recording has", path=path)
        around = found.declared[-1]
        if attributes:
            around = around.union(name[6:] for name in attributes if name.startswith("xmlns:"))
        found.declared.append(around)
        for name in (tag, *attributes):
            prefix, colon, _ = name.partition(":")
            if colon and prefix not in around:
                found.undeclared.add(prefix)

    def end(tag: str) -> None:
        found.open_tags.pop()
        found.declared.pop()
        if not found.open_tags or tag.rpartition(":")[2] in complete:
            found.kept_end = element_end(body, parser.CurrentByteIndex, tag)
            found.kept_open = tuple(found.open_tags)

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
