"""Contracts in this process: thousands of transactions a second, for the tests of their logic.

The machine is revm by way of pyrevm. Of pyrevm 0.3.7 three things have to be known: it runs the
newest fork whatever it is asked for (PUSH0 and today's refunds included, so the compiler's
`evmVersion` is all that keeps code within Berlin); slots stay warm from one transaction to the
next, so its gas is too low and only good for comparing like with like; and it counts no nonces.
A node is the reference for all three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pyrevm
from eth_utils.address import to_checksum_address

from system.chain.abi import error_signatures, error_text
from system.chain.compiler import Artifact, compile_all
from system.chain.deploy import creation
from system.chain.keys import keccak256
from system.chain.sender import Call

CHAIN_ID = 1337
ETHER = 10**18
_REVERT = re.compile(r"^Revert \{ gas_used: (\d+), output: 0x([0-9a-f]*) \}$")
_NOBODY = "0x" + "00" * 20


class Refused(Exception):
    """A transaction reverted; `reason` is such as "WrongChunk(1, 2)", `name` the error's alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def name(self) -> str:
        """The custom error's name."""
        return self.reason.partition("(")[0]


@dataclass(frozen=True, slots=True)
class Log:
    """One event: `topics` and `data` in hex, as a node writes them."""

    address: str
    topics: list[str]
    data: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a transaction left; `output` is what the call returned."""

    gas_used: int
    logs: list[Log]
    output: bytes

    def named(self, topic: str) -> list[Log]:
        """Its events of that first topic."""
        return [log for log in self.logs if log.topics[0] == topic]


@dataclass(slots=True)
class Evm:
    """A chain of one process. A transaction stays in the block `number` until `mine`.

    It answers `call("eth_call", …)` as a node does, so views that take an Rpc work on it.
    """

    number: int = 1
    _machine: pyrevm.EVM = field(init=False)
    _errors: dict[bytes, str] = field(init=False)
    _accounts: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        environment = pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=CHAIN_ID))
        self._machine = pyrevm.EVM(env=environment)
        self._errors = _known_errors()
        self.mine(0)

    def account(self, wei: int = 1_000 * ETHER) -> str:
        """A fresh account with that many wei, as its checksummed address."""
        self._accounts += 1
        address = to_checksum_address(keccak256(b"account %d" % self._accounts)[-20:])
        self._machine.set_balance(address, wei)
        return address

    def endow(self, address: str, wei: int) -> None:
        """Set what an account or a contract has, in wei."""
        self._machine.set_balance(address, wei)

    def balance(self, address: str) -> int:
        """What an account or a contract has, in wei."""
        return int(self._machine.get_balance(address))

    def storage(self, address: str, slot: int) -> int:
        """What lies in a contract's slot."""
        return int(self._machine.storage(address, slot))

    def store(self, address: str, slot: int, value: int) -> None:
        """Put a word into a contract's slot: a state that takes too many transactions to reach."""
        self._machine.insert_account_storage(address, slot, value)

    def mine(self, blocks: int = 1) -> None:
        """Let that many blocks pass."""
        self.number += blocks
        block = pyrevm.BlockEnv(number=self.number, timestamp=self.number)
        self._machine.set_block_env(block)

    def deploy(self, artifact: Artifact, *arguments: Any, sender: str) -> str:
        """The checksummed address of a new contract; raises Refused."""
        code = creation(artifact, *arguments).data
        try:
            return to_checksum_address(self._machine.deploy(sender, code))
        except RuntimeError as error:
            raise self._refusal(error) from None

    def send(self, sender: str, call: Call) -> Receipt:
        """What a transaction left, its gas limit set aside; raises Refused."""
        output = self._run(sender, call.to or "", call.data, value=call.value)
        result = self._machine.result
        logs = [
            Log(to_checksum_address(log.address), log.topics, "0x" + log.data[1].hex())
            for log in result.logs
        ]
        return Receipt(int(result.gas_used), logs, output)

    def refusal(self, sender: str, call: Call) -> str:
        """The name of the error that a transaction reverts with; "" for one that does not."""
        try:
            self.send(sender, call)
        except Refused as error:
            return error.name
        return ""

    def call(self, method: str, *params: Any) -> Any:
        """What a node answers to `eth_call`, `eth_blockNumber`, `eth_chainId`, `eth_getBalance`."""
        if method == "eth_call":
            data = bytes.fromhex(params[0]["data"][2:])
            return "0x" + self._run(_NOBODY, params[0]["to"], data, is_static=True).hex()
        if method == "eth_getBalance":
            return hex(self.balance(params[0]))
        return hex({"eth_blockNumber": self.number, "eth_chainId": CHAIN_ID}[method])

    def _run(self, sender: str, to: str, data: bytes, **options: Any) -> bytes:
        try:
            return bytes(self._machine.message_call(sender, to, data, **options))
        except RuntimeError as error:
            raise self._refusal(error) from None

    def _refusal(self, error: RuntimeError) -> Refused:
        found = _REVERT.match(str(error))
        if found is None:  # out of gas, an unknown opcode: pyrevm's own words
            return Refused(str(error))
        return Refused(error_text(bytes.fromhex(found[2]), self._errors))


@lru_cache(maxsize=1)
def _known_errors() -> dict[bytes, str]:
    return error_signatures(artifact.abi for artifact in compile_all().values())
