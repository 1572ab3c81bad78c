"""``python -m retropace.simulate FOLDER`` writes simulated recordings with their truth.

They are the sample recordings, or random sessions of one kind.
"""

from __future__ import annotations

from pathlib import Path

import click

from retropace.simulate.kinds import BACKWARD_KINDS, FORWARD_KINDS, INTERVAL_KINDS, draw
from retropace.simulate.samples import truth_json, write_samples
from retropace.simulate.write_fit import fit_bytes
from retropace.simulate.write_gpx import gpx_text


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    type=click.Choice([*BACKWARD_KINDS, *FORWARD_KINDS, *INTERVAL_KINDS]),
    help="Draw sessions of this kind instead of the samples.",
)
@click.option("--seed", "seeds", type=click.IntRange(min=0), multiple=True, default=(0,), show_default=True)
@click.option("--plain", is_flag=True, help="On the flat, with a watch that writes every second and loses nothing.")
def main(folder: Path, kind: str | None, seeds: tuple[int, ...], plain: bool) -> None:
    """Write simulated recordings into FOLDER, each with its truth beside it.

    Without --kind the samples of the project; with it a FIT and a GPX file for every seed (GPX only where there are
    positions), the truth, and the sentence that says what was done.
    """
    if kind is None:
        for path in write_samples(folder):
            click.echo(f"{path} {path.stat().st_size}")
        return
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        drawn = draw(kind, seed, plain=plain)
        stem = f"{kind.replace(' ', '-').replace('/', '-')}-{seed}"
        files = {f"{stem}.fit": fit_bytes(drawn.session.activity), f"{stem}.txt": f"{drawn.sentence}\n".encode()}
        files[f"{stem}.truth.json"] = truth_json(drawn.session.truth).encode()
        if drawn.session.activity.sub_sport != "treadmill":
            files[f"{stem}.gpx"] = gpx_text(drawn.session.activity).encode()
        for name, data in files.items():
            (folder / name).write_bytes(data)
            click.echo(str(folder / name))


main()
