"""The hand-made signer agrees byte for byte with eth-account's."""

from __future__ import annotations

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from system.chain.keys import address_of, derive_key, keccak256, public_key_of
from system.chain.transaction import envelope_bytes, sign_legacy


def reference(*, key: bytes, to: bytes | None, data: bytes, **fields: int) -> bytes:
    transaction = {
        "nonce": fields["nonce"],
        "gas": fields["gas"],
        "gasPrice": fields["gas_price"],
        "value": fields["value"],
        "chainId": fields["chain_id"],
        "data": data,
        "to": to or b"",
    }
    return bytes(Account.sign_transaction(transaction, key).raw_transaction)


@settings(deadline=None, max_examples=80)
@given(
    nonce=st.integers(0, 2**64 - 2),
    gas=st.integers(0, 2**40),
    gas_price=st.integers(0, 2**60),
    value=st.integers(0, 2**90),
    chain_id=st.integers(1, 2**32),
    to=st.none() | st.binary(min_size=20, max_size=20),
    data=st.binary(max_size=600) | st.integers(0, 70_000).map(lambda n: bytes(n)),
    index=st.integers(0, 5),
)
def test_bytes_equal_eth_account(nonce, gas, gas_price, value, chain_id, to, data, index):
    key = derive_key("test", "signer", index)
    fields = {
        "nonce": nonce,
        "gas": gas,
        "gas_price": gas_price,
        "value": value,
        "chain_id": chain_id,
    }
    signed = sign_legacy(key=key, to=to, data=data, **fields)
    assert signed.raw == reference(key=key, to=to, data=data, **fields)
    assert signed.hash == keccak256(signed.raw)
    assert len(signed.raw) <= len(data) + envelope_bytes(len(data)) + 8  # value above 64 bits


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x7f", b"\x80", bytes(55), bytes(56)])
def test_short_data_forms(data):
    fields = {"nonce": 0, "gas": 21_000, "gas_price": 0, "value": 0, "chain_id": 1337}
    key = derive_key("test", "signer", 0)
    assert sign_legacy(key=key, to=bytes(20), data=data, **fields).raw == reference(
        key=key, to=bytes(20), data=data, **fields
    )


def test_derived_keys_are_stable_and_distinct():
    keys = {derive_key("s", role, i) for role in ("validator", "worker") for i in range(200)}
    assert len(keys) == 400
    assert derive_key("s", "worker", 7) == derive_key("s", "worker", 7)
    assert derive_key("s", "worker", 7) != derive_key("t", "worker", 7)


def test_address_is_eth_accounts():
    key = derive_key("s", "worker", 1)
    assert address_of(key) == Account.from_key(key).address
    assert len(public_key_of(key)) == 64
