"""The committed table: whole, printed as it is, and in line with the model."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bench.limits.content import sample
from bench.limits.gas_table import (
    FEW,
    MANY,
    PATH,
    Row,
    committed,
    from_csv,
    to_csv,
    to_markdown,
)
from bench.limits.page import PAGE, with_table
from bench.limits.prediction import predict_payload
from bench.limits.table import changes, main
from system.errors import UsageError
from system.jobs.stores import STORES
from system.weights import codec


@dataclass(frozen=True)
class Limits:
    gas_limit: int = 160_000_000
    transaction_size_limit_bytes: int = 128 * 1024
    code_size_limit_bytes: int = 24 * 1024
    chain_id: int = 1337


def test_every_store_and_encoding_has_a_row():
    assert [(row.store, row.encoding) for row in committed()] == [
        (store, encoding) for store in STORES for encoding in codec.names()
    ]


def test_the_file_is_what_its_rows_make():
    assert to_csv(committed()) == PATH.read_text()
    assert from_csv(to_csv(committed())) == committed()


def test_the_docs_print_the_table():
    page = PAGE.read_text()
    assert with_table(page, to_markdown(committed())) == page


def test_the_model_gives_the_table():
    for row in committed():
        sequence = 2 * codec.names().index(row.encoding)
        gas = [
            predict_payload(
                row.encoding,
                row.store,
                sample(row.encoding, count),
                Limits(),
                sequence=sequence + n,
            ).gas
            for n, count in enumerate((FEW, MANY))
        ]
        assert gas == [row.gas_few, row.gas_many]


def test_a_line_runs_through_both_sizes():
    row = Row("calldata", "int32", 70_000 + 70 * 10, 70_000 + 700 * 10)
    assert (row.fixed_gas, row.gas_per_weight) == (70_000, 10.0)
    assert to_markdown([row]).splitlines()[-1] == "| int32 | 70,000 + 10.0 n |"


def test_a_change_is_named():
    before = [Row("calldata", "int32", 70_000, 80_000)]
    now = [Row("calldata", "int32", 70_000, 80_001), Row("event", "int32", 1, 2)]
    assert changes(before, before) == []
    assert changes(before, now) == [
        "calldata int32: 70,000 and 80,000 -> 70,000 and 80,001",
        "event int32: none -> 1 and 2",
    ]


def test_a_page_without_marks_is_refused():
    with pytest.raises(UsageError, match="lost the marks"):
        with_table("# Gas", "| a |")


def test_an_endpoint_that_does_not_answer_is_one_line_and_code_2(capsys):
    assert main(["--rpc-url", "http://127.0.0.1:9"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "no JSON-RPC endpoint answers at http://127.0.0.1:9" in said[0]
