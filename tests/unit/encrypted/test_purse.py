"""Accounts that are contracts: paid once if they call back, and not lost if they take no wei."""

from __future__ import annotations

from dataclasses import replace

import pytest

from system.chain.abi import call_data, selector
from system.chain.sender import Call
from system.encrypted.contracts import agreement, enrichment, predictions, purse, registry, rounds
from system.encrypted.contracts.agreement import Agreed
from system.encrypted.contracts.enrichment import Phase
from system.encrypted.contracts.terms import terms_digest
from tests.evm import CHAIN_ID
from tests.proxy import again, proxy, refusals, through
from tests.unit.encrypted.federation import Federation
from tests.unit.encrypted.house import CHARTER, MODEL, PARTY, House

GAS = 500_000
PART, BOND = 500, 50


def group_with(house: House, contract: str) -> int:
    """A group of a party and of a contract."""
    founder = house.party()
    house.evm.send(founder, through(contract, registry.registering(house.registry, PARTY)))
    charter = replace(CHARTER, seats=2, votes=2)
    house.evm.send(founder, agreement.founding(house.agreement, charter))
    group = agreement.last_group(house.evm, house.agreement)
    house.evm.send(founder, through(contract, agreement.joining(house.agreement, group)))
    terms = house.terms()
    digest = terms_digest(terms, chain_id=CHAIN_ID, rounds=house.rounds)
    vote = agreement.voting(house.agreement, group, Agreed(MODEL, digest))
    house.evm.send(founder, vote)
    house.evm.send(founder, through(contract, vote))
    house.evm.send(founder, rounds.opening(house.rounds, group, terms))
    return group


def with_a_backer(*, takes: bool) -> tuple[Federation, str]:
    """A plan that lapsed: a contract backed it, and another one that a party backed."""
    federation = Federation.built()
    evm = federation.evm
    backer = proxy(evm, takes=takes, wei=PART + BOND)
    group = group_with(federation.group.house, backer)
    sender = federation.outsiders[0]
    plan = federation.plan(group=group)
    propose = federation.proposing(plan, escrow=[1_000 - PART, PART])
    evm.send(sender, through(backer, propose))
    at = enrichment.At(federation.enrichment, 1)
    evm.send(sender, through(backer, enrichment.backing(at, part=PART, bond=BOND)))
    other = federation.proposed()
    member = federation.group.members[0]
    evm.send(member, enrichment.backing(other, part=334, bond=BOND))
    federation.wait_out(other, Phase.BACKING)
    for lapsed in (at, other):
        federation.settled(lapsed)
    assert purse.balance_of(evm, federation.enrichment, backer) == PART + BOND
    return federation, backer


def test_who_calls_back_while_it_is_paid_is_paid_once():
    federation, backer = with_a_backer(takes=True)
    evm, contract = federation.evm, federation.enrichment
    evm.send(federation.outsiders[0], again(backer, Call(contract, call_data("withdraw()"), GAS)))
    evm.send(federation.outsiders[0], through(backer, purse.withdrawing(contract)))
    assert evm.balance(backer) == PART + BOND
    assert evm.balance(contract) == 334 + BOND  # the member's
    assert refusals(evm, backer) == (1, selector("NothingToWithdraw(address)"))


def test_who_takes_no_wei_keeps_its_balance():
    federation, backer = with_a_backer(takes=False)
    call = through(backer, purse.withdrawing(federation.enrichment))
    assert federation.evm.refusal(federation.outsiders[0], call) == "NotTaken"
    held = purse.balance_of(federation.evm, federation.enrichment, backer)
    assert held == PART + BOND


def test_what_others_have_to_read_comes_from_accounts_themselves():
    federation = Federation.built()
    evm = federation.evm
    contract = proxy(evm, takes=True, wei=10_000)
    at, service = federation.opened(enricher=contract), federation.serving()
    sender = federation.outsiders[0]
    evm.send(sender, through(contract, federation.taking(at)))
    bring = through(contract, federation.bringing(at)[0])
    assert evm.refusal(sender, bring) == "NotDirect"
    ask = predictions.asking(federation.predictions, service, b"?", fee=1_003)
    assert evm.refusal(sender, through(contract, ask)) == "NotDirect"
    answer = predictions.answering(federation.predictions, 1, b"!")
    assert evm.refusal(sender, through(contract, answer)) == "NotDirect"


@pytest.mark.parametrize("name", ["enrichment", "predictions"])
def test_wei_that_nobody_asked_for_are_not_taken(name):
    federation = Federation.built()
    contract = getattr(federation, name)
    stranger = federation.evm.account()
    assert federation.evm.refusal(stranger, Call(contract, b"", GAS, value=1)) != ""
    assert federation.evm.balance(contract) == 0
