"""Commands as people meet them: errors become one line and an exit code, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import click
import typer

from system.errors import UsageError, WeighbridgeError


def new_app(**settings: Any) -> typer.Typer:
    """A typer application in the house's manner."""
    return typer.Typer(pretty_exceptions_enable=False, add_completion=False, **settings)


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """The exit code of the application with these arguments: 0 done, 1 fell short, 2 unusable
    input, 3 no network, 130 interrupted."""
    try:
        code = app(list(arguments), standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError:
        return UsageError.exit_code
    except click.ClickException as error:
        return _fail(error.format_message(), UsageError.exit_code)
    except WeighbridgeError as error:
        return _fail(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _fail("stopped; rows already written are kept", 130)
    return code if isinstance(code, int) else 0


def run_function(function: Callable[..., int], arguments: Sequence[str]) -> int:
    """The same for a command that is one function."""
    app = new_app()
    app.command()(function)
    return run(app, arguments)


def _fail(message: str, code: int) -> int:
    print(f"weighbridge: {' '.join(message.split())}", file=sys.stderr)
    return code
