"""The story of a training by encrypted updates: what was learnt, what it cost, who was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bench.report.numbers import figure, finney, percent, size
from bench.report.story.story import Chart, Curve, Story, Table, Told, Word

_QUESTION: Final = "Can parties train together on this chain and show nobody their updates?"
_SCHEMES: Final = {
    "paillier": "ciphertexts of Paillier's encryption",
    "masked": "words under masks that cancel out",
    "plain": "words that everybody reads",
}


def tell(told: Told) -> Story:
    """The story of a training of the system "encrypted", whether it ended or not."""
    rounds = [row for row in told.rows if row.get("kind") == "round"]
    steps = [row for row in told.rows if row.get("kind") == "step"]
    answer, text = _verdict(told, rounds)
    return Story(
        question=_QUESTION,
        answer=answer,
        text=text,
        points=_points(told),
        charts=[_accuracy(rounds), _gas(steps, told.settings.asked["scheme"])],
        tables=[_rounds(rounds), _costs(told.result), *_money(told.result), _steps(steps)],
        method=_method(told),
    )


def _verdict(told: Told, rounds: Sequence[Mapping[str, Any]]) -> tuple[Word, str]:
    result = told.result
    if not result:
        return "unfinished", f"The training stopped after {len(rounds)} rounds."
    same = (
        "the same integers, bit for bit, as without encryption"
        if result["bit_identical"]
        else "other integers than without encryption"
    )
    text = (
        f"After {result['rounds_opened']} of {result['rounds']} rounds the model gets "
        f"{percent(result['accuracy'])} of the test examples right, with {same}. An update takes "
        f"{size(result['bytes_per_update'])}, {figure(result['gas_per_update'])} gas to submit and "
        f"add, and {figure(result['encryption_s_per_update'])} s of one core to encrypt."
    )
    whole = result["rounds_opened"] == result["rounds"] and not result["falls"]
    whole = whole and result["conserved"]
    if result["scheme"] == "plain":
        return "no", f"{text} Everybody on the chain reads every update."
    if not result["bit_identical"]:
        return "no", text
    return ("yes" if whole else "partly"), text


def _points(told: Told) -> list[str]:
    result = told.result
    if not result:
        return []
    found = []
    if result["for_tests"]:
        found.append(f"The key of {result['key_bits']} bits protects nothing: it is for tests.")
    for number, parties in result["dropped"].items():
        found.append(
            f"In round {number} {_named(parties)} dropped out in the middle of an update: nothing "
            "of it is in the sum, and the round went on."
        )
    for step, names in result["refused"].items():
        found.append(f"Step “{step}” was refused, as it has to be: {', '.join(names)}.")
    found += _sequel(result)
    if result["falls"]:
        numbers = ", ".join(map(str, result["falls"]))
        found.append(f"The accuracy fell by more than noise explains after round {numbers}.")
    else:
        found.append("After no round was the accuracy lower by more than noise explains.")
    return found


def _sequel(result: Mapping[str, Any]) -> list[str]:
    """What followed the training, where something did."""
    if not result["newcomer"]:
        return []
    enricher, sold = result["enricher"], result["predictions"]
    right = sum(one["answer"] == one["label"] for one in sold)
    handed = "bit for bit" if result["newcomer"]["model_bit_identical"] else "with other bits"
    return [
        f"Party {result['newcomer']['party']} joined after the training: the model came under the "
        f"new group's key {handed}, and it trained a round.",
        f"Somebody outside moved the accuracy from {percent(enricher['accuracy_before'])} to "
        f"{percent(enricher['accuracy_measured'])}, as the parties measured, and was paid "
        f"{finney(result['enricher_paid_wei'], signed=False)} by the plan.",
        f"A customer bought {len(sold)} predictions on encrypted images, {right} of them right.",
        "Every wei that was given out is somebody's in the end."
        if result["conserved"]
        else "What accounts hold in the end is not what was given out.",
    ]


def _money(result: Mapping[str, Any]) -> list[Table]:
    accounts = result.get("accounts", [])
    if not accounts:
        return []
    return [
        Table(
            name="money",
            title="Money",
            columns=["account", "given, wei", "held in the end, wei", "earned"],
            rows=[
                [
                    one["account"],
                    one["given_wei"],
                    one["held_wei"],
                    finney(one["held_wei"] - one["given_wei"]),
                ]
                for one in accounts
            ],
            note="Parties escrow the enricher's pay and share the fees of predictions; the "
            "enricher has a part of the profit. Gas is free.",
        )
    ]


def _accuracy(rounds: Sequence[Mapping[str, Any]]) -> Chart:
    numbers = [float(row["round"]) for row in rounds]
    found = [100 * row["right"] / row["examples"] for row in rounds]
    plain = [100 * row["right_plain"] / row["examples"] for row in rounds]
    return Chart(
        name="accuracy",
        title="Accuracy by round",
        caption="Test examples that the model of each round gets right, over the chain and in "
        "plain sight off the chain. Where only one line shows, they are the same.",
        x="round",
        y="% of the test examples",
        curves=[Curve("over the chain", numbers, found), Curve("in plain sight", numbers, plain)],
    )


def _gas(steps: Sequence[Mapping[str, Any]], scheme: str) -> Chart:
    sums: dict[str, float] = {}
    for row in steps:
        if row["round"] and row["scheme"] == scheme and not row["refused"]:
            sums[row["step"]] = sums.get(row["step"], 0) + row["gas_used"]
    return Chart(
        name="gas",
        title="Gas by step",
        caption="All rounds together, without what was refused.",
        x="",
        y="gas",
        kind="bars",
        curves=[Curve("gas", list(sums), list(sums.values()))],
    )


def _rounds(rounds: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        name="rounds",
        title="Rounds",
        columns=["round", "outcome", "updates", "dropped out", "right", "of", "same bits"],
        rows=[
            [
                str(row["round"]),
                row["outcome"],
                len(row["counted"]),
                len(row["dropped"]),
                row["right"],
                row["examples"],
                row["bit_identical"],
            ]
            for row in rounds
        ],
        note="Same bits: the model is the one that a server makes which sees every update.",
    )


def _costs(result: Mapping[str, Any]) -> Table:
    schemes = result.get("schemes", [])
    return Table(
        name="schemes",
        title="An update by scheme",
        columns=[
            *("scheme", "bytes", "transactions", "gas to submit and add"),
            *("gas of all steps", "s to encrypt"),
        ],
        rows=[
            [
                one["scheme"],
                one["bytes_per_update"],
                float(one["transactions_per_update"]),
                float(one["gas_per_update"]),
                float(one["gas_per_update_all"]),
                float(one["encryption_s_per_update"]),
            ]
            for one in schemes
        ],
        note="Means over the updates that counted. Gas of all steps has announcements, judging, "
        "shares, and what stopped half-way. Seconds are those of one core.",
    )


def _steps(steps: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        name="steps",
        title="Steps on the chain",
        columns=["step", "round", "accounts", "transactions", "gas", "bytes", "block", "refused"],
        rows=[
            [
                row["step"],
                row["round"] or None,
                row["accounts"],
                row["transactions"],
                row["gas_used"],
                row["wire_bytes"],
                row["last_block"],
                ", ".join(row["refused"]) or None,
            ]
            for row in steps
        ],
    )


def _method(told: Told) -> list[str]:
    asked, size_of = told.settings.asked, told.settings.predicted
    scheme = asked["scheme"]
    return [
        f"{asked['parties']} parties, each with its own part of the training examples; a round is "
        f"{asked['steps']} mini-batches of 32 of each, in whole numbers. An update is the "
        "difference of two models.",
        f"Updates are {_SCHEMES[scheme]}: {size_of['units']} units of {size_of['unit_bytes']} "
        f"bytes. Any {asked['threshold']} parties open a sum.",
        "In plain sight: the same rounds off the chain, where a server sees every update and adds "
        "those of the same parties.",
        "Noise: the Wilson interval (95 %) of the test set.",
    ]


def _named(parties: Sequence[int]) -> str:
    return ("parties " if len(parties) > 1 else "party ") + ", ".join(map(str, parties))
