"""Everything that is refused is refused by its own name, and every name is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_abi.abi import encode
from eth_account import Account

from system.chain.abi import call_data, selector
from system.chain.compiler import artifact
from system.chain.sender import Call
from system.models import trainer
from system.models.twin import MOST_FEATURES
from tests.evm import Evm, Refused
from tests.unit.models.pair import STAKE, Pair, Sample

# Who sends what; the contract behind it has to refuse it.
Attempt = tuple[str, Call]
GAS = 1_000_000
MOST_HELD = 2**96
RECORD = "(address,uint64,uint32,uint128,uint128)"


def calling(to: str, signature: str, *arguments: object) -> Call:
    return Call(to, call_data(signature, *arguments), GAS)


def claiming(pair: Pair, function: str, claimer: str, author: str) -> Call:
    """A claim as the trainer makes it of the incentive."""
    record = (author, 1, 0, 5, 5)
    data = encode(["address", RECORD, "bool"], [claimer, record, True])
    return Call(pair.wiring.incentive, selector(f"{function}(address,{RECORD},bool)") + data, GAS)


def parts(pair: Pair) -> list[str]:
    return [pair.wiring.handler, pair.wiring.incentive]


def by_a_stranger(make: Callable[[Pair], Call]) -> Callable[[Pair], Attempt]:
    return lambda pair: (pair.account(), make(pair))


def adding_to_the_records(pair: Pair) -> Call:
    arguments = ([1], 0, pair.admin, 0)
    return calling(pair.wiring.handler, "add(int64[],uint64,address,uint256)", *arguments)


def claiming_of_the_records(pair: Pair) -> Call:
    return calling(pair.wiring.handler, "claim(bytes32,address)", bytes(32), pair.admin)


def settling_with_the_records(pair: Pair) -> Call:
    arguments = (bytes(32), pair.admin, 1)
    return calling(pair.wiring.handler, "settle(bytes32,address,uint256)", *arguments)


def telling_the_incentive(pair: Pair) -> Call:
    return calling(pair.wiring.incentive, "onData(address,bytes32)", pair.admin, bytes(32))


def own_parts(pair: Pair) -> tuple[str, str, str]:
    """A handler and an incentive whose trainer is an account, and that account."""
    evm, admin = pair.evm, pair.admin
    handler = evm.deploy(artifact("DataHandler"), sender=admin)
    incentive = evm.deploy(artifact("StakeIncentive"), *STAKE.arguments(), sender=admin)
    for part in (handler, incentive):
        evm.send(admin, calling(part, "appoint(address)", admin))
    return handler, incentive, admin


def held_too_much(pair: Pair) -> Attempt:
    handler, _, owner = own_parts(pair)
    arguments = ([1], 0, owner, MOST_HELD)
    return owner, calling(handler, "add(int64[],uint64,address,uint256)", *arguments)


def taken_too_much(pair: Pair) -> Attempt:
    handler, _, owner = own_parts(pair)
    pair.evm.send(owner, calling(handler, "add(int64[],uint64,address,uint256)", [1], 0, owner, 5))
    key = Sample((1,), 0, pair.now_s, owner).key
    return owner, calling(handler, "settle(bytes32,address,uint256)", key, owner, 6)


def sent_too_much(pair: Pair) -> Attempt:
    rich = pair.evm.account(2**129)
    return rich, trainer.adding(pair.wiring.trainer, [1], 0, value=pair.cost() + 2**128)


def refunded_to_somebody(pair: Pair) -> Attempt:
    _, incentive, owner = own_parts(pair)
    claim = claiming(pair, "onRefund", pair.account(), owner)
    return owner, replace(claim, to=incentive)


def appointed_twice(part: int) -> Callable[[Pair], Attempt]:
    return lambda pair: (pair.admin, calling(parts(pair)[part], "appoint(address)", pair.admin))


def appointed_by_a_stranger(part: int) -> Callable[[Pair], Attempt]:
    return by_a_stranger(lambda pair: calling(parts(pair)[part], "appoint(address)", pair.admin))


def paid_too_little(pair: Pair) -> Attempt:
    return pair.account(), trainer.adding(pair.wiring.trainer, [1], 0, value=pair.cost() - 1)


def given_twice_in_a_second(pair: Pair) -> Attempt:
    author = pair.account()
    pair.added(author, [1], 0)
    return author, trainer.adding(pair.wiring.trainer, [1], 0, value=pair.cost())


def refunding(pair: Pair, claimer: str, sample: Sample) -> Attempt:
    given = (sample.features, sample.cls)
    call = trainer.refunding(pair.wiring.trainer, *given, added_at=sample.added_at)
    return claimer, call


def reporting(pair: Pair, claimer: str, sample: Sample) -> Attempt:
    given = (sample.features, sample.cls)
    where = {"added_at": sample.added_at, "author": sample.author}
    return claimer, trainer.reporting(pair.wiring.trainer, *given, **where)


def waited(pair: Pair, *, agrees: bool = True) -> Sample:
    """A contribution that can be claimed."""
    sample = pair.added(pair.account(), [7], 1)
    if not agrees:
        pair.added(pair.account(), [7], 2)
    pair.evm.mine(STAKE.refund_wait_s)
    return sample


def refunded_early(pair: Pair) -> Attempt:
    sample = pair.added(pair.account(), [7], 1)
    return refunding(pair, sample.author, sample)


def reported_early(pair: Pair) -> Attempt:
    return reporting(pair, pair.account(), pair.added(pair.account(), [7], 1))


def refunded_twice(pair: Pair) -> Attempt:
    sample = waited(pair)
    assert pair.refund(sample.author, sample) == ""
    return refunding(pair, sample.author, sample)


def refunded_foreign(pair: Pair) -> Attempt:
    return refunding(pair, pair.account(), waited(pair))


def refunded_at_another_time(pair: Pair) -> Attempt:
    sample = waited(pair)
    return refunding(pair, sample.author, replace(sample, added_at=sample.added_at - 1))


def reported_as_another_class(pair: Pair) -> Attempt:
    return reporting(pair, pair.account(), replace(waited(pair), cls=2))


def reported_what_was_refunded(pair: Pair) -> Attempt:
    sample = waited(pair)
    assert pair.refund(sample.author, sample) == ""
    return reporting(pair, pair.account(), sample)


def reported_twice(pair: Pair) -> Attempt:
    sample, reporter = waited(pair), pair.account()
    pair.evm.mine(STAKE.any_wait_s)
    assert pair.report(reporter, sample) == ""
    return reporting(pair, reporter, sample)


def refunded_bad_data(pair: Pair) -> Attempt:
    sample = waited(pair, agrees=False)
    return refunding(pair, sample.author, sample)


def reported_good_data(pair: Pair) -> Attempt:
    return reporting(pair, pair.account(), waited(pair))


def reported_itself(pair: Pair) -> Attempt:
    sample = waited(pair, agrees=False)
    return reporting(pair, sample.author, sample)


def reported_without_good_data(pair: Pair) -> Attempt:
    return reporting(pair, pair.account(), waited(pair, agrees=False))


def without_features(pair: Pair) -> Attempt:
    return pair.account(), trainer.adding(pair.wiring.trainer, [], 0, value=pair.cost())


def too_large_for_a_report(pair: Pair) -> Attempt:
    """Only a contract can give it: the calls that follow would fit no transaction."""
    features = range(MOST_FEATURES + 1)
    return pair.account(), trainer.adding(pair.wiring.trainer, features, 0, value=pair.cost())


def with_an_unknown_class(pair: Pair) -> Attempt:
    return pair.account(), trainer.adding(pair.wiring.trainer, [1], 3, value=pair.cost())


def beyond_int64(pair: Pair) -> Attempt:
    """A word that is no int64, which Solidity alone would refuse without a word."""
    call = trainer.adding(pair.wiring.trainer, [1], 0, value=pair.cost())
    return pair.account(), replace(call, data=call.data[:-32] + (2**63).to_bytes(32, "big"))


ATTEMPTS: list[tuple[str, Callable[[Pair], Attempt]]] = [
    ("NotAdmin", appointed_by_a_stranger(0)),
    ("NotAdmin", appointed_by_a_stranger(1)),
    ("TrainerNamed", appointed_twice(0)),
    ("TrainerNamed", appointed_twice(1)),
    ("NotTrainer", by_a_stranger(adding_to_the_records)),
    ("NotTrainer", by_a_stranger(claiming_of_the_records)),
    ("NotTrainer", by_a_stranger(settling_with_the_records)),
    ("NotTrainer", by_a_stranger(telling_the_incentive)),
    ("NotTrainer", by_a_stranger(lambda pair: claiming(pair, "onRefund", pair.admin, pair.admin))),
    ("NotTrainer", by_a_stranger(lambda pair: claiming(pair, "onReport", pair.admin, pair.admin))),
    ("TooLittle", paid_too_little),
    ("TooMuch", held_too_much),
    ("TooMuch", taken_too_much),
    ("TooMuch", sent_too_much),
    ("DataConflict", given_twice_in_a_second),
    ("UnknownData", refunded_foreign),
    ("UnknownData", refunded_at_another_time),
    ("UnknownData", reported_as_another_class),
    ("AlreadyClaimed", refunded_twice),
    ("AlreadyClaimed", reported_twice),
    ("NothingToClaim", reported_what_was_refunded),
    ("TooEarly", refunded_early),
    ("TooEarly", reported_early),
    ("ModelDisagrees", refunded_bad_data),
    ("ModelAgrees", reported_good_data),
    ("OwnData", reported_itself),
    ("NoGoodData", reported_without_good_data),
    ("NotAuthor", refunded_to_somebody),
    ("NothingOwed", by_a_stranger(lambda p: trainer.withdrawing(p.wiring.incentive))),
    ("FeatureOutOfRange", beyond_int64),
    ("NoFeatures", without_features),
    ("TooManyFeatures", too_large_for_a_report),
    ("UnknownClass", with_an_unknown_class),
]


@pytest.mark.parametrize(
    ("name", "attempt"), ATTEMPTS, ids=[f"{i}-{name}" for i, (name, _) in enumerate(ATTEMPTS)]
)
def test_what_is_not_allowed_is_refused_by_name(name, attempt):
    pair = Pair.staked()
    sender, call = attempt(pair)
    held = pair.evm.balance(pair.wiring.incentive)
    assert pair.evm.refusal(sender, call) == name
    assert pair.evm.balance(pair.wiring.incentive) == held


def test_whatever_was_contributed_can_be_reported_by_a_transaction():
    pair = Pair.staked()
    assert pair.add(pair.account(), range(MOST_FEATURES + 1), 0) == "TooManyFeatures"
    sample = pair.added(pair.account(), range(MOST_FEATURES), 1)
    pair.added(pair.account(), [0], 2)
    pair.evm.mine(STAKE.any_wait_s)
    reporter, call = reporting(pair, pair.account(), sample)
    signer = Account.create()
    fields = {"nonce": 10**6, "gasPrice": 2**64, "gas": 2**40, "chainId": 2**32}
    whole = {**fields, "to": call.to, "value": 2**64, "data": call.data}
    signed = signer.sign_transaction(whole).raw_transaction
    assert len(signed) <= 128 * 1024
    assert pair.evm.refusal(reporter, call) == ""


def test_a_trainer_is_made_of_contracts():
    evm = Evm()
    with pytest.raises(Refused, match="NotContract"):
        evm.deploy(artifact("CollaborativeTrainer"), *[evm.account()] * 3, sender=evm.account())


def test_wei_that_nobody_asked_for_are_not_taken():
    pair = Pair.staked()
    for part in (*parts(pair), pair.wiring.trainer):
        assert pair.evm.refusal(pair.account(), Call(part, b"", GAS, value=1)) != ""


def test_every_error_is_reached():
    # The waits, who takes no wei, and a trainer without parts have tests of their own; mechanisms
    # that pay no deposits back do not support claims.
    elsewhere = {"WaitsOutOfOrder", "PaymentRefused", "NotContract", "Unsupported"}
    names = ("StakeIncentive", "PointsIncentive", "DataHandler", "CollaborativeTrainer")
    declared = {
        entry["name"] for name in names for entry in artifact(name).abi if entry["type"] == "error"
    }
    tried = {name for name, _ in ATTEMPTS} - {"FeatureOutOfRange", "NoFeatures", "UnknownClass"}
    assert tried | elsewhere == declared
