"""Watching a chain: it ends by its deadline, whatever the nodes do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.halt import watch as watching
from bench.halt.result import BlockFact
from bench.halt.view import round_of, telling
from bench.halt.watch import watch
from system.chain.rpc import Rpc

RPC = Rpc("http://127.0.0.1:1")


def block(number: int) -> BlockFact:
    return BlockFact(number, 800, 0, 1, 0, float(number))


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> dict[str, Iterator[object]]:
    """What a validator answers at each look, half a second apart on a clock of its own."""
    answers: dict[str, Iterator[object]] = {}
    now = itertools.count()
    monkeypatch.setattr(watching, "head", lambda _: next(answers["head"]))
    monkeypatch.setattr(watching, "pool", lambda _: (next(answers["pool"]), 0))
    monkeypatch.setattr(watching.time, "monotonic", lambda: next(now) / 2)
    monkeypatch.setattr(watching.time, "sleep", lambda _: None)
    return answers


def test_a_chain_that_works_through_its_pool_is_settled(chain: dict[str, Iterator[object]]) -> None:
    chain["head"] = map(block, itertools.count(5))
    chain["pool"] = itertools.chain([9, 4], itertools.repeat(0))
    assert watch([RPC], raft=False, halt_after_s=5, limit_s=30) == "settled"


@pytest.mark.parametrize("raft", [False, True])
def test_a_height_that_stays_with_transactions_waiting_is_silence(
    chain: dict[str, Iterator[object]], raft: bool
) -> None:
    chain["head"] = itertools.repeat(block(5))
    chain["pool"] = itertools.repeat(7)
    assert watch([RPC], raft=raft, halt_after_s=5, limit_s=30) == "silent"


def test_a_bft_chain_without_blocks_is_silent_with_an_empty_pool_too(
    chain: dict[str, Iterator[object]],
) -> None:
    chain["head"] = itertools.repeat(block(5))
    chain["pool"] = itertools.repeat(0)
    assert watch([RPC], raft=False, halt_after_s=5, limit_s=30) == "silent"


def test_a_raft_chain_makes_no_blocks_without_transactions(
    chain: dict[str, Iterator[object]],
) -> None:
    chain["head"] = itertools.repeat(block(5))
    chain["pool"] = itertools.repeat(0)
    assert watch([RPC], raft=True, halt_after_s=5, limit_s=30) == "settled"


def test_a_chain_that_never_gets_done_ends_at_the_limit(
    chain: dict[str, Iterator[object]],
) -> None:
    chain["head"] = map(block, itertools.count(5))
    chain["pool"] = itertools.repeat(7)
    assert watch([RPC], raft=False, halt_after_s=5, limit_s=30) == "late"


def test_validators_that_do_not_answer_are_silent() -> None:
    assert watch([RPC], raft=False, halt_after_s=0.2, limit_s=30) == "silent"


def test_logs_tell_the_round_and_the_cause(tmp_path: Path) -> None:
    log = tmp_path / "geth.log"
    log.write_text(
        "INFO QBFT: start new round old.round=0 next.round=1 next.seq=14\n"
        'DEBUG[1] Ethereum quorum message handling failed err="message too long: 1 > 2"\n'
        'DEBUG[2] Ethereum quorum message handling failed err="message too long: 3 > 2"\n'
        "INFO something else\n"
    )
    assert round_of(log) == 1
    assert len(telling(log)) == 1
    assert "too long: 3 > 2" in telling(log)[0]
    assert round_of(tmp_path / "none") is None
