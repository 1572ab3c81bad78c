"""One backward repetition of each sample, as its runner would mark it."""

from pathlib import Path

SAMPLE_MARKS = {
    "track-6x400.gpx": "17:45-21:05=backward",
    "treadmill-beginner.fit": "11:14-13:13=backward walk",
    "long-backward.fit": "29:28-54:31=backward",
}
"""What is marked of each sample that has no sidecar."""


def mark_a_rep_each(folder: Path) -> None:
    """Write a sidecar with one repetition beside each sample that has none."""
    for name, mark in SAMPLE_MARKS.items():
        span, label = mark.split("=")
        sidecar = folder / f"{Path(name).stem}.annotations.csv"
        sidecar.write_text(f"start,end,label\n{span.replace('-', ',')},{label}\n")
