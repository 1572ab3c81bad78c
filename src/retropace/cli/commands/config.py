"""``retropace config``: shows and changes the user's configuration file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import click

from retropace.cli.terminal.console import open_text_output
from retropace.cli.terminal.errors import exit_status, run_or_report
from retropace.cli.terminal.layout import create_table
from retropace.core.errors import RetropaceError
from retropace.core.sanitize import strip_control_chars
from retropace.core.user_dirs import config_path

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

    def print_config() -> bool:
        current = read_config()
        values = collect_config_values(current)
        if form == "toml":
            from retropace.config.edit import format_config_toml

            click.echo(format_config_toml(values, current.goals, DEFAULT_TEXTS), nl=False)
            return True
        if form == "json":
            click.echo(json.dumps({"path": str(config_path()), **values}, ensure_ascii=False, indent=2))
            return True
        output = open_text_output()
        table = create_table("setting", "value", left=(0, 1))
        for name, value in values.items():
            table.add_row(name, strip_control_chars(_format_value(name, value)))
        output.print(strip_control_chars(str(config_path())), soft_wrap=True)
        output.print_table(table)
        return True

    sys.exit(exit_status([run_or_report(str(config_path()), print_config)]))


@config.command("set", context_settings={"ignore_unknown_options": True})  # a latitude may begin with a minus sign
@click.option("--unset", "is_unset", is_flag=True, help="Take NAME out, as 'config unset' does.")
@click.argument("name")
@click.argument("values", metavar="VALUE...", nargs=-1)
def set_(is_unset: bool, name: str, values: tuple[str, ...]) -> None:
    """Set NAME to VALUE, for example weight 70kg, units mi, privacy.hide_ends 200m.

    privacy.hide_around takes several places, which replace those that were set. Comments and order of the file stay as
    they are.
    """
    from retropace.config.edit import parse_config_value, set_config_value, unset_config_value

    if not values and not is_unset and "=" in name:
        name, _, value = name.partition("=")
        values = (value,)
    _check_name(name)
    if is_unset:
        if values:
            raise click.UsageError("--unset takes a setting out: give no value.")
        _change_and_exit(lambda path: unset_config_value(path, name), name)
    if not values:
        raise click.UsageError(f"Say what to set {name} to; 'config unset {name}' takes it out.")
    if len(values) > 1 and name != "privacy.hide_around":
        raise click.UsageError(f"{name} has one value.")
    try:
        parse_config_value(name, values)
    except RetropaceError as error:
        raise click.BadParameter(strip_control_chars(error.message), param_hint="VALUE") from None
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
    click.echo(strip_control_chars(str(config_path())))


def collect_config_values(config: Config) -> dict[str, Any]:
    """Return the value of every config key, by the key that ``config set`` takes; None if it is not set."""
    return {
        "units": config.units,
        "weight": config.weight_kg,
        "max_heart_rate": config.max_heart_rate_bpm,
        "athlete": config.athlete,
        "home_zones": config.home_zones,
        "timezone": config.timezone,
        "privacy.hide_around": [
            f"{zone.lat_deg:.12g},{zone.lon_deg:.12g},{zone.radius_m:.12g}m" for zone in config.privacy.zones
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
"""What applies while a config key is not set, by the key, as printed."""
UNIT_SUFFIXES = {"weight": " kg", "max_heart_rate": " bpm", "privacy.hide_ends": " m"}
"""The unit printed after a numeric config value, by its key."""


def _format_value(name: str, value: Any) -> str:
    if value is None or value == []:
        return f"– ({DEFAULT_TEXTS[name]})"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(value)
    return f"{value:.10g}{UNIT_SUFFIXES.get(name, '')}" if isinstance(value, (int, float)) else str(value)


def _check_name(name: str) -> None:
    """Raise :class:`click.BadParameter`, with a similar key as a hint, if there is no config key of this name."""
    from retropace.config.edit import DOTTED_KEYS

    if name not in DOTTED_KEYS:
        import difflib

        similar = difflib.get_close_matches(name.lower(), DOTTED_KEYS, n=1, cutoff=0.4)
        hint = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(DOTTED_KEYS)}"
        if name.startswith("goal"):
            hint = "'retropace goal set' sets one"
        raise click.BadParameter(f"there is no setting {name!r}: {hint}", param_hint="NAME")


def _change_and_exit(apply_change: Callable[[Any], Config], name: str) -> NoReturn:
    """Apply a change to the config file, print the new value of ``name``, and exit."""
    file = config_path()
    changed = run_or_report(str(file), lambda: apply_change(file))
    if changed is not None:
        click.echo(strip_control_chars(f"{name}: {_format_value(name, collect_config_values(changed)[name])}"))
    sys.exit(exit_status([changed]))
