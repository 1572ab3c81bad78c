"""``retropace config``: the user's own settings, shown and changed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import click

from retropace.cli.terminal.errors import exit_status, run_or_report
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.config.model import Config


@click.group()
def config() -> None:
    """Your own settings: units, weight, time zone, places to hide, goals. Flags win over them."""


@config.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "toml", "json"]),
    default="table",
    show_default=True,
    help="A table to read, a settings file that says the same, or JSON.",
)
def show(form: str) -> None:
    """Show every setting, and where nothing was set what holds instead."""
    from retropace.config.model import read_config
    from retropace.core.user_dirs import config_path

    def work() -> bool:
        found = read_config()
        values = collect_config_values(found)
        if form == "toml":
            from retropace.config.edit import format_config_toml

            click.echo(format_config_toml(values, found.goals, DEFAULT_TEXTS), nl=False)
            return True
        if form == "json":
            click.echo(json.dumps({"path": str(config_path()), **values}, ensure_ascii=False, indent=2))
            return True
        from retropace.cli.terminal.console import open_text_output
        from retropace.cli.terminal.layout import create_table

        page = open_text_output()
        table = create_table("setting", "value", left=(0, 1))
        for name, value in values.items():
            table.add_row(name, strip_control_chars(_format_value(name, value)))
        page.print(strip_control_chars(str(config_path())), soft_wrap=True)
        page.print_table(table)
        return True

    sys.exit(exit_status([run_or_report(str(config_path()), work)]))


@config.command("set", context_settings={"ignore_unknown_options": True})  # half of all latitudes begin with a minus
@click.option("--unset", "gone", is_flag=True, help="Take NAME out, as 'config unset' does.")
@click.argument("name")
@click.argument("values", metavar="VALUE...", nargs=-1)
def set_(gone: bool, name: str, values: tuple[str, ...]) -> None:
    """Set NAME to VALUE, for example weight 70kg, units mi, privacy.hide_ends 200m.

    privacy.hide_around takes several places, which replace those that were set. Comments and order of the file stay as
    they are.
    """
    from retropace.config.edit import parse_config_value, set_config_value, unset_config_value
    from retropace.core.errors import RetropaceError

    if not values and not gone and "=" in name:
        name, _, value = name.partition("=")
        values = (value,)
    _check_name(name)
    if gone:
        if values:
            raise click.UsageError("--unset takes a setting out: give no value.")
        _change_and_exit(lambda path: unset_config_value(path, name), name)
    if not values:
        raise click.UsageError(f"Say what to set {name} to; 'config unset {name}' takes it out.")
    if len(values) > 1 and name != "privacy.hide_around":
        raise click.UsageError(f"{name} has one value.")
    try:
        parse_config_value(name, values)
    except RetropaceError as bad:
        raise click.BadParameter(strip_control_chars(bad.message), param_hint="VALUE") from None
    _change_and_exit(lambda path: set_config_value(path, name, values), name)


@config.command()
@click.argument("name")
def unset(name: str) -> None:
    """Take NAME out of the settings: what holds without it holds again."""
    from retropace.config.edit import unset_config_value

    _check_name(name)
    _change_and_exit(lambda path: unset_config_value(path, name), name)


@config.command()
def path() -> None:
    """Show where the settings lie, or would lie."""
    from retropace.core.user_dirs import config_path

    click.echo(strip_control_chars(str(config_path())))


def collect_config_values(config: Config) -> dict[str, Any]:
    """Every setting by the name under which it is set; None where nothing was."""
    return {
        "units": config.units,
        "weight": config.weight_kg,
        "max_heart_rate": config.max_heart_rate_bpm,
        "athlete": config.athlete,
        "home_zones": config.home_zones,
        "timezone": config.timezone,
        "privacy.hide_around": [
            f"{place.lat_deg:.12g},{place.lon_deg:.12g},{place.radius_m:.12g}m" for place in config.privacy.zones
        ],
        "privacy.hide_ends": config.privacy.ends_m or None,
        "goals": [str(goal) for goal in config.goals],
    }


DEFAULT_TEXTS = {
    "units": "km",
    "weight": "not known: no energy is shown",
    "max_heart_rate": "not known",
    "athlete": "nobody",
    "home_zones": "false",
    "timezone": "this machine's",
    "privacy.hide_around": "nothing",
    "privacy.hide_ends": "nothing",
    "goals": "none",
}
"""What holds where nothing was set."""
UNIT_SUFFIXES = {"weight": " kg", "max_heart_rate": " bpm", "privacy.hide_ends": " m"}


def _format_value(name: str, value: Any) -> str:
    if value is None or value == []:
        return f"– ({DEFAULT_TEXTS[name]})"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(value)
    return f"{value:.10g}{UNIT_SUFFIXES.get(name, '')}" if isinstance(value, (int, float)) else str(value)


def _check_name(name: str) -> None:
    from retropace.config.edit import DOTTED_KEYS

    if name not in DOTTED_KEYS:
        import difflib

        near = difflib.get_close_matches(name.lower(), DOTTED_KEYS, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(DOTTED_KEYS)}"
        if name.startswith("goal"):
            hint = "'retropace goal set' sets one"
        raise click.BadParameter(f"there is no setting {name!r}: {hint}", param_hint="NAME")


def _change_and_exit(apply_change: Callable[[Any], Config], name: str) -> NoReturn:
    from retropace.core.user_dirs import config_path

    where = config_path()
    after = run_or_report(str(where), lambda: apply_change(where))
    if after is not None:
        click.echo(strip_control_chars(f"{name}: {_format_value(name, collect_config_values(after)[name])}"))
    sys.exit(exit_status([after]))
