"""Parties register themselves, and owners have all rights on what is theirs."""

from __future__ import annotations

import pytest

from system.encrypted.contracts import registry
from system.encrypted.contracts.registry import Advertisement, Party
from tests.evm import Refused
from tests.unit.encrypted.house import PARTY, House

DATA, GOAL, OTHER = b"d" * 32, b"g" * 32, b"o" * 32
NOBODY = "0x" + "00" * 20


@pytest.fixture
def house() -> House:
    return House.built()


def test_an_account_is_a_party_once_it_registered(house):
    account = house.evm.account()
    assert not registry.is_party(house.evm, house.registry, account)
    assert registry.party_of(house.evm, house.registry, account) == Party(bytes(32), b"")
    receipt = house.evm.send(account, registry.registering(house.registry, PARTY))
    assert len(receipt.named(registry.PARTY_REGISTERED)) == 1
    assert registry.is_party(house.evm, house.registry, account)
    assert registry.party_of(house.evm, house.registry, account) == PARTY
    again = registry.registering(house.registry, PARTY)
    assert house.evm.refusal(account, again) == "AlreadyParty"


@pytest.mark.parametrize(("length", "refused"), [(0, True), (1, False), (128, False), (129, True)])
def test_keys_have_a_length(house, length, refused):
    account = house.evm.account()
    call = registry.registering(house.registry, Party(bytes(32), b"k" * length))
    assert house.evm.refusal(account, call) == ("KeyLength" if refused else "")


def test_a_party_describes_itself_anew_and_keeps_its_key(house):
    party, stranger = house.party(), house.evm.account()
    call = registry.describing(house.registry, OTHER)
    assert house.evm.refusal(stranger, call) == "NotParty"
    house.evm.send(party, call)
    assert registry.party_of(house.evm, house.registry, party) == Party(OTHER, PARTY.key)


def test_an_advertisement_is_created_changed_handed_over_and_withdrawn(house):
    owner, heir = house.party(), house.party()
    house.evm.send(owner, registry.advertising(house.registry, data=DATA, goal=GOAL))
    number = registry.last_advertisement(house.evm, house.registry)
    assert read(house, number) == Advertisement(owner, DATA, GOAL)
    house.evm.send(owner, registry.revising(house.registry, number, data=OTHER, goal=GOAL))
    assert read(house, number) == Advertisement(owner, OTHER, GOAL)
    house.evm.send(owner, registry.handing_over(house.registry, number, to=heir))
    assert read(house, number) == Advertisement(heir, OTHER, GOAL)
    house.evm.send(heir, registry.withdrawing(house.registry, number))
    assert read(house, number) == Advertisement(NOBODY, bytes(32), bytes(32))
    house.evm.send(owner, registry.advertising(house.registry, data=DATA, goal=GOAL))
    assert registry.last_advertisement(house.evm, house.registry) == number + 1


def read(house: House, number: int) -> Advertisement:
    return registry.advertisement_of(house.evm, house.registry, number)


def changes(house: House, number: int, to: str) -> list:
    return [
        registry.revising(house.registry, number, data=OTHER, goal=OTHER),
        registry.handing_over(house.registry, number, to=to),
        registry.withdrawing(house.registry, number),
    ]


def test_nobody_else_changes_an_asset(house):
    owner, other = house.party(), house.party()
    house.evm.send(owner, registry.advertising(house.registry, data=DATA, goal=GOAL))
    for call in changes(house, 1, other):
        for account in (other, house.evm.account()):
            assert house.evm.refusal(account, call) == "NotOwner"
    assert read(house, 1) == Advertisement(owner, DATA, GOAL)


def test_what_is_not_there_can_t_be_changed(house):
    owner = house.party()
    house.evm.send(owner, registry.advertising(house.registry, data=DATA, goal=GOAL))
    house.evm.send(owner, registry.withdrawing(house.registry, 1))
    for number in (0, 1, 2):
        for call in changes(house, number, owner):
            assert house.evm.refusal(owner, call) == "UnknownAdvertisement"


def test_only_parties_create_and_own(house):
    stranger, owner = house.evm.account(), house.party()
    call = registry.advertising(house.registry, data=DATA, goal=GOAL)
    assert house.evm.refusal(stranger, call) == "NotParty"
    house.evm.send(owner, call)
    with pytest.raises(Refused, match="NotParty"):
        house.evm.send(owner, registry.handing_over(house.registry, 1, to=stranger))
