"""What the server takes for a won job's model, whatever the winners left on the chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from eth_abi.abi import encode

from system.chain.rpc import Rpc
from system.chain.sender import Sender
from system.jobs import server
from system.jobs.market import Outcome, Phase, State, Terms
from system.jobs.reader import NotRecovered
from system.jobs.results import Place, digest_of
from system.jobs.server import NothingUsable, is_model, winning_weights
from system.weights import codec
from system.weights.errors import MalformedPayload

PLACE = Place(1337, "0x" + "11" * 20, "0x" + "22" * 20, "calldata", "int32")
MODEL = codec("int32").encode(np.linspace(-1, 1, 5))
TERMS = Terms(
    payment=1,
    deposit=0,
    weight_count=5,
    result_chunk_bytes=1_000,
    seats=3,
    publish_blocks=4,
    commit_blocks=4,
    reveal_blocks=4,
    delivery_blocks=4,
)
WORKERS = tuple(f"0x{number:040x}" for number in (1, 2, 3))


class Logs(Rpc):
    """A node that knows the winners of a job."""

    def __init__(self, digest: bytes) -> None:
        super().__init__("http://127.0.0.1:1")
        self._data = "0x" + encode(["bytes32", "uint32"], [digest, 1]).hex()

    def call(self, method: str, *params: Any) -> Any:
        assert method == "eth_getLogs"
        return [
            {"data": self._data, "topics": ["", "0x" + worker[2:].rjust(64, "0")]}
            for worker in WORKERS
        ]


def read(monkeypatch: pytest.MonkeyPatch, left: dict[str, object]) -> Callable[[bytes], bytes]:
    def submission(*_: object, worker: str, **__: object) -> bytes:
        found = left[worker]
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, bytes)
        return found

    monkeypatch.setattr(server, "read_submission", submission)

    def weights(payload: bytes) -> bytes:
        digest = digest_of(PLACE, payload, chunk_bytes=TERMS.result_chunk_bytes)
        state = State(Phase.CLOSED, Outcome.WON, 0, 3, 3, 3, digest, 3, False, 0)
        return winning_weights(
            Sender(Logs(digest), bytes(31) + b"\1", 1337), PLACE, 1, state, TERMS
        )

    return weights


@pytest.mark.parametrize("junk", [NotRecovered("gone"), MalformedPayload("torn"), b"other bytes"])
def test_the_next_member_is_asked_where_one_left_nothing_to_read(
    monkeypatch: pytest.MonkeyPatch, junk: object
) -> None:
    left = {WORKERS[0]: junk, WORKERS[1]: junk, WORKERS[2]: MODEL}
    assert read(monkeypatch, left)(MODEL) == MODEL


@pytest.mark.parametrize("agreed", [b"no whole int32", MODEL + MODEL, MODEL[:8]])
def test_bytes_that_are_no_model_are_not_taken_whoever_agrees_on_them(
    monkeypatch: pytest.MonkeyPatch, agreed: bytes
) -> None:
    with pytest.raises(NothingUsable, match="5 weights"):
        read(monkeypatch, dict.fromkeys(WORKERS, agreed))(agreed)


@pytest.mark.parametrize(
    ("payload", "expected"), [(MODEL, True), (MODEL[:-1], False), (MODEL[:-4], False), (b"", False)]
)
def test_a_model_has_all_its_weights(payload: bytes, expected: bool) -> None:
    assert is_model(payload, "int32", 5) is expected
