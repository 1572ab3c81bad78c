"""What vendors send when asked for all data, assembled in their layouts."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from tests.support.recordings import MadeRun, other_fit

STRAVA_ENGLISH = (
    *("Activity ID", "Activity Date", "Activity Name", "Activity Type", "Activity Description", "Elapsed Time"),
    *("Distance", "Max Heart Rate", "Relative Effort", "Commute", "Activity Private Note", "Activity Gear", "Filename"),
    *("Athlete Weight", "Elapsed Time", "Moving Time", "Distance", "Media"),
)
STRAVA_GERMAN = (
    *("Aktivitäts-ID", "Aktivitätsdatum", "Name der Aktivität", "Aktivitätsart", "Aktivitätsbeschreibung"),
    *("Verstrichene Zeit", "Distanz", "Max. Herzfrequenz", "Relative Leistung", "Pendeln"),
    *("Hinweis zur Privatsphäre für Aktivitäten", "Aktivitätsausrüstung", "Dateiname", "Sportlergewicht"),
    *("Verstrichene Zeit", "Bewegungszeit", "Distanz", "Medien"),
)
"""As in exports of 2024 and 2025 (martin-ueding/geo-activity-playground, issues 86, 131, 191 and 348)."""


def strava_export(
    path: Path,
    files: Sequence[tuple[str, bytes, str, str]],
    header: Sequence[str] = STRAVA_ENGLISH,
    delimiter: str = ",",
) -> None:
    """A bulk export; ``files`` are names below ``activities/``, bytes, activity names and descriptions."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(header)
    for number, (name, _, title, description) in enumerate(files):
        row = [str(7_000_000_000 + number), "01.05.2025, 08:00:00", title, "Lauf", description, "1800", "5,02"]
        row += ["160,0", "", "false", "", "", f"activities/{name}", "70,0", "1800,0", "1790,0", "5020,0", "media/x.jpg"]
        # Rows of activities without everything are shorter.
        writer.writerow(row[: len(header)] if number % 3 else [*row[:13], ""])
    writer.writerow(
        ["7999", "02.05.2025, 08:00:00", "typed in by hand", "Lauf", "", "600", "1,0", "", "", "", "", "", ""]
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("activities.csv", "\ufeff" + text.getvalue())
        archive.writestr("profile.csv", "Athlete ID,Email\n1,runner@example.org\n")
        archive.writestr("media/x.jpg", b"\xff\xd8\xff\xe0 a photo")
        archive.writestr("routes/loop.gpx", '<gpx version="1.1"><rte><rtept lat="1" lon="2"/></rte></gpx>')
        for name, data, _, _ in files:
            archive.writestr(f"activities/{name}", gzip.compress(data) if name.endswith(".gz") else data)


def garmin_export(
    path: Path, parts: Sequence[Sequence[tuple[str, bytes]]], summaries: Sequence[dict[str, object]]
) -> None:
    """An account export: each part of the uploads a zip of its own, with monitoring, sleep and settings among them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("customer_data/customer.json", json.dumps({"name": "Runner"}))
        name = "DI_CONNECT/DI-Connect-Fitness/runner@example.org_0_summarizedActivities.json"
        archive.writestr(name, json.dumps([{"summarizedActivitiesExport": list(summaries)}]))
        for number, files in enumerate(parts, 1):
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as uploads:
                for kind in (32, 49, 2):
                    uploads.writestr(f"runner@example.org_9{number}{kind}00.fit", other_fit(kind))
                for file, data in files:
                    uploads.writestr(file, data)
            folder = "DI_CONNECT/DI-Connect-Uploaded-Files"
            archive.writestr(f"{folder}/UploadedFiles_0-_Part{number}.zip", inner.getvalue())


def garmin_summary(run: MadeRun, name: str, number: int, description: str | None = None) -> dict[str, object]:
    """A row of the table of activities in an account export."""
    began = run.start.timestamp() * 1000.0
    row: dict[str, object] = {"activityId": number, "name": name, "activityType": "running", "startTimeGmt": began}
    row |= {"beginTimestamp": int(began), "duration": 1000.0 * run.seconds, "distance": 100.0 * run.distance_m[-1]}
    return row | ({"description": description} if description is not None else {})


APPLE_DTD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ATTLIST Record
  type          CDATA #REQUIRED
  startDate     CDATA #REQUIRED
]>
"""
"""With the mistake of some versions of iOS: an attribute list that is never closed."""


def apple_export(
    path: Path,
    workouts: Sequence[tuple[MadeRun, dict[str, object]]],
    *,
    name: str = "export.xml",
) -> None:
    """An Apple Health export. For each run: ``route``, ``indoor``, ``steps_s`` (0: none), ``sport``, ``paused``."""
    records, ends, routes = [], [], {}
    for run, how in workouts:
        sport = how.get("sport", "Running")
        end = run.start + timedelta(seconds=run.seconds - 1)
        steps_s = int(str(how.get("steps_s", 5)))
        inner = f'<MetadataEntry key="HKIndoorWorkout" value="{int(bool(how.get("indoor")))}"/>'
        for begin in range(0, run.seconds - 1, steps_s) if steps_s else ():
            stop = min(begin + steps_s, run.seconds - 1)
            steps = float(run.cadence_spm[begin:stop].sum()) / 60.0
            metres = run.distance_m[stop] - run.distance_m[begin]
            records.append(_record("StepCount", run, begin, stop, f"{steps:.3f}", "count", "Watch"))
            records.append(_record("DistanceWalkingRunning", run, begin, stop, f"{metres / 1000.0:.6f}", "km", "Watch"))
            records.append(_record("StepCount", run, begin, stop, f"{steps * 1.1:.3f}", "count", "Phone"))
        for at in range(0, run.seconds, 5):
            records.append(_record("HeartRate", run, at, at, str(run.heart_rate_bpm), "count/min", "Watch"))
        if "paused" in how:
            start_s, end_s = str(how["paused"]).strip("()").split(",")
            for kind, moment in (("Pause", start_s), ("Resume", end_s)):
                inner += f'<WorkoutEvent type="HKWorkoutEventType{kind}" date="{_local(run, float(moment))}"/>'
        if how.get("route"):
            file = f"route_{run.start:%Y-%m-%d_%I.%M%p}.gpx".lower()
            routes[file] = run.gpx(heart=False)
            inner += f'<WorkoutRoute sourceName="Watch"><FileReference path="/workout-routes/{file}"/></WorkoutRoute>'
        ends.append(
            f'<Workout workoutActivityType="HKWorkoutActivityType{sport}" duration="{run.seconds / 60.0}" '
            f'durationUnit="min" sourceName="Watch" device="&lt;&lt;HKDevice: 0x1&gt;, name:Apple Watch, '
            f'hardware:Watch6,2&gt;" startDate="{_local(run, 0)}" endDate="{_at(end)}">{inner}</Workout>'
        )
    xml = f'{APPLE_DTD}<HealthData locale="de_DE"><ExportDate value="2025-06-01 10:00:00 +0200"/>\n'
    noise = _record("ActiveEnergyBurned", workouts[0][0], 0, 60, "4.2", "kcal", "Watch")
    xml += "\n".join([noise, *records, *ends]) + "\n</HealthData>\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("apple_health_export/export_cda.xml", "<ClinicalDocument/>")
        archive.writestr(f"apple_health_export/{name}", xml)
        for file, data in routes.items():
            archive.writestr(f"apple_health_export/workout-routes/{file}", data)


def _record(kind: str, run: MadeRun, begin: int, end: int, value: str, unit: str, source: str) -> str:
    return (
        f'<Record type="HKQuantityTypeIdentifier{kind}" sourceName="{source}" unit="{unit}" '
        f'startDate="{_local(run, begin)}" endDate="{_local(run, end)}" value="{value}"/>'
    )


def _local(run: MadeRun, t_s: float) -> str:
    return _at(run.start + timedelta(seconds=float(t_s)))


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(timezone(timedelta(hours=2))):%Y-%m-%d %H:%M:%S %z}"


__all__ = ["UTC", "apple_export", "garmin_export", "garmin_summary", "strava_export"]
