"""What came of a try of the bounty market: of its jobs, of its members, of its credits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.learn.bounties.account import agrees, books_of, ledger_of
from bench.learn.bounties.cast import POOR_BOUNTY
from bench.learn.bounties.course import Course, Play
from bench.learn.bounties.rows import loss_of
from system.bounties.behaviours import HONEST
from system.bounties.client import Client
from system.bounties.credits import Reason
from system.bounties.events import Event
from system.bounties.reader import read_model
from system.bounties.terms import Outcome, Verdict


def result_of(play: Play, course: Course, clients: Sequence[Client]) -> dict[str, Any]:
    """The whole try, ready for JSON; people by their names, losses in millionths.

    Models are read from the chain once more, as their owners do.
    """
    books, rpc = books_of(course.events), play.where.rpc
    jobs = [_job(play, course, clients, number) for number in range(1, len(course.owners) + 1)]
    settled = [*play.stage.settled, *course.settled]
    return {
        "schema": 1,
        "system": "bounties",
        "winner": _winner(course),
        "earner": course.earner,
        "banned": _banned(course),
        "credits": {one.name: books.own[one.address] for one in play.members},
        "refunded": [_refund(one) for one in jobs if one["outcome"] == "refunded"],
        "ledger": ledger_of(books, play.members),
        "conserved": agrees(rpc, play.stage.place.market, play.members, books),
        "isolation": play.trial.mechanism.name,
        "jobs": jobs,
        "members": {
            one.name: {"address": one.address, "behaviour": one.behaviour} for one in play.members
        },
        "market": play.stage.place.market,
        "solve_s": play.trial.solve_s,
        "transactions": len(settled),
        "gas_by_step": _sums((_step(one.label), one.gas_used) for one in settled),
        "bytes_by_step": _sums((_step(one.label), one.wire_bytes) for one in settled),
        "transactions_by_step": _sums((_step(one.label), 1) for one in settled),
        "refused": _sums((one.reason.partition("(")[0], 1) for one in settled if one.reason),
        "blocks": course.events[-1].block - play.stage.from_block,
        "seconds": course.seconds,
    }


def shortcomings(result: Mapping[str, Any]) -> list[str]:
    """What the market was asked to do and did not, a line each; none if all went as it should."""
    roles = {name: one["behaviour"] for name, one in result["members"].items()}
    found = [] if result["conserved"] else ["the credits do not add up"]
    for job in result["jobs"]:
        wanted = "refunded" if job["too_poor"] else "paid"
        if job["outcome"] != wanted:
            found.append(f"job {job['job']} was {job['outcome']}, not {wanted}")
        elif job["winner"] and roles[job["winner"]] != HONEST:
            found.append(f"job {job['job']} was won by {job['winner']}")
    found += [
        f"{name} was banned, and is {roles[name]}"
        for name in result["banned"]
        if roles[name] != "liar"
    ]
    found += [
        f"{name} lied and was not banned"
        for name, role in roles.items()
        if role == "liar" and name not in result["banned"]
    ]
    if not result["earner"]:
        found.append("nobody earned enough for a job of its own")
    return found


def _winner(course: Course) -> str:
    """Who was paid the most by bounties, by name; "" for nobody."""
    paid: Counter[str] = Counter()
    for event in course.events:
        if event.name == "Credit" and event.facts["reason"] == Reason.WON:
            paid[event.account] += event.facts["own"]
    best = paid.most_common(1)
    return course.names[best[0][0]] if best else ""


def _banned(course: Course) -> list[str]:
    """Who was banned, in order; a model of each job can be the reason."""
    banned = (course.names[one.account] for one in course.events if one.name == "Banned")
    return list(dict.fromkeys(banned))


def _refund(job: Mapping[str, Any]) -> dict[str, Any]:
    return {"job": job["job"], "owner": job["owner"], "credits": job["amount"]}


def _job(play: Play, course: Course, clients: Sequence[Client], job: int) -> dict[str, Any]:
    events, names = [one for one in course.events if one.job == job], course.names
    closed = next(one for one in events if one.name == "JobClosed")
    outcome = Outcome(closed.facts["outcome"])
    paid = outcome is Outcome.PAID
    turns = _turns(events, names)
    bounty = sum(one.facts["own"] for one in events if _is(one, Reason.POSTED))
    posters = {one.name: one.bounty for one in play.members}
    return {
        "job": job,
        "owner": course.owners[job - 1],
        "bounty": bounty,
        "outcome": outcome.name.lower(),
        "winner": names[closed.account] if paid else "",
        "amount": closed.facts["amount"],
        "too_poor": posters[course.owners[job - 1]] == POOR_BOUNTY,
        "announced": _announced(events, names),
        "turns": turns,
        "left": _left(clients, job),
        "accuracy": _accuracy(play, job) if paid else None,
        "posted_at": events[0].block,
        "closed_at": closed.block,
    }


def _turns(events: Sequence[Event], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What became of each winner: the loss it announced, those that voters measured, the end."""
    losses: dict[str, int] = {}
    turns = []
    for event in events:
        if event.name == "Announced":
            losses[event.account] = event.facts["loss"]
        if event.name in ("Lapsed", "Judged"):
            turn = event.facts["turn"]
            votes = [one for one in events if one.name == "VoteOpened"]
            verdict = Verdict(event.facts.get("verdict", Verdict.NONE))
            turns.append(
                {
                    "turn": turn,
                    "solver": names[event.account],
                    "announced": losses[event.account],
                    "measured": {
                        names[one.account]: loss_of(one.facts)
                        for one in votes
                        if one.facts["turn"] == turn
                    },
                    "verdict": "lapsed" if event.name == "Lapsed" else verdict.name.lower(),
                }
            )
    return turns


def _announced(events: Iterable[Event], names: Mapping[str, str]) -> dict[str, list[int]]:
    """Every loss that each solver announced, in order."""
    found: dict[str, list[int]] = {}
    for event in events:
        if event.name == "Announced":
            found.setdefault(names[event.account], []).append(event.facts["loss"])
    return found


def _left(clients: Sequence[Client], job: int) -> dict[str, str]:
    """Why clients that solve jobs left this one."""
    reasons = {one.trade.name: one.parts[job].left for one in clients if one.trade.recipes}
    return {name: reason for name, reason in reasons.items() if reason}


def _accuracy(play: Play, job: int) -> float:
    place = play.stage.place
    model = read_model(
        play.where.rpc,
        place.market,
        job,
        stores={place.store: place.kind},
        from_block=play.stage.from_block,
    )
    return play.work[job - 1].accuracy(model)


def _is(event: Event, reason: Reason) -> bool:
    return event.name == "Credit" and event.facts["reason"] == reason


def _step(label: str) -> str:
    """A label without the job's number."""
    return label.partition(" ")[0]


def _sums(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for name, amount in amounts:
        sums[name] += amount
    return dict(sums)
