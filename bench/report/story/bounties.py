"""What the page says of a try of the bounty market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.report.story.story import Chart, Curve, Story, Table, Told, Word

_LOSS_ONE = 1_000_000
_ENDS = ("lapsed", "judged", "banned", "job closed")


def tell(told: Told) -> Story:
    """The story of the market's jobs: who competed, who lied, who was paid, where credits went."""
    result = told.result
    jobs: Sequence[Mapping[str, Any]] = result.get("jobs", [])
    return Story(
        question="Can strangers buy training from strangers, and the honest ones be paid?",
        answer=_answer(result),
        text=_text(told),
        points=_points(result),
        charts=(_credits(told), _best(told), _losses(jobs), _gas(result)),
        tables=(_timeline(told), _jobs(jobs), _members(told), _ledger(result)),
        method=(
            "Each client trains and judges by the task's own program, shut in; losses are Brier "
            "scores in whole numbers, so every voter measures the same.",
            "Credits are summed from the market's Credit events and compared with what the "
            "contract says of each account.",
            "Times are those at which a block was seen.",
        ),
    )


def _answer(result: Mapping[str, Any]) -> Word:
    if not result:
        return "unfinished"
    roles = {name: one["behaviour"] for name, one in result["members"].items()}
    winners = [job["winner"] for job in result["jobs"] if job["winner"]]
    honest = winners and all(roles[name] == "honest" for name in winners)
    fair = all(roles[name] == "liar" for name in result["banned"])
    if not result["conserved"] or not honest or not fair:
        return "no"
    lies = {name for name, role in roles.items() if role == "liar"}
    return "yes" if lies <= set(result["banned"]) and result["earner"] else "partly"


def _text(told: Told) -> str:
    result = told.result
    if not result:
        return f"The try did not end; {len(told.rows)} events were seen."
    paid = sum(job["outcome"] == "paid" for job in result["jobs"])
    banned = ", ".join(result["banned"]) or "nobody"
    return (
        f"{paid} of {len(result['jobs'])} jobs were paid for and {len(result['refunded'])} "
        f"refunded; {banned} was banned. {result['winner'] or 'Nobody'} earned the most, and "
        f"{result['earner'] or 'nobody'} spent what it had earned on a job of its own."
    )


def _points(result: Mapping[str, Any]) -> list[str]:
    points = []
    for job in result.get("jobs", []):
        points += [_turn(job["job"], turn) for turn in job["turns"]]
        if job["outcome"] == "refunded":
            why = sorted(set(job["left"].values()))
            reason = f" ({'; '.join(why)})" if why else ""
            points.append(
                f"Job {job['job']}: {job['owner']} has its {job['amount']} credits back{reason}."
            )
    return points


def _turn(job: int, turn: Mapping[str, Any]) -> str:
    said = f"Job {job}: {turn['solver']} announced {_loss(turn['announced'])}"
    if turn["verdict"] == "lapsed":
        return f"{said}, led and never published: its stake was lost."
    measured = sorted({_loss(loss) for loss in turn["measured"].values()})
    votes = len(turn["measured"])
    return f"{said}, {votes} voters measured {', '.join(measured)}: {turn['verdict']}."


def _credits(told: Told) -> Chart:
    """What each identity can spend or stake, after each movement."""
    held: dict[str, int] = {}
    curves: dict[str, tuple[list[float], list[float]]] = {}
    for row in told.rows:
        if row["event"] != "credit":
            continue
        who = row["who"]
        before = held.get(who, 0)
        held[who] = before + row["own"] + row["trust"]
        xs, ys = curves.setdefault(who, ([], []))
        xs += [row["seconds"], row["seconds"]]
        ys += [before, held[who]]
    last = told.rows[-1]["seconds"] if told.rows else 0
    return Chart(
        name="credits",
        title="Credits by identity",
        caption="What each can spend or stake. Steps down are bounties, stakes and deposits put "
        "into jobs, steps up what came back or was earned; a banned client's go to zero.",
        x="time [s]",
        y="credits",
        curves=[Curve(name, [*xs, last], [*ys, held[name]]) for name, (xs, ys) in curves.items()],
    )


def _best(told: Told) -> Chart:
    """The best announced loss of each job as time goes on."""
    best: dict[int, int] = {}
    curves: dict[int, tuple[list[float], list[float]]] = {}
    for row in told.rows:
        if row["event"] != "announced" or row["loss"] is None:
            continue
        best[row["job"]] = min(row["loss"], best.get(row["job"], row["loss"]))
        xs, ys = curves.setdefault(row["job"], ([], []))
        xs.append(row["seconds"])
        ys.append(best[row["job"]] / _LOSS_ONE)
    return Chart(
        name="best",
        title="The best announced loss",
        caption="Anyone may beat it until the job expires. A lie looks like a great step down.",
        x="time [s]",
        y="loss",
        curves=[Curve(f"job {job}", xs, ys) for job, (xs, ys) in curves.items()],
    )


def _losses(jobs: Sequence[Mapping[str, Any]]) -> Chart:
    """Announced against measured, for each model that was published."""
    shown = [
        (f"job {job['job']}, {turn['solver']}", turn["announced"], min(measured))
        for job in jobs
        for turn in job["turns"]
        if (measured := [one for one in turn["measured"].values() if one is not None])
    ]
    names = [name for name, _, _ in shown]
    return Chart(
        name="losses",
        title="Losses announced and measured",
        caption="Of every model that was published: what its solver claimed, and the lowest loss "
        "that a voter found.",
        x="",
        y="loss",
        kind="bars",
        curves=[
            Curve("announced", names, [one / _LOSS_ONE for _, one, _ in shown]),
            Curve("measured", names, [one / _LOSS_ONE for _, _, one in shown]),
        ],
    )


def _gas(result: Mapping[str, Any]) -> Chart:
    gas = result.get("gas_by_step", {})
    counts = result.get("transactions_by_step", {})
    return Chart(
        name="gas",
        title="Gas by step",
        caption="Of one transaction, on average. A publication is the model in chunks.",
        x="",
        y="gas",
        kind="bars",
        curves=[Curve("gas", list(gas), [gas[name] / counts[name] for name in gas])],
    )


def _timeline(told: Told) -> Table:
    """When each job reached each stage, in seconds."""
    stages = ("job posted", "announced", "published", "judged", "job closed")
    first: dict[int, dict[str, float]] = {}
    for row in told.rows:
        if row["job"] and row["event"] in stages:
            seen = first.setdefault(row["job"], {})
            if row["event"] == "job closed":
                seen[row["event"]] = row["seconds"]
            seen.setdefault(row["event"], row["seconds"])
    return Table(
        name="timeline",
        title="Timeline of the jobs",
        columns=["job", "posted [s]", "first loss", "first model", "first verdict", "closed"],
        rows=[
            [f"job {job}", *(seen.get(stage) for stage in stages)] for job, seen in first.items()
        ],
        note=_ended(told),
    )


def _ended(told: Told) -> str:
    """What ended the turns, in order."""
    ends = [row for row in told.rows if row["event"] in _ENDS and row["who"]]
    return "; ".join(f"{row['seconds']:.0f} s: {row['who']} {_word(row)}" for row in ends)


def _word(row: Mapping[str, Any]) -> str:
    words = {"judged": f"judged {row.get('verdict')}", "job closed": f"{row.get('outcome')}"}
    return f"{words.get(row['event'], row['event'])}, job {row['job']}"


def _jobs(jobs: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        name="jobs",
        title="Jobs",
        columns=["job", "owner", "bounty", "outcome", "winner", "credits", "model right on"],
        rows=[
            [
                f"job {job['job']}",
                job["owner"],
                job["bounty"],
                job["outcome"],
                job["winner"] or None,
                job["amount"],
                job["accuracy"],
            ]
            for job in jobs
        ],
        note="The winner gets the bounty less the voters' fee, and the stakes that others lost.",
    )


def _members(told: Told) -> Table:
    """Every identity: what it was given first, earned and has in the end."""
    result = told.result
    given, won, voted = (
        _sums(told, reasons) for reasons in (("allotted",), ("won",), ("rewarded", "deposited"))
    )
    accounts = result.get("ledger", {}).get("accounts", {})
    return Table(
        name="members",
        title="Identities",
        columns=[
            *("identity", "kind", "allotted", "bounties won", "by votes", "own in the end"),
            *("trusted in the end", "banned"),
        ],
        rows=[
            [
                name,
                one["behaviour"],
                given.get(name, 0),
                won.get(name, 0),
                voted.get(name, 0),
                accounts[name]["own"],
                accounts[name]["trust"],
                name in result["banned"],
            ]
            for name, one in result.get("members", {}).items()
        ],
        note="Clients begin with nothing of their own: a founder vouches for their stakes. "
        "By votes: rewards less deposits.",
    )


def _sums(told: Told, reasons: Sequence[str]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in told.rows:
        if row["event"] == "credit" and row["reason"] in reasons:
            sums[row["who"]] = sums.get(row["who"], 0) + row["own"] + row["trust"]
    return sums


def _ledger(result: Mapping[str, Any]) -> Table:
    names = {
        "minted": "minted by the rules",
        "burnt": "burnt by bans",
        "in_accounts": "in accounts, their own",
        "in_trust": "in accounts, their sponsor's",
        "in_jobs": "in jobs",
    }
    ledger = result.get("ledger", {})
    rows: list[list[str | int | bool]] = [
        [words, ledger[name]] for name, words in names.items() if name in ledger
    ]
    return Table(
        name="ledger",
        title="Ledger",
        columns=["credits", "how many"],
        rows=[*rows, *([["the chain agrees", result["conserved"]]] if result else [])],
        note="Minted is the sum of the others.",
    )


def _loss(loss: int | None) -> str:
    return "no model" if loss is None else f"{loss / _LOSS_ONE:.6f}"
