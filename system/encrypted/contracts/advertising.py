"""What parties advertise in words, and who answers; the contract's manual is IAdvertisement.

An advertisement is made in the registry by two digests (`registry.advertising`); here it gets its
words, answers and a group.
"""

from __future__ import annotations

from system.chain.abi import call_data, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import Deployment, deploy
from system.chain.keys import keccak256
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender

DESCRIBED = topic("Described(uint64,address,string,string)")
ANSWERED = topic("Answered(uint64,address,string)")
ANSWER_TAKEN_BACK = topic("AnswerTakenBack(uint64,address)")
GROUP_NAMED = topic("GroupNamed(uint64,uint64)")

LONGEST_TEXT_BYTES = 256

# Upper bounds: two texts of 256 bytes in an event; a slot written and four contracts asked.
DESCRIBE_GAS = 120_000
ANSWER_GAS = 120_000


def deploy_advertisement(sender: Sender, agreement: str) -> Deployment:
    """A new place for the words of a registry's advertisements; raises what `deploy` raises."""
    return deploy(
        sender.rpc,
        artifact("Advertisement"),
        agreement,
        key=sender.key,
        chain_id=sender.chain_id,
        gas_price=sender.gas_price,
    )


def text_digest(text: str) -> bytes:
    """The 32 bytes that the registry keeps of a text."""
    return keccak256(text.encode())


def describing(contract: str, advertisement: int, *, data: str, goal: str) -> Call:
    """The owner's transaction that says in words what the registry has the digests of.

    Both have 1 to 256 bytes in UTF-8.
    """
    signature = "describe(uint64,string,string)"
    return Call(contract, call_data(signature, advertisement, data, goal), DESCRIBE_GAS)


def answering(contract: str, advertisement: int, text: str) -> Call:
    """The transaction by which a party answers an advertisement, in 1 to 256 bytes."""
    return Call(contract, call_data("answer(uint64,string)", advertisement, text), ANSWER_GAS)


def taking_back(contract: str, advertisement: int) -> Call:
    """The transaction by which a party takes its answer back."""
    return Call(contract, call_data("takeBack(uint64)", advertisement), ANSWER_GAS)


def naming_group(contract: str, advertisement: int, group: int) -> Call:
    """The owner's transaction that names the group it founded for the goal."""
    return Call(contract, call_data("nameGroup(uint64,uint64)", advertisement, group), ANSWER_GAS)


def has_answered(rpc: Rpc, contract: str, advertisement: int, party: str) -> bool:
    """Whether the party's answer stands."""
    signature = "hasAnswered(uint64,address)"
    return bool(view(rpc, contract, signature, advertisement, party, returns=["bool"])[0])


def group_of(rpc: Rpc, contract: str, advertisement: int) -> int:
    """The newest group named for an advertisement; 0: there is none."""
    return int(view(rpc, contract, "groupOf(uint64)", advertisement, returns=["uint64"])[0])
