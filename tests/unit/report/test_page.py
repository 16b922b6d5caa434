"""The page is one safe file that asks nothing of anybody, whatever the rows hold."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bench.record.reader import read_run
from bench.record.schema import FirstWall
from bench.report.build import build
from bench.report.charts.all import drawings
from bench.report.document import summarise_runs
from bench.report.frame import cells_of
from bench.report.page import failure_lines
from bench.report.points import points
from tests.unit.report.synthetic import Load, chain_limits, encoding_limits, write_run

HOSTILE = "<script>alert('x')</script><img src=http://evil.example/x onerror=alert(1)> \"&'"
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Elements(HTMLParser):
    """Collects elements and attributes, and sees that all are closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.ids = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page(tmp_path: Path, *loads: Load, **meta: object) -> str:
    return build([write_run(tmp_path / "run", loads, **meta)]).page.read_text()


def outside(elements: Elements) -> list[tuple[str, str, str]]:
    """Attributes that would make a browser fetch or run something."""
    fetching = {"src", "href", "xlink:href", "srcset", "action", "data", "poster", "formaction"}
    return [
        (tag, name, value)
        for tag, name, value in elements.attributes
        if (name in fetching and not value.startswith("#") and value != "data:,")
        or name.startswith("on")
    ]


def test_it_loads_nothing_and_runs_nothing(tmp_path):
    text = page(tmp_path, Load(), Load(cell="b", encoding="int8"))
    elements = Elements(text)
    assert elements.open == []
    assert "script" not in elements.tags
    assert outside(elements) == []
    assert "http://" not in text
    assert "https://" not in text
    assert not re.search(r"url\((?!#)|@import", text)


def test_strings_from_outside_stay_text(tmp_path):
    load = Load(
        name=HOSTILE,
        encoding=HOSTILE,
        failing={5: ("rejected", HOSTILE)},
        end={"outcome": "walled", "wall": HOSTILE, "note": HOSTILE, "invalid_reason": HOSTILE},
        facts={"store": HOSTILE, "topology": HOSTILE, "client_version": HOSTILE},
    )
    other = Load(cell="b", name=HOSTILE, facts={"topology": HOSTILE})
    wall = FirstWall(name=HOSTILE, share=0.5, setting=HOSTILE)
    slower = replace(load, cell="c", rate=5, facts={**load.facts, "first_wall": wall})
    held = encoding_limits(HOSTILE, 1, by_gas=1, by_message=1)
    limits = chain_limits(consensus=HOSTILE, store=HOSTILE, encodings=[held])
    known = {"argv": ["weighbridge", HOSTILE], "run": HOSTILE, "limits": [limits]}
    text = page(tmp_path, load, other, slower, **known)
    elements = Elements(text)
    assert "<script" not in text
    assert "img" not in elements.tags
    assert outside(elements) == []
    assert "&lt;script&gt;alert(" in text


def test_mathematics_in_a_name_stays_a_name(tmp_path):
    text = page(tmp_path, Load(name=r"$\frac{a}{$ _x^2"), Load(cell="b", name="$"))
    assert r"$\frac{a}{$ _x^2" in text


def test_passwords_of_urls_are_masked(tmp_path):
    reason = "no answer from http://bob:hunter2@10.0.0.1:8545"
    load = Load(failing={5: ("rejected", reason)}, end={"note": reason, "outcome": "halted"})
    argv = ["locust", "--rpc-url", "http://bob:hunter2@10.0.0.1:8545"]
    paths = build([write_run(tmp_path / "run", [load], argv=argv)])
    for path in (paths.page, paths.summary, paths.table):
        assert "hunter2" not in path.read_text()
        assert "***@10.0.0.1:8545" in path.read_text()


def test_ids_are_unique_and_figures_named(tmp_path):
    elements = Elements(page(tmp_path, Load(), Load(cell="b", encoding="int8")))
    assert len(elements.ids) == len(set(elements.ids))
    pictures = [value for tag, name, value in elements.attributes if (tag, name) == ("svg", "role")]
    assert pictures == ["img"] * 7
    labels = [v for tag, name, v in elements.attributes if (tag, name) == ("svg", "aria-label")]
    assert all(labels)
    assert elements.tags.count("th") == len(
        [1 for tag, name, _ in elements.attributes if (tag, name) == ("th", "scope")]
    )


def test_failures_stand_beside_the_latency_they_are_not_in(tmp_path):
    text = page(tmp_path, Load(failing={30: ("timed_out", "not in a block after 30 s")}))
    assert "failures not in" in text
    assert "not in a block after 30 s" in text
    assert "s-cell-a-0-30" in text
    assert "failures not in" not in page(tmp_path / "other", Load())


def test_the_first_example_of_a_failure_is_the_earliest(measured):
    failing = {9: ("rejected", "full"), 7: ("rejected", "full"), 50: ("evicted", "")}
    lines = failure_lines([[measured(failing=failing)]], ["load"])
    assert [(line.count, line.outcome, line.example) for line in lines] == [
        (2, "rejected", "s-cell-a-0-7"),
        (1, "evicted", "s-cell-a-0-50"),
    ]


@pytest.mark.parametrize(
    "loads",
    [
        [],
        [Load(rate=0)],
        [Load(rate=0, killed_after=0)],
        [Load(killed_after=0)],
        [Load(failing=dict.fromkeys(range(120), ("rejected", "full")))],
        [Load(facts={"offered_per_s": None, "period_s": None, "gas_predicted": None})],
        [Load(end={"schedule_lag_s": None, "generator_cpu_s": None, "reconciled": None})],
        [Load(weights=0, payload_bytes=0, name="")],
        [Load(rate=1, facts={"offered_per_s": 0.0, "duration_s": None, "validators": None})],
    ],
)
def test_a_run_with_little_to_show_has_a_page(tmp_path, loads):
    text = page(tmp_path, *loads)
    assert Elements(text).open == []
    assert "NaN" not in text
    assert ">nan<" not in text


def test_forty_points_have_a_page(tmp_path):
    loads = [
        Load(
            cell=f"c{n}", rate=1 + n % 5, weights=10 ** (n % 7), name=f"model-{n}", encoding="int8"
        )
        for n in range(40)
    ]
    elements = Elements(page(tmp_path, *loads))
    assert elements.tags.count("svg") == 6  # forty curves in one picture would be none


def test_figures_are_the_same_each_time(tmp_path):
    run = read_run(write_run(tmp_path / "run", [Load()]))
    groups = points(cells_of(run, "r"))
    summary = summarise_runs([run], ["r"], groups)
    first, second = (drawings(summary.cells, groups, ["a"]) for _ in range(2))
    assert first == second
