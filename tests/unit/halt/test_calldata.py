"""What an attack sends: exact sizes, gas that suffices, nonces in order."""

from __future__ import annotations

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from bench.halt.calldata import payload, signed_of_size
from bench.halt.sending import signed_accounts
from bench.halt.trial import Attack, Payload
from bench.limits.content import content
from bench.limits.gas import intrinsic_gas
from system.chain.keys import derive_key

KEY = derive_key("halt", "tests", 0)


def decoded(raw: bytes) -> tuple[int, int, bytes]:
    """Nonce, gas and call data of a signed transaction."""
    nonce, _, gas, _, _, data, *_ = rlp.decode(raw)
    return int.from_bytes(nonce, "big"), int.from_bytes(gas, "big"), data


@given(size=st.integers(min_value=250, max_value=131_072), number=st.integers(0, 50))
def test_a_signed_transaction_has_the_size_asked_for(size: int, number: int) -> None:
    raw = signed_of_size(
        size,
        lambda length: payload("random", length, number=number),
        key=KEY,
        nonce=number,
        chain_id=1337,
    )
    assert size - 2 <= len(raw) <= size
    nonce, gas, data = decoded(raw)
    assert (nonce, gas) == (number, intrinsic_gas(content(data)))


@pytest.mark.parametrize(
    ("kind", "zeros"), [("zero", (1.0, 1.0)), ("random", (0.0, 0.01)), ("int256", (0.4, 0.9))]
)
def test_payloads_are_as_full_of_zeros_as_they_say(
    kind: Payload, zeros: tuple[float, float]
) -> None:
    data = payload(kind, 50_000, number=1)
    assert len(data) == 50_000
    assert zeros[0] <= data.count(0) / len(data) <= zeros[1]


def test_accounts_share_the_transactions_and_take_the_sizes_in_turn() -> None:
    attack = Attack(transaction_bytes=(300, 500), transactions=5, accounts=2)
    accounts = signed_accounts(attack, chain_id=1337, clearing=None)
    assert [len(one.raws) for one in accounts] == [3, 2]
    assert [one.opener for one in accounts] == [None, None]
    assert sorted(round(len(raw), -2) for one in accounts for raw in one.raws) == [
        *(300,) * 3,
        *(500,) * 2,
    ]
    assert len({raw for one in accounts for raw in one.raws}) == 5
    for one in accounts:
        assert [decoded(raw)[0] for raw in one.raws] == list(range(len(one.raws)))


def test_behind_a_dam_the_first_nonce_is_the_openers() -> None:
    attack = Attack(transaction_bytes=(300,), transactions=2, accounts=1, dammed=True)
    [one] = signed_accounts(attack, chain_id=1337, clearing=None)
    assert one.opener is not None
    assert [decoded(raw)[0] for raw in (one.opener, *one.raws)] == [0, 1, 2]


def test_each_clearing_transaction_names_slots_of_its_own_and_brings_their_gas() -> None:
    attack = Attack("zero", (1_000,), transactions=2, accounts=1, refund_slots=22)
    [one] = signed_accounts(attack, chain_id=1337, clearing=bytes(20))
    ranges = []
    for raw in one.raws:
        _, gas, data = decoded(raw)
        ranges.append([int.from_bytes(data[at : at + 32], "big") for at in (0, 32, 64)])
        assert gas > intrinsic_gas(content(data)) + 22 * 5_000
    assert ranges == [[0, 22, 0], [22, 44, 0]]
