"""The `weighbridge` command: names the sub-commands and turns errors into one line and a code."""

from __future__ import annotations

import sys

import click
import typer

from bench.network.commands import app as network_app
from bench.report.commands import report
from bench.sweep.command import sweep
from system.errors import UsageError, WeighbridgeError

app = typer.Typer(
    name="weighbridge",
    help="Measure what a Quorum chain can carry when workers send full model weights through it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(network_app, name="network")
app.command()(sweep)
app.command()(report)


def main() -> None:
    """Run the command line: exit codes 0 done, 1 fell short, 2 unusable input, 3 no network."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of `weighbridge <arguments>`; errors are printed as one line."""
    try:
        code = app(arguments, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError:
        return UsageError.exit_code
    except click.ClickException as error:
        return _fail(error.format_message(), UsageError.exit_code)
    except WeighbridgeError as error:
        return _fail(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _fail("stopped; rows already written are kept", 130)
    return code if isinstance(code, int) else 0


def _fail(message: str, code: int) -> int:
    print(f"weighbridge: {' '.join(message.split())}", file=sys.stderr)
    return code
