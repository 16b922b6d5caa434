"""Transactions as systems write them, in the form that a swarm signs."""

from __future__ import annotations

from collections.abc import Sequence

from bench.load.workloads import Call
from system.chain.sender import Call as ControlCall


def calls(made: Sequence[ControlCall]) -> list[Call]:
    """The same transactions as the swarm signs them."""
    return [
        Call(bytes.fromhex((one.to or "")[2:]), one.data, one.gas, value=one.value) for one in made
    ]
