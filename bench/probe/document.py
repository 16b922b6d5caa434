"""The machine-readable result, schema 1; it changes by additions only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson

from bench.probe.finding import Finding
from bench.probe.recommend import Recommendation
from bench.probe.subject import Subject

SCHEMA = 1


def document(
    subject: Subject, findings: Sequence[Finding], recommended: Recommendation
) -> dict[str, Any]:
    """All that was found as plain values; `topology` and `settings` are None on a user's chain."""
    topology = subject.topology
    return {
        "schema": SCHEMA,
        "topology": topology and topology.name,
        "settings": topology and asdict(topology),
        "chain": asdict(subject.chain),
        "walls": [_row(finding) for finding in findings],
        "recommended": asdict(recommended),
    }


def to_bytes(content: dict[str, Any]) -> bytes:
    """The document as it is printed and written."""
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "outcome": finding.outcome,
        "predicted": finding.predicted,
        "measured": finding.measured,
        "unit": finding.unit,
        "tolerance": finding.tolerance,
        "agrees": finding.agrees,
        "symptom": finding.symptom,
        "setting": finding.setting,
        "note": finding.note,
    }
