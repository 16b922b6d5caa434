"""Clients that read whole blocks go blind at limits of their own, while the chain goes on."""

from __future__ import annotations

import pytest

from bench.compare.sight import look
from bench.compare.sight_clients import clients
from bench.compare.sight_stage import stage

# What the Python library `websockets` takes in one message unless it is told otherwise.
_PYTHON_LIMIT_BYTES = 1 << 20

pytestmark = pytest.mark.chain


def test_each_client_reads_up_to_a_limit_of_its_own(geth):
    known = clients()
    python, go = "web3.py over a WebSocket", "go-ethereum over a WebSocket"
    with stage(calldata_bytes=64_000, most=9) as place:
        found = look(place, python, known[python], 9)
        assert found.largest == 8
        assert found.blind_at == 9
        assert found.json_bytes is not None
        assert found.json_bytes > _PYTHON_LIMIT_BYTES > found.json_bytes * 8 / 9
        assert "1009" in found.said or "too big" in found.said, found.said
        assert look(place, go, known[go], 9).blind_at is None
