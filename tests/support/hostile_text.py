"""A recording that tries to take over the page that shows it: in its name, its notes, its waypoints, its file's
name."""

import shutil
from pathlib import Path
from xml.sax.saxutils import escape

ATTACKS = (
    "<script>window.pwned=1</script>",
    '"><img src=x onerror="window.pwned=2">',
    "</script><script>window.pwned=3</script>",
    "{{ 7*7 }}{% raw %}<svg/onload=window.pwned=4>",
    "\u202egpj.exe\u2066 evil \u200b",
    "javascript:window.pwned=5",
    "<!--<script>",
)


def hostile_gpx(folder: Path, samples: Path) -> Path:
    """A copy of a sample with hostile words everywhere, beside it a sidecar with hostile notes."""
    name = "<img src=x onerror=window.pwned=6>&amp;\u202e.gpx".replace("/", "")
    path = Path(shutil.copy(samples / "track-6x400.gpx", folder / name))
    text = path.read_text(encoding="utf-8")
    words = escape(" ".join(ATTACKS))
    start = text.index("<name>")
    end = text.index("</name>")
    text = f"{text[:start]}<name>{words}</name><desc>{words}</desc>{text[end + len('</name>') :]}"
    first = text.index("<trk>")
    lat_lon = text[text.index("<trkpt ") + 7 : text.index(">", text.index("<trkpt "))]
    waypoints = "".join(
        f"<wpt {lat_lon}><time>2025-05-10T16:05:00Z</time><name>{escape(one)}</name></wpt>" for one in ATTACKS
    )
    path.write_text(f"{text[:first]}{waypoints}{text[first:]}", encoding="utf-8")
    notes = "".join(
        f'{at}:00,{at}:30,backward,"{one.replace(chr(34), chr(34) * 2)}"\n' for at, one in enumerate(ATTACKS, 10)
    )
    sidecar = path.with_name(path.stem + ".annotations.csv")
    sidecar.write_text(f"start,end,label,note\n{notes}", encoding="utf-8")
    return path
