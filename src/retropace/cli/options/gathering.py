"""Options gathered into one value, so that a command receives a request instead of each option."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

Command = TypeVar("Command", bound=Callable[..., Any])
"""Type of a command function, which stays the same when options are combined for it."""


def gather(name: str, factory: Callable[..., Any], *, deferred: bool = False) -> Callable[[Command], Command]:
    """Pass the options that ``factory`` has parameters for to it, and its result to the command as ``name``.

    Of several decorators the upper gathers first, so that a lower one can take what it made. A parameter without an
    option keeps its default. A ``deferred`` factory is not called: the command receives a function without parameters
    that calls it.

    Example::

        >>> @gather("size", lambda width, height=2: width * height)
        ... def show(size, colour): return size, colour
        >>> show(width=3, colour="red")
        (6, 'red')
    """
    names = tuple(inspect.signature(factory).parameters)

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def gather_and_call(**options: Any) -> Any:
            build = functools.partial(factory, **{key: options.pop(key) for key in names if key in options})
            return command(**{name: build if deferred else build()}, **options)

        return cast("Command", gather_and_call)

    return decorate
