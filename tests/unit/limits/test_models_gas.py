"""The committed table of the models' gas: whole, printed as it is, at or below the original's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.limits.models import __main__ as command
from bench.limits.models import rows
from bench.limits.models.cases import cases
from bench.limits.models.page import BEGIN, END, PAGE
from bench.limits.models.rows import Row
from bench.limits.page import with_table
from system.errors import NetworkError

ROW = Row("Model", "3 features", 5_000_000, 200_000, 300_000, 100_000, 90_000)


def test_every_configuration_has_a_row_and_one_of_the_original() -> None:
    names = [f"{case.model}, {case.configuration}" for case in cases()]
    assert [row.name for row in rows.ours()] == names
    assert [row.name for row in rows.original()] == names


def test_no_figure_is_above_the_original_s() -> None:
    assert rows.above(rows.original(), rows.ours()) == []


def test_the_page_prints_the_table() -> None:
    page = PAGE.read_text()
    table = rows.to_markdown(rows.original(), rows.ours())
    assert with_table(page, table, begin=BEGIN, end=END) == page


def test_the_files_are_what_their_rows_make() -> None:
    assert rows.to_csv(rows.ours()) == rows.OURS.read_text()
    assert rows.to_csv(rows.original()) == rows.ORIGINAL.read_text()


def test_a_cell_has_both_figures_and_their_ratio() -> None:
    line = rows.to_markdown([replace(ROW, deploy_gas=10_000_000)], [ROW]).splitlines()[-1]
    assert line.startswith("| Model, 3 features | 10,000 → 5,000.0 (0.50) | 200 → 200.0 (1.00) |")


def test_a_hundredth_is_no_change_and_more_is() -> None:
    near = replace(ROW, refund_gas=100_900)
    far = replace(ROW, refund_gas=98_000, report_gas=91_000)
    assert rows.changes([ROW], [ROW, near]) == []
    assert rows.changes([ROW], [far]) == [
        "Model, 3 features, refund: 100,000 -> 98,000",
        "Model, 3 features, report: 90,000 -> 91,000",
    ]
    assert len(rows.changes([], [ROW])) == len(rows.STEPS)


def test_a_figure_above_its_bound_is_named() -> None:
    assert rows.above([ROW], [ROW, replace(ROW, agree_gas=199_999)]) == []
    dear = replace(ROW, disagree_gas=300_001)
    assert rows.above([ROW], [dear]) == ["Model, 3 features, disagree: 300,001 is above 300,000"]


def test_the_command_tells_what_is_off(monkeypatch, capsys) -> None:
    measured = rows.ours()
    monkeypatch.setattr(command, "_measured", lambda: measured)
    assert command.main([]) == 0
    assert "as committed, none above" in capsys.readouterr().out
    measured[0] = replace(measured[0], report_gas=131_001)
    assert command.main([]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said] == [f"{measured[0].name}, report"] * 2


def test_the_command_without_a_network_is_one_line_and_code_3(monkeypatch, capsys) -> None:
    def failing() -> list[Row]:
        raise NetworkError("no node\nto be had")

    monkeypatch.setattr(command, "_measured", failing)
    assert command.main([]) == 3
    assert capsys.readouterr().err == "bench.limits.models: no node to be had\n"


@pytest.mark.parametrize("name", sorted({case.model for case in cases()}))
def test_a_case_s_transactions_fit_a_chain_of_the_smallest_size(name: str) -> None:
    address = "0x" + "11" * 20
    for case in cases():
        if case.model == name:
            assert all(len(call.data) < 32 * 1024 - 200 for call in case.initial(address))
