"""What was found, as text and as JSON."""

from __future__ import annotations

import orjson

from bench.network.topology import load_topology
from bench.probe.document import document, to_bytes
from bench.probe.finding import Finding
from bench.probe.recommend import recommend
from bench.probe.show import advice, number, plain, show, verdict
from tests.unit.probe.synthetic import subject

FINDINGS = [
    Finding(
        name="transaction size",
        unit="bytes",
        setting="genesis txnSizeLimit",
        predicted=131_072,
        measured=131_072,
        symptom="oversized data",
    ),
    Finding("round timeout", "s", "genesis", predicted=10, measured=31.25, tolerance=3),
    Finding("leader lost", "s", "compiled in", measured=1.4),
    Finding("pool", "", "--txpool", outcome="not measured", note="no block in time"),
]


def test_plain_lines_say_all_of_it():
    assert "\n".join(plain(FINDINGS)).splitlines() == [
        "wall                             predicted      measured  unit",
        "transaction size                   131,072       131,072  bytes  as predicted",
        "    seen     oversized data",
        "    setting  genesis txnSizeLimit",
        "round timeout                           10         31.25  s  DIFFERS",
        "    setting  genesis",
        "leader lost                              -           1.4  s  measured",
        "    setting  compiled in",
        "pool                                     -             -  -  not measured",
        "    setting  --txpool",
        "    note     no block in time",
    ]


def test_numbers_are_for_reading():
    assert [number(value) for value in (None, 5_242_880, 16.0, 0.5, 12.345, 100.0)] == [
        "-", "5,242,880", "16", "0.5", "12.35", "100",
    ]  # fmt: skip
    assert [verdict(finding) for finding in FINDINGS] == [
        "as predicted", "DIFFERS", "measured", "not measured",
    ]  # fmt: skip


def test_advice_can_be_copied(capsys):
    of = subject(load_topology("qbft-4"))
    recommended = recommend(of)
    text = "\n".join(advice(recommended, whole=True))
    copied = text[text.index("{\n") :]
    assert orjson.loads(copied) == recommended.genesis
    assert "  " + " ".join(recommended.flags) + "\n" in text
    show(of, FINDINGS, recommended)
    printed = capsys.readouterr().out
    assert printed.startswith("qbft-4, a network of the probe's own: chain 1337, 160,000,000 gas")
    assert printed.endswith(text + "\n")


def test_the_document_has_the_agreed_fields():
    of = subject(load_topology("qbft-4"))
    read = orjson.loads(to_bytes(document(of, FINDINGS, recommend(of))))
    assert list(read) == ["schema", "topology", "settings", "chain", "walls", "recommended"]
    assert (read["schema"], read["topology"], read["chain"]["chain_id"]) == (1, "qbft-4", 1337)
    assert {"genesis", "flags", "safe_gas_limit", "zero_share"} == set(read["recommended"])
    size, rounds, leader, pool = read["walls"]
    assert size["agrees"] is True
    assert rounds["agrees"] is False
    assert leader["agrees"] is None
    assert (pool["measured"], pool["outcome"], pool["note"]) == (
        None,
        "not measured",
        "no block in time",
    )
    fields = {"name", "predicted", "measured", "unit", "agrees", "symptom", "setting", "note"}
    assert all(fields < set(row) for row in read["walls"])


def test_somebody_else_s_chain_has_no_topology():
    of = subject(None)
    read = document(of, [], recommend(of))
    assert (read["topology"], read["settings"]) == (None, None)
