"""The transactions that fill a model of counts or of means; `calls` has those that all share.

A class's numbers come in chunks, then its name: in this order, without waiting in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from system.chain.abi import call_data
from system.chain.sender import Call
from system.models.classifiers.calls import CHUNK_PAIRS, CHUNK_WEIGHTS

# Gas, upper bounds: a slot (22,100) for each count and for eight values, the rest is instructions.
_BASE_GAS: Final = 200_000
_COUNT_GAS: Final = 24_000
_VALUE_GAS: Final = 4_000
_CALLDATA_BYTE_GAS: Final = 16


def adding_counts(model: str, name: str, counts: Mapping[int, int], *, samples: int) -> list[Call]:
    """A class of NaiveBayes or SparseNearestCentroid: its counts by feature, its samples."""
    indices = sorted(counts)
    chunks = [indices[at : at + CHUNK_PAIRS] for at in range(0, len(indices), CHUNK_PAIRS)]
    brought = [_bringing(model, part, [counts[index] for index in part]) for part in chunks]
    return [*brought, _naming(model, name, samples)]


def adding_mean(model: str, name: str, values: Sequence[int], *, samples: int) -> list[Call]:
    """A class of NearestCentroid: the mean of so many samples, with nine decimals."""
    brought = [
        _call(model, _VALUE_GAS * len(part), "bring(uint256,int64[])", first, part)
        for first in range(0, len(values), CHUNK_WEIGHTS)
        for part in [values[first : first + CHUNK_WEIGHTS]]
    ]
    return [*brought, _naming(model, name, samples)]


def adding_values(model: str, rows: Sequence[Sequence[int]]) -> Call:
    """Features of NearestCentroid: a row of their values for each class."""
    # Initial and learned values, and for each of them a word at the row's ends.
    gas = 2 * _VALUE_GAS * sum(map(len, rows)) + 4 * _COUNT_GAS * len(rows)
    return _call(model, gas, "addFeatures(int64[][])", rows)


def _bringing(model: str, indices: Sequence[int], counts: Sequence[int]) -> Call:
    gas = _COUNT_GAS * len(indices)
    return _call(model, gas, "bring(uint32[],uint32[])", indices, counts)


def _naming(model: str, name: str, samples: int) -> Call:
    return _call(model, 0, "addClass(string,uint32)", name, samples)


def _call(model: str, gas: int, signature: str, *arguments: Any) -> Call:
    data = call_data(signature, *arguments)
    return Call(model, data, _BASE_GAS + _CALLDATA_BYTE_GAS * len(data) + gas)
