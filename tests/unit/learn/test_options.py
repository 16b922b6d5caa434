"""What a training is asked to be, and what it says when that can't be."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bench.learn.options import JobsOptions, plan_of
from bench.learn.place import place, refuse_private
from bench.learn.terms import Pace, terms_of
from system.chain.probe import Chain
from system.errors import UsageError
from system.jobs.payment import evil_profit, good_profit, p_evil, p_good, terms_for
from system.jobs.terms import Privacy, Results, TieRule


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"model": "lenet"}, "'lenet5'"),
        ({"batch": "indx"}, "'index'"),
        ({"results": "hashes"}, "'hash'"),
        ({"privacy": "seald"}, "'sealed'"),
        ({"tie": "fist"}, "'first'"),
        ({"arithmetic": "float16"}, "'float32'"),
        ({"store": "hash"}, "no --store 'hash'"),
        ({"rounds": 0}, "--rounds 0"),
        ({"steps": 0}, "--steps 0"),
        ({"job_size": 0}, "--job-size 0"),
        ({"job_size": 21}, "at most 20"),
        ({"workers": 0}, "--workers 0"),
        ({"evil": Fraction(2)}, "--evil 2"),
        ({"cost_wei": -1}, "--cost-wei -1"),
        ({"payment_wei": 1 << 100}, "--payment-wei"),
        ({"deadline_s": 0.0}, "--deadline-s 0"),
        ({"deadline_s": float("nan")}, "--deadline-s nan"),
        ({"privacy": "sealed", "results": "hash"}, "no weights to seal"),
    ],
)
def test_what_can_t_be_used_is_said_in_one_line(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        JobsOptions(**wrong)
    assert "\n" not in str(caught.value)


def test_the_plan_is_the_mathematics() -> None:
    plan = plan_of(JobsOptions(evil=Fraction(4, 10)))
    assert plan == terms_for(20, 8, Fraction(95, 100), 10**15, 2 * 10**14, 5 * 10**13)
    assert plan.w >= Fraction(95, 100)


@pytest.mark.parametrize("size", [3, 5, 9])
def test_a_job_size_of_one_s_own_gets_the_deposit_that_deters(size: int) -> None:
    options = JobsOptions(evil=Fraction(4, 10), job_size=size)
    plan = plan_of(options)
    p, q = p_good(20, 8, size), p_evil(20, 8, size)
    assert q > 0
    assert plan.deposit_wei > 0
    assert evil_profit(q, plan.payment_wei, plan.deposit_wei, options.cost_evil_wei) <= 1
    earns = good_profit(p, plan.payment_wei, plan.deposit_wei, options.cost_wei)
    assert earns >= options.benefit_wei


def test_amounts_of_one_s_own_are_taken() -> None:
    plan = plan_of(JobsOptions(workers=2, job_size=2, payment_wei=7, deposit_wei=3))
    assert (plan.n, plan.payment_wei, plan.deposit_wei) == (2, 7, 3)
    alone = plan_of(JobsOptions(workers=1))
    assert (alone.n, alone.deposit_wei, alone.payment_wei) == (1, 0, 12 * 10**14)


def test_a_majority_of_evil_workers_names_the_cure() -> None:
    with pytest.raises(UsageError, match="fewer evil workers"):
        plan_of(JobsOptions(evil=Fraction(1, 2)))
    with pytest.raises(UsageError, match="no deposit deters"):
        plan_of(JobsOptions(evil=Fraction(6, 10), job_size=5))


CHAIN = Chain(
    url="http://127.0.0.1:1",
    client_version="",
    chain_id=1337,
    genesis_hash="0x",
    consensus="istanbul",
    validators=4,
    period_s=1.0,
    gas_limit=160_000_000,
    gas_price=0,
    transaction_size_limit_bytes=131_072,
    code_size_limit_bytes=131_072,
)


def test_terms_are_those_asked_for() -> None:
    options = JobsOptions(results="hash", privacy="plain", tie="first", job_size=3)
    terms = terms_of(options, plan_of(options), CHAIN, Pace(0.0, 1.0))
    assert (terms.results, terms.privacy) == (Results.HASH, Privacy.PLAIN)
    assert terms.tie_rule is TieRule.FIRST
    assert terms.seats == 3
    assert terms.weight_count == 650
    assert terms.escrow == 3 * terms.payment


def blocks(pace: Pace, **asked: Any) -> int:
    options = JobsOptions(**{"job_size": 9, **asked})
    return terms_of(options, plan_of(options), CHAIN, pace).commit_blocks


def test_phases_last_as_long_as_the_computing() -> None:
    assert blocks(Pace(0.0, 1.0)) == 8
    assert blocks(Pace(1.0, 1.0)) >= 9  # nine workers, a second each
    assert blocks(Pace(1.0, 0.5)) >= 2 * blocks(Pace(1.0, 1.0)) - 1
    assert blocks(Pace(0.0, 1.0), model="lenet5", job_size=20) > blocks(Pace(0.0, 1.0))
    assert blocks(Pace(100.0, 1.0), deadline_s=20.0) == 20


def test_a_chain_that_idles_has_a_block_left_for_every_transaction() -> None:
    for size in (3, 20):
        assert blocks(Pace(0.0, None), job_size=size, deadline_s=0.1) > 3 * size


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:1"])
def test_private_transactions_are_refused_in_a_line(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.learn.place.require_manager", lambda rpc: None)
    with pytest.raises(UsageError, match="--privacy sealed"):
        refuse_private(url)


@pytest.mark.parametrize("content", ["", "xyz", "12" * 31])
def test_a_funder_s_file_has_to_hold_a_key(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content, encoding="ascii")
    with (
        pytest.raises(UsageError, match="holds no key") as caught,
        place("", rpc_url="http://127.0.0.1:1", funder=path),
    ):
        pass
    assert content == "" or content not in str(caught.value)
    with pytest.raises(UsageError, match="needs --funder"), place("", rpc_url="http://127.0.0.1:1"):
        pass
