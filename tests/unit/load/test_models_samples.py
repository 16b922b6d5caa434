"""What the swarm contributes: digits where they fit, draws elsewhere, and pieces that fit."""

from __future__ import annotations

from itertools import islice

import pytest

from bench.load.workloads.models.game import pieces_of
from bench.load.workloads.models.samples import POOL, samples_of, turns
from bench.load.workloads.models.terms import (
    BAD,
    CALIBRATING,
    DEPOSIT,
    market_terms,
    role_of,
    roles_of,
    stake_terms,
)
from system.models.classifiers.rules import require_unit
from system.models.names import KINDS, SPARSE
from tests.unit.load.models_session import models_session

WIDTHS = (2, 10, 64, 512)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", WIDTHS)
def test_samples_are_such_as_the_model_takes(kind: str, width: int) -> None:
    found = samples_of(kind, width, 3)
    assert len(found.pool) == POOL or width == 64
    twin = found.start().twin()
    for sample in found.pool[:20]:
        features = sample.features.tolist()
        assert twin.predict(features) in range(found.classes)
        if kind in SPARSE:
            assert features == sorted(set(features))
            assert features[-1] < width
        else:
            assert len(features) == width
            require_unit(features)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [10, 64, 512])
def test_a_model_begins_with_more_than_chance(kind: str, width: int) -> None:
    found = samples_of(kind, width, 1)
    twin = found.start().twin()
    right = sum(twin.predict(one.features.tolist()) == one.label for one in found.pool)
    assert right / len(found.pool) > 1.2 / found.classes


def test_samples_are_the_same_in_every_process() -> None:
    first = samples_of("softmax", 64, 5)
    samples_of.cache_clear()
    again = samples_of("softmax", 64, 5)
    assert [one.features.tolist() for one in first.pool] == [
        one.features.tolist() for one in again.pool
    ]


def test_an_account_repeats_no_sample_before_the_pool_is_through() -> None:
    pool = samples_of("dense-perceptron", 10, 0).pool
    given = list(islice(turns(pool, first=17), len(pool)))
    assert len({id(one) for one in given}) == len(pool)


@pytest.mark.parametrize("kind", ["dense-perceptron", "naive-bayes"])
@pytest.mark.parametrize("width", [10, 64, 512, 4_000])
def test_a_market_s_pieces_fit_a_transaction(kind: str, width: int) -> None:
    session = models_session(width=width, classifier=kind, incentive="market")
    pieces = pieces_of(session, samples_of(kind, width, session.seed, market=True))
    assert len(pieces) >= 2
    assert all(len(piece.body) < 130_000 for piece in pieces)


def test_a_share_of_the_workers_is_bad_wherever_they_run() -> None:
    session = models_session(users=20, bad=0.2)
    roles = roles_of(session)
    assert roles.count(BAD) == 4
    indices = [process * 1_000_000 + number for process in range(2) for number in range(10)]
    assert sorted(role_of(roles, index, 2) for index in indices) == sorted(roles)


def test_a_market_ends_with_the_schedule_s_last_contribution() -> None:
    session = models_session(incentive="market")  # 5 a second for 3 + 7 s
    terms = market_terms(session, samples=4)
    assert terms.most == 50 + CALIBRATING
    assert terms.stake == DEPOSIT


def test_nobody_waits_longer_than_who_is_left_to_ask() -> None:
    terms = stake_terms(models_session(refund_wait_s=7))
    assert terms.refund_wait_s == 7 < terms.any_wait_s
