"""Parsing of an option's text, with a usage error of click for a text that is not valid."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from retropace.core.errors import RetropaceError

T = TypeVar("T")
"""The type that the parser returns."""


def parse_option(option: str, parse: Callable[[str], T], text: str) -> T:
    """Return ``parse(text)``.

    Raises :class:`click.BadParameter`, which names ``option`` (such as ``--mark``) and ends the program with exit
    status 2, where ``parse`` raises :class:`~retropace.core.errors.RetropaceError`.
    """
    try:
        return parse(text)
    except RetropaceError as error:
        raise click.BadParameter(str(error), param_hint=option) from None
