from dataclasses import dataclass

import click
from click.testing import CliRunner

from retropace.cli.options.common import gather


@dataclass(frozen=True)
class Size:
    width: int
    height: int = 2


@dataclass(frozen=True)
class Picture:
    size: Size
    title: str


def test_options_become_one_value_that_a_lower_decorator_takes() -> None:
    @click.command()
    @click.option("--width", type=int)
    @click.option("--title")
    @click.option("--loud", is_flag=True)
    @gather("size", Size)
    @gather("picture", Picture)
    def draw(picture: Picture, loud: bool) -> None:
        click.echo(f"{picture} {loud}")

    ran = CliRunner().invoke(draw, ["--width", "3", "--title", "hill", "--loud"])
    assert ran.output == "Picture(size=Size(width=3, height=2), title='hill') True\n"
