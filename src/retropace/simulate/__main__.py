"""``python -m retropace.simulate FOLDER`` writes the sample recordings."""

from __future__ import annotations

import sys
from pathlib import Path

from retropace.simulate.samples import write_samples

if len(sys.argv) != 2:
    sys.exit("usage: python -m retropace.simulate FOLDER")
for path in write_samples(Path(sys.argv[1])):
    sys.stdout.write(f"{path} {path.stat().st_size}\n")
