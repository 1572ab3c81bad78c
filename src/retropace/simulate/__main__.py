"""``python -m retropace.simulate FOLDER`` writes simulated recordings with their truth: the samples, or random ones."""

from collections.abc import Iterator
from pathlib import Path

import click

from retropace.simulate.kinds import ALL_KINDS, draw
from retropace.simulate.samples import sample_files, truth_json
from retropace.simulate.write_recording import fit_bytes, gpx_text


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice([*ALL_KINDS]), help="Draw sessions of this kind instead of the samples.")
@click.option("--seed", "seeds", type=click.IntRange(min=0), multiple=True, default=(0,), show_default=True)
@click.option("--plain", is_flag=True, help="On the flat, with a watch that writes every second and loses nothing.")
def main(folder: Path, kind: str | None, seeds: tuple[int, ...], plain: bool) -> None:
    """Write simulated recordings into FOLDER, each with its truth beside it.

    Without --kind the samples of the project; with it a FIT and a GPX file for every seed (GPX only where there are
    positions), the truth, and the sentence that says what was done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in sample_files() if kind is None else _draw_files(kind, seeds, plain):
        (folder / name).write_bytes(data)
        click.echo(f"{folder / name} {len(data)}" if kind is None else str(folder / name))


def _draw_files(kind: str, seeds: tuple[int, ...], plain: bool) -> Iterator[tuple[str, bytes]]:
    for seed in seeds:
        drawn = draw(kind, seed, plain=plain)
        activity, stem = drawn.session.activity, f"{kind.replace(' ', '-').replace('/', '-')}-{seed}"
        yield f"{stem}.fit", fit_bytes(activity)
        yield f"{stem}.txt", f"{drawn.sentence}\n".encode()
        yield f"{stem}.truth.json", truth_json(drawn.session.truth).encode()
        if activity.sub_sport != "treadmill":
            yield f"{stem}.gpx", gpx_text(activity).encode()


main()
