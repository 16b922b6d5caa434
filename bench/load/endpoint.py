"""JSON-RPC in the timed path: keep-alive sockets, bodies put together as bytes."""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from geventhttpclient import HTTPClient

from system.chain.private import SEND, Route

_HEADERS = {"Content-Type": "application/json"}
# Request id and hexadecimal digits are filled in.
_SENDING = b'{"jsonrpc":"2.0","id":%d,"method":"eth_sendRawTransaction","params":["0x%b"]}'


@dataclass(frozen=True, slots=True)
class Refusal:
    """A node's error to one transaction; code 0 means that no valid answer came back at all."""

    code: int
    message: str


class Endpoint:
    """One node's HTTP address; each sender holds one of `connections` sockets while it waits.

    With a `route` what is sent are private transactions.
    """

    def __init__(
        self, url: str, *, connections: int, timeout_s: float, route: Route | None = None
    ) -> None:
        parts = urlsplit(url)
        assert parts.hostname  # validated by system.chain.rpc.Rpc before
        self.url = url
        self._path = parts.path or "/"
        self._sending = _SENDING if route is None else _private_sending(route)
        self._client = HTTPClient(
            parts.hostname,
            parts.port or (443 if parts.scheme == "https" else 80),
            ssl=parts.scheme == "https",
            concurrency=connections,
            connection_timeout=timeout_s,
            network_timeout=timeout_s,
        )

    def send_raw(self, raws: Sequence[bytes]) -> list[str | Refusal]:
        """The transaction hash or the refusal for each signed transaction, in order."""
        body = b",".join(
            self._sending % (index, binascii.hexlify(raw)) for index, raw in enumerate(raws)
        )
        try:
            answer = self._post(body if len(raws) == 1 else b"[%b]" % body)
        except (OSError, ValueError) as error:
            return [Refusal(0, f"{type(error).__name__}: {error}")] * len(raws)
        if isinstance(answer, dict):
            return [_outcome(answer)] * len(raws)
        by_id = {one.get("id"): one for one in answer}
        return [_outcome(by_id.get(index, {})) for index in range(len(raws))]

    def call(self, *requests: tuple[str, list[Any]]) -> list[Any]:
        """The results of several requests in one body; raises OSError or ValueError."""
        body = [
            {"jsonrpc": "2.0", "id": index, "method": method, "params": params}
            for index, (method, params) in enumerate(requests)
        ]
        answer = self._post(orjson.dumps(body))
        if isinstance(answer, dict):
            raise ValueError(f"the batch was refused: {answer.get('error')}")
        by_id = {one["id"]: one for one in answer}
        return [_result(by_id[index]) for index in range(len(requests))]

    def close(self) -> None:
        """Close every socket."""
        self._client.close()

    def _post(self, body: bytes) -> Any:
        response = self._client.post(self._path, body=body, headers=_HEADERS)
        data = response.read()
        if response.status_code != 200:
            raise ValueError(f"HTTP {response.status_code} {bytes(data[:80])!r}")
        return orjson.loads(bytes(data))


def _private_sending(route: Route) -> bytes:
    arguments = orjson.dumps(route.arguments).replace(b"%", b"%%")
    method = SEND.encode()
    return b'{"jsonrpc":"2.0","id":%%d,"method":"%b","params":["0x%%b",%b]}' % (method, arguments)


def _outcome(answer: dict[str, Any]) -> str | Refusal:
    if "result" in answer:
        return str(answer["result"])
    error = answer.get("error") or {"code": 0, "message": "no answer to this request"}
    return Refusal(int(error.get("code", 0)), str(error.get("message", "")))


def _result(answer: dict[str, Any]) -> Any:
    if "error" in answer:
        raise ValueError(str(answer["error"].get("message", answer["error"])))
    return answer["result"]
