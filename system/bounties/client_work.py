"""What a client computes while blocks go by: its own models, and the losses of others'."""

from __future__ import annotations

from concurrent.futures import Future

from system.bounties.client_part import Desk, Part, Trade
from system.bounties.credits import NOBODY
from system.bounties.decisions import Sight, may_solve, may_vote
from system.bounties.reader import read_model
from system.bounties.task import Task
from system.bounties.terms import NO_MODEL
from system.bounties.workshop import NoAnswer, Solution
from system.errors import UsageError
from system.jobs.reader import NotRecovered


def work(sight: Sight, part: Part, *, job: int, trade: Trade, desk: Desk) -> None:
    """Take what is done, and begin what is due: to train, to train again, to measure."""
    if part.task is None:
        return
    if part.training is not None and part.training.done():
        take(part, part.training)
        part.training = None
    free = part.takes and part.training is None and part.tries < len(trade.recipes)
    if free and may_solve(sight) and tries_again(sight, part):
        recipe = trade.recipes[part.tries]
        part.tries += 1
        part.training = desk.threads.submit(
            desk.workshop.solved, part.task, recipe, seed=trade.seed
        )
    turn = sight.state.turn
    if turn not in part.measuring and may_vote(sight):
        part.measuring[turn] = desk.threads.submit(measured, part.task, desk, job, turn)


def tries_again(sight: Sight, part: Part) -> bool:
    """Whether there is a reason to train: nothing was tried yet, or another's loss is better."""
    if part.tries == 0:
        return True
    announced = any(sight.entry.digest) and not any(sight.entry.commitment)
    return announced and sight.state.leader not in (sight.me, NOBODY)


def take(part: Part, training: Future[Solution]) -> None:
    """Keep a training's model if it is the best so far; a task that failed is left from now on."""
    try:
        made = training.result()
    except (NoAnswer, UsageError) as error:
        part.left = str(error)
        return
    if part.best is None or made.loss < part.best.loss:
        part.best = made


def measured(task: Task, desk: Desk, job: int, turn: int) -> int:
    """The loss of the turn's model; NO_MODEL for one that nobody can read."""
    try:
        model = read_model(
            desk.rpc,
            desk.place.market,
            job,
            stores={desk.place.store: desk.place.kind},
            turn=turn,
            from_block=desk.from_block,
        )
    except NotRecovered:
        return NO_MODEL
    return desk.workshop.judged(task, model)
