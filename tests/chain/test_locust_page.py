"""Locust's own page: its fields, a test started from it, and a second one after that."""

from __future__ import annotations

import json
import signal
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.network.ports import LOOPBACK, free_ports
from bench.network.running import Network
from tests.chain.commands import LOCUST, Running, running, wait_until
from tests.chain.recount import begun_only, recount, rows

pytestmark = pytest.mark.chain

_FIELDS = ("weights", "encoding", "store", "privacy", "system", "rate", "rpc_url", "chain_id")


class Page:
    """A Locust that shows its page; what a browser would ask of it."""

    def __init__(self, address: str, locust: Running) -> None:
        self._address, self.locust = address, locust

    def get(self, path: str) -> str:
        """The body of a page."""
        with urllib.request.urlopen(f"{self._address}{path}", timeout=90) as answer:
            body: str = answer.read().decode()
        return body

    def post(self, path: str, **fields: object) -> Any:
        """The answer to a form."""
        data = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(f"{self._address}{path}", data, timeout=90) as answer:
            return json.loads(answer.read())

    def state(self) -> str:
        """What the page shows of the test: ready, spawning, running, stopped…"""
        told: str = json.loads(self.get("/stats/requests"))["state"]
        return told

    def is_up(self) -> bool:
        """Whether it answers yet."""
        try:
            return bool(self.get("/"))
        except OSError:
            return False


@pytest.fixture
def page(single: Network, tmp_path: Path) -> Iterator[Page]:
    """Locust with its page on a free port."""
    (port,) = free_ports(1)
    web = ("--web-host", LOOPBACK, "--web-port", str(port))
    options = ("--rpc-url", single.endpoints[0], "--run-dir", str(tmp_path / "run"))
    command = (*LOCUST, *web, *options, "--warmup", "0.5", "--weights", "650")
    with running(command, tmp_path, "page") as locust:
        shown = Page(f"http://{LOOPBACK}:{port}", locust)
        wait_until(shown.is_up)
        yield shown


def test_two_tests_from_one_page(page: Page, single: Network, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    html = page.get("/")
    for field in _FIELDS:
        assert f'"{field}"' in html

    swarm = {"user_count": 5, "spawn_rate": 5, "weights": "650", "encoding": "int32"}
    assert page.post("/swarm", **swarm, rate="", chain_id="1337")["success"]
    wait_until(lambda: len(rows(run_dir)) >= 10)
    page.post("/stop")
    wait_until(lambda: (run_dir / "index.html").exists())
    first = json.loads((run_dir / "summary.json").read_bytes())["cells"]
    assert [(cell["encoding"], cell["outcome"], cell["valid"]) for cell in first] == [
        ("int32", "ok", True)
    ]

    # An open loop the second time, in the same run directory and with a cell of the same name.
    assert page.post("/swarm", **swarm, rate="10", duration="3")["success"]
    wait_until(lambda: len(list(run_dir.glob("end-*.json"))) == 2)
    wait_until(lambda: page.state() == "stopped")
    wait_until(lambda: len(_cells(run_dir)) == 2)

    assert begun_only(run_dir) == []
    counted = recount(single.endpoints[0], run_dir)
    assert set(counted.outcomes) == {"included"}
    assert counted.completed == sum(cell["included"] for cell in _cells(run_dir))
    assert sorted(cell["offered_per_s"] or 0 for cell in _cells(run_dir)) == [0, 10]
    page.locust.process.send_signal(signal.SIGTERM)
    said = page.locust.said()
    assert "Traceback" not in said.err
    assert said.code == 0


def test_what_cannot_be_used_is_told_and_the_page_stays(page: Page, tmp_path: Path) -> None:
    page.post("/swarm", user_count=2, spawn_rate=2, weights="650", rate="fast")
    wait_until(lambda: "--rate 'fast' is no number" in page.get("/logs"))
    assert page.state() in ("ready", "stopped")
    page.post("/swarm", user_count=2, spawn_rate=2, weights="lenet6", rate="")
    wait_until(lambda: "did you mean 'lenet5'?" in page.get("/logs"))
    page.post("/swarm", user_count=2, spawn_rate=2, weights="counter", rate="")
    wait_until(lambda: len(rows(tmp_path / "run")) >= 2)
    page.post("/stop")
    wait_until(lambda: (tmp_path / "run" / "index.html").exists())
    page.locust.process.send_signal(signal.SIGTERM)
    assert "Traceback" not in page.locust.said().err


def _cells(run_dir: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads((run_dir / "summary.json").read_bytes())["cells"]
    return cells
