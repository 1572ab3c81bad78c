"""Interval sessions as printed: a row for each, and the tables of each, as text or Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from retropace.cli.terminal.analysis_view import MIN_WIDE_GAP_COLUMNS, print_headline, print_warnings
from retropace.cli.terminal.console import open_text_output, print_text
from retropace.cli.terminal.tables import format_markdown, print_tables
from retropace.core.units import Units
from retropace.intervals import Intervals
from retropace.output.tables.intervals import SESSION_COLUMNS, build_interval_tables, format_session_row
from retropace.output.tables.text_table import TextTable


def print_intervals(interval_sessions: Sequence[Intervals], units: Units, details: bool) -> None:
    """Print a row for each of several sessions, and, with ``details``, the tables of each session."""
    output = open_text_output()
    if len(interval_sessions) > 1 or not details:
        print_tables(output, [_build_sessions_table(interval_sessions, units)])
    if not details:
        return
    for number, session in enumerate(interval_sessions):
        if number or len(interval_sessions) > 1:
            output.print()
        print_headline(output, session.analysis.activity, session.cleaned, units)
        output.print()
        print_tables(
            output, build_interval_tables(session, units), gap=2 if output.width >= MIN_WIDE_GAP_COLUMNS else 1
        )
        if session.warnings:
            output.print()
            print_warnings(output, session.warnings)


def print_intervals_markdown(interval_sessions: Sequence[Intervals], units: Units, details: bool) -> None:
    """Print the rows and tables of :func:`print_intervals` as Markdown."""
    texts = []
    if len(interval_sessions) > 1 or not details:
        texts.append(format_markdown([_build_sessions_table(interval_sessions, units)]))
    for session in interval_sessions if details else ():
        notes = TextTable("warnings", footer=tuple(f"- {warning}" for warning in session.warnings))
        tables = [*build_interval_tables(session, units), *([notes] if session.warnings else [])]
        title = format_markdown([TextTable(session.analysis.activity.source.path)], level=2)
        texts.append(f"{title}\n{format_markdown(tables)}")
    print_text("\n".join(texts), nl=False)


def _build_sessions_table(interval_sessions: Sequence[Intervals], units: Units) -> TextTable:
    rows = tuple(format_session_row(session, units) for session in interval_sessions)
    return TextTable(names=SESSION_COLUMNS, rows=rows, left_aligned=(0, 1, 2)).drop_empty_columns()
