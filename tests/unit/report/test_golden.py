"""The reports of fixed runs are what it was: see golden.py for how to accept a change."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.unit.report.golden import (
    GOLDEN,
    PAGE,
    SUMMARY,
    TABLE,
    learning_files,
    report_files,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    directory = tmp_path_factory.mktemp("golden")
    return report_files(directory) | learning_files(directory)


each_kind = pytest.mark.parametrize("kind", ["", "learning-"], ids=["sweep", "training"])


@each_kind
def test_the_summary(made, kind):
    expected = json.loads((GOLDEN / f"{kind}{SUMMARY}").read_text())
    same(json.loads(made[f"{kind}{SUMMARY}"]), expected, "")


@each_kind
def test_the_table(made, kind):
    same(table(made[f"{kind}{TABLE}"]), table((GOLDEN / f"{kind}{TABLE}").read_text()), "")


@each_kind
def test_the_page(made, kind):
    assert made[f"{kind}{PAGE}"] == (GOLDEN / f"{kind}{PAGE}").read_text()


def same(found, expected, path):
    """Equal, with floats up to the last digits, which differ between processors."""
    if isinstance(expected, dict):
        assert list(found) == list(expected), path
        for key in expected:
            same(found[key], expected[key], f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for index, pair in enumerate(zip(found, expected, strict=True)):
            same(*pair, f"{path}[{index}]")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-6), path
    else:
        assert found == expected, path


def table(text):
    rows = csv.DictReader(io.StringIO(text))
    return [{name: number(value) for name, value in row.items()} for row in rows]


def number(text):
    try:
        return json.loads(text)
    except ValueError:
        return text
