"""The contracts as the chain takes them: compiled once for each state of the sources."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import solcx
from solcx.exceptions import SolcError

from system.chain.solc import solc_binary, solc_version
from system.errors import WeighbridgeError
from system.paths import CONTRACTS_DIR, cache_dir

SETTINGS: dict[str, Any] = {
    "evmVersion": "berlin",  # GoQuorum 22.7 knows no later opcode, PUSH0 for one
    # A store is deployed once and called for every chunk: optimise for calls.
    "optimizer": {"enabled": True, "runs": 1_000_000},
    # No hash of the sources' comments in the code: the same logic gives the same bytes.
    "metadata": {"bytecodeHash": "none"},
    "outputSelection": {
        "*": {"*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]},
    },
}


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract; `bytecode` creates it, `runtime_size_bytes` is what then lies there."""

    name: str
    abi: list[dict[str, Any]]
    bytecode: bytes
    runtime_size_bytes: int


class CompileError(WeighbridgeError):
    """The sources do not compile; the message is solc's own."""


class UnknownContract(WeighbridgeError):
    """No contract of that name is under `contracts/`."""


def artifact(name: str) -> Artifact:
    """The compiled contract of that name, such as "CalldataStore".

    Raises UnknownContract, and what `compile_all` raises.
    """
    artifacts = compile_all()
    if name not in artifacts:
        raise UnknownContract(f"no contract {name!r}; there are {', '.join(sorted(artifacts))}")
    return artifacts[name]


def compile_all() -> dict[str, Artifact]:
    """Every contract and interface under `contracts/` by name, from the cache where it is current.

    Raises CompileError with solc's message, CompilerMissing where no compiler can be had.
    """
    return compile_sources(read_sources(CONTRACTS_DIR))


def read_sources(folder: Path) -> dict[str, str]:
    """The Solidity files below a folder by their path in it."""
    files = sorted(folder.rglob("*.sol"))
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in files}


def compile_sources(sources: dict[str, str]) -> dict[str, Artifact]:
    """The contracts in `sources` by name; errors as `compile_all`."""
    return _compiled(orjson.dumps(_standard_input(sources), option=orjson.OPT_SORT_KEYS))


@lru_cache(maxsize=8)
def _compiled(standard_input: bytes) -> dict[str, Artifact]:
    path = cache_dir() / "contracts" / f"{_cache_key(standard_input)}.json"
    if path.is_file():
        return _artifacts(orjson.loads(path.read_bytes()))
    contracts = _compile(orjson.loads(standard_input))
    _write_atomically(path, orjson.dumps(contracts))
    return _artifacts(contracts)


def _compile(standard_input: dict[str, Any]) -> dict[str, Any]:
    try:
        output = solcx.compile_standard(standard_input, solc_binary=solc_binary())
    except SolcError as error:
        raise CompileError(error.message or str(error)) from error
    contracts: dict[str, Any] = output["contracts"]
    return contracts


def _standard_input(sources: dict[str, str]) -> dict[str, Any]:
    return {
        "language": "Solidity",
        "sources": {path: {"content": content} for path, content in sources.items()},
        "settings": SETTINGS,
    }


def _cache_key(standard_input: bytes) -> str:
    return hashlib.sha256(solc_version().encode() + b"\0" + standard_input).hexdigest()


def _write_atomically(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.stem)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(draft).replace(path)


def _artifacts(contracts: dict[str, Any]) -> dict[str, Artifact]:
    return {
        name: Artifact(
            name=name,
            abi=output["abi"],
            bytecode=bytes.fromhex(output["evm"]["bytecode"]["object"]),
            runtime_size_bytes=len(output["evm"]["deployedBytecode"]["object"]) // 2,
        )
        for file in contracts.values()
        for name, output in file.items()
    }
