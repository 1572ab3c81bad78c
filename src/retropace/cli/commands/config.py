"""``retropace config``: shows and changes the user's configuration file."""

import difflib
from collections.abc import Callable

import click

from retropace.cli.options import common as options
from retropace.cli.terminal.console import open_text_output, print_json, print_line, print_table, print_text
from retropace.cli.terminal.errors import run_or_exit
from retropace.config import edit
from retropace.config.model import Config, collect_config_values, format_config_value, read_config
from retropace.core.errors import RetropaceError
from retropace.core.sanitize import strip_control_chars
from retropace.core.user_dirs import config_path
from retropace.output.tables.text_table import TextTable


@click.group()
def config() -> None:
    """Your own settings: units, weight, time zone, places to hide, goals. Flags win over them."""


@config.command()
@options.output_format(
    "table", "toml", "json", help_text="A table to read, a settings file that says the same, or JSON."
)
def show(form: str) -> None:
    """Show every setting, and where nothing was set what holds instead."""
    current = run_or_exit(str(config_path()), read_config)
    values = collect_config_values(current)
    if form == "toml":
        print_text(edit.format_config_toml(values, current.goals), nl=False)
    elif form == "json":
        print_json({"path": str(config_path()), **values})
    else:
        output = open_text_output()
        rows = tuple((name, format_config_value(name, value)) for name, value in values.items())
        output.print(str(config_path()), soft_wrap=True)
        print_table(output, TextTable("", ("setting", "value"), rows, (0, 1)))


@config.command("set", context_settings={"ignore_unknown_options": True})  # a latitude may begin with a minus sign
@options.option("--unset is_unset", "Take NAME out, as 'config unset' does.")
@click.argument("name")
@click.argument("values", metavar="VALUE...", nargs=-1)
def set_(is_unset: bool, name: str, values: tuple[str, ...]) -> None:
    """Set NAME to VALUE, for example weight 70kg, units mi, privacy.hide_ends 200m.

    privacy.hide_around takes several places, which replace those that were set. Comments and order of the file stay as
    they are.
    """
    if not values and not is_unset and "=" in name:
        name, _, value = name.partition("=")
        values = (value,)
    _check_name(name)
    if is_unset and values:
        raise click.UsageError("--unset takes a setting out: give no value.")
    if is_unset:
        _print_change(name, edit.unset_config_value)
        return
    if not values:
        raise click.UsageError(f"Say what to set {name} to; 'config unset {name}' takes it out.")
    if len(values) > 1 and name != "privacy.hide_around":
        raise click.UsageError(f"{name} has one value.")
    try:
        edit.parse_config_value(name, values)
    except RetropaceError as error:
        raise click.BadParameter(strip_control_chars(error.message), param_hint="VALUE") from None
    _print_change(name, edit.set_config_value, values)


@config.command()
@click.argument("name")
def unset(name: str) -> None:
    """Take NAME out of the settings: what holds without it holds again."""
    _check_name(name)
    _print_change(name, edit.unset_config_value)


@config.command()
def path() -> None:
    """Show where the settings lie, or would lie."""
    print_line(str(config_path()))


def _check_name(name: str) -> None:
    """Raise :class:`click.BadParameter`, with a similar key as a hint, if there is no config key of this name."""
    if name not in edit.DOTTED_KEYS:
        similar = difflib.get_close_matches(name.lower(), edit.DOTTED_KEYS, n=1, cutoff=0.4)
        hint = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(edit.DOTTED_KEYS)}"
        if name.startswith("goal"):
            hint = "'retropace goal set' sets one"
        raise click.BadParameter(f"there is no setting {name!r}: {hint}", param_hint="NAME")


def _print_change(name: str, change: Callable[..., Config], *values: tuple[str, ...]) -> None:
    """Change the config file, and print the new value of ``name``; end with exit status 1 if that fails."""
    changed = run_or_exit(str(config_path()), change, config_path(), name, *values)
    print_line(f"{name}: {format_config_value(name, collect_config_values(changed)[name])}")
