"""The trainer on chain: deployed with its parts, called and looked at.

Which call is taken when is the contracts' manual: ICollaborativeTrainer, IIncentive, IDataHandler.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.address import to_checksum_address

from system.chain.abi import call_data, decoded, selector, view
from system.chain.compiler import Artifact, artifact
from system.chain.deploy import created_address, creation
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send_all
from system.models.incentives.incentive import Account
from system.models.records import Contribution, Features, feature_words
from system.models.refused import Refused

# Gas, upper bounds: all but the model's work, and what a feature may cost on top. A feature is up
# to 512 gas of call data and 256 of log, and two cold slots of 2,100 where a model predicts, one of
# them new for 20,000 more where it learns. Models with many classes need more: give `feature_gas`.
ADD_GAS = 400_000
CLAIM_GAS = 300_000
WITHDRAW_GAS = 80_000
LEARNED_FEATURE_GAS = 27_000
PREDICTED_FEATURE_GAS = 6_000
_APPOINT_GAS = 80_000

_CONTRIBUTION_TYPES = ["address", "uint64", "uint32", "uint128", "uint128"]


@dataclass(frozen=True, slots=True)
class Part:
    """A contract to be created: compiled, and its constructor's arguments."""

    artifact: Artifact
    arguments: tuple[Any, ...] = ()

    def creation(self) -> Call:
        """The transaction that creates it."""
        return creation(self.artifact, *self.arguments)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The addresses of a trainer and of its three parts, checksummed."""

    classifier: str
    handler: str
    incentive: str
    trainer: str


def deploy_trainer(
    sender: Sender,
    *,
    classifier: Part,
    incentive: Part,
    initial: Callable[[str], Sequence[Call]] = lambda _: (),
) -> Wiring:
    """A trainer with its parts, of which the sender is the admin; raises what `send_all` raises.

    See `deployment`. All goes out at once: the account must not be used meanwhile.
    """
    nonce = int(sender.rpc.call("eth_getTransactionCount", sender.address, "pending"), 16)
    wiring, calls = deployment(
        sender.address, nonce=nonce, classifier=classifier, incentive=incentive, initial=initial
    )
    send_all(sender, calls)
    return wiring


def deployment(
    creator: str,
    *,
    nonce: int,
    classifier: Part,
    incentive: Part,
    initial: Callable[[str], Sequence[Call]] = lambda _: (),
) -> tuple[Wiring, list[Call]]:
    """A trainer with its parts as an account puts them up from `nonce` on, and the transactions.

    The addresses follow from the account's nonces. `initial` gives the transactions that bring the
    model's weights in, from its address.
    """
    wiring = Wiring(*(created_address(creator, nonce + index) for index in range(4)))
    parts = [classifier, Part(artifact("DataHandler")), incentive, joining(wiring)]
    creations = [part.creation() for part in parts]
    return wiring, [*creations, *initial(wiring.classifier), *appointing(wiring)]


def joining(wiring: Wiring) -> Part:
    """The trainer itself, to be created when its parts are."""
    parts = (wiring.classifier, wiring.handler, wiring.incentive)
    return Part(artifact("CollaborativeTrainer"), parts)


def appointing(wiring: Wiring) -> list[Call]:
    """The transactions by which the parts' admin lets the trainer use them."""
    parts = (wiring.classifier, wiring.handler, wiring.incentive)
    data = call_data("appoint(address)", wiring.trainer)
    return [Call(part, data, _APPOINT_GAS) for part in parts]


def adding(
    trainer: str,
    features: Features,
    cls: int,
    *,
    value: int,
    feature_gas: int = LEARNED_FEATURE_GAS,
) -> Call:
    """The transaction that contributes a sample; `value` in wei covers `cost_now`."""
    data = with_features("addData(int64[],uint64)", features, cls)
    return Call(trainer, data, ADD_GAS + feature_gas * len(features), value=value)


def refunding(
    trainer: str,
    features: Features,
    cls: int,
    *,
    added_at: int,
    feature_gas: int = PREDICTED_FEATURE_GAS,
) -> Call:
    """The transaction by which an author has its deposit back; `added_at` as it was recorded."""
    data = with_features("refund(int64[],uint64,uint64)", features, cls, added_at)
    return Call(trainer, data, CLAIM_GAS + feature_gas * len(features))


def reporting(
    trainer: str,
    features: Features,
    cls: int,
    *,
    added_at: int,
    author: str,
    feature_gas: int = PREDICTED_FEATURE_GAS,
) -> Call:
    """The transaction that takes of the deposit of somebody's data."""
    signature = "report(int64[],uint64,uint64,address)"
    data = with_features(signature, features, cls, added_at, int(author, 16))
    return Call(trainer, data, CLAIM_GAS + feature_gas * len(features))


def withdrawing(incentive: str) -> Call:
    """The transaction that pays the sender what the incentive owes it."""
    return Call(incentive, call_data("withdraw()"), WITHDRAW_GAS)


def cost_now(rpc: Rpc, incentive: str) -> int:
    """What adding data would cost in the newest block, in wei."""
    return int(view(rpc, incentive, "cost()", returns=["uint256"])[0])


def owed_to(rpc: Rpc, incentive: str, account: str) -> int:
    """What an account can withdraw, in wei."""
    return int(view(rpc, incentive, "owed(address)", account, returns=["uint256"])[0])


def standing_of(rpc: Rpc, incentive: str, account: str) -> Account:
    """What the incentive knows of an account."""
    counts = view(rpc, incentive, "standingOf(address)", account, returns=["uint64", "uint64"])
    return Account(owed_to(rpc, incentive, account), *counts)


def contribution_of(rpc: Rpc, handler: str, key: bytes) -> Contribution:
    """What the handler knows of a contribution; refuses UnknownData as the twin does."""
    returned = view(rpc, handler, "contribution(bytes32)", key, returns=_CONTRIBUTION_TYPES)
    author, added_at, *amounts = returned
    if int(author, 16) == 0:
        raise Refused("UnknownData")
    return Contribution(to_checksum_address(author), added_at, *amounts)


def has_claimed(rpc: Rpc, handler: str, key: bytes, claimer: str) -> bool:
    """Whether an account took of a contribution."""
    signature = "hasClaimed(bytes32,address)"
    return bool(view(rpc, handler, signature, key, claimer, returns=["bool"])[0])


def predicted(rpc: Rpc, model: str, features: Features) -> int:
    """The class that a model, or a trainer's model, gives a sample; a free call."""
    data = with_features("predict(int64[])", features)
    answer = rpc.call("eth_call", {"to": model, "data": "0x" + data.hex()}, "latest")
    return int(decoded(answer, ["uint64"])[0])


def with_features(signature: str, features: Features, *others: int) -> bytes:
    """The call data of a function whose first argument is `int64[]`, the others single words."""
    # The features are the first argument and the only dynamic one: where they begin, the others,
    # and then the features.
    head = [32 * (1 + len(others)), *others, len(features)]
    words = b"".join(value.to_bytes(32, "big") for value in head)
    return selector(signature) + words + feature_words(features)
