"""`weighbridge learn …`: really train over a chain with one of the systems."""

from __future__ import annotations

from bench.command_line import new_app
from bench.learn.bounties_command import bounties
from bench.learn.encrypted_command import encrypted
from bench.learn.jobs_command import jobs
from bench.learn.models_command import models

app = new_app(
    name="learn", help="Train over a chain with honest and evil workers.", no_args_is_help=True
)


@app.callback()
def _learn() -> None:
    """Train over a chain with honest and evil workers, and account for every wei."""


app.command()(jobs)
app.command()(models)
app.command()(encrypted)
app.command()(bounties)
