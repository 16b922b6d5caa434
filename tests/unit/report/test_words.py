"""Numbers, names, walls and the verdict read as people write them."""

from __future__ import annotations

import pytest

from bench.report.labels import labels
from bench.report.numbers import amount, figure, percent, seconds, size, whole
from bench.report.verdict import verdict
from bench.report.walls import walls
from tests.unit.report.synthetic import Load

HALTED = {"outcome": "halted", "note": "no block for 12 s after block 7"}
LAGGED = {"valid": False, "invalid_reason": "sent 0.7 s late"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (figure(149.83), "150"),
        (figure(0.6), "0.6"),
        (figure(9.996), "10"),
        (figure(1234), "1,230"),
        (figure(160e6), "160 M"),
        (figure(9_999.9), "10 k"),
        (figure(0), "0"),
        (figure(None), "–"),
        (size(31_400), "31.4 kB"),
        (size(999.9), "1 kB"),
        (size(12), "12 B"),
        (size(9_730_000), "9.73 MB"),
        (size(None), "–"),
        (seconds(1.7432), "1.74 s"),
        (seconds(0.0123), "12.3 ms"),
        (seconds(0), "0 s"),
        (seconds(-0.004), "-4 ms"),
        (seconds(None), "–"),
        (percent(0.98345), "98.3 %"),
        (whole(61_706), "61,706"),
        (whole(None), "–"),
        (amount("-28800000000000", "wei"), "−28.8 k gwei"),
        (amount("3600000000", "wei"), "3.6 gwei"),
        (amount("-1234", "points"), "−1,234 points"),
    ],
)
def test_three_significant_digits(text, expected):
    assert text == expected


def test_a_system_s_own_options_are_named_where_they_differ(summarised):
    def load(cell, incentive):
        settings = {"classifier": "softmax", "incentive": incentive, "bad": 0.2}
        facts = {"system": "models", "settings": settings}
        return Load(cell=cell, name="64", weights=64, facts=facts)

    loads = [load("a", "stake"), load("b", "market"), Load(cell="c", name="64", weights=64)]
    assert labels(summarised(*loads)) == [
        "64 · models · stake",
        "64 · models · market",
        "64 · jobs",
    ]


def test_names_say_no_more_than_tells_points_apart(summarised):
    loads = [
        Load(cell="a", name="counter", weights=0),
        Load(cell="b"),
        Load(cell="c", encoding="int256"),
        Load(cell="d", encoding="int256", rate=20),
    ]
    assert labels(summarised(*loads)) == [
        "counter",
        "mnist-softmax · float32",
        "mnist-softmax · int256 · 10/s",
        "mnist-softmax · int256 · 20/s",
    ]


def test_names_that_are_cut_alike_are_numbered(summarised):
    names = [f"{'a' * 40}{middle}{'z' * 40}" for middle in "mn"]
    found = labels(summarised(*(Load(cell=one[40], name=one) for one in names)))
    assert len(set(found)) == 2
    assert found[1].endswith(" (2)")


def test_yes_when_all_loads_were_carried(summarised):
    found = verdict(summarised(Load(name="small"), Load(cell="z", name="large", weights=9_000)))
    assert found.answer == "yes"
    assert found.text == (
        "Yes. Both loads were carried as offered. "
        "The largest model carried is large (9,000 weights) as float32: at least 10 a second, or "
        "579 workers in a round of a minute. "
        "small (31.4 kB): 10/s of 10/s committed, p99 2.05 s. "
        "large (31.4 kB): 10/s of 10/s committed, p99 2.05 s."
    )


def test_partly_when_some_were(summarised):
    found = verdict(summarised(Load(name="a"), Load(cell="z", name="b", end=HALTED)))
    assert found.answer == "partly"
    assert [one.sustained for one in found.points] == [True, False]
    assert found.points[1].short == "the chain halted"


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (Load(end=HALTED), "the chain halted"),
        (
            Load(end={"outcome": "walled", "wall": "transaction size"}),
            "stopped by transaction size",
        ),
        (Load(end={"outcome": "saturated"}), "saturated"),
        (Load(failing=dict.fromkeys(range(120), ("evicted", ""))), "nothing was committed"),
        (Load(failing={7: ("timed_out", "late")}), "1 of 120 failed (1 timed out)"),
        (Load(facts={"offered_per_s": 11.0}), "less than was offered"),
        (Load(late_s=9.0, facts={"offered_per_s": None}), "p99 above 10 s: a queue was growing"),
    ],
)
def test_no_names_what_stopped_it(summarised, load, words):
    found = verdict(summarised(load))
    assert (found.answer, found.points[0].short) == ("no", words)
    assert words in found.text


def test_invalid_measurements_answer_nothing(summarised):
    found = verdict(summarised(Load(end=LAGGED)))
    assert found.text.startswith("No. No answer can be drawn: none of these measurements is valid.")
    assert "sent 0.7 s late" in found.text


def test_a_closed_loop_has_no_rate_to_fall_short_of(summarised):
    closed = Load(facts={"offered_per_s": None, "loop": "closed"})
    assert verdict(summarised(closed)).text.endswith("(31.4 kB): 10/s committed, p99 2.05 s.")


def test_no_cell_is_no_answer():
    assert verdict([]).answer == "no"


@pytest.mark.parametrize(
    ("load", "wall", "words"),
    [
        (Load(rate=2, transactions=4), "transaction size", "31.4 kB need 4 transactions"),
        (Load(rate=19), "block gas", "blocks are 95 % full against the block gas limit of 10 M"),
        (Load(facts={"offered_per_s": 30.0}), "block gas", "needs 15 M gas a block"),
        (Load(payload_bytes=1_000_000), "block message", "10 MiB that validators take"),
        (Load(end=HALTED), "chain halted", "no block for 12 s after block 7"),
        (Load(end={"outcome": "walled", "wall": "code size"}), "code size", "stopped by code size"),
    ],
)
def test_walls_are_named_with_their_figures(summarised, load, wall, words):
    [found] = walls(summarised(load))
    assert (found.wall, found.weights, found.encoding) == (wall, 7_850, "float32")
    assert words in found.text


def test_a_plain_load_meets_no_wall(summarised):
    assert walls(summarised(Load())) == []


def test_a_generator_that_died_says_nothing_of_the_chain(summarised):
    assert walls(summarised(Load(killed_after=3))) == []
