"""What signing a transaction costs by payload size, ours against eth-account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from eth_account import Account

from system.chain.keys import derive_key
from system.chain.transaction import sign_legacy

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

KEY = derive_key("micro", "signer", 0)
TO = bytes(range(20))
GAS, CHAIN_ID, NONCE = 5_000_000, 1337, 7
# A counter increment, digits-softmax and mnist-softmax in float32, and the two size limits.
every_size = pytest.mark.parametrize("data_bytes", [4, 2_600, 31_400, 64_000, 120_000])


def payload(data_bytes: int) -> bytes:
    """Bytes of which none is zero, as in weights: no shortcut for empty data."""
    return bytes(i % 255 + 1 for i in range(data_bytes))


@every_size
def test_sign_ours(benchmark: BenchmarkFixture, data_bytes: int) -> None:
    data = payload(data_bytes)
    benchmark.group = f"sign {data_bytes}"
    signed = benchmark(
        sign_legacy, key=KEY, nonce=NONCE, gas=GAS, to=TO, data=data, chain_id=CHAIN_ID
    )
    benchmark.extra_info["wire_bytes"] = len(signed.raw)
    assert signed.raw == bytes(Account.sign_transaction(fields(data), KEY).raw_transaction)


@every_size
def test_sign_eth_account(benchmark: BenchmarkFixture, data_bytes: int) -> None:
    transaction = fields(payload(data_bytes))
    benchmark.group = f"sign {data_bytes}"
    signed = benchmark(Account.sign_transaction, transaction, KEY)
    assert len(signed.hash) == 32


def fields(data: bytes) -> dict[str, object]:
    """The same transaction as eth-account takes it."""
    return {
        "nonce": NONCE,
        "gas": GAS,
        "gasPrice": 0,
        "value": 0,
        "to": TO,
        "data": data,
        "chainId": CHAIN_ID,
    }
