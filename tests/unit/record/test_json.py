"""Facts survive JSON; later versions' keys are ignored, damaged values are named."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from bench.record.jsonform import from_json, to_json
from bench.record.schema import BlockRow, CellEnd, CellFacts, RunMeta, SubmissionRow
from tests.unit.report.synthetic import (
    Load,
    block_rows,
    cell_end,
    cell_facts,
    run_meta,
    submission_rows,
)

FACTS = [
    (RunMeta, run_meta()),
    (CellFacts, cell_facts(Load())),
    (CellEnd, cell_end(Load())),
    (CellEnd, CellEnd.failed("a", "the generator died")),
    (SubmissionRow, submission_rows(Load(transactions=3))[0]),
    (BlockRow, block_rows(Load())[0]),
]


@pytest.mark.parametrize(("kind", "fact"), FACTS)
def test_what_was_written_is_read(kind, fact):
    assert from_json(kind, orjson.loads(to_json(fact))) == fact


@pytest.mark.parametrize(("kind", "fact"), FACTS)
def test_keys_of_a_later_version_are_ignored(kind, fact):
    raw = orjson.loads(to_json(fact)) | {"added_later": {"a": [1]}}
    assert from_json(kind, raw) == fact


def test_a_missing_key_is_named():
    raw = orjson.loads(to_json(block_rows(Load())[0]))
    del raw["gas_used"]
    with pytest.raises(ValueError, match="gas_used is missing"):
        from_json(BlockRow, raw)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("gas_used", value) for value in ("12", 1.5, None, True, [1])],
        *[("seen_s", value) for value in ("1", None, {})],
        *[("hash", value) for value in (1, None)],
    ],
)
def test_a_value_of_another_type_is_named(key, value):
    raw = orjson.loads(to_json(block_rows(Load())[0])) | {key: value}
    with pytest.raises(ValueError, match=key):
        from_json(BlockRow, raw)


def test_an_outcome_nobody_knows_is_refused():
    raw = orjson.loads(to_json(submission_rows(Load())[0])) | {"outcome": "lost"}
    with pytest.raises(ValueError, match="'lost' is none of included, reverted"):
        from_json(SubmissionRow, raw)


@pytest.mark.parametrize("raw", [[], None, "text", 3])
def test_what_is_no_object_is_refused(raw):
    with pytest.raises(ValueError, match="not a JSON object"):
        from_json(CellEnd, raw)


def test_not_a_number_becomes_null():
    fact = replace(cell_end(Load()), generator_cpu_s=float("nan"))
    assert from_json(CellEnd, orjson.loads(to_json(fact))).generator_cpu_s is None
