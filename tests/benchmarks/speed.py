"""How fast recordings are read, analysed and started on: ``python -m tests.benchmarks.speed [SECTION...]``.

Sections are ``reading``, ``corpus``, ``stages``, ``starting``, ``batch`` and ``memory``; without an argument all run.
Every figure is a median of five rounds, in which the ways compared take turns; the ratio is what holds elsewhere.
"""

import importlib
import importlib.util
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import fitdecode
import gpxpy

from retropace.analysis.pipeline import analyze, summarize
from retropace.annotations import AnnotationTable
from retropace.cleaning.clean import clean_activity
from retropace.core.errors import RetropaceError
from retropace.labelling.assign import label_segments
from retropace.readers.fit.messages import decode
from retropace.readers.fit.reader import read_fit
from retropace.readers.fit.table import FitTable
from retropace.readers.xml.gpx import read_gpx
from retropace.readers.xml.tcx import read_tcx
from retropace.segmentation.segment import segment_coarse_and_fine
from tests.benchmarks.timing import ROUNDS, cold, environment, medians, peak_bytes, say
from tests.support.long_recordings import Hours
from tests.support.paths import CORPUS

READ_FIT = "import fitdecode, sys\nfor frame in fitdecode.FitReader(sys.argv[1]): pass"
READ_GPX = "import gpxpy, sys\nwith open(sys.argv[1]) as opened: gpxpy.parse(opened)"
FILES = 200
OF_THEM = 20
"""So many of the files fitdecode reads in each round, which takes long enough."""


def fitdecode_all(data: bytes) -> None:
    """Every message through fitdecode, with the settings it comes with."""
    for _ in fitdecode.FitReader(data):
        pass


def table(data: bytes) -> FitTable:
    """The records as columns."""
    return decode(data)[0].records.to_table()


def fit_readers(data: bytes) -> dict[str, Callable[[], object]]:
    """Readers of FIT, as far as they are installed."""
    found: dict[str, Callable[[], object]] = {"fitdecode": partial(fitdecode_all, data)}
    if importlib.util.find_spec("garmin_fit_sdk"):
        from garmin_fit_sdk import Decoder, Stream

        found["garmin-fit-sdk"] = lambda: Decoder(Stream.from_byte_array(bytearray(data))).read()
    if importlib.util.find_spec("fitparse"):
        fitparse = importlib.import_module("fitparse")
        found["fitparse"] = lambda: [message.get_values() for message in fitparse.FitFile(data).get_messages()]
    found["retropace"] = partial(read_fit, data, "x")
    return found


def reading() -> None:
    """FIT, GPX and TCX of 1 and 10 hours against what reads them otherwise."""
    for hours in (1, 10):
        made = Hours(hours)
        bare, whole, gpx, tcx = made.records(), made.fit(), made.gpx(), made.tcx()
        say(f"reading {hours} h at 1 Hz, {len(whole) / 1e6:.2f} MB as FIT, {len(gpx) / 1e6:.2f} MB as GPX")
        compare(
            "FIT, records to columns", {"fitdecode": partial(fitdecode_all, bare), "retropace": partial(table, bare)}
        )
        compare("FIT, whole reader", fit_readers(whole))
        compare("GPX", {"gpxpy": partial(gpxpy.parse, gpx), "retropace": partial(read_gpx, gpx, "x")})
        compare("TCX", {"ElementTree": partial(ElementTree.fromstring, tcx), "retropace": partial(read_tcx, tcx, "x")})


def compare(title: str, ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Print the medians, and of the first way by how much the others are faster."""
    took = medians(ways)
    first = next(iter(took.values()))
    for name, seconds in took.items():
        say(f"  {title:26s} {name:16s} {1000 * seconds:9.2f} ms  {first / seconds:7.2f} ×")
    return took


def corpus() -> None:
    """Every FIT file of the corpus, together and each."""
    if not CORPUS.is_dir():
        say("no ../shared/corpus: nothing to read")
        return
    sums: dict[str, list[float]] = {}
    worst: list[tuple[float, str]] = []
    refused = 0
    for path in sorted(path for path in CORPUS.glob("*/*") if path.suffix.lower() == ".fit"):
        data = path.read_bytes()
        try:
            fitdecode_all(data)
        except Exception:
            refused += 1  # fitdecode gives up: there is nothing to compare with
            continue
        took = medians({"fitdecode": partial(fitdecode_all, data), "retropace": partial(read_or_refuse, data)})
        sums.setdefault(path.parent.name, []).append(took["fitdecode"])
        sums.setdefault(f"{path.parent.name} ours", []).append(took["retropace"])
        worst.append((took["fitdecode"] / took["retropace"], f"{path.parent.name}/{path.name}"))
    for kind in ("fit", "bad"):
        theirs, mine = sum(sums[kind]), sum(sums[f"{kind} ours"])
        say(f"corpus/{kind}: {len(sums[kind])} files, {theirs / mine:.1f} × fitdecode ({theirs:.2f} s, {mine:.3f} s)")
    theirs = sum(sums["fit"]) + sum(sums["bad"])
    mine = sum(sums["fit ours"]) + sum(sums["bad ours"])
    say(f"all of them: {theirs / mine:.1f} × fitdecode; {refused} more files fitdecode gives up on")
    for ratio, name in sorted(worst)[:4]:
        say(f"  least gained: {ratio:.2f} ×  {name}")


def read_or_refuse(data: bytes) -> None:
    """What reading means where a file may hold no recording."""
    with suppress(RetropaceError):
        read_fit(data, "x")


def stages() -> None:
    """Where the time of an analysis goes, and how it grows with the recording."""
    each: dict[int, float] = {}
    for hours in (1, 10, 30):
        data = Hours(hours).fit()
        (activity,) = read_fit(data, "x")
        track = clean_activity(activity)
        edges_s, fine_s = segment_coarse_and_fine(track)
        analysis = analyze(activity)
        took = medians(
            {
                "read": partial(read_fit, data, "x"),
                "clean": partial(clean_activity, activity),
                "segment": partial(segment_coarse_and_fine, track),
                "label": partial(label_segments, track, edges_s, fine_s, AnnotationTable.from_annotations(())),
                "summarise": partial(summarize, track, analysis.segments),
                "document": analysis.to_dict,
                "all of it": partial(whole_way, data),
            }
        )
        each[hours] = took["all of it"] / (3600 * hours)
        say(f"{hours} h at 1 Hz, {len(analysis.segments)} segments")
        for name, seconds in took.items():
            say(f"  {name:12s} {1000 * seconds:8.2f} ms  {100 * seconds / took['all of it']:5.1f} %")
    for hours, seconds in each.items():
        say(f"{hours:2d} h: {1e6 * seconds:.2f} µs for each record, {seconds / each[1]:.2f} of that at 1 h")


def whole_way(data: bytes) -> object:
    """From the bytes to the document."""
    return analyze(read_fit(data, "x")[0]).to_dict()


def starting(folder: Path) -> None:
    """Whole processes: analysing a file against only reading it, and the list of commands against bare Python."""
    for hours in (1, 10):
        fit, gpx = folder / f"{hours}.fit", folder / f"{hours}.gpx"
        fit.write_bytes(Hours(hours).fit())
        gpx.write_bytes(Hours(hours).gpx())
        for path, script in ((fit, READ_FIT), (gpx, READ_GPX)):
            took = medians({"only read": cold("-c", script, path), "analyze": cold("-m", "retropace", "analyze", path)})
            share = took["analyze"] / took["only read"]
            reader = "fitdecode" if path is fit else "gpxpy"
            mine, theirs = (f"{1000 * took[name]:.0f} ms" for name in ("analyze", "only read"))
            say(f"analyze {path.name}: {mine}, {share:.2f} of a script that only reads it with {reader} ({theirs})")
    took = medians(
        {
            "python": cold("-c", ""),
            "click": cold("-c", "import click"),
            "numpy": cold("-c", "import numpy"),
            "help": cold("-m", "retropace", "--help"),
        },
        rounds=15,
    )
    over = {name: 1000 * (seconds - took["python"]) for name, seconds in took.items()}
    say(
        f"retropace --help: {over['help']:.0f} ms over bare Python's {1000 * took['python']:.0f} ms "
        f"(click alone {over['click']:.0f}, NumPy alone {over['numpy']:.0f})"
    )


def batch(folder: Path) -> None:
    """Files of an hour each: read only, and analysed into a library by one and by two processes."""
    runs = folder / "runs"
    runs.mkdir()
    for seed in range(FILES):
        (runs / f"{seed:03}.fit").write_bytes(Hours(1, seed).fit())
    some = [path.read_bytes() for path in sorted(runs.iterdir())[:OF_THEM]]
    speeds: dict[str, list[float]] = {"fitdecode only": [], "one process": [], "two processes": []}
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for data in some:
            fitdecode_all(data)
        speeds["fitdecode only"].append(OF_THEM / (time.perf_counter() - began))
        for name, jobs in (("one process", 1), ("two processes", 2)):
            data_folder = folder / "data"
            words = ["-m", "retropace", "batch", str(runs), "--jobs", str(jobs)]
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, *words],
                env=environment() | {"RETROPACE_DATA": str(data_folder)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
            )
            speeds[name].append(FILES / (time.perf_counter() - began))
            shutil.rmtree(data_folder)
    each = {name: statistics.median(found) for name, found in speeds.items()}
    say(f"{FILES} files of an hour, start-up and library included")
    for name, speed in each.items():
        say(f"  {name:16s} {speed:7.1f} files/s  {speed / each['fitdecode only']:6.2f} × fitdecode only")
    say(f"  two processes are {each['two processes'] / each['one process']:.2f} × one")


def memory(folder: Path) -> None:
    """The most memory that analysing ten hours takes."""
    path = folder / "memory.fit"
    path.write_bytes(Hours(10).fit())
    bare, numpy = peak_bytes(["-c", ""]), peak_bytes(["-c", "import numpy"])
    most = peak_bytes(["-m", "retropace", "analyze", path])
    say(f"peak memory of analyze, 10 h: {most / 1e6:.0f} MB (Python {bare / 1e6:.0f}, with NumPy {numpy / 1e6:.0f})")


def machine() -> None:
    """What this ran on."""
    model = next(
        (line.partition(":")[2].strip() for line in cpu_lines() if line.startswith("model name")), platform.machine()
    )
    names = ("numpy", "click", "fitdecode", "gpxpy", "garmin-fit-sdk", "fitparse", "lxml")
    found = [f"{name} {version(name)}" for name in names if importlib.util.find_spec(name.replace("-", "_"))]
    say(f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {', '.join(found)}")


def cpu_lines() -> list[str]:
    """What Linux says of the processor; nothing elsewhere."""
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def main() -> None:
    """Print the figures of docs/speed.md."""
    warnings.simplefilter("ignore")  # fitdecode's on the files of the corpus
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        os.environ["RETROPACE_BENCHMARK_CACHE"] = str(folder / "compiled")
        sections: dict[str, Callable[[], None]] = {
            "reading": reading,
            "corpus": corpus,
            "stages": stages,
            "starting": partial(starting, folder),
            "batch": partial(batch, folder),
            "memory": partial(memory, folder),
        }
        machine()
        for name in sys.argv[1:] or sections:
            say()
            say(f"-- {name}")
            sections[name]()


if __name__ == "__main__":
    main()
