"""Parsing of XML as exporters write it, by lxml's parser, which continues after damaged places.

Document types are refused, so that no entity is ever expanded or fetched. What keeps a document from being well-formed
is repaired and said: undeclared prefixes, unescaped ampersands, forbidden characters, an end that is missing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, Generic, TypeVar

from lxml import etree

from retropace.core.errors import ReadError
from retropace.core.findings import Finding, HasFindings, note, warn
from retropace.core.units import format_count, pluralize
from retropace.readers.xml.encoding import decode_text, find_root, strip_preamble

T = TypeVar("T")
"""Type of what is read from the events of a document."""
Element = Any
"""Element of lxml, which publishes no types."""
Events = Iterable[tuple[str, Element]]
"""Start and end of each element of certain names, in document order; at its end an element is complete."""
PARSER_OPTIONS = {
    "recover": True,
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,  # libxml2 then stops at a depth of 256, at texts of 10 MB and at growing entities
    "remove_blank_text": True,
    "remove_comments": True,
    "remove_pis": True,
    "encoding": "utf-8",
}
"""Options of every parser of lxml: it reads on behind damage and reads nothing but the document."""

MAX_TREE_CHARS = 2**24
"""Length from which on the points of a document are cleared; a tree takes eight times the memory of its text."""
MAX_SHOWN_PREFIXES = 5
"""Largest number of undeclared prefixes that a message names."""
MAX_ATTRIBUTES = 2000
"""Largest number of attributes of an element, without namespaces; libxml2 compares each with every other."""
_LONG_TAG = re.compile(r"<[\w:.-]+\s[^<>]{8192,}")
"""Pattern of a tag that is long enough for more than ``MAX_ATTRIBUTES`` attributes."""
_ATTRIBUTE = re.compile(r"\s(?!xmlns)[\w:.-]+\s*=")
"""Pattern of the beginning of an attribute that declares no namespace."""
_FORBIDDEN_CHARS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Pattern of a character that XML 1.0 (5th edition, 2.2) forbids in a document."""
_REFERENCE = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?:(?:amp|lt|gt|quot|apos);|#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));)?", re.DOTALL
)
"""Pattern of a CDATA section (without end: all the rest, for linear time) or an ampersand and its reference."""
_UNDECLARED_PREFIX = re.compile(r"Namespace prefix (\S+) (?:for \S+ )?on ")
"""Pattern of libxml2's message about an undeclared prefix, which is its group."""
_RESOURCE_LIMIT_ERROR = 114
"""Number of libxml2's error about depth or length (XML_ERR_RESOURCE_LIMIT), which early versions of lxml 6 lack."""
_MAX_PARSES = 5
"""Number of times that a document is parsed at most; libxml2 reports a hundred errors at a time."""


@dataclass(frozen=True, slots=True)
class XmlDocument(HasFindings, Generic[T]):
    """A parsed document."""

    root: Element
    content: T  # what was read from the document's events


@lru_cache(maxsize=1024)
def local_name(tag: str) -> str:
    """Return the name of an element, ``{namespace}name`` or ``prefix:name``, without namespace or prefix."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def read_text(element: Element, path: str) -> str:
    """Read the text of the first element at a path below an element; empty if there is none."""
    return (element.findtext(path) or "").strip()


def parse_document(
    data: bytes, path: str, names: Sequence[str], read: Callable[[Events], T], cut_after: Iterable[str]
) -> XmlDocument[T]:
    """Parse a document and hand the start and end of its elements called ``names``, with any prefix, to ``read``.

    The last of ``names`` is that of points, which large documents do not keep. ``read`` is called again after a repair.
    A document without end is cut after the last element called as in ``cut_after``. Raises :class:`ReadError` for a
    document type, for excessive depth, and for damage without such an element.
    """
    findings: list[Finding] = []
    text, root_name, line_offset = _start_at_root(decode_text(data, findings), path, findings)
    if any(len(_ATTRIBUTE.findall(tag[0])) > MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(text)):
        raise ReadError(f"has an element with over {MAX_ATTRIBUTES} attributes: no recording has so many", path=path)
    complete = re.compile(rf"</(?:[^\s<>/:]*:)?(?:{'|'.join(cut_after)})\s*>")
    prefixes: set[str] = set()
    is_repaired = False
    for _ in range(_MAX_PARSES):
        root, content, errors = _parse(text, path, names, read)
        matches = (_UNDECLARED_PREFIX.match(error.message) for error in errors)
        undeclared = {match[1] for match in matches if match} - prefixes
        damage = find_damage(errors)
        if undeclared:
            prefixes |= undeclared
            declarations = "".join(f' xmlns:{prefix}="urn:undeclared:{prefix}"' for prefix in sorted(undeclared))
            text = f"<{root_name}{declarations}{text[1 + len(root_name) :]}"
        elif damage and not is_repaired:
            is_repaired = True
            text = _escape_characters(text, findings)
            text = _cut_incomplete(text, root_name, complete, line_offset, findings)
        else:
            break
    if damage:
        place = f"in line {damage.line + line_offset}"
        kind = str(damage.type_name).removeprefix("ERR_").replace("_", " ").lower()
        if complete.search(text) is None:
            raise ReadError(f"is damaged: {kind} {place}, before any point", path=path)
        if not any(finding.code == "damaged" for finding in findings):
            findings.append(warn("damaged", f"damaged {place} ({kind}): what could be read was kept"))
    if prefixes:
        noun = pluralize(len(prefixes), "namespace prefix", "namespace prefixes")
        shown = ", ".join(sorted(prefixes)[:MAX_SHOWN_PREFIXES]) + " …" * (len(prefixes) > MAX_SHOWN_PREFIXES)
        message = f"{noun} {shown} used without being declared"
        findings.append(note("undeclared-prefixes", message, len(prefixes), "prefixes"))
    return XmlDocument(root, content, findings=tuple(findings))


def find_damage(errors: Iterable[Any]) -> Any:
    """Find the first of a parser's errors that cost content; None if there is none."""
    return next((error for error in errors if error.level == etree.ErrorLevels.FATAL), None)


def _parse(text: str, path: str, names: Sequence[str], read: Callable[[Events], T]) -> tuple[Element, T, list[Any]]:
    """Parse a text; returns the root element, the result of ``read``, and the parser's errors."""
    tags = [f"{{*}}{name}" for name in names]
    events = etree.iterparse(
        BytesIO(text.encode("utf-8", "replace")), ("start", "end") if names else (), tag=tags or None, **PARSER_OPTIONS
    )
    no_root = ReadError("is damaged in its first element, before any point", path=path)
    try:
        content = read(_clear_points(events, names[-1]) if names and len(text) > MAX_TREE_CHARS else events)
    except etree.XMLSyntaxError:
        raise no_root from None
    if events.root is None:
        raise no_root
    errors = list(events.error_log)
    if any(error.type == _RESOURCE_LIMIT_ERROR for error in errors):
        raise ReadError("has elements nested deeper, or a text longer, than any recording has", path=path)
    return events.root, content, errors


def _clear_points(events: Events, point_name: str) -> Iterator[tuple[str, Element]]:
    """Yield the events of a document and clear each point after its end."""
    for event, element in events:
        yield event, element
        if event == "end" and local_name(element.tag) == point_name:
            element.clear()


def _start_at_root(document: str, path: str, findings: list[Finding]) -> tuple[str, str, int]:
    """Remove all before the root element; returns the rest, the element's name, and how many lines were removed."""
    text, skipped = strip_preamble(document)
    if skipped:
        message = f"{skipped} characters before the document passed over"
        findings.append(note("text-before-document", message, skipped, "characters"))
    root, has_document_type = find_root(text)
    if has_document_type:
        raise ReadError("declares a document type, which retropace does not read: recordings need none", path=path)
    if root is None:
        raise ReadError("is damaged: it does not start like XML", path=path)
    text = text[root.start(1) - 1 :]
    return text, root[1], document.count("\n", 0, len(document) - len(text))


def _escape_characters(text: str, findings: list[Finding]) -> str:
    """Replace forbidden characters and escape ampersands that start no valid reference; both are reported."""
    escaped = 0

    def escape(match: re.Match[str]) -> str:
        nonlocal escaped
        code = int(match[1]) if match[1] else int(match[2], 16) if match[2] else None
        if match[0] != "&" and (code is None or (0 < code <= 0x10FFFF and not _FORBIDDEN_CHARS.match(chr(code)))):
            return match[0]
        escaped += 1
        return f"&amp;{match[0][1:]}"

    text, replaced = _FORBIDDEN_CHARS.subn(" ", text)
    if replaced:
        message = f"{format_count(replaced, 'control character')} that XML forbids passed over"
        findings.append(note("control-characters", message, replaced, "characters"))
    text = _REFERENCE.sub(escape, text)
    if escaped:
        message = f"{format_count(escaped, 'ampersand')} that XML wants written otherwise read as text"
        findings.append(note("unescaped-ampersands", message, escaped, "characters"))
    return text


def _cut_incomplete(
    text: str, root_name: str, complete: re.Pattern[str], line_offset: int, findings: list[Finding]
) -> str:
    """Remove what follows the last complete element if the end of the root element is missing."""
    end = max((match.end() for match in complete.finditer(text)), default=-1)
    if end < 0 or re.search(rf"</{re.escape(root_name)}\s*>", text):
        return text
    lost_bytes = len(text[end:].encode("utf-8", "replace"))
    line = text.count("\n") + 1 + line_offset
    message = f"damaged in line {line} (the end is missing): the last {lost_bytes} bytes are lost"
    findings.append(warn("damaged", message, lost_bytes, "bytes"))
    return text[:end]
