"""A round as the cost model sees it: what all workers put on a chain at one moment."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.record.schema import CellFacts
from system.jobs.gates import GATES

# Terms of the cost model, in the order of their columns; each quantity is in the unit that its
# coefficient counts seconds for.
TERMS = (
    "wait",  # seconds to the block that a submission is in, by the middle of a period
    "block period",  # seconds a block
    "stage",  # seconds that the stages behind the first wait for their block
    "block",  # block periods of the blocks behind the first, in seconds
    "transaction",  # thousands
    "transaction a validator",  # thousands, times the validators
    "byte",  # MB
    "byte a validator",  # MB, times the validators
    "gas a validator",  # thousand millions, times the validators
)

# A proposer puts its block together when the one before is there, and anew every 3 s until its time
# has come (GoQuorum's default Miner.Recommit, eth/ethconfig/config.go; miner/worker.go).
_RECOMMIT_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`transactions`, `wire_bytes` and `gas` are those of one worker's submission.

    A submission goes in `stages`: the next one is sent when the one before is in a block.
    """

    workers: int
    transactions: int
    wire_bytes: int
    gas: int
    stages: int
    store: str
    consensus: str
    validators: int
    period_s: float
    gas_limit: int

    @property
    def total_transactions(self) -> int:
        """The transactions of all workers."""
        return self.workers * self.transactions

    @property
    def total_bytes(self) -> int:
        """The signed transactions of all workers."""
        return self.workers * self.wire_bytes

    @property
    def total_gas(self) -> int:
        """The gas of all workers."""
        return self.workers * self.gas

    @property
    def blocks(self) -> int:
        """The blocks that the round takes by gas: a transaction is never cut in two.

        Counted with transactions of average gas, as those of a submission nearly are.
        """
        a_block = max(1, self.gas_limit * self.transactions // self.gas)
        return math.ceil(self.total_transactions / a_block)

    @property
    def admitted_s(self) -> float:
        """For how much of a period a submission still gets into the block at its end.

        None of it up to 3 s: that block is put together at the period's beginning.
        """
        return _RECOMMIT_S * max(0, math.ceil(self.period_s / _RECOMMIT_S) - 1)

    def quantities(self) -> tuple[float, ...]:
        """What the round has of each of the `TERMS`."""
        thousands, megabytes = self.total_transactions / 1e3, self.total_bytes / 1e6
        # A later stage is sent when a block was seen, so at a period's beginning.
        stage_s = self.period_s if self.admitted_s else 2 * self.period_s
        return (
            1.5 * self.period_s - self.admitted_s,
            self.period_s,
            (self.stages - 1) * stage_s,
            (self.blocks - 1) * self.period_s,
            thousands,
            thousands * self.validators,
            megabytes,
            megabytes * self.validators,
            self.total_gas / 1e9 * self.validators,
        )


def stages(privacy: str) -> int:
    """How many times a worker has to wait for a block: gates take a commitment first."""
    return 2 if privacy in GATES else 1


def round_of(facts: CellFacts) -> Round | None:
    """The round of a measured cell; None where the cell does not tell what it takes.

    Gas is that of the calibrating submission where it was measured, else the prediction.
    """
    gas = facts.gas_calibrated or facts.gas_predicted
    if not (gas and facts.users and facts.period_s and facts.validators and facts.weights):
        return None
    return Round(
        workers=facts.users,
        transactions=facts.transactions_per_submission,
        wire_bytes=facts.wire_bytes,
        gas=gas,
        stages=stages(facts.privacy),
        store=facts.store,
        consensus=facts.topology.partition("-")[0],
        validators=facts.validators,
        period_s=facts.period_s,
        gas_limit=facts.gas_limit,
    )
