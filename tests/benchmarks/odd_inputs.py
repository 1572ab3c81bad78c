"""Time and memory of ``retropace analyze`` on the small files of ``tests/support/costly_inputs.py``.

``python -m tests.benchmarks.odd_inputs [NAME …]`` prints seconds, peak memory and the answer for each.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.timing import say
from tests.support.costly_inputs import INPUTS

TIMEOUT_S = 120.0
SCRIPT = """
import resource, sys
from retropace.cli import main
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, file=sys.stderr)
"""


def main(names: list[str]) -> None:
    say(f"{'file':<26}{'size':>10}{'CPU time':>11}{'memory':>10}  answer")
    with tempfile.TemporaryDirectory() as folder:
        for name, (build, count) in INPUTS.items():
            if not names or name in names:
                path = Path(folder) / name
                path.write_bytes(build(count))
                say(f"{name:<26}{path.stat().st_size // 1000:>7} kB{measure(path)}")


def measure(path: Path) -> str:
    """CPU seconds and peak memory of one analysis, and what came of it."""
    words = [sys.executable, "-c", SCRIPT, "analyze", str(path), "--format", "json"]
    try:
        ran = subprocess.run(words, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"  stopped after {TIMEOUT_S:.0f} s"
    *messages, last = ran.stderr.splitlines()
    used_s, peak_mb = map(float, last.split())
    return f"{used_s:>9.1f} s{peak_mb:>7.0f} MB  {messages[0][-90:] if ran.returncode else 'read'}"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30))
    main(sys.argv[1:])
