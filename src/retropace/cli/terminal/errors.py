"""Error messages, one sentence each on stderr, and exit statuses: 0, 1 if an input failed, 2 for wrong usage."""

import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NoReturn, ParamSpec, TypeVar

import click

from retropace.cli.terminal.console import OutputError
from retropace.core.errors import RetropaceError
from retropace.core.sanitize import strip_control_chars

Result = TypeVar("Result")
"""The type that an action returns."""
P = ParamSpec("P")
"""The parameters of an action."""
EXIT_FAILURE = 1
"""Exit status if an input failed."""


def run_or_report(path: str, action: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result | None:
    """Return the result of an action on ``path``, or None after printing one sentence on stderr if it raises."""
    try:
        return action(*args, **kwargs)
    except RetropaceError as error:
        message = str(error)
        print_error(message if error.path is not None else f"{path}: {message}")
    except (BrokenPipeError, OutputError):
        raise
    except MemoryError:
        print_error(f"{path}: does not fit into memory")
    except Exception as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split()) or 'no details'}"
        print_error(f"{path}: retropace itself failed ({reason}); please report it with the file")
        if os.environ.get("RETROPACE_DEBUG"):
            click.echo(traceback.format_exc(), err=True)
    return None


def run_or_exit(path: str, action: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Return the result of an action on the file ``path``; end with :data:`EXIT_FAILURE` if it raises."""
    result = run_or_report(path, action, *args, **kwargs)
    if result is None:
        sys.exit(EXIT_FAILURE)
    return result


def run_each(
    paths: Sequence[str], action: Callable[[str], Result], progress_label: str = ""
) -> Iterator[Result | None]:
    """Yield the result of :func:`run_or_report` for each path; a ``progress_label`` shows the progress."""
    hidden = not progress_label or len(paths) < 2 or not sys.stderr.isatty()
    with click.progressbar(paths, file=sys.stderr, label=progress_label, hidden=hidden) as shown_paths:
        for path in shown_paths:
            yield run_or_report(path, action, path)


def print_error(message: str) -> None:
    """Print one line on stderr, without the control characters that file names and contents may hold."""
    click.echo(f"retropace: {strip_control_chars(message)}", err=True)


def exit_with_status(results: Iterable[object | None]) -> NoReturn:
    """End the program with status 0, or :data:`EXIT_FAILURE` if one of the results is None."""
    sys.exit(EXIT_FAILURE if any(result is None for result in results) else 0)
