"""What a training of a shared model is asked to be, and what it says when that can't be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.cli import app
from bench.command_line import run
from bench.learn.models.crew import crew, in_turn
from bench.learn.models.material import material
from bench.learn.models.offer import offer_of
from bench.learn.models.options import ModelsOptions
from bench.learn.models.stage import stake_terms
from system.errors import UsageError
from system.models.incentives.stake import data_cost


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"model": "softmx"}, "'softmax'"),
        ({"model": "forest"}, "choose one of dense-perceptron"),
        ({"incentive": "steak"}, "'stake'"),
        ({"initial": 0}, "--initial 0"),
        ({"contributors": 1}, "--contributors 1"),
        ({"contributions": 0}, "--contributions 0"),
        ({"deposit_wei": 1}, "--deposit-wei 1"),
        ({"refund_wait_s": 0}, "--refund-wait-s 0"),
        ({"refund_wait_s": 9, "any_wait_s": 17}, "--any-wait-s 17: give 18"),
        ({"tested": 1}, "--tested 1"),
        ({"bad": 1.5}, "--bad 1.5 is no share"),
        ({"bad": float("nan")}, "--bad nan is no share"),
        ({"mistaken": -0.1}, "--mistaken -0.1 is no share"),
        ({"bad": 0.8, "mistaken": 0.2, "limited": 0}, "leave nobody who is good"),
        ({"bad": 1.0, "mistaken": 1.0}, "leave nobody who is good"),
        ({"text": True}, "--text needs --data"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_line(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        ModelsOptions(**wrong)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "softmx"], "did you mean 'softmax'"),
        (["--topology", "raft-1"], "Raft's clock is in nanoseconds"),
        (["--topology", "qbft-5"], "qbft-5"),
        (["--classes", "3,12"], "class '12'"),
        (["--classes", "3"], "two classes"),
        (["--model", "dense-perceptron", "--classes", "1,2,3"], "two classes"),
        (["--initial", "1000"], "--initial 1000"),
        (["--data", "missing.csv"], "missing.csv"),
        (["--data", "SMALL", "--text"], "--text makes indices of words"),
        (["--rpc-url", "http://127.0.0.1:9"], "--funder"),
        (["--contributions", "many"], "'--contributions'"),
    ],
)
def test_the_command_ends_with_two_and_a_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = tmp_path / "small.csv"
    small.write_text("".join(f"{at},{at % 2 + 1},{at % 2}\n" for at in range(12)))
    given = [str(small) if one == "SMALL" else one for one in arguments]
    code = run(app, ["learn", "models", "--out", str(tmp_path / "run"), *given])
    streams = capsys.readouterr()
    assert code == 2
    assert streams.out == ""
    [line] = streams.err.splitlines()
    assert said in line


def test_shares_are_rounded_and_the_rest_is_good() -> None:
    options = ModelsOptions(contributors=12, bad=0.21, mistaken=0.125, limited=0.0)
    assert options.counts() == {"good": 7, "bad": 3, "mistaken": 2, "limited": 0}
    assert [one.role for one in crew(options)].count("bad") == 3


def test_everybody_but_the_limited_can_pay_all_of_its_deposits() -> None:
    options = ModelsOptions(contributors=10, contributions=45)
    money = {one.role: one.agent.role.start_wei // options.deposit_wei for one in crew(options)}
    # 45 contributions of the nine who can pay are five each.
    assert money == {"good": 6, "bad": 7, "mistaken": 6, "limited": 2}


def test_each_comes_first_once() -> None:
    contributors = crew(ModelsOptions(contributors=5))
    orders = [in_turn(contributors, step) for step in range(5)]
    assert [order[0] for order in orders] == contributors
    assert all(set(order) == set(contributors) for order in orders)


@pytest.mark.parametrize("deposit_wei", [10**6, 36 * 10**15, 10**24])
def test_hurried_data_costs_the_deposit(deposit_wei: int) -> None:
    terms = stake_terms(ModelsOptions(deposit_wei=deposit_wei), "0x" + "11" * 20)
    cost = data_cost(terms.cost_weight, 0)
    assert 0 <= deposit_wei - cost < 3_600


@pytest.mark.parametrize(
    ("model", "classes", "width", "sparse"),
    [
        ("nearest-centroid", 10, 64, False),
        ("dense-perceptron", 2, 64, False),
        ("naive-bayes", 10, 64, True),
        ("fine-tuned", 10, 33, False),
    ],
)
def test_digits_for_each_model(model: str, classes: int, width: int, sparse: bool) -> None:
    found = material(ModelsOptions(model=model))
    assert (len(found.classes), found.width, found.start.sparse) == (classes, width, sparse)
    assert found.start.kind == model
    assert not {one.features for one in found.test} & {one.features for one in found.train}
    assert len(found.test) == (71 if classes == 2 else 100)
    # What the body was prepared on is neither learned nor tested on the chain.
    assert found.prepared == (898 if model == "fine-tuned" else 0)


@pytest.mark.parametrize("model", ["nearest-centroid", "sparse-perceptron", "fine-tuned"])
def test_own_samples(model: str, tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    label = np.arange(80) % 2
    np.savez(tmp_path / "own.npz", x=chance.normal(size=(80, 5)) + label[:, None], y=label)
    found = material(ModelsOptions(model=model, data=tmp_path / "own.npz"))
    assert found.classes == ("0", "1")
    assert found.width == (128 if model == "fine-tuned" else 5)
    # One of 80 rows has no value above their mean; half of them prepare a map.
    assert (
        len(found.test) == {"nearest-centroid": 16, "sparse-perceptron": 15, "fine-tuned": 8}[model]
    )


def test_own_texts(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("".join(f"{['red', 'blue'][at % 2]} {at},{at % 2}\n" for at in range(40)))
    found = material(ModelsOptions(model="naive-bayes", data=path, text=True))
    assert (found.width, found.start.sparse) == (1_024, True)


def test_a_markets_terms_fit_its_test_set() -> None:
    options = ModelsOptions(incentive="market")
    offer = offer_of(options, material(options))
    hidden = offer.terms.hidden(len(offer.pieces))
    assert hidden == 80
    # A stake bears a round of the worst score, and the bounty pays all rounds of the best.
    unit = offer.bounty // (offer.terms.rounds * hidden)
    assert offer.terms.stake >= unit * hidden > 0
    assert all(len(piece.body) < 100_000 for piece in offer.pieces)
    assert offer_of(options, material(options)) == offer
