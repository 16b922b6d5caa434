"""Private transactions, against doubles of a node and of a private transaction manager."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import coincurve
import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from system.chain.keys import address_of, derive_key, keccak256
from system.chain.private import (
    Manager,
    ManagerFailed,
    NoManager,
    Route,
    input_of,
    require_manager,
    sign_private,
)
from system.chain.rpc import Rpc, RpcError
from system.chain.sender import Call, Sender, hand_over

KEY = derive_key("private", "worker", 0)
RECEIVERS = ("BULeR8JyUWhiuuCMU/HLA0Q5pzkYT+cHII3ZKBey3Bo=",)
TO = "0x" + "11" * 20


def hash_of(payload: bytes) -> bytes:
    return keccak256(payload) + keccak256(payload + b"2")


class Double:
    """An HTTP server that answers as node and as manager and notes what it was asked."""

    def __init__(self) -> None:
        double = self
        self.asked: list[tuple[str, Any]] = []
        self.stored: dict[bytes, bytes] = {}
        self.reply: tuple[int, bytes] | None = None

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                double.asked.append((self.path, body))
                status, answer = double.reply or (200, double.answer(self.path, body))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path: str, body: dict[str, Any]) -> bytes:
        if path == "/storeraw":
            payload = base64.b64decode(body["payload"])
            self.stored[hash_of(payload)] = payload
            return json.dumps({"key": base64.b64encode(hash_of(payload)).decode()}).encode()
        result = {
            "eth_getTransactionCount": "0x7",
            "eth_sendRawPrivateTransaction": "0x" + "ab" * 32,
            "eth_getQuorumPayload": "0x",
        }[body["method"]]
        if body["method"] == "eth_getQuorumPayload":
            result += self.stored.get(bytes.fromhex(body["params"][0][2:]), b"").hex()
        return json.dumps({"jsonrpc": "2.0", "id": body["id"], "result": result}).encode()


@pytest.fixture
def double() -> Iterator[Double]:
    made = Double()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def signer_of(raw: bytes) -> str:
    """The address that a private transaction recovers to by GoQuorum's rule."""
    *fields, v, r, s = rlp.decode(raw)
    signature = r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([v[0] - 37])
    digest = keccak256(rlp.encode(fields))
    public = coincurve.PublicKey.from_signature_and_message(signature, digest, hasher=None)
    return "0x" + keccak256(public.format(compressed=False)[1:])[-20:].hex()


@given(st.integers(0, 2**40), st.integers(21_000, 2**40), st.binary(min_size=64, max_size=64))
def test_a_private_signature_recovers_to_its_account(nonce, gas, stored):
    raw = sign_private(key=KEY, nonce=nonce, gas=gas, to=bytes(20), stored=stored).raw
    fields = rlp.decode(raw)
    assert fields[-3] in (b"\x25", b"\x26")
    assert fields[5] == stored
    assert int.from_bytes(fields[0], "big") == nonce
    assert signer_of(raw) == address_of(KEY).lower()


def test_the_payload_goes_to_the_manager_and_its_hash_to_the_node(double):
    manager = Manager(Route(double.url, RECEIVERS))
    sender = Sender(Rpc(double.url), KEY, 10, manager=manager)
    calls = [Call(TO, b"weights", 90_000), Call(None, b"code", 80_000)]
    assert hand_over(sender, calls) == ["0x" + "ab" * 32] * 2
    assert double.stored == {hash_of(b"weights"): b"weights", hash_of(b"code"): b"code"}
    sent = [body["params"] for _, body in double.asked if "Private" in body.get("method", "")]
    assert [arguments for _, arguments in sent] == [{"privateFor": list(RECEIVERS)}] * 2
    first, second = (rlp.decode(bytes.fromhex(raw[2:])) for raw, _ in sent)
    assert (first[0], first[3], first[5]) == (b"\x07", b"\x11" * 20, hash_of(b"weights"))
    assert (second[0], second[3], second[5]) == (b"\x08", b"", hash_of(b"code"))


def test_call_data_of_private_transactions_comes_from_the_manager(double):
    manager, rpc = Manager(Route(double.url)), Rpc(double.url)
    kept = "0x" + manager.store(b"weights").hex()
    assert input_of(rpc, {"input": kept, "v": "0x26"}) == b"weights"
    assert input_of(rpc, {"input": "0x0102", "v": "0x37"}) == b"\1\2"
    assert [body["method"] for path, body in double.asked if path == "/"] == [
        "eth_getQuorumPayload"
    ]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((500, b"oops"), "answered HTTP 500"),
        ((200, b"<html>"), "answered with no key"),
        ((200, b'{"key": "%%"}'), "answered with no key"),
        ((200, b'{"key": "AAAA"}'), "a key of 3 bytes"),
    ],
)
def test_a_manager_that_does_not_store_is_named(double, reply, said):
    double.reply = reply
    with pytest.raises(ManagerFailed, match=said):
        Manager(Route(double.url)).store(b"weights")


def test_a_manager_that_is_not_there_is_named():
    with pytest.raises(ManagerFailed, match="check --ptm-url"):
        Manager(Route("http://127.0.0.1:1")).store(b"weights")


class Answers(Rpc):
    """A node that answers every call with one error, or with nothing found."""

    def __init__(self, error: RpcError | None) -> None:
        super().__init__("http://127.0.0.1:1")
        self.error = error

    def call(self, method: str, *params: Any) -> Any:
        if self.error is not None:
            raise self.error
        return "0x"


@pytest.mark.parametrize(
    "error",
    [
        RpcError(-32000, "PrivateTransactionManager is not enabled"),
        RpcError(-32000, "private transaction manager is not in use"),
        RpcError(-32601, "the method eth_getQuorumPayload does not exist/is not available"),
    ],
)
def test_nodes_without_a_manager_are_told_by_their_words(error):
    with pytest.raises(NoManager, match="no private transaction manager"):
        require_manager(Answers(error))


@pytest.mark.parametrize("error", [None, RpcError(-32000, "Non-200 status code: 404")])
def test_a_manager_that_knows_no_such_payload_is_one_all_the_same(error):
    require_manager(Answers(error))
