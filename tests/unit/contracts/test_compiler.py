"""The contracts compile without a warning, once for each state of their sources."""

from __future__ import annotations

import re

import pytest
import solcx

from system.chain import compiler
from system.chain.compiler import (
    SETTINGS,
    CompileError,
    UnknownContract,
    artifact,
    compile_all,
    compile_sources,
    read_sources,
    units,
)
from system.chain.solc import solc_binary, solc_version
from system.paths import CONTRACTS_DIR

SOURCE = "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.30;\ncontract {name} {{}}\n"
OUTPUT = {"abi": [], "evm": {"bytecode": {"object": "6001"}, "deployedBytecode": {"object": "60"}}}


@pytest.fixture
def calls(tmp_path, monkeypatch) -> list[dict]:
    """A cache of the test's own and a stand-in for the compiler that notes what it was given."""
    noted: list[dict] = []

    def compile_standard(standard_input, *, solc_binary):
        noted.append(standard_input)
        return {"contracts": {"A.sol": {"A": OUTPUT}}}

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(solcx, "compile_standard", compile_standard)
    monkeypatch.setattr(compiler, "solc_binary", lambda: tmp_path)
    return noted


def test_all_contracts_compile_without_a_warning():
    answer = solcx.compile_standard(
        {
            "language": "Solidity",
            "sources": {path: {"content": c} for path, c in read_sources(CONTRACTS_DIR).items()},
            "settings": {**SETTINGS, "outputSelection": {"*": {"*": ["abi"]}}},
        },
        solc_binary=solc_binary(),
    )
    assert [error["formattedMessage"] for error in answer.get("errors", [])] == []


@pytest.mark.parametrize("name", ["Counter", "JobBoard", "CalldataStore", "CodeStore"])
def test_an_artifact_is_what_the_chain_takes(name):
    compiled = artifact(name)
    assert compiled.name == name
    assert 0 < compiled.runtime_size_bytes < len(compiled.bytecode)
    assert compiled.runtime_size_bytes <= 24_576
    # PUSH0 (0x5f) came after Berlin: code that starts with it fails on GoQuorum.
    assert compiled.bytecode[:2] == bytes.fromhex("6080") or compiled.bytecode[0] == 0x60


def test_the_sources_admit_the_pinned_compiler():
    version = tuple(map(int, solc_version().split(".")))
    for path, content in read_sources(CONTRACTS_DIR).items():
        found = re.search(r"^pragma solidity \^(\d+)\.(\d+)\.(\d+);$", content, re.MULTILINE)
        assert found, path
        assert version[:2] == (int(found[1]), int(found[2]))
        assert version[2] >= int(found[3])


def test_an_unknown_contract_is_named():
    with pytest.raises(UnknownContract, match=r"no contract 'Countr'; there are .*Counter"):
        artifact("Countr")


def test_broken_sources_show_the_compiler_s_own_message():
    with pytest.raises(CompileError, match=r"ParserError: Expected[\s\S]*--> B\.sol:"):
        compile_sources({"B.sol": SOURCE.format(name="") + "contract B {"})


def test_the_same_sources_are_compiled_once(calls):
    sources = {"A.sol": SOURCE.format(name="A")}
    first = compile_sources(sources)
    compiler._compiled.cache_clear()
    assert compile_sources(sources) == first
    assert len(calls) == 1
    assert first["A"].bytecode == b"\x60\x01"
    assert first["A"].runtime_size_bytes == 1


def test_other_sources_are_compiled_anew(calls):
    compile_sources({"A.sol": SOURCE.format(name="A")})
    compile_sources({"A.sol": SOURCE.format(name="A") + "// changed\n"})
    assert len(calls) == 2


def test_another_compiler_compiles_anew(calls, monkeypatch):
    sources = {"A.sol": SOURCE.format(name="A")}
    compile_sources(sources)
    compiler._compiled.cache_clear()
    monkeypatch.setattr(compiler, "solc_version", lambda: "0.8.99")
    compile_sources(sources)
    assert len(calls) == 2


def test_the_compiler_targets_berlin(calls):
    compile_sources({"A.sol": SOURCE.format(name="A")})
    settings = calls[0]["settings"]
    assert settings["evmVersion"] == "berlin"
    assert settings["metadata"] == {"bytecodeHash": "none"}


@pytest.fixture(autouse=True)
def forget():
    """What one test compiled is not known to the next."""
    compiler._compiled.cache_clear()
    yield
    compiler._compiled.cache_clear()


def test_compile_all_holds_every_contract():
    names = {path.stem for path in CONTRACTS_DIR.rglob("*.sol")}
    assert set(compile_all()) == names


def test_each_folder_compiles_with_what_its_files_import():
    def importing(*paths: str) -> str:
        return "".join(f'import {{X}} from "{path}";\n' for path in paths)

    sources = {
        "lib/Sum.sol": "",
        "interfaces/IBoard.sol": importing("../lib/Sum.sol"),
        "jobs/Board.sol": importing("../interfaces/IBoard.sol", "./parts/Seat.sol"),
        "jobs/parts/Seat.sol": "",
        "models/Trainer.sol": 'import {\n  Sum as Total,\n  Other\n} from "../lib/Sum.sol";\n',
        "models/Lost.sol": importing("./Nowhere.sol"),
    }
    jobs, models = units(sources)
    assert sorted(jobs) == [
        "interfaces/IBoard.sol",
        "jobs/Board.sol",
        "jobs/parts/Seat.sol",
        "lib/Sum.sol",
    ]
    assert sorted(models) == ["lib/Sum.sol", "models/Lost.sol", "models/Trainer.sol"]
    assert all(part[path] == sources[path] for part in (jobs, models) for path in part)


def test_every_file_is_compiled_in_some_part():
    sources = read_sources(CONTRACTS_DIR)
    assert {path for part in units(sources) for path in part} == set(sources)


def test_an_artifact_compiles_its_own_part_alone(calls):
    with pytest.raises(UnknownContract):
        artifact("Counter")  # the stand-in compiles everything to a contract called A
    assert len(calls) == 1
    assert "jobs/Counter.sol" in calls[0]["sources"]
    assert not any(path.startswith("stores/") for path in calls[0]["sources"])


def test_two_contracts_of_one_name_are_refused(monkeypatch):
    sources = {
        "jobs/Rounds.sol": SOURCE.format(name="Rounds"),
        "models/Rounds.sol": SOURCE.replace("{{}}", "{{ uint256 public count; }}").format(
            name="Rounds"
        ),
    }
    monkeypatch.setattr(compiler, "read_sources", lambda folder: sources)
    with pytest.raises(CompileError, match="two contracts are called Rounds"):
        artifact("Rounds")
