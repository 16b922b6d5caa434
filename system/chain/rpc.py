"""JSON-RPC over HTTP with keep-alive, for everything outside the timed path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson
import urllib3

from system.errors import UsageError, WeighbridgeError


class RpcError(WeighbridgeError):
    """The node answered with an error object; `code` and `message` are its own words.

    `data` is what a reverted `eth_call` returned: a custom error's selector and values.
    """

    def __init__(self, code: int, message: str, data: bytes = b"") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.data = data


class Unreachable(UsageError):
    """Nothing that speaks JSON-RPC answers at the address."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            f"no JSON-RPC endpoint answers at {masked(url)} ({why}); "
            "start one with `weighbridge network up` or give --rpc-url a node's HTTP address"
        )


def masked(url: str) -> str:
    """The URL without the user and password some endpoints carry: fit for logs and reports."""
    parts = urlsplit(url)
    if parts.username is None and parts.password is None:
        return url
    host = parts.hostname or ""
    return parts._replace(
        netloc=f"***@{host}:{parts.port}" if parts.port else f"***@{host}"
    ).geturl()


class Rpc:
    """A connection to one endpoint: `call` for one request, `batch` for many in one HTTP body."""

    def __init__(self, url: str, *, timeout_s: float = 30.0) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise UsageError(f"{masked(url)!r} is no HTTP address; write http://127.0.0.1:8545")
        self.url = url
        self._pool = urllib3.PoolManager(
            maxsize=4, retries=False, timeout=urllib3.Timeout(total=timeout_s)
        )

    def call(self, method: str, *params: Any) -> Any:
        """The `result` of one request; raises RpcError or Unreachable."""
        answer = self._post({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        return _result(answer, raises=True)

    def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """One result per request, in order; a failed one is an RpcError in its place."""
        if not requests:
            return []
        body = [
            {"jsonrpc": "2.0", "id": index, "method": method, "params": params}
            for index, (method, params) in enumerate(requests)
        ]
        answers = self._post(body)
        if isinstance(answers, dict):  # the whole batch was refused
            _result(answers, raises=True)
        by_id = {answer["id"]: answer for answer in answers}
        return [_result(by_id[index], raises=False) for index in range(len(requests))]

    def _post(self, body: Any) -> Any:
        try:
            response = self._pool.request(
                "POST",
                self.url,
                body=orjson.dumps(body),
                headers={"Content-Type": "application/json"},
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(self.url, type(error).__name__) from error
        if response.status != 200:
            said = " ".join(response.data[:80].decode(errors="replace").split())
            raise RpcError(-response.status, f"HTTP {response.status} {said}")
        try:
            return orjson.loads(response.data)
        except orjson.JSONDecodeError as error:
            raise Unreachable(self.url, "the answer is not JSON") from error


def _result(answer: Any, *, raises: bool) -> Any:
    if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
        raise RpcError(0, f"not a JSON-RPC answer: {str(answer)[:120]}")
    if "error" not in answer:
        return answer["result"]
    error = _error(answer["error"] if isinstance(answer["error"], dict) else {})
    if raises:
        raise error
    return error


def _error(said: dict[str, Any]) -> RpcError:
    data = said.get("data")
    is_hex = isinstance(data, str) and data.startswith("0x")
    return RpcError(
        int(said.get("code", 0)),
        str(said.get("message", "")),
        bytes.fromhex(str(data)[2:]) if is_hex else b"",
    )
