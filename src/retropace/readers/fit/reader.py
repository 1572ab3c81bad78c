"""Reader of FIT files as Garmin, COROS, Suunto, Wahoo, Zwift, Stryd and others write them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import numpy as np

from retropace.core.activity import Activity, DeviceTotals, Source
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.findings import Finding, note, warn
from retropace.core.spans import clip
from retropace.readers.fit.columns import build_samples
from retropace.readers.fit.decoder import DecodedFile
from retropace.readers.fit.events import read_laps, read_pauses, read_splits, read_waypoints
from retropace.readers.fit.heart_rates import add_heart_rates
from retropace.readers.fit.messages import decode
from retropace.readers.fit.metadata import explain_no_activity, read_device, read_workout_step
from retropace.readers.fit.sessions import SessionWindow, find_session_windows
from retropace.readers.fit.table import FitTable
from retropace.readers.fit.values import MIN_DATE_TIME_S, read_number, read_text

FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
"""Origin of FIT times, which count seconds (FIT SDK, type ``date_time``)."""
MAX_DATE_TIME_S = float(2**32)
"""Upper bound of FIT times in seconds, which have four bytes (FIT SDK, ``date_time``); higher ones count as missing."""


def read_fit(data: bytes, path: str) -> list[Activity]:
    """Read all sessions of a FIT file that have records, in order of time; raises :class:`ReadError` for none."""
    activities: list[Activity] = []
    reasons: list[tuple[str, str]] = []
    rejected_findings: list[Finding] = []
    for file in decode(data):
        sessions = _build_activities(file, path)
        activities += sessions
        if not sessions:
            reasons.append(explain_no_activity(file))
            rejected_findings += file.findings
    if not activities:
        reason, file_kind = reasons[0] if reasons else ("is no FIT file: it holds no FIT header", "")
        if file_kind and not rejected_findings:
            raise NoActivityError(reason, file_kind, path=path)
        raise ReadError(f"{reason}{f' ({rejected_findings[0].text})' if rejected_findings else ''}", path=path)
    skipped_parts = [note("further-part", f"a further part of the file {reason}: passed over") for reason, _ in reasons]
    if all(activity.start_time is not None for activity in activities):
        activities.sort(key=lambda activity: activity.start_time or FIT_EPOCH)
    numbered = []
    starts: set[datetime] = set()
    for session, activity in enumerate(activities):
        text = "starts with another session of this file: the same run may be in it twice"
        repeated = [warn("same-start", text)] if activity.start_time in starts else []
        findings = [*activity.findings, *repeated, *skipped_parts]
        starts |= {activity.start_time} if activity.start_time is not None else set()
        source = replace(activity.source, session=session)
        numbered.append(replace(activity, source=source, findings=_merge_repeated_findings(findings)))
    return numbered


def _build_activities(file: DecodedFile, path: str) -> list[Activity]:
    """Build an activity from each session of one decoded FIT file that has records with times."""
    table = file.records.to_table()
    # In a damaged definition a time may be of any type, and then of any size.
    is_date_time = (table.device_time_s >= 0.0) & (table.device_time_s < MAX_DATE_TIME_S)
    times_s = np.where(is_date_time, table.device_time_s, np.nan)
    table = replace(table, device_time_s=times_s)
    if not np.any(np.isfinite(times_s)):
        return []
    windows, findings = find_session_windows(file, times_s)
    activities = []
    for window in windows:
        # A record without a time belongs to the session if there is only one.
        inside = (times_s >= window.start_s) & (times_s < window.end_s)
        if len(windows) == 1:
            inside |= np.isnan(times_s)
        if np.any(inside):
            activities.append(_build_activity(file, table.select(inside), window, path))
        else:
            text = f"a session{f' of {window.sport}' if window.sport else ''} has no records: passed over"
            findings.append(note("session-without-records", text))
    return [replace(activity, findings=(*file.findings, *findings, *activity.findings)) for activity in activities]


def _build_activity(file: DecodedFile, table: FitTable, window: SessionWindow, path: str) -> Activity:
    """Build the activity of one session from its records, of which at least one has a time."""
    known_times_s = table.device_time_s[np.isfinite(table.device_time_s)]
    origin_s = float(known_times_s[0])
    samples, counts, findings = build_samples(table, origin_s)
    samples, strap_findings = add_heart_rates(samples, file.messages_named("hr"), origin_s)
    findings += strap_findings
    elapsed_s, timer_s = (read_number(window.message, f"total_{kind}_time") for kind in ("elapsed", "timer"))
    end_s = origin_s + float(np.fmax(elapsed_s, known_times_s.max() - origin_s))
    has_clock = bool(np.any(known_times_s >= MIN_DATE_TIME_S))
    if not has_clock:
        findings.append(warn("no-date", "the watch had no date: times count from when it was switched on"))
    span = (window.start_s, window.end_s)
    events = file.messages_named("event")
    return Activity(
        source=Source(path, "fit", decoding="; ".join(dict.fromkeys(file.decoding_methods))),
        samples=samples,
        start_time=FIT_EPOCH + timedelta(seconds=origin_s) if has_clock else None,
        sport=window.sport,
        sub_sport=window.sub_sport,
        device=read_device(file),
        laps=tuple(read_laps(file.messages_named("lap"), span, origin_s)),
        splits=tuple(read_splits(file.messages_named("split"), span, origin_s)),
        pauses=clip(read_pauses(events, origin_s, elapsed_s - timer_s), 0.0, end_s - origin_s),
        waypoints=tuple(read_waypoints(file.messages_named("course_point"), events, origin_s, end_s)),
        workout_name=read_text(file.messages_named("workout"), "wkt_name"),
        workout_steps=tuple(read_workout_step(message) for message in file.messages_named("workout_step")),
        device_totals=DeviceTotals(
            distance_m=read_number(window.message, "total_distance"), timer_s=timer_s, elapsed_s=elapsed_s
        ),
        field_counts=MappingProxyType(counts),
        findings=tuple(findings),
    )


def _merge_repeated_findings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the distinct findings in order; repeated ones say how many times they occurred."""
    return tuple(
        finding if count == 1 else replace(finding, text=f"{finding.text} ({count} times)")
        for finding, count in Counter(findings).items()
    )
