"""The transactions that fill a perceptron or a softmax regression, and let it learn.

Whoever creates a model is its admin, brings its initial weights in chunks, finishes it and appoints
its trainer: in this order, without waiting in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from system.chain.abi import call_data, topic, view
from system.chain.rpc import Rpc
from system.chain.sender import Call

UPDATED: Final = topic("Updated(uint64,bool)")

# 32,000 bytes of call data: within the smallest transaction size a GoQuorum chain can set, 32 KB.
CHUNK_WEIGHTS: Final = 1_000
# An index and a weight take 64 bytes.
CHUNK_PAIRS: Final = CHUNK_WEIGHTS // 2
# Each may fill two slots: 12 M gas.
_CHUNK_SINGLE: Final = CHUNK_PAIRS // 2

# Gas, upper bounds. A sparse weight takes two new slots (22,100) where its neighbours are left out,
# and one where it is learned, a dense one a quarter of a slot and 8 bytes of code (200 each); the
# rest is for another slot that is read and for instructions.
_BASE_GAS: Final = 200_000
_SINGLE_WEIGHT_GAS: Final = 2 * 22_100 + 3_000
_WEIGHT_GAS: Final = 22_100 + 3_000
_CALLDATA_BYTE_GAS: Final = 16


def adding_features(model: str, weights: Sequence[int], *, first: int = 0) -> list[Call]:
    """A perceptron's features from place `first` on, in chunks.

    Of a DensePerceptron all initial weights come so, of a SparsePerceptron those of features beyond
    the ones it was created with.
    """
    return _chunked("addFeatures(uint256,int64[])", model, weights, first)


def bringing(model: str, weights: Sequence[int], *, first: int = 0) -> list[Call]:
    """Initial weights from feature `first` on, in chunks.

    Of a SparsePerceptron, or of the class that a SoftmaxRegression gets next.
    """
    return _chunked("bring(uint256,int64[])", model, weights, first)


def bringing_sparse(model: str, weights: dict[int, int]) -> list[Call]:
    """A SparsePerceptron's initial weights by feature, in chunks of ascending features."""
    indices = sorted(weights)
    return [
        _weighty(
            model,
            call_data("bringSparse(int64[],int64[])", part, [weights[index] for index in part]),
            _SINGLE_WEIGHT_GAS * len(part),
        )
        for part in _parts(indices, _CHUNK_SINGLE)
    ]


def adding_class(model: str, name: str, weights: Sequence[int], *, bias: int) -> list[Call]:
    """A SoftmaxRegression's next class: its weights in chunks, then its name and bias."""
    data = call_data("addClass(string,int64)", name, bias)
    return [*bringing(model, weights), Call(model, data, _gas(data))]


def widening(model: str, count: int) -> Call:
    """A SoftmaxRegression's further features, whose weights are 0."""
    return _plain(model, "addFeatures(uint256)", count)


def finishing(model: str) -> Call:
    """Initial weights are all there: the model predicts from now on."""
    return _plain(model, "finish()")


def appointing(model: str, trainer: str) -> Call:
    """The admin names the one account or contract that updates the model, once."""
    return _plain(model, "appoint(address)", trainer)


def updating(model: str, features: Sequence[int], cls: int, *, classes: int = 1) -> Call:
    """The trainer lets the model learn a sample; `classes` where it moves all, as softmax does."""
    data = call_data("update(int64[],uint64)", features, cls)
    return Call(model, data, _gas(data) + learning_gas(len(features), classes=classes))


def resetting(model: str) -> Call:
    """The trainer takes the model back to its initial weights."""
    return _plain(model, "reset()")


def learning_gas(features: int, *, classes: int = 1) -> int:
    """What learning a sample of so many features costs at most, its transaction set aside."""
    return features * classes * _WEIGHT_GAS


def predicted(rpc: Rpc, model: str, features: Sequence[int]) -> int:
    """The class that a model gives a sample. Raises RpcError where the contract refuses it."""
    return int(_read(rpc, model, "predict(int64[])", features, returns="uint64"))


def evaluated(
    rpc: Rpc, model: str, samples: Sequence[Sequence[int]], classes: Sequence[int]
) -> int:
    """Of how many samples a SparsePerceptron gives the right class. Raises as `predicted`."""
    signature = "evaluate(int64[][],uint64[])"
    return int(_read(rpc, model, signature, samples, classes, returns="uint256"))


def initial_digest(rpc: Rpc, model: str) -> bytes:
    """What tells models with the same beginning: 32 bytes."""
    return bytes(_read(rpc, model, "initialDigest()", returns="bytes32"))


def _read(rpc: Rpc, model: str, signature: str, *arguments: Any, returns: str) -> Any:
    [value] = view(rpc, model, signature, *arguments, returns=[returns])
    return value


def _chunked(signature: str, model: str, weights: Sequence[int], first: int) -> list[Call]:
    return [
        _weighty(
            model,
            call_data(signature, first + index * CHUNK_WEIGHTS, part),
            _WEIGHT_GAS * len(part),
        )
        for index, part in enumerate(_parts(weights, CHUNK_WEIGHTS))
    ]


def _parts(values: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _weighty(model: str, data: bytes, weight_gas: int) -> Call:
    return Call(model, data, _gas(data) + weight_gas)


def _plain(model: str, signature: str, *arguments: Any) -> Call:
    data = call_data(signature, *arguments)
    return Call(model, data, _gas(data))


def _gas(data: bytes) -> int:
    return _BASE_GAS + _CALLDATA_BYTE_GAS * len(data)
