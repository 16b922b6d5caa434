"""The contracts as the chain takes them: compiled once for each state of the sources."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import tempfile
from collections.abc import Iterable, Mapping
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


_IMPORT = re.compile(r'^import\b[^;]*?"([^"]+)";', re.MULTILINE)


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

    Only the units with a file of that name are compiled. Raises UnknownContract, and what
    `compile_all` raises.
    """
    parts = units(read_sources(CONTRACTS_DIR))
    named = [part for part in parts if any(posixpath.basename(f) == f"{name}.sol" for f in part)]
    artifacts = _merged(named or parts)
    if name not in artifacts:
        raise UnknownContract(f"no contract {name!r}; there are {', '.join(sorted(artifacts))}")
    return artifacts[name]


def compile_all() -> dict[str, Artifact]:
    """Every contract and interface under `contracts/` by name, from the cache where it is current.

    Raises CompileError with solc's message, CompilerMissing where no compiler can be had.
    """
    return _merged(units(read_sources(CONTRACTS_DIR)))


def units(sources: Mapping[str, str]) -> list[dict[str, str]]:
    """The sources in parts that compile by themselves: each folder and what its files import.

    So a change in one system's contracts leaves the others as they were compiled. Folders whose
    files others import have no part of their own.
    """
    folders = {posixpath.dirname(path).partition("/")[0] for path in sources}
    parts = {
        folder: _closure([path for path in sources if _within(path, folder)], sources)
        for folder in sorted(folders)
    }
    return [
        {path: sources[path] for path in sorted(part)}
        for folder, part in parts.items()
        if any(
            _within(path, folder) and not any(path in o for f, o in parts.items() if f != folder)
            for path in part
        )
    ]


def _within(path: str, folder: str) -> bool:
    return posixpath.dirname(path).partition("/")[0] == folder


def _closure(paths: Iterable[str], sources: Mapping[str, str]) -> set[str]:
    """The files and all that they import, directly or not; what is missing solc names."""
    found, waiting = set[str](), list(paths)
    while waiting:
        path = waiting.pop()
        if path in found or path not in sources:
            continue
        found.add(path)
        folder = posixpath.dirname(path)
        waiting += [
            posixpath.normpath(posixpath.join(folder, imported))
            for imported in _IMPORT.findall(sources[path])
        ]
    return found


def _merged(parts: Iterable[dict[str, str]]) -> dict[str, Artifact]:
    """All contracts of the parts; files that several parts share give the same in each.

    Raises CompileError where two contracts have one name: one would hide the other.
    """
    merged: dict[str, Artifact] = {}
    for part in parts:
        for name, one in compile_sources(part).items():
            if merged.setdefault(name, one) != one:
                raise CompileError(f"two contracts are called {name}: rename one")
    return merged


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
