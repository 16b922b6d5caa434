"""What is computed of a cell before the clock: its gas, its first wall, its chain's limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.limits.prediction import predict_payload
from bench.load.outlook import first_wall, gas_predicted, predicted, record_limits
from bench.load.session import CellPlan, Session
from bench.record.reader import read_run
from bench.record.writer import create_run
from system.chain.probe import Chain
from system.learning.models import parse_weights
from system.learning.stream import stream
from system.weights import codec
from tests.unit.report.synthetic import run_meta

CHAIN = Chain(
    url="http://127.0.0.1:1",
    client_version="Geth/v1.9.24-stable(quorum-v22.7.4)",
    chain_id=1337,
    genesis_hash="0x" + "00" * 32,
    consensus="istanbul",
    validators=4,
    period_s=1.0,
    gas_limit=20_000_000,
    gas_price=0,
    transaction_size_limit_bytes=64 * 1024,
    code_size_limit_bytes=24 * 1024,
)
CELL = CellPlan("a", "mnist-softmax", 7_850, "float32", "calldata", chunk_bytes=0, gas=())


def session(cell: CellPlan, chain: Chain = CHAIN) -> Session:
    return Session(
        id="s",
        rpc_urls=(chain.url,),
        chain=chain,
        contracts={},
        topics=(),
        completed_topics=(),
        cells=(cell,),
        first_block=0,
        system="jobs",
        seed=7,
        users=1,
        rate_per_s=None,
        schedule="constant",
        warmup_s=0.0,
        duration_s=None,
        drain_s=1.0,
        batch=1,
    )


def test_the_gas_is_that_of_the_second_result_of_a_worker():
    [spec] = parse_weights("mnist-softmax")
    results = stream(spec, 7)
    _, second = results.next(0), results.next(1)
    expected = predict_payload("float32", "calldata", codec("float32").encode(second), CHAIN).gas
    assert gas_predicted(CELL, predicted(session(CELL), CELL)) == expected


@pytest.mark.parametrize("privacy", ["commit", "sealed", "private"])
def test_what_a_gate_or_a_manager_adds_is_not_predicted(privacy):
    cell = replace(CELL, privacy=privacy)
    found = predicted(session(cell), cell)
    assert gas_predicted(cell, found) is None
    assert first_wall(found).name == "transaction size"


def test_the_first_wall_comes_with_its_share_and_what_moves_it():
    wall = first_wall(predicted(session(CELL), CELL))
    assert (wall.name, "txnSizeLimit" in wall.setting) == ("transaction size", True)
    assert wall.share == pytest.approx(31_400 / (64 * 1024), rel=0.02)


def test_the_counter_has_no_weights_to_predict():
    counter = CellPlan("c", "counter", 0, "none", "none", chunk_bytes=0, gas=())
    found = predicted(session(counter), counter)
    assert (gas_predicted(counter, found), first_wall(found)) == (None, None)


def test_where_no_chunk_fits_there_is_nothing_to_predict():
    narrow = replace(CHAIN, gas_limit=100_000)
    assert predicted(session(CELL, narrow), CELL) is None


def test_a_chains_limits_are_written_once_and_read_back(tmp_path: Path):
    run = create_run(tmp_path / "run", run_meta())
    key = record_limits(run, CHAIN)
    [file] = (tmp_path / "run").glob("limits-*.json")
    before = file.stat()
    assert record_limits(run, replace(CHAIN, gas_limit=20_010_000)) == key
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    [limits] = read_run(tmp_path / "run").limits.values()
    assert (limits.key, limits.gas_limit) == (key, 20_000_000)
    assert {one.encoding for one in limits.encodings} == set(codec.names())
