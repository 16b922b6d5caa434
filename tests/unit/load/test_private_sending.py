"""Private submissions: the node gets the payload's hash, and who may have the payload."""

from __future__ import annotations

import json

import rlp

from bench.load.account import account
from bench.load.endpoint import Endpoint
from bench.load.preparer import Preparer
from bench.load.workloads import Call
from system.chain.private import Manager, Route

RECEIVERS = ("BULeR8JyUWhiuuCMU/HLA0Q5pzkYT+cHII3ZKBey3Bo=", "100%=")


def body(route: Route | None) -> dict:
    endpoint = Endpoint("http://127.0.0.1:1", connections=1, timeout_s=1.0, route=route)
    return json.loads(endpoint._sending % (3, b"abcd"))


def test_public_transactions_go_alone():
    assert body(None) == {
        "jsonrpc": "2.0",
        "id": 3,
        "method": "eth_sendRawTransaction",
        "params": ["0xabcd"],
    }


def test_private_ones_go_with_their_receivers():
    assert body(Route("http://127.0.0.1:1", RECEIVERS)) == {
        "jsonrpc": "2.0",
        "id": 3,
        "method": "eth_sendRawPrivateTransaction",
        "params": ["0xabcd", {"privateFor": list(RECEIVERS)}],
    }


def test_payloads_are_stored_in_order_and_nonces_follow_on():
    class Noting(Manager):
        def store(self, data: bytes) -> bytes:
            kept.append(data)
            return data * 64

    kept: list[bytes] = []
    worker = account("private", process=0, number=0)
    manager = Noting(Route("http://127.0.0.1:1"))
    preparer = Preparer(None, 10, "p", ahead=False, manager=manager)
    signed = preparer.sign(worker, [Call(bytes(20), b"a", 1), Call(bytes(20), b"b", 1)])
    assert kept == [b"a", b"b"]
    fields = [rlp.decode(one.raw) for one in signed]
    assert [one[5] for one in fields] == [b"a" * 64, b"b" * 64]
    assert [one[0] for one in fields] == [b"", b"\1"]
    assert worker.nonce == 2
