"""No block within a safe gas limit outgrows the message that carries it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.limits.content import content
from bench.limits.gas import intrinsic_gas
from bench.limits.safety import TRANSACTIONS_BYTES, safe_gas_limit, safe_pool_transactions
from bench.limits.walls import MESSAGE_BYTES
from system.chain.keys import derive_key
from system.chain.transaction import sign_legacy
from system.errors import UsageError

KEY = derive_key("safety", "signer", 0)
LARGEST = 128 * 1024
shares = st.floats(min_value=0, max_value=1)
sizes = st.integers(min_value=200, max_value=LARGEST)


def filled(gas_limit: int, data: bytes) -> int:
    """The bytes of a block with as many such transactions as its gas admits."""
    gas = intrinsic_gas(content(data))
    # A large nonce: its bytes cost nothing.
    signed = sign_legacy(key=KEY, nonce=2**40, gas=gas, to=bytes(20), data=data, chain_id=1337)
    return gas_limit // gas * len(signed.raw)


def call_data(size_bytes: int, zero_share: float) -> bytes:
    zeros = int(size_bytes * zero_share)
    return bytes(zeros) + b"\x01" * (size_bytes - zeros)


@pytest.mark.parametrize(
    ("zero_share", "transaction_kb", "expected"),
    [
        (1.0, 128, 43_442_058),
        (1.0, 64, 45_072_148),
        (1.0, 32, 48_332_328),
        (0.5, 128, 106_093_020),
        (0.0, 128, 168_743_982),
        (0.0, 32, 173_232_312),
    ],
)
def test_known_limits(zero_share: float, transaction_kb: int, expected: int) -> None:
    found = safe_gas_limit(zero_share=zero_share, transaction_bytes=transaction_kb * 1024)
    assert found == expected


def test_refunds_may_give_half_of_the_gas_back() -> None:
    assert safe_gas_limit(transaction_bytes=LARGEST, refunds=True) == 43_442_058 // 2


@pytest.mark.parametrize(("transaction_kb", "expected"), [(128, 79), (64, 159), (32, 319)])
def test_a_safe_pool_fits_one_proposal(transaction_kb: int, expected: int) -> None:
    found = safe_pool_transactions(transaction_kb * 1024)
    assert found == expected
    room = MESSAGE_BYTES - transaction_kb * 1024 * found
    assert room >= 32 * 1024


@given(share=shares, largest=sizes, size=sizes)
def test_a_filled_block_passes_as_one_message(share: float, largest: int, size: int) -> None:
    limit = safe_gas_limit(zero_share=share, transaction_bytes=largest)
    data = call_data(min(size, largest) - 150, share)
    assert filled(limit, data) <= TRANSACTIONS_BYTES < MESSAGE_BYTES


@given(share=shares, largest=st.integers(min_value=2_000, max_value=LARGEST))
def test_two_hundredths_more_would_not_be_safe(share: float, largest: int) -> None:
    limit = safe_gas_limit(zero_share=share, transaction_bytes=largest)
    data = call_data(largest - 115, share)
    one = filled(10**9, data) // (10**9 // intrinsic_gas(content(data)))
    assert filled(round(limit * 1.02), data) + one > TRANSACTIONS_BYTES


@given(share=shares, first=sizes, second=sizes)
def test_larger_transactions_need_a_lower_limit(share: float, first: int, second: int) -> None:
    small, large = sorted((first, second))
    assert safe_gas_limit(zero_share=share, transaction_bytes=small) >= safe_gas_limit(
        zero_share=share, transaction_bytes=large
    )


@pytest.mark.parametrize(
    ("zero_share", "size"), [(-0.1, 1_000), (1.1, 1_000), (float("nan"), 1_000), (1, 10), (1, 2e7)]
)
def test_what_no_chain_has_is_refused(zero_share: float, size: int) -> None:
    with pytest.raises(UsageError, match="can't be used; give"):
        safe_gas_limit(zero_share=zero_share, transaction_bytes=int(size))
