"""Commands as people meet them: errors become one line and an exit code, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from system.errors import UsageError, WeighbridgeError

# Newer Typers carry a Click of their own, older ones used the installed one. Either way Typer's
# BadParameter is a UsageError, which is a ClickException.
_ClickException: Any = typer.BadParameter.__mro__[2]
_INTERRUPTED = 130


def new_app(**settings: Any) -> typer.Typer:
    """A typer application in the house's manner."""
    return typer.Typer(pretty_exceptions_enable=False, add_completion=False, **settings)


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """The exit code of the application with these arguments: 0 done, 1 fell short, 2 unusable
    input, 3 no network, 130 interrupted."""
    try:
        code = app(list(arguments), prog_name=_name(app), standalone_mode=False)
        if code == _INTERRUPTED:  # newer Typers make an exit code of Ctrl-C themselves
            return stopped(code)
    except _ClickException as error:
        return _fail(_said(error), UsageError.exit_code)
    except WeighbridgeError as error:
        return _fail(str(error), error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return stopped(_INTERRUPTED)
    return code if isinstance(code, int) else 0


def stopped(code: int) -> int:
    """The exit code of a command that a person or the system stopped, which is said."""
    return _fail("stopped; rows already written are kept", code)


def run_function(function: Callable[..., int], arguments: Sequence[str]) -> int:
    """The same for a command that is one function."""
    app = new_app()
    app.command()(function)
    return run(app, arguments)


def _name(app: typer.Typer) -> str | None:
    # However it was started (`python -m`, a test), messages name the command that people type.
    return app.info.name if isinstance(app.info.name, str) else None


def _said(error: Any) -> str:
    where = f"{error.ctx.command_path} --help" if error.ctx else "weighbridge --help"
    if type(error).__name__ == "NoArgsIsHelpError":
        return f"no command is given: `{where}` lists them"
    message = " ".join(error.format_message().split()).rstrip(".")
    return f"{message[:1].lower()}{message[1:]}: see `{where}`"


def _fail(message: str, code: int) -> int:
    print(f"weighbridge: {' '.join(message.split())}", file=sys.stderr)
    return code
