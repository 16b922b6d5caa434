"""The page on payments says what the code does."""

from __future__ import annotations

import doctest

import pytest

from system.errors import UsageError
from system.jobs.payment.sizes import LARGEST_JOB
from system.jobs.payment.tables import MODEL, PAGE, TABLES, main, with_tables
from system.learning.models import model_count


def test_the_tables_are_the_code_s():
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page


def test_the_example_runs():
    done = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert done.attempted >= 8
    assert done.failed == 0


def test_the_page_names_the_sizes_it_means():
    page = PAGE.read_text(encoding="utf-8")
    assert f"n × {4 * model_count(MODEL):,} bytes" in page
    assert f"the {model_count(MODEL):,} weights" in page
    assert f"Job sizes end at {LARGEST_JOB:,}" in page


def test_the_command_prints_every_table(capsys):
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert all(made() in printed for made in TABLES.values())


def test_a_page_without_marks_is_refused():
    with pytest.raises(UsageError, match="has lost the marks around chances"):
        with_tables("nothing")
