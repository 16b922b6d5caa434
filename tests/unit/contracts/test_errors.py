"""Revert data in words."""

from __future__ import annotations

import pytest

from system.chain.abi import call_data, error_signatures, error_text
from system.chain.compiler import compile_all
from system.chain.receipts import NotMined, wait_for_receipt


@pytest.fixture(scope="module")
def errors() -> dict[bytes, str]:
    return error_signatures(artifact.abi for artifact in compile_all().values())


def test_a_custom_error_comes_with_its_values(errors):
    assert error_text(call_data("WrongChunk(uint32,uint32)", 1, 2), errors) == "WrongChunk(1, 2)"


def test_reasons_and_panics_are_solidity_s_own(errors):
    assert error_text(call_data("Error(string)", "no"), errors) == "Error(no)"
    assert error_text(call_data("Panic(uint256)", 17), errors) == "Panic(17)"


def test_what_no_contract_declares_is_shown_in_hex(errors):
    assert error_text(b"\x01\x02\x03\x04\x05", errors) == "0x0102030405"


def test_a_transaction_in_no_block_is_named_when_the_time_is_up():
    class Silent:
        def call(self, method: str, *params: object) -> None:
            assert (method, params) == ("eth_getTransactionReceipt", ("0x" + "ab" * 32,))

    with pytest.raises(NotMined, match=f"0x{'ab' * 32} is in no block after 0 s") as raised:
        wait_for_receipt(Silent(), b"\xab" * 32, timeout_s=0)
    assert raised.value.exit_code == 3
