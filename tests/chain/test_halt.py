"""A chain is halted by one block too large for a message, and comes back with all it had."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.halt.run import run_trial
from bench.halt.trial import Attack, Trial
from bench.limits.walls import MESSAGE_BYTES

pytestmark = pytest.mark.chain

# Proposals of 12 MB: above the 10 MiB of a message, below the 16 MiB of what a node sends at all.
BACKLOG = Attack("zero", (120_000,), transactions=100, accounts=4, dammed=True)


def test_a_proposal_above_the_message_halts_and_empty_pools_bring_the_chain_back(
    geth: Path,
) -> None:
    result = run_trial(
        Trial(
            "halt",
            BACKLOG,
            settings={"gas_limit": 700_000_000, "request_timeout_s": 2},
            halt_after_s=12.0,
            limit_s=40.0,
            remedies=("drop-journals",),
        )
    )

    assert result.outcome == "halted", result
    assert result.sent is not None
    assert (result.sent.accepted, result.sent.committed) == (100, 0)
    assert result.largest_block is not None
    assert result.largest_block.size_bytes < MESSAGE_BYTES
    assert any("message too long: 12" in line for v in result.validators for line in v.said)
    assert any(v.round for v in result.validators), "rounds went on"
    [remedy] = result.remedies
    assert (remedy.recovered, remedy.kept, remedy.commits) == (True, True, True), remedy
    assert remedy.backlog == 0, "what was in no block went with the pools"


def test_pools_that_hold_one_proposal_at_most_keep_a_chain_alive(geth: Path) -> None:
    result = run_trial(
        Trial(
            "small pools",
            Attack("zero", (32_768,), transactions=600, accounts=300, through="each"),
            settings={
                "gas_limit": 700_000_000,
                "transaction_size_limit_kb": 32,
                "pool": {"nolocals": True, "global_slots": 288, "global_queue": 31},
            },
            limit_s=30.0,
        )
    )

    assert result.outcome == "survived", result
    assert result.largest_block is not None
    assert 2**20 < result.largest_block.size_bytes < MESSAGE_BYTES
