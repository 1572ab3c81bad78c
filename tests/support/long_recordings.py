"""Long training as a watch records it: hours at 1 Hz with changes of pace, noise and laps, as the bytes of a file.

For benchmarks: as many fields as watches write, of which the times of reading depend, and as many changes in an hour,
of which those of analysing do.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tests.support.fit_bytes import (
    ENUM,
    EVENT,
    FILE_ID,
    LAP,
    RECORD,
    SESSION,
    SINT8,
    SINT32,
    UINT8,
    UINT16,
    UINT32,
    FitFile,
)
from tests.support.recordings import FIT_EPOCH, SEMICIRCLES

Column = NDArray[np.float64]

DEVICE_INFO = 23
PACES_MPS = (1.4, 2.4, 2.8, 3.3, 4.2)
START = datetime(2026, 3, 1, 6, tzinfo=UTC)
RECORD_FIELDS = (
    (253, UINT32, "<u4"),
    (0, SINT32, "<i4"),
    (1, SINT32, "<i4"),
    (5, UINT32, "<u4"),
    (73, UINT32, "<u4"),
    (78, UINT32, "<u4"),
    (7, UINT16, "<u2"),
    (39, UINT16, "<u2"),
    (41, UINT16, "<u2"),
    (83, UINT16, "<u2"),
    (85, UINT16, "<u2"),
    (3, UINT8, "u1"),
    (4, UINT8, "u1"),
    (53, UINT8, "u1"),
    (13, SINT8, "i1"),
)
"""What a present watch with a chest belt writes each second: number, base type and NumPy's name for it."""


@dataclass(frozen=True)
class Hours:
    """So many hours at 1 Hz, the pace changing every two to eight minutes, always the same for the same seed."""

    hours: float
    seed: int = 1

    @property
    def seconds(self) -> int:
        """How many records there are."""
        return round(3600 * self.hours)

    @cached_property
    def paces_mps(self) -> Column:
        """The pace meant at each second."""
        rng = np.random.default_rng(self.seed)
        lengths = rng.integers(120, 480, size=self.seconds // 120 + 1)
        levels = np.array(PACES_MPS)[np.cumsum(rng.integers(1, len(PACES_MPS), size=len(lengths))) % len(PACES_MPS)]
        return np.asarray(np.repeat(levels, lengths)[: self.seconds], dtype=np.float64)

    @cached_property
    def speed_mps(self) -> Column:
        """The pace run: what is meant, reached over some seconds, and noise that lasts some."""
        rng = np.random.default_rng(self.seed + 1)
        noise = np.convolve(rng.normal(0.0, 0.2, self.seconds + 8), np.ones(8) / 8, mode="valid")[: self.seconds]
        meant = np.convolve(np.pad(self.paces_mps, (4, 0), mode="edge"), np.ones(5) / 5, mode="valid")
        return np.maximum(meant[: self.seconds] + noise, 0.3)

    @cached_property
    def distance_m(self) -> Column:
        """The way covered so far."""
        return np.concatenate(([0.0], np.cumsum(self.speed_mps[1:])))

    def _columns(self) -> list[Column]:
        rng = np.random.default_rng(self.seed + 2)
        cadence = 60.0 + 7.0 * self.paces_mps + rng.normal(0.0, 0.8, self.seconds)
        angle = self.distance_m / 400.0
        step_mm = 30.0 * 1000.0 * self.speed_mps / cadence
        return [
            (START - FIT_EPOCH).total_seconds() + np.arange(self.seconds),
            (52.5 + 0.0036 * np.sin(angle)) * SEMICIRCLES,
            (13.4 + 0.0059 * np.cos(angle)) * SEMICIRCLES,
            100.0 * self.distance_m,
            1000.0 * self.speed_mps,
            5.0 * (500.0 + 40.0 + 5.0 * np.sin(self.distance_m / 900.0)),
            80.0 * self.speed_mps,
            rng.normal(850.0, 40.0, self.seconds),
            rng.normal(2500.0, 60.0, self.seconds),
            rng.normal(780.0, 30.0, self.seconds),
            10.0 * step_mm,
            105.0 + 15.0 * self.paces_mps + rng.normal(0.0, 1.0, self.seconds),
            np.floor(cadence),
            128.0 * (cadence % 1.0),
            np.full(self.seconds, 18.0),
        ]

    def _edges(self) -> list[int]:
        """The records at which laps begin, one for each kilometre, and the number of all."""
        inner = np.searchsorted(self.distance_m, np.arange(1000.0, self.distance_m[-1], 1000.0))
        return [0, *inner.tolist(), self.seconds]

    def records(self) -> bytes:
        """The records as FIT and nothing else."""
        made = FitFile()
        made.define(0, FILE_ID, [(0, ENUM), (1, UINT16), (4, UINT32)])
        made.data(0, 4, 1, round((START - FIT_EPOCH).total_seconds()))
        made.define(1, RECORD, [(number, base) for number, base, _ in RECORD_FIELDS])
        made.body += self._rows().tobytes()
        return made.to_bytes(long_header=True)

    def _rows(self) -> NDArray[np.void]:
        """The records as FIT messages of local type 1."""
        rows = np.zeros(self.seconds, dtype=[("head", "u1"), *((str(n), kind) for n, _, kind in RECORD_FIELDS)])
        rows["head"] = 1
        for (number, _, _), column in zip(RECORD_FIELDS, self._columns(), strict=True):
            rows[str(number)] = np.round(column)
        return rows

    def fit(self) -> bytes:
        """As a watch with wrist sensors writes it, with a lap for each kilometre."""
        began = round((START - FIT_EPOCH).total_seconds())
        made = FitFile()
        made.define(0, FILE_ID, [(0, ENUM), (1, UINT16), (4, UINT32)])
        made.data(0, 4, 1, began)
        made.define(3, DEVICE_INFO, [(253, UINT32), (2, UINT16), (4, UINT16), (5, UINT16), (0, UINT8)])
        for index in range(4):
            made.data(3, began, 1, 3113, 1200, index)
        made.define(4, EVENT, [(253, UINT32), (0, ENUM), (1, ENUM)])
        made.data(4, began, 0, 0)
        made.define(1, RECORD, [(number, base) for number, base, _ in RECORD_FIELDS])
        totals = [(253, UINT32), (2, UINT32), (7, UINT32), (8, UINT32), (9, UINT32)]
        made.define(2, LAP, totals)
        rows = self._rows()
        for start, stop in pairwise(self._edges()):
            made.body += rows[start:stop].tobytes()
            length = 1000 * (stop - start)
            way = round(100 * (self.distance_m[stop - 1] - self.distance_m[start]))
            made.data(2, began + stop, began + start, length, length, way)
        made.data(4, began + self.seconds - 1, 0, 4)
        made.define(2, SESSION, [*totals, (5, ENUM)])
        length = 1000 * (self.seconds - 1)
        made.data(2, began + self.seconds - 1, began, length, length, round(100 * self.distance_m[-1]), 1)
        return made.to_bytes(long_header=True)

    def gpx(self) -> bytes:
        """As the same run comes out of an online diary."""
        _, lat, lon, _, _, height, _, _, _, _, _, heart, cadence, _, _ = self._columns()
        points = "".join(
            f'   <trkpt lat="{la / SEMICIRCLES:.7f}" lon="{lo / SEMICIRCLES:.7f}">\n'
            f"    <ele>{h / 5.0 - 500.0:.1f}</ele>\n"
            f"    <time>{START + timedelta(seconds=at):%Y-%m-%dT%H:%M:%SZ}</time>\n    <extensions>\n"
            f"     <gpxtpx:TrackPointExtension>\n      <gpxtpx:hr>{hr:.0f}</gpxtpx:hr>\n"
            f"      <gpxtpx:cad>{cad:.0f}</gpxtpx:cad>\n     </gpxtpx:TrackPointExtension>\n    </extensions>\n"
            "   </trkpt>\n"
            for at, (la, lo, h, hr, cad) in enumerate(
                zip(lat.tolist(), lon.tolist(), height.tolist(), heart.tolist(), cadence.tolist(), strict=True)
            )
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<gpx creator="made" version="1.1" '
            'xmlns="http://www.topografix.com/GPX/1/1" '
            'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">\n'
            f" <metadata>\n  <time>{START:%Y-%m-%dT%H:%M:%SZ}</time>\n </metadata>\n <trk>\n"
            f"  <name>Morning Run</name>\n  <type>running</type>\n  <trkseg>\n{points}  </trkseg>\n </trk>\n</gpx>\n"
        ).encode()

    def tcx(self) -> bytes:
        """As the watch's own service exports the same run, with a lap for each kilometre."""
        _, lat, lon, _, _, height, _, _, _, _, _, heart, cadence, _, _ = self._columns()
        columns = (lat, lon, height, heart, cadence, self.distance_m, self.speed_mps)
        stamps = [f"{START + timedelta(seconds=at):%Y-%m-%dT%H:%M:%S}.000Z" for at in range(self.seconds)]
        points = [
            f"     <Trackpoint>\n      <Time>{stamp}</Time>\n      <Position>\n"
            f"       <LatitudeDegrees>{la / SEMICIRCLES:.9f}</LatitudeDegrees>\n"
            f"       <LongitudeDegrees>{lo / SEMICIRCLES:.9f}</LongitudeDegrees>\n      </Position>\n"
            f"      <AltitudeMeters>{h / 5.0 - 500.0:.1f}</AltitudeMeters>\n"
            f"      <DistanceMeters>{way:.2f}</DistanceMeters>\n"
            f"      <HeartRateBpm>\n       <Value>{hr:.0f}</Value>\n      </HeartRateBpm>\n"
            f"      <Cadence>0</Cadence>\n      <Extensions>\n       <ns3:TPX>\n"
            f"        <ns3:Speed>{speed:.3f}</ns3:Speed>\n        <ns3:RunCadence>{cad:.0f}</ns3:RunCadence>\n"
            "       </ns3:TPX>\n      </Extensions>\n     </Trackpoint>\n"
            for stamp, la, lo, h, hr, cad, way, speed in zip(stamps, *(one.tolist() for one in columns), strict=True)
        ]
        laps = "".join(
            f'   <Lap StartTime="{stamps[start]}">\n    <TotalTimeSeconds>{stop - start}.0</TotalTimeSeconds>\n'
            f"    <DistanceMeters>{self.distance_m[stop - 1] - self.distance_m[start]:.2f}</DistanceMeters>\n"
            "    <Intensity>Active</Intensity>\n    <TriggerMethod>Manual</TriggerMethod>\n"
            f"    <Track>\n{''.join(points[start:stop])}    </Track>\n   </Lap>\n"
            for start, stop in pairwise(self._edges())
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase '
            'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2" '
            'xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">\n <Activities>\n'
            f'  <Activity Sport="Running">\n   <Id>{stamps[0]}</Id>\n{laps}  </Activity>\n'
            " </Activities>\n</TrainingCenterDatabase>\n"
        ).encode()
