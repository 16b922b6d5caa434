"""A world on a chain: contracts at a node, or in any machine that runs them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

from system.chain.abi import decoded, error_signatures, error_text
from system.chain.compiler import compile_all
from system.chain.receipts import Reverted
from system.chain.rpc import Rpc, RpcError
from system.chain.sender import Call, Sender, send
from system.models import trainer
from system.models.encoders.features import Features
from system.models.events import DATA_LEARNED, REFUNDED, REPORTED, WITHDRAWN
from system.models.refused import Refused
from system.models.simulation.actions import Action, Add, Refund, Report, Withdraw
from system.models.simulation.world import UNAFFORDABLE, Moved, Purse

_POLL_S: Final = 0.5
# Events that tell in their data one amount and nothing else.
_AMOUNTS: Final = frozenset((DATA_LEARNED, REFUNDED, REPORTED, WITHDRAWN))


@dataclass(frozen=True, slots=True)
class Mined:
    """What a transaction left: its logs as a node writes them, and its block's timestamp."""

    logs: Sequence[Mapping[str, Any]]
    at_s: int


class Chain(Protocol):
    """A chain as those who act on it see it.

    `rpc` is for views and balances. `send` raises Refused with the custom error's name. `now` is
    the newest block's timestamp.
    """

    @property
    def rpc(self) -> Rpc: ...
    def send(self, who: str, call: Call) -> Mined: ...
    def now(self) -> int: ...
    def wait(self, seconds: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Node:
    """A chain at a node; `keys` holds each account's 32-byte key by its address.

    Timestamps are seconds with QBFT and IBFT. Raft's are nanoseconds: waits mean nothing there.
    """

    rpc: Rpc
    chain_id: int
    keys: Mapping[str, bytes]

    def send(self, who: str, call: Call) -> Mined:
        """The account's transaction once it is mined; refuses by the error's name."""
        try:
            receipt = send(Sender(self.rpc, self.keys[who], self.chain_id), call)
        except Reverted as error:
            raise Refused(error.name) from None
        return Mined(receipt["logs"], self._time_of(receipt["blockNumber"]))

    def now(self) -> int:
        """The newest block's timestamp."""
        return self._time_of("latest")

    def wait(self, seconds: int) -> None:
        """Sleep until a block is so much later."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            time.sleep(min(left, _POLL_S))

    def _time_of(self, block: str) -> int:
        return int(self.rpc.call("eth_getBlockByNumber", block, False)["timestamp"], 16)


@dataclass(frozen=True, slots=True)
class OnChain:
    """The world of a trainer and its parts; accounts are the chain's.

    `feature_gas` is what a feature of a sample may cost at most where a model learns it: a model
    moves that many weights a class, so it takes more with many classes.
    """

    chain: Chain
    wiring: trainer.Wiring
    feature_gas: int = trainer.LEARNED_FEATURE_GAS

    def now(self) -> int:
        """The newest block's timestamp."""
        return self.chain.now()

    def wait(self, seconds: int) -> None:
        """Let seconds pass."""
        self.chain.wait(seconds)

    def cost(self) -> int:
        """What adding costs now, in wei."""
        return trainer.cost_now(self.chain.rpc, self.wiring.incentive)

    def predict(self, features: Features) -> int:
        """The model's class of a sample; refuses as the model does."""
        try:
            return trainer.predicted(self.chain.rpc, self.wiring.classifier, features)
        except RpcError as error:
            if not error.data:
                raise
            raise Refused(error_text(error.data, _errors()).partition("(")[0]) from None

    def purse(self, who: str) -> Purse:
        """What the account has and is owed."""
        owed = trainer.owed_to(self.chain.rpc, self.wiring.incentive, who)
        return Purse(self._hand(who), owed)

    def act(self, who: str, action: Action) -> Moved:
        """What the action moved; refuses by the contract's names."""
        call = call_of(action, self.wiring, feature_gas=self.feature_gas)
        if call.value > self._hand(who):
            raise Refused(UNAFFORDABLE)
        mined = self.chain.send(who, call)
        return Moved(_wei_of(mined.logs), mined.at_s)

    def _hand(self, who: str) -> int:
        return int(self.chain.rpc.call("eth_getBalance", who, "latest"), 16)


def call_of(action: Action, wiring: trainer.Wiring, *, feature_gas: int) -> Call:
    """The transaction by which an account does it; `feature_gas` bounds what a feature costs."""
    place = wiring.trainer
    if isinstance(action, Add):
        sample, label, value = action.features, action.label, action.value
        return trainer.adding(place, sample, label, value=value, feature_gas=feature_gas)
    if isinstance(action, Withdraw):
        return trainer.withdrawing(wiring.incentive)
    data = action.contribution if isinstance(action, Report) else action
    sample, label, then = data.features, data.label, data.added_at
    if isinstance(data, Refund):
        return trainer.refunding(place, sample, label, added_at=then, feature_gas=feature_gas)
    return trainer.reporting(
        place, sample, label, added_at=then, author=data.author, feature_gas=feature_gas
    )


def _wei_of(logs: Sequence[Mapping[str, Any]]) -> int:
    """The one amount that the trainer, or the mechanism that pays out, tells of."""
    log = next(log for log in logs if log["topics"][0] in _AMOUNTS)
    return int(decoded(log["data"], ["uint256"])[0])


@lru_cache(maxsize=1)
def _errors() -> dict[bytes, str]:
    return error_signatures(artifact.abi for artifact in compile_all().values())
