"""The story of a model that everybody trained: what it learned, who won and lost, at what gas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.report.story.story import Chart, Curve, Story, Table, Told, Word

_FINNEY = 1e15
_MEANINGS = {
    "TooEarly": "a claim before its wait was over",
    "ModelDisagrees": "a refund of data whose class the model does not give",
    "ModelAgrees": "a report of data whose class the model gives",
    "UnknownData": "a claim of data that nobody, or somebody else, contributed",
    "NotAuthor": "a refund of somebody else's data",
    "OwnData": "a report of one's own data",
    "AlreadyClaimed": "a second claim of the same data by one account",
    "NothingToClaim": "a claim of a deposit that is used up",
    "NoGoodData": "a report by somebody without good data",
    "NotNormalised": "a sample that is not of length one",
    "FeatureOutOfRange": "an index or a value beyond what the model takes",
    "TooLittle": "a sample without its deposit or stake",
    "Unsupported": "a refund or report where scores pay",
    "NotInPhase": "a step that the market's phase does not have",
    "DataConflict": "the same data by the same account in the same second",
}


def tell(told: Told) -> Story:
    """The story of a training of the system `models`; unfinished where it has no result."""
    asked = told.settings.asked
    return Story(
        question=(
            f"Does {told.settings.model} learn from strangers under the incentive "
            f"{asked.get('incentive')}, and do the good ones gain by it?"
        ),
        answer=_answer(told.result),
        text=_text(told),
        points=_points(told),
        charts=_charts(told),
        tables=_tables(told),
        method=_method(told),
    )


def _answer(result: Mapping[str, Any]) -> Word:
    if not result:
        return "unfinished"
    if result["unfair"] or not result["conserved"] or not result["twin_agrees"]:
        return "no"
    return "yes" if result["accuracy"] > result["accuracy_initial"] else "partly"


def _text(told: Told) -> str:
    result, rows = told.result, told.rows
    if not rows:
        return "Nothing was contributed before it ended."
    first, last = rows[0]["accuracy"], rows[-1]["accuracy"]
    count = rows[-1]["contributions"]
    learned = f"Of the test samples {first:.1%} were right at first and {last:.1%} after {count:,}"
    if not result:
        return f"{learned} contributions, when it ended before its time."
    if told.settings.asked.get("incentive") == "points":
        shares = {name: row["share"] for name, row in result["points_by_role"].items()}
        good, bad = shares.get("good", 0.0), shares.get("bad")
        found = f"{good:.0%} of good contributors' data was found good"
        return f"{learned} contributions; {found}" + (
            "." if bad is None else f", {bad:.0%} of the bad ones'."
        )
    return f"{learned} contributions; {_won(result['balances_by_role'])}."


def _won(net: Mapping[str, int]) -> str:
    shown = (f"{name} {wei / _FINNEY:+,.1f}" for name, wei in net.items())
    return f"in finney, contributors ended with {', '.join(shown)} over what they had"


def _points(told: Told) -> list[str]:
    result = told.result
    if not result:
        return []
    wei, count = result["wei"], len(told.rows)
    found = [f"Not as it should be: {one}." for one in result["unfair"]]
    found.append(
        f"Chain and twin agreed on every refusal, prediction and balance of {count} looks."
        if result["twin_agrees"]
        else f"Chain and twin differ: {'; '.join(result['twin_differs'][:3])}."
    )
    found.append(
        f"{wei['given_out']:,} wei were given out; in the end contributors hold "
        f"{wei['held_by_contributors']:,}, the provider {wei['held_by_provider']:,} and the "
        f"incentive {wei['held_by_incentive']:,}: "
        + ("none is lost." if result["conserved"] else "they do not add up.")
    )
    good = [one for one in result["contributors"] if one["role"] == "good"]
    poorer = sum(one["net_wei"] < 0 for one in good)
    if poorer:
        found.append(f"{poorer} of {len(good)} good contributors ended poorer than they began.")
    if "passes" in result:
        kicked = sum(one["kicked"] for one in result["scores"])
        found.append(
            f"The market scored {len(result['scores'])} contributions on {result['hidden']} hidden "
            f"samples; passes: {result['passes']}, kicked: {kicked}."
        )
    return found


def _charts(told: Told) -> list[Chart]:
    return [
        _accuracy(told.rows),
        _money(told),
        *_found_good(told),
        _gas_so_far(told.rows),
        _gas(told),
    ]


def _accuracy(rows: Sequence[Mapping[str, Any]]) -> Chart:
    counts = [float(row["contributions"]) for row in rows]
    return Chart(
        name="accuracy",
        title="What it learned",
        caption="The share of test samples, none of them ever contributed, that free calls get "
        "right.",
        x="contributions",
        y="accuracy",
        curves=[Curve("accuracy", counts, [row["accuracy"] for row in rows])],
    )


def _money(told: Told) -> Chart:
    rows = told.rows
    times = [float(row["time_s"]) for row in rows]
    roles = list(rows[0]["balances_by_role"]) if rows else []
    return Chart(
        name="balances",
        title="Who wins and who loses",
        caption="What the accounts of a role have and are owed over what they began with; deposits "
        "that may still come back are not in it.",
        x="seconds",
        y="finney",
        curves=[
            Curve(role, times, [row["balances_by_role"][role] / _FINNEY for row in rows])
            for role in roles
        ],
    )


def _found_good(told: Told) -> list[Chart]:
    if told.settings.asked.get("incentive") == "market" or not told.rows:
        return []
    times = [float(row["time_s"]) for row in told.rows]
    return [
        Chart(
            name="points",
            title="Whose data was found good",
            caption="Contributions that were refunded, or counted as points.",
            x="seconds",
            y="contributions",
            curves=[
                Curve(role, times, [row["good_by_role"][role] for row in told.rows])
                for role in told.rows[0]["good_by_role"]
            ],
        )
    ]


def _gas_so_far(rows: Sequence[Mapping[str, Any]]) -> Chart:
    times = [float(row["time_s"]) for row in rows]
    names = list(rows[-1]["gas"]) if rows else []
    return Chart(
        name="gas-so-far",
        title="Gas over time",
        caption="Gas of all transactions of a call that succeeded so far; the contracts were "
        "deployed before.",
        x="seconds",
        y="gas",
        curves=[Curve(name, times, [row["gas"].get(name, 0) for row in rows]) for name in names],
    )


def _gas(told: Told) -> Chart:
    last = told.rows[-1] if told.rows else {"gas": {}, "calls": {}}
    used = {name: last["gas"][name] / count for name, count in last["calls"].items() if count}
    return Chart(
        name="gas",
        title="What calls cost",
        caption="Mean gas of the transactions that succeeded.",
        x="",
        y="gas",
        kind="bars",
        curves=[Curve("gas", list(used), list(used.values()))] if used else [],
    )


def _tables(told: Told) -> list[Table]:
    if not told.result:
        return []
    return [_contributors(told.result), _calls(told.result), _refusals(told.result)]


def _contributors(result: Mapping[str, Any]) -> Table:
    return Table(
        name="contributors",
        title="Contributors",
        columns=["account", "role", "contributed", "refunds", "reports", "good", "finney"],
        rows=[
            [
                f"{one['address'][:10]}…",
                one["role"],
                one["contributed"],
                one["refunded"],
                one["reported"],
                one["good"],
                one["net_wei"] / _FINNEY,
            ]
            for one in sorted(result["contributors"], key=lambda one: -one["net_wei"])
        ],
        note="Finney: what it has and is owed in the end over what it was given.",
    )


def _calls(result: Mapping[str, Any]) -> Table:
    return Table(
        name="calls",
        title="Transactions",
        columns=["call", "sent", "done", "refused", "mean gas", "gas in all"],
        rows=[
            [
                name,
                one["sent"],
                one["done"],
                one["sent"] - one["done"],
                result["gas_by_call"].get(name),
                one["gas"],
            ]
            for name, one in result["calls"].items()
        ],
    )


def _refusals(result: Mapping[str, Any]) -> Table:
    roles = list(result["refused_by_role"])
    return Table(
        name="refusals",
        title="What the contracts refused",
        columns=["error", *roles, "what it is"],
        rows=[
            [
                name,
                *(result["refused_by_role"][role].get(name, 0) for role in roles),
                _MEANINGS.get(name, ""),
            ]
            for name in result["refused"]
        ],
        note="Bad contributors try what is forbidden at every step. Refusals of the others are of "
        "transactions that another one in the same block came before.",
    )


def _method(told: Told) -> list[str]:
    asked, known = told.settings.asked, told.settings.predicted
    said = [
        f"Features: {known.get('encoded_by')}. The model began with {known.get('known')} samples; "
        f"{known.get('prepared')} others prepared the features; {known.get('tested')} test it.",
        "At each step every contributor's transactions are handed over at once. What blocks then "
        "hold is done to a twin in exact integers, in the same order and at the same times.",
    ]
    if asked.get("incentive") != "market":
        said.append(
            f"Refunds and reports from {asked.get('refund_wait_s')} s after a contribution on"
            + (
                f"; what is left is the provider's after {asked.get('owner_wait_s')} s, and "
                f"anybody's after {asked.get('any_wait_s')} s."
                if asked.get("incentive") == "stake"
                else "."
            )
        )
    return said
