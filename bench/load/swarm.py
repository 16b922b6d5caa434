"""One process's part of the swarm: accounts, senders, the watcher, rows, and the drain."""

from __future__ import annotations

import gevent

import gc
import itertools
import logging
import resource
import time
from collections.abc import Callable
from pathlib import Path

from bench.load.account import Account, account
from bench.load.clock import now_s
from bench.load.endpoint import Endpoint
from bench.load.hands import UNCOUNTED, SwarmHands
from bench.load.ledger import Ledger
from bench.load.leftovers import classify, resend_lost
from bench.load.open_loop import OpenLoop, lag_figures
from bench.load.preparer import Preparer
from bench.load.process_file import ProcessEnd, write_process
from bench.load.reverts import namer
from bench.load.schedule import Schedule, own_times
from bench.load.sender import Sender
from bench.load.session import Session
from bench.load.submission import Submission
from bench.load.watcher import Watcher
from bench.load.workloads import Live, Workload
from bench.record.schema import BlockRow
from bench.record.writer import RowFile
from system.chain.rpc import Rpc

log = logging.getLogger("weighbridge")

LANES = 64
BATCH_LANES = 8  # fewer, so that transactions meet in a lane and share a body
# Two failed rounds last 10 s and 20 s by GoQuorum's defaults, and then the chain goes on.
_HALT_S = 35.0


class Swarm:
    """Everything one Locust process does to the chain; `ended` is called for each submission."""

    def __init__(
        self,
        session: Session,
        workload: Workload,
        *,
        run_dir: Path,
        process: int,
        processes: int,
        ended: Callable[[Submission], None],
    ) -> None:
        self.session = session
        self.process, self.processes = process, processes
        self._run_dir = run_dir
        self._ended = ended
        self._cpu_start_s = time.process_time()
        # What was imported lives for ever and submissions hold no cycles: scanning them took a
        # tenth of the generator's time.
        gc.freeze()
        gc.set_threshold(100_000, 50, 50)
        self._rows = RowFile(run_dir, session=session.id, process=str(process))
        self._lanes = LANES if session.batch == 1 else BATCH_LANES
        self._endpoints = [
            Endpoint(url, connections=LANES + 2, timeout_s=30.0, route=session.route)
            for url in session.rpc_urls
        ]
        self._live = workload if isinstance(workload, Live) else None
        self.ledger = Ledger(settle=self._settle, advance=self._advance)
        self.sender = Sender(self._endpoints, self.ledger, lanes=self._lanes, batch=session.batch)
        self.watcher = Watcher(
            self._endpoints[process % len(self._endpoints)],
            self.ledger,
            session=session.id,
            topics=session.topics,
            first_block=session.first_block,
            blocks=self._block,
            raft=session.chain.consensus == "raft",
            period_s=session.chain.period_s or 0.0,
            news=None if self._live is None else self._live.hear,
            explain=None if self._live is None else namer(Rpc(session.rpc_urls[0])),
        )
        self.preparer = Preparer(
            workload,
            session.chain.chain_id,
            f"{session.id}-{process}",
            ahead=self._live is None and all(cell.privacy == "plain" for cell in session.cells),
            manager=session.manager(),
        )
        self._workload = workload
        self._hands = SwarmHands(self.preparer, self.ledger, self.sender, self._endpoints[0])
        self._overdue_s = max(10.0, 10 * (session.chain.period_s or 1.0))
        self._halt_s = max(_HALT_S, self._overdue_s)
        self.accounts: list[Account] = []
        self._numbers = itertools.count()
        self.lags_s: list[float] = []
        self.window_start_s = self.window_end_s = 0.0
        self.halted = ""

    # -- workers ---------------------------------------------------------------------------

    def new_account(self) -> Account:
        """An account nobody else uses, not yet registered."""
        seed = f"{self.session.seed}|{self.session.id}"
        return account(seed, process=self.process, number=next(self._numbers))

    def enrol(self, worker: Account) -> bool:
        """Register the account and wait until the chain has it; False when that failed."""
        calls = self._workload.enrolment(worker)
        if calls:
            submission = self._hands.send(worker, calls)
            submission.done.wait()
            if submission.outcome != "included":
                return False
        self.accounts.append(worker)
        return True

    def take_job(self, worker: Account) -> bool:
        """Ask the chain for the worker's next job; False when the node does not answer or has none.

        The weights that come with it depend on the last result: a worker asks again after each.
        """
        requests = self._workload.assignment(worker)
        if not requests:
            return True
        try:
            endpoint = self._endpoints[worker.index % len(self._endpoints)]
            return self._workload.take(worker, endpoint.call(*requests))
        except (OSError, ValueError):
            return False

    def mend(self) -> None:
        """Ask the chain for the nonce of accounts that lost a transaction and wait for nothing.

        What they had signed ahead is dropped: its nonces and sequence numbers are wrong.
        """
        for worker in self.accounts:
            if not worker.broken or worker.in_flight:
                continue
            count = ("eth_getTransactionCount", [worker.address, "latest"])
            try:
                [nonce] = self._endpoints[0].call(count)
            except (OSError, ValueError):
                return
            self.preparer.discard(worker)
            worker.nonce = int(nonce, 16)
            worker.broken = not self.take_job(worker)

    def begin(self, submission: Submission, intended_s: float) -> None:
        """Hand a submission to the senders; from here on it gets exactly one outcome."""
        submission.intended_s = intended_s
        self._rows.begun(submission.name, cell=submission.cell, intended_s=intended_s)
        self.ledger.begin(submission)
        self.sender.send(submission)
        if submission.open_ended and self._live is not None:
            self._live.begun(submission)

    def resend(self) -> None:
        """Send again what the node dropped from its pool: the same bytes close the nonce's gap."""
        resend_lost(self.ledger, self._endpoints[0], self.sender, older_than_s=self._overdue_s)

    def _advance(self, submission: Submission) -> None:
        """Send a submission's next stage: what it depends on is in a block."""
        if submission.open_ended and self._live is not None:
            self._live.mined(submission)
            return
        first = self.ledger.extend(submission, self.preparer.sign_next(submission))
        self.sender.send(submission, first=first)

    def open_jobs(self, limit_s: float) -> None:
        """Let the workload act on the chain and wait until submissions find what they need."""
        if self._live is None:
            return
        self._live.start(self._hands)
        deadline_s = now_s() + limit_s
        while not self._live.ready and now_s() < deadline_s:
            gevent.sleep(0.05)

    # -- the measured window ---------------------------------------------------------------

    def run_schedule(self, schedule: Schedule) -> None:
        """Send at the schedule's times whatever the chain does; returns after the last one."""
        loop = OpenLoop(self.preparer, self.accounts, self.begin)
        self.lags_s = loop.lags_s
        times = own_times(
            schedule, process=self.process, processes=self.processes, workers=len(self.accounts)
        )
        rate_per_s = schedule.rate_per_s / self.processes
        loop.prepare(rate_per_s, schedule.whole_s)
        start_s = now_s() + 0.05
        self.open_window(start_s + self.session.warmup_s)
        loop.run(times, start_s, rate_per_s)
        self.close_window()

    def open_window(self, at_s: float) -> None:
        """Measure from that moment on."""
        self.window_start_s = at_s

    def close_window(self) -> None:
        """Measure no further."""
        self.window_end_s = self.window_end_s or now_s()

    # -- settling --------------------------------------------------------------------------

    def _settle(self, submission: Submission) -> None:
        if submission.cell == UNCOUNTED:
            if submission.outcome in ("reverted", "rejected") and not submission.may_fail:
                log.error("%s: %s", submission.name, submission.reason)
            return
        self._rows.ended(submission.row())
        self._ended(submission)

    def _block(self, row: BlockRow) -> None:
        self._rows.block(row)

    def stalled_s(self) -> float:
        """For how long no block came while a submission waited; 0 when none waits.

        A Raft chain makes no block while there is nothing to do: that is no stall.
        """
        oldest_s = self.ledger.oldest_s
        if oldest_s is None:
            return 0.0
        return now_s() - max(self.watcher.last_block_seen_s, oldest_s)

    def drain(self) -> None:
        """Wait for what is in flight, at most `drain_s`; then name what is left."""
        self.close_window()
        if self._live is not None:
            self._live.wind_down()
        deadline_s = now_s() + self.session.drain_s
        while self._unfinished and now_s() < deadline_s and not self.halted:
            self.check_halt()
            gevent.sleep(0.05)
        classify(self.ledger, self._endpoints[0], self.halted)

    @property
    def _unfinished(self) -> bool:
        return self.ledger.waiting > 0 or (self._live is not None and self._live.unfinished)

    def check_halt(self) -> bool:
        """Notice a chain that stopped: no block in max(35 s, 10 periods) while work waited."""
        stalled_s = self.stalled_s()
        if stalled_s > self._halt_s and not self.halted:
            failure = self.watcher.last_failure if self.watcher.rpc_failures else ""
            self.halted = (
                f"no block for {stalled_s:.0f} s after block {self.watcher.last_block} "
                f"while {self.ledger.waiting} submissions wait{'; ' + failure if failure else ''}"
            )
        return bool(self.halted)

    def close(self) -> None:
        """Stop everything and leave the process's own figures on disk."""
        self.sender.stop()
        self.watcher.stop()
        for endpoint in self._endpoints:
            endpoint.close()
        self._rows.close()
        write_process(
            self._run_dir,
            ProcessEnd(
                session=self.session.id,
                process=self.process,
                window_start_s=self.window_start_s,
                window_end_s=self.window_end_s,
                cpu_s=time.process_time() - self._cpu_start_s,
                memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                lag_s=lag_figures(self.lags_s),
                last_block=self.watcher.last_block,
                rpc_calls=self.watcher.rpc_calls,
                halted=self.halted,
                left_open=self.ledger.waiting,
            ),
        )
