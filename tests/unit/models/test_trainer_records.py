"""What others find of a contribution: its key, its event, its record; and how parts are wired."""

from __future__ import annotations

import numpy as np
import pytest
import rlp
from eth_abi.abi import decode
from hypothesis import given
from hypothesis import strategies as st

from system.chain.abi import call_data, selector, view
from system.chain.compiler import artifact, compile_sources
from system.chain.deploy import created_address
from system.chain.keys import derive_key
from system.chain.sender import Call, Sender
from system.models import events, trainer
from system.models.records import Contribution, Records, data_key
from system.models.refused import Refused
from system.models.trainer import Part, deploy_trainer
from tests.evm import CHAIN_ID, Evm
from tests.unit.models.pair import STAKE, Pair, table

AUTHOR = "0x" + "f0" * 20
GAS = 1_000_000
# The key as Solidity's own words have it.
PACKED = """\
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract Packed {
    function keyOf(int64[] calldata features, uint64 class, uint64 addedAt, address author)
        external
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(features, class, addedAt, author));
    }
}
"""
# A trainer through which accounts 1, 2, … claim of a contribution.
CROWD = """\
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

interface IHandler {
    function add(int64[] calldata, uint64, address, uint256) external returns (bytes32);
    function claim(bytes32, address) external;
}

contract Crowd {
    IHandler private immutable _handler;
    bytes32 private _key;

    constructor(IHandler handler) {
        _handler = handler;
    }

    function add(uint256 deposit) external {
        int64[] memory features = new int64[](1);
        features[0] = 7;
        _key = _handler.add(features, 1, address(this), deposit);
    }

    function claim(uint160 from, uint160 to) external {
        for (uint160 number = from; number <= to; ++number) {
            _handler.claim(_key, address(number));
        }
    }
}
"""
int64 = st.integers(-(2**63), 2**63 - 1)
uint64 = st.integers(0, 2**64 - 1)


def asked_key(evm, contract, *arguments):
    """What a contract computes as a key."""
    signature = "keyOf(int64[],uint64,uint64,address)"
    return view(evm, contract, signature, *arguments, returns=["bytes32"])[0]


def test_a_key_is_the_hash_of_all_that_is_said_of_the_data():
    evm = Evm()
    handler = evm.deploy(artifact("DataHandler"), sender=evm.account())
    packed = evm.deploy(compile_sources({"Packed.sol": PACKED})["Packed"], sender=evm.account())

    @given(features=st.lists(int64, max_size=9), cls=uint64, added_at=uint64)
    def agree(features, cls, added_at):
        arguments = (features, cls, added_at, AUTHOR)
        key = data_key(*arguments)
        assert asked_key(evm, handler, *arguments) == key == asked_key(evm, packed, *arguments)

    agree()


@pytest.mark.parametrize("count", [512, 4_000])
def test_keys_of_long_samples_agree(count):
    evm = Evm()
    handler = evm.deploy(artifact("DataHandler"), sender=evm.account())
    features = np.random.default_rng(5).integers(-(2**63), 2**63 - 1, count)
    key = data_key(features, 2**64 - 1, 0, AUTHOR)
    assert asked_key(evm, handler, features.tolist(), 2**64 - 1, 0, AUTHOR) == key


@pytest.mark.parametrize("count", [1, 2, 4_000])
def test_the_data_is_in_the_events_in_full(count):
    pair = Pair.staked()
    author, paid = pair.account(), pair.cost()
    features = np.arange(count) - 2
    call = trainer.adding(pair.wiring.trainer, features, 2, value=paid + 3)
    receipt = pair.evm.send(author, call)
    key = data_key(features, 2, pair.now_s, author)
    [log] = receipt.named(events.DATA_ADDED)
    added = events.read_added(log.topics, log.data)
    assert (added.author, added.key, added.cls) == (author, key, 2)
    assert (added.added_at, added.deposit) == (pair.now_s, paid)
    assert added.features.tolist() == features.tolist()
    [log] = receipt.named(events.DATA_LEARNED)
    assert log.topics[2] == "0x" + key.hex()
    assert trainer.predicted(pair.evm, pair.wiring.trainer, features) == 2
    data = trainer.contribution_of(pair.evm, pair.wiring.handler, key)
    assert data == Contribution(author, pair.now_s, 0, paid, paid)


def test_claims_and_payments_are_in_the_events():
    pair = Pair.staked()
    author = pair.account()
    sample = pair.added(author, [7], 1)
    deposit = pair.left(sample)
    pair.evm.mine(STAKE.refund_wait_s)
    given = (sample.features, sample.cls)
    call = trainer.refunding(pair.wiring.trainer, *given, added_at=sample.added_at)
    receipt = pair.evm.send(author, call)
    [claim] = receipt.named(events.CLAIMED)
    claimed = events.Claim(author, sample.key, deposit, 0)
    assert events.read_claim(claim.topics, claim.data) == claimed
    assert trainer.has_claimed(pair.evm, pair.wiring.handler, sample.key, author)
    [credit] = receipt.named(events.CREDITED)
    assert events.read_payment(credit.topics, credit.data) == events.Payment(author, deposit)
    receipt = pair.evm.send(author, trainer.withdrawing(pair.wiring.incentive))
    [payment] = receipt.named(events.WITHDRAWN)
    assert events.read_payment(payment.topics, payment.data) == events.Payment(author, deposit)


def test_an_unknown_key_is_refused_alike():
    pair = Pair.staked()
    for ask in (
        lambda: trainer.contribution_of(pair.evm, pair.wiring.handler, bytes(32)),
        lambda: Records().contribution(bytes(32)),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.name == "UnknownData"


def test_records_take_no_more_than_is_held():
    records = Records()
    with pytest.raises(Refused, match="TooMuch"):
        records.add(b"key", AUTHOR, deposit=2**96, now_s=1)
    records.add(b"key", AUTHOR, deposit=2**96 - 1, now_s=1)
    with pytest.raises(Refused, match="TooMuch"):
        records.settle(b"key", AUTHOR, 2**96)
    assert records.contribution(b"key").claims == 0


def test_no_crowd_of_claimers_locks_a_deposit_in():
    """The count of claims stops at what its 16 bits hold; the claims do not."""
    evm, records, admin, most = Evm(), Records(), AUTHOR, 65_535
    handler = evm.deploy(artifact("DataHandler"), sender=admin)
    source = compile_sources({"Crowd.sol": CROWD})["Crowd"]
    crowd = evm.deploy(source, handler, sender=admin)
    evm.send(admin, Call(handler, call_data("appoint(address)", crowd), GAS))
    evm.send(admin, Call(crowd, call_data("add(uint256)", 1), GAS))
    key = data_key([7], 1, evm.number, crowd)
    records.add(key, crowd, deposit=1, now_s=evm.number)
    evm.send(admin, Call(crowd, call_data("claim(uint160,uint160)", 1, most + 1), GAS))
    for number in range(1, most + 2):
        records.settle(key, f"0x{number:040x}", 0)
    data = trainer.contribution_of(evm, handler, key)
    assert data == records.contribution(key)
    assert data.claims == most
    for number in (1, 2, 3, most, most + 1):
        again = Call(crowd, call_data("claim(uint160,uint160)", number, number), GAS)
        assert evm.refusal(admin, again) == "AlreadyClaimed"


class Wire:
    """A node that takes everything, and keeps it."""

    def __init__(self, nonce):
        self.nonce, self.taken = nonce, []

    def call(self, method, *params):
        """What the node answers."""
        if method == "eth_sendRawTransaction":
            self.taken.append(rlp.decode(bytes.fromhex(params[0][2:])))
            return hex(len(self.taken))
        if method == "eth_getTransactionReceipt":
            return {"status": "0x1"}
        return hex(self.nonce)


def test_all_parts_are_sent_at_once_and_know_each_other():
    wire = Wire(nonce=4)
    sender = Sender(wire, derive_key("models", "admin", 0), CHAIN_ID)
    brought = []

    def initial(address):
        brought.append(address)
        return [trainer.withdrawing(address)]

    points = Part(artifact("PointsIncentive"), (7,))
    wiring = deploy_trainer(sender, classifier=Part(table()), incentive=points, initial=initial)
    assert brought == [wiring.classifier]
    addresses = (wiring.classifier, wiring.handler, wiring.incentive, wiring.trainer)
    assert addresses == tuple(created_address(sender.address, nonce) for nonce in range(4, 8))
    nonces = [int.from_bytes(transaction[0], "big") for transaction in wire.taken]
    assert nonces == list(range(4, 12))
    joined = decode(["address"] * 3, wire.taken[3][5][-96:])
    assert [one.lower() for one in joined] == [one.lower() for one in addresses[:3]]
    targets = ["0x" + transaction[3].hex() for transaction in wire.taken[4:]]
    assert targets == [one.lower() for one in (wiring.classifier, *addresses[:3])]
    for transaction in wire.taken[5:]:
        assert transaction[5][:4] == selector("appoint(address)")
        assert transaction[5][-20:].hex() == wiring.trainer[2:].lower()
