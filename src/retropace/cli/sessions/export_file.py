"""Export of an analysis to a file for other programs; the module of its format is imported when it is needed."""

from dataclasses import dataclass
from pathlib import Path

from retropace.analysis.pipeline import Analysis
from retropace.cli.sessions.analyze_file import analyze_file, format_segments, require_single
from retropace.cli.sessions.requests import AnalysisRequest
from retropace.config.privacy import PrivacyFilter
from retropace.core.atomic_write import atomic_replace, atomic_write
from retropace.core.errors import ReadError
from retropace.core.units import Units
from retropace.labelling.athlete import Athlete

FORMATS = ("csv", "json", "geojson", "gpx", "fit", "png")
"""Export formats, each also the suffix of its files."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The recording to export, how it is analysed, and what is shown of it."""

    file: str
    rows: str | None  # ``samples`` for a row for each record in CSV or JSON, else a row for each segment
    privacy_filter: PrivacyFilter
    units: Units  # units in which a picture (PNG) shows distance and pace; other formats are in SI units
    analysis: AnalysisRequest


def build_export(request: ExportRequest, form: str, simplify_m: float, athlete: Athlete | None) -> tuple[bytes, str]:
    """Return an export in one of :data:`FORMATS`, and a sentence on what it lacks, or ""; raises ``RetropaceError``."""
    analyses = analyze_file(request.file, request.analysis, athlete)
    analysis = require_single(analyses, request.file)
    privacy_filter, has_samples = request.privacy_filter, request.rows == "samples"
    if form == "fit":
        return _build_fit(analysis, privacy_filter)
    if form == "png":
        from retropace.output.export.to_png import render_png

        return render_png(analysis, privacy_filter, request.units), ""
    if form in ("geojson", "gpx"):
        return _build_route(analysis, privacy_filter, form, simplify_m)
    if form == "csv":
        from retropace.output.export.to_csv import format_samples_csv

        text = format_samples_csv(analysis, privacy_filter) if has_samples else format_segments(analyses)
    else:
        from retropace.output.export.to_json import format_analysis_json, format_samples_json

        text = format_samples_json(analysis, privacy_filter) if has_samples else format_analysis_json(analysis)
    return text.encode("utf-8", "replace"), ""  # file names may hold bytes that are not valid text


def _build_route(analysis: Analysis, privacy_filter: PrivacyFilter, form: str, simplify_m: float) -> tuple[bytes, str]:
    from retropace.output.export.line_segments import build_line_segments

    path = analysis.activity.source.path
    line_segments = build_line_segments(analysis, privacy_filter)
    if form == "geojson":
        from retropace.output.export.to_geojson import format_geojson

        note = f"{path}: there are no positions to show: the features have labels and figures, but no lines"
        text = format_geojson(analysis, line_segments, simplify_m)
        return text.encode("utf-8", "replace"), "" if line_segments.has_lines else note
    from retropace.output.export.sample_rows import build_sample_rows
    from retropace.output.export.to_gpx import format_gpx

    note = f"{path}: the watch had no date: the points have no times, and most readers will refuse them"
    text = format_gpx(analysis, line_segments, build_sample_rows(analysis, privacy_filter))
    return text.encode("utf-8", "replace"), note if analysis.cleaned.start_time is None else ""


def _build_fit(analysis: Analysis, privacy_filter: PrivacyFilter) -> tuple[bytes, str]:
    """Return a FIT file, based on the recording itself if that is a FIT file and nothing is hidden."""
    from retropace.output.export.to_fit import encode_fit

    source = analysis.activity.source
    data = None
    if source.format == "fit" and not privacy_filter:
        from retropace.readers.detect import load

        content = load(source.path)
        if content.sha256 != source.sha256:
            raise ReadError("was changed while it was being read: try again", path=source.path)
        data = content.data
    encoded = encode_fit(analysis, privacy_filter, data)
    return encoded.data, encoded.omission_note and f"{source.path}: {encoded.omission_note}"


def write_export(data: bytes, target: str, force: bool) -> bool:
    """Write the file and return True; raises ``RetropaceError``, also if it exists and ``force`` is false."""
    if force:
        with atomic_replace(target) as temporary:
            temporary.write_bytes(data)
    else:
        atomic_write(target, data, expected_content=None)
    return True


def default_target(path: str, form: str) -> str:
    """Return the name of an exported file if none is given: ``run.directions.gpx`` for ``run.fit`` and form ``gpx``."""
    name = Path(path).name
    return f"{Path(name[:-3] if name.lower().endswith('.gz') else name).stem}.directions.{form}"
