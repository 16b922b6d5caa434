"""What validators use while a load runs, sampled from outside once a second."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
import psutil
import urllib3

from bench.network.health import disk_bytes
from bench.network.node import Node
from bench.network.running import Network
from bench.record.schema import ResourceRow
from bench.record.writer import ResourceFile
from system.chain.rpc import Rpc, RpcError, Unreachable
from system.errors import UsageError

_EVERY_S = 1.0
# The node counts its traffic anew every 5 s; its 90 KB of metrics cost 5 ms of its time. What the
# system counts of a process (/proc/PID/io) does not tell its sockets from its files.
_TRAFFIC_EVERY = 5
_ANSWER_S = 2.0


@contextmanager
def sampled(network: Network, run: Path, cell: str) -> Iterator[None]:
    """Inside the block a thread appends a row a validator and second to the cell's file in `run`.

    One sample of four validators takes some 8 ms. A validator that died or does not answer leaves
    out what it can't tell; a full disk ends the sampling.
    """
    stop = threading.Event()
    file = ResourceFile(run, cell)
    thread = threading.Thread(target=_sample, args=(network, file, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        file.close()


def _sample(network: Network, file: ResourceFile, stop: threading.Event) -> None:
    probes = [
        _Probe(node, process.pid)
        for node, process in zip(network.nodes, network.process_ids, strict=True)
    ]
    psutil.cpu_percent()  # the first call only starts the count
    last = False
    round_ = 0
    with suppress(UsageError):
        while not last:
            last = stop.wait(_EVERY_S if round_ else 0.0)
            busy = psutil.cpu_percent() / 100
            for probe in probes:
                with suppress(psutil.NoSuchProcess):
                    traffic = last or round_ % _TRAFFIC_EVERY == 0
                    file.write(probe.row(file.cell, busy=busy, traffic=traffic))
            round_ += 1


class _Probe:
    """How one validator is asked."""

    def __init__(self, node: Node, pid: int) -> None:
        self._node = node
        self._process = psutil.Process(pid)
        self._rpc = Rpc(node.endpoint, timeout_s=_ANSWER_S)
        self._http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=_ANSWER_S))

    def row(self, cell: str, *, busy: float, traffic: bool) -> ResourceRow:
        pending, queued = self._pool()
        received, sent = self._traffic() if traffic else (None, None)
        cpu = self._process.cpu_times()
        return ResourceRow(
            cell=cell,
            at_s=time.time(),
            validator=self._node.validator.index,
            cpu_s=cpu.user + cpu.system,
            memory_bytes=self._process.memory_info().rss,
            disk_bytes=disk_bytes(self._node.data),
            network_in_bytes=received,
            network_out_bytes=sent,
            pending=pending,
            queued=queued,
            machine_busy=busy,
            cores=os.cpu_count() or 1,
        )

    def _pool(self) -> tuple[int | None, int | None]:
        try:
            status = self._rpc.call("txpool_status")
        except (RpcError, Unreachable):
            return None, None
        return int(status["pending"], 16), int(status["queued"], 16)

    def _traffic(self) -> tuple[int | None, int | None]:
        """Bytes from and to its peers since it started, as the node itself meters them."""
        try:
            answer = self._http.request("GET", f"{self._node.metrics_url}/debug/metrics")
            metrics = orjson.loads(answer.data)
            return int(metrics["p2p/ingress.count"]), int(metrics["p2p/egress.count"])
        except (urllib3.exceptions.HTTPError, ValueError, KeyError):
            return None, None
