"""The largest HTTP body that the node reads."""

from __future__ import annotations

import urllib3

from bench.limits.walls import BODY_BYTES
from bench.probe.deadline import OutOfTime
from bench.probe.finding import Finding
from bench.probe.limit import largest
from bench.probe.subject import Subject
from bench.probe.wall import Wall

_REQUEST = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'
_LOW_BYTES, _HIGH_BYTES = 2**10, 2**26
_TIMEOUT_S = 20.0
_AROUND_BYTES = 100


def _measure(subject: Subject) -> list[Finding]:
    poster = _Poster(subject.rpc.url)
    measured = largest(poster.passes, guess=BODY_BYTES, low=_LOW_BYTES, high=_HIGH_BYTES)
    return [
        Finding(
            name=WALL.name,
            unit="bytes",
            setting=WALL.setting,
            predicted=BODY_BYTES,
            measured=measured,
            symptom=poster.refusal(measured + 1),
            note=_note(subject, measured),
        )
    ]


def _note(subject: Subject, body_bytes: int) -> str:
    # Call data travels in hexadecimal: two characters a byte, and the request around it.
    largest_bytes = 2 * subject.chain.transaction_size_limit_bytes + _AROUND_BYTES
    return f"{body_bytes // largest_bytes} transactions of the largest size in one JSON-RPC batch"


class _Poster:
    """Sends a harmless request filled up with spaces."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=_TIMEOUT_S))

    def passes(self, size_bytes: int) -> bool:
        return not self.refusal(size_bytes)

    def refusal(self, size_bytes: int) -> str:
        """What the client sees, "" where the node answered the request."""
        body = _REQUEST.ljust(size_bytes)
        headers = {"Content-Type": "application/json"}
        try:
            answer = self._pool.request("POST", self._url, body=body, headers=headers)
        except urllib3.exceptions.ProtocolError:  # closed before it had read everything
            return "connection closed"
        except urllib3.exceptions.HTTPError as error:
            raise OutOfTime(
                f"no answer to {size_bytes:,} bytes ({type(error).__name__})"
            ) from error
        if answer.status == 200:
            return ""
        said = " ".join(answer.data[:120].decode(errors="replace").split())
        return f"HTTP {answer.status} {said}"


WALL = Wall("HTTP body", "compiled in (rpc/http.go): send fewer in a batch", "nothing", _measure)
