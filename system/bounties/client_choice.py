"""Which jobs a client takes up: those of interest whose task is what the job says."""

from __future__ import annotations

from collections.abc import Iterator

from system.bounties.board import Board, JobSight
from system.bounties.client_part import Desk, Part, Trade
from system.bounties.credits import Account
from system.bounties.evaluation import require_evaluation
from system.bounties.fetching import Sources, fetch
from system.bounties.filters import Offer, chosen, reason_against
from system.bounties.terms import Phase
from system.errors import NetworkError, UsageError

STAKELESS = "its stake is more than the client has"


def fetched(seen: JobSight, sources: Sources) -> Part:
    """The client's part in a new job, with the job's task, or the reason why there is none."""
    terms = seen.posting.terms
    try:
        task = fetch(seen.posting.task, terms.task_digest, sources)
        require_evaluation(task, terms.evaluation_digest)
    except (UsageError, NetworkError) as error:
        return Part(left=str(error))
    return Part(task=task)


def choose(
    board: Board, parts: dict[int, Part], *, trade: Trade, desk: Desk, me: str, account: Account
) -> None:
    """Mark the jobs to take up now, as many as there is room for; others get the reason."""
    running = [seen.posting.job for seen in board.open_jobs() if parts[seen.posting.job].takes]
    offers = []
    for offer, stake in _offers(board, parts, desk):
        part = parts[offer.job]
        reason = reason_against(offer, trade.interest, now_s=0, me=me, running=running)
        if reason is None and account.own + account.trust < stake:
            reason = STAKELESS
        part.left = part.left or reason
        if reason is None:
            offers.append(offer)
    for one in chosen(offers, trade.interest, now_s=0, me=me, running=running):
        parts[one.job].takes, parts[one.job].left = True, None


def _offers(board: Board, parts: dict[int, Part], desk: Desk) -> Iterator[tuple[Offer, int]]:
    """The jobs that take announcements and their stakes; times count from now."""
    for seen in board.open_jobs():
        posting, task = seen.posting, parts[seen.posting.job].task
        if seen.state.phase is Phase.ANNOUNCING and task and not parts[posting.job].takes:
            left_s = int((seen.state.ends_at - board.block) * desk.period_s)
            bounty, running_s = posting.terms.bounty, task.wanted.time_s
            yield (
                Offer(posting.job, posting.owner, bounty, left_s, running_s),
                posting.terms.stake,
            )
