"""Short made-up runs as FIT, GPX and TCX bytes, quick enough to make thousands of them."""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from fitdecode.utils import compute_crc

from tests.support.fit_bytes import (
    ENUM,
    FILE_ID,
    RECORD,
    SESSION,
    SINT32,
    UINT8,
    UINT16,
    UINT32,
    FitFile,
)

FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
SEMICIRCLES = 2**31 / 180.0


@dataclass(frozen=True)
class MadeRun:
    """A run of so many seconds at 3 m/s, the third quarter of it at 2 m/s with shorter steps; a record a second."""

    start: datetime
    seconds: int = 600
    heart_rate_bpm: int = 140
    sport: int = 1
    """As FIT numbers them: 1 running, 2 cycling."""
    slow_spm: int = 170

    @property
    def t_s(self) -> np.ndarray:
        return np.arange(self.seconds)

    @property
    def speed_mps(self) -> np.ndarray:
        slow = (self.t_s >= self.seconds // 2) & (self.t_s < 3 * self.seconds // 4)
        return np.where(slow, 2.0, 3.0)

    @property
    def cadence_spm(self) -> np.ndarray:
        return np.where(self.speed_mps < 2.5, self.slow_spm, 166)

    @property
    def distance_m(self) -> np.ndarray:
        return np.concatenate(([0.0], np.cumsum(self.speed_mps[1:])))

    @property
    def lat_deg(self) -> np.ndarray:
        return 52.5 + self.distance_m / 111_250.0

    def fit(self) -> bytes:
        began = int((self.start - FIT_EPOCH).total_seconds())
        made = FitFile()
        made.define(0, FILE_ID, [(0, ENUM), (1, UINT16), (4, UINT32)])
        made.data(0, 4, 1, began)
        made.define(
            1, RECORD, [(253, UINT32), (0, SINT32), (1, SINT32), (5, UINT32), (6, UINT16), (4, UINT8), (3, UINT8)]
        )
        kinds = [("head", "u1"), ("t", "<u4"), ("lat", "<i4"), ("lon", "<i4"), ("m", "<u4"), ("v", "<u2")]
        rows = np.zeros(self.seconds, dtype=[*kinds, ("rpm", "u1"), ("bpm", "u1")])
        rows["head"] = 1
        rows["t"] = began + self.t_s
        rows["lat"], rows["lon"] = np.round(self.lat_deg * SEMICIRCLES), round(13.4 * SEMICIRCLES)
        rows["m"], rows["v"] = np.round(self.distance_m * 100), np.round(self.speed_mps * 1000)
        rows["rpm"], rows["bpm"] = self.cadence_spm // 2, self.heart_rate_bpm
        made.body += rows.tobytes()
        made.define(2, SESSION, [(253, UINT32), (2, UINT32), (7, UINT32), (8, UINT32), (9, UINT32), (5, ENUM)])
        length = (self.seconds - 1) * 1000
        made.data(2, began + self.seconds - 1, began, length, length, round(self.distance_m[-1] * 100), self.sport)
        return made.to_bytes()

    def gpx(self, name: str = "", *, heart: bool = True) -> bytes:
        title = f"<name>{name}</name>" if name else ""
        points = "".join(
            f'<trkpt lat="{lat:.7f}" lon="13.4"><time>{self._clock(t)}</time>'
            + (
                "<extensions><x:TrackPointExtension>"
                f"<x:hr>{self.heart_rate_bpm}</x:hr><x:cad>{spm // 2}</x:cad>"
                "</x:TrackPointExtension></extensions>"
                if heart
                else ""
            )
            + "</trkpt>"
            for t, lat, spm in zip(self.t_s, self.lat_deg, self.cadence_spm, strict=True)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" creator="made" '
            'xmlns="http://www.topografix.com/GPX/1/1" '
            'xmlns:x="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
            f"<trk>{title}<type>running</type><trkseg>{points}</trkseg></trk></gpx>"
        ).encode()

    def tcx(self) -> bytes:
        points = "".join(
            f"<Trackpoint><Time>{self._clock(t)}</Time><DistanceMeters>{m:.2f}</DistanceMeters>"
            f"<HeartRateBpm><Value>{self.heart_rate_bpm}</Value></HeartRateBpm><Cadence>{spm // 2}</Cadence>"
            "</Trackpoint>"
            for t, m, spm in zip(self.t_s, self.distance_m, self.cadence_spm, strict=True)
        )
        return (
            '<?xml version="1.0"?><TrainingCenterDatabase '
            'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities><Activity Sport="Running">'
            f'<Id>{self._clock(0)}</Id><Lap StartTime="{self._clock(0)}"><TotalTimeSeconds>{self.seconds - 1}'
            f"</TotalTimeSeconds><DistanceMeters>{self.distance_m[-1]:.2f}</DistanceMeters><Track>{points}</Track></Lap>"
            "</Activity></Activities></TrainingCenterDatabase>"
        ).encode()

    def _clock(self, t_s: int) -> str:
        return f"{self.start + timedelta(seconds=int(t_s)):%Y-%m-%dT%H:%M:%SZ}"


def runs(count: int, *, seconds: int = 600, first: datetime = datetime(2025, 1, 1, 7, tzinfo=UTC)) -> list[MadeRun]:
    """So many runs, a day apart, each a little longer and harder than the one before."""
    return [
        MadeRun(first + timedelta(days=at), seconds + 7 * (at % 40), 120 + at % 60, slow_spm=160 + 2 * (at % 10))
        for at in range(count)
    ]


def other_fit(kind: int, start: datetime = datetime(2025, 1, 1, tzinfo=UTC)) -> bytes:
    """A FIT file that is no activity: 32 monitoring, 49 sleep, 2 settings, 5 a workout."""
    made = FitFile()
    made.define(0, FILE_ID, [(0, ENUM), (1, UINT16), (4, UINT32)])
    made.data(0, kind, 1, int((start - FIT_EPOCH).total_seconds()))
    made.define(1, 55, [(253, UINT32), (5, UINT32)])
    for minute in range(30):
        made.data(1, int((start - FIT_EPOCH).total_seconds()) + 60 * minute, 10 * minute)
    return made.to_bytes()


def damaged(fit: bytes) -> bytes:
    """The same file cut in the middle of its first message."""
    header = struct.pack("<2BHI4s", 12, 0x20, 2132, len(fit), b".FIT")
    whole = header + fit[12:16]
    return whole + struct.pack("<H", compute_crc(whole))
