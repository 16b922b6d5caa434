"""The `weighbridge` command: names the sub-commands."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from bench import command_line
from bench.capacity.command import capacity
from bench.learn.command import app as learn_app
from bench.network.commands import app as network_app
from bench.probe.command import probe
from bench.report.commands import report
from bench.sweep.command import sweep

app = command_line.new_app(
    name="weighbridge",
    help="Measure what a Quorum chain can carry when workers send full model weights through it.",
    no_args_is_help=True,
)
app.add_typer(network_app, name="network")
app.add_typer(learn_app, name="learn")
app.command()(sweep)
app.command()(probe)
app.command()(capacity)
app.command()(report)


def main() -> None:
    """Run the command line: exit codes 0 done, 1 fell short, 2 unusable input, 3 no network."""
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(run(sys.argv[1:]))


def _terminated(number: int, frame: FrameType | None) -> None:
    # As an exception it passes every `finally` on its way: generators and validators are ended.
    raise SystemExit(command_line.stopped(128 + number))


def run(arguments: list[str]) -> int:
    """The exit code of `weighbridge <arguments>`; errors are printed as one line."""
    return command_line.run(app, arguments)
