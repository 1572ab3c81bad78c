"""Findings: what was repaired, dropped or assumed on the way to a result; ``docs/findings.md`` lists all codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["note", "warning"]
"""How much a finding matters: ``note`` if it is routine, ``warning`` if a figure may be off or something was lost."""
MAX_ROUTINE_SHARE = 0.01
"""Largest share of a recording that may be dropped or repaired as routine; more of it is a warning."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was repaired, dropped or assumed."""

    code: str  # kind of finding as a word with hyphens, the same in all versions, such as ``stray-positions``
    level: Level
    text: str  # what was found, as a sentence for the user
    span_s: tuple[float, float] | None = None
    """Start and end of the stretch that it concerns, in elapsed seconds; None if it concerns the whole activity."""
    amount: float | None = None  # how much was found, in ``unit``; None where nothing is counted or measured
    unit: str = ""  # unit of ``amount``: ``m``, ``s``, ``spm``, ``bytes``, or what is counted, such as ``records``

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as it stands in JSON documents; a missing value is ``None``."""
        start_s, end_s = self.span_s or (None, None)
        span = {"start_s": start_s, "end_s": end_s}
        amount = {"amount": self.amount, "unit": self.unit or None}
        return {"code": self.code, "level": self.level, "text": self.text, **span, **amount}


def note(
    code: str, text: str, amount: float | None = None, unit: str = "", *, span_s: tuple[float, float] | None = None
) -> Finding:
    """Return a finding that is routine."""
    return Finding(code, "note", text, span_s, amount, unit)


def warn(
    code: str, text: str, amount: float | None = None, unit: str = "", *, span_s: tuple[float, float] | None = None
) -> Finding:
    """Return a finding by which a figure may be off or something was lost."""
    return Finding(code, "warning", text, span_s, amount, unit)


def note_if_few(code: str, text: str, amount: float, unit: str, *, total: float) -> Finding:
    """Return a note if ``amount`` is at most ``MAX_ROUTINE_SHARE`` of ``total`` (same unit), else a warning."""
    is_routine = amount <= MAX_ROUTINE_SHARE * total
    return Finding(code, "note" if is_routine else "warning", text, None, amount, unit)


def select_texts(findings: Iterable[Finding], level: Level) -> tuple[str, ...]:
    """Return the texts of the findings of one level, in their order."""
    return tuple(finding.text for finding in findings if finding.level == level)


def findings_document(findings: Iterable[Finding]) -> dict[str, list[Any]]:
    """Return the fields ``warnings``, ``notes`` (texts) and ``findings`` (objects) of a JSON document."""
    items = tuple(findings)
    texts = {f"{level}s": list(select_texts(items, level)) for level in ("warning", "note")}
    return {**texts, "findings": [finding.to_dict() for finding in items]}


@dataclass(frozen=True, slots=True, kw_only=True)
class HasFindings:
    """Base of every result that carries findings: those of its own step or, on a whole result, of all steps."""

    findings: tuple[Finding, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Texts of the findings by which a figure may be off or something was lost."""
        return select_texts(self.findings, "warning")

    @property
    def notes(self) -> tuple[str, ...]:
        """Texts of the findings that are routine."""
        return select_texts(self.findings, "note")
