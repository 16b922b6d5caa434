"""Who asks for which deposit when, by what the model says of the data now."""

from __future__ import annotations

import numpy as np
import pytest

from bench.load.account import Account, account
from bench.load.workloads.models.claims import Claims, Open
from bench.load.workloads.models.samples import Sample
from bench.load.workloads.models.terms import BAD, GOOD
from system.chain.abi import selector
from system.models.incentives.stake import StakeTerms

TRAINER = "0x" + "11" * 20
REFUND = selector("refund(int64[],uint64,uint64)")
REPORT = selector("report(int64[],uint64,uint64,address)")
ADDED_AT, RIGHT, WRONG = 1_000, 1, 0
TERMS = StakeTerms(1, 2, 4, 4)


def _claims(*, money: bool = True) -> Claims:
    return Claims(TRAINER, TERMS, money=money, classes=2)


def _who(number: int) -> Account:
    return account("seed", process=0, number=number)


def _given(who: Account, role: str = GOOD, *, left: int = 100) -> Open:
    sample = Sample(np.array([1, 2], dtype=np.int64), RIGHT)
    return Open(who, role, sample, RIGHT, ADDED_AT, left)


def _proven(claims: Claims, number: int) -> Account:
    """A good contributor that had a refund."""
    one = _given(_who(number))
    claims.add(one)
    _take(claims, one, answer=RIGHT, now_s=ADDED_AT + 2, took=100)
    return one.author


def _take(claims: Claims, one: Open, *, answer: int, now_s: int, took: int | None) -> None:
    claim = claims.claim(one, answer, now_s)
    assert claim is not None
    one.by = claim.by
    claims.settle(one, took)


def test_nothing_is_asked_for_before_the_wait_is_over() -> None:
    claims = _claims()
    one = _given(_who(1))
    claims.add(one)
    assert claims.due(ADDED_AT + 1) == []
    assert claims.due(ADDED_AT + 2) == [one]


@pytest.mark.parametrize("role", [GOOD, BAD])
def test_who_the_model_agrees_with_asks_for_a_refund(role: str) -> None:
    claims = _claims()
    one = _given(_who(1), role)
    claims.add(one)
    claim = claims.claim(one, RIGHT, ADDED_AT + 2)
    assert claim is not None
    assert claim.by is one.author
    assert claim.call.data.startswith(REFUND)


def test_a_refund_leaves_nothing_open() -> None:
    claims = _claims()
    _proven(claims, 1)
    assert claims.open == []


def test_data_that_the_model_disagrees_with_is_reported_by_a_proven_contributor() -> None:
    claims = _claims()
    one = _given(_who(2), BAD)
    claims.add(one)
    assert claims.claim(one, WRONG, ADDED_AT + 2) is None  # nobody has proven good data yet
    reporter = _proven(claims, 1)
    claim = claims.claim(one, WRONG, ADDED_AT + 2)
    assert claim is not None
    assert claim.by is reporter
    assert claim.call.data.startswith(REPORT)


def test_what_a_report_leaves_is_taken_when_anybody_may() -> None:
    claims = _claims()
    one = _given(_who(2), BAD)
    claims.add(one)
    _proven(claims, 1)
    _take(claims, one, answer=WRONG, now_s=ADDED_AT + 2, took=30)
    assert claims.due(ADDED_AT + 3) == []
    assert claims.due(ADDED_AT + 4) == [one]
    # Its author could have it back by the model's word, but somebody has shown that it is bad.
    _take(claims, one, answer=RIGHT, now_s=ADDED_AT + 4, took=70)
    assert claims.open == []


def test_bad_contributors_report_nobody() -> None:
    claims = _claims()
    bad, other = _given(_who(1), BAD), _given(_who(2), BAD)
    claims.add(bad)
    claims.add(other)
    _take(claims, bad, answer=RIGHT, now_s=ADDED_AT + 2, took=100)  # a refund: proven, but bad
    assert claims.claim(other, WRONG, ADDED_AT + 2) is None


def test_a_claim_that_reverts_is_tried_again_and_then_left_to_anybody() -> None:
    claims = _claims()
    one = _given(_who(1))
    claims.add(one)
    claims.add(_given(_who(2)))
    for _ in range(3):
        assert one in claims.due(ADDED_AT + 3)
        _take(claims, one, answer=RIGHT, now_s=ADDED_AT + 3, took=None)
    assert one not in claims.due(ADDED_AT + 3)
    claim = claims.claim(one, RIGHT, ADDED_AT + 4)
    assert claim is not None
    assert claim.call.data.startswith(REPORT)


def test_with_points_any_good_contributor_reports_and_one_claim_closes() -> None:
    claims = _claims(money=False)
    claims.add(_given(_who(1)))
    one = _given(_who(2), BAD, left=0)
    claims.add(one)
    _take(claims, one, answer=WRONG, now_s=ADDED_AT + 2, took=0)
    assert one not in claims.open


def test_without_good_contributors_bad_data_stays_where_it_is() -> None:
    claims = _claims(money=False)
    one = _given(_who(1), BAD, left=0)
    claims.add(one)
    assert claims.claim(one, WRONG, ADDED_AT + 2) is None
    assert claims.open == [one]
    assert claims.claim(one, WRONG, ADDED_AT + 4) is None
    assert claims.open == []


def test_an_account_that_lost_a_transaction_waits() -> None:
    claims = _claims()
    one = _given(_who(1))
    claims.add(one)
    one.author.broken = True
    assert claims.claim(one, RIGHT, ADDED_AT + 2) is None
