"""One process's part of the swarm: accounts, senders, the watcher, rows, and the drain."""

from __future__ import annotations

import gevent

import gc
import itertools
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from bench.load.account import Account, account
from bench.load.clock import now_s
from bench.load.endpoint import Endpoint
from bench.load.ledger import Ledger
from bench.load.leftovers import classify
from bench.load.preparer import Preparer
from bench.load.process_file import ProcessEnd, write_process
from bench.load.schedule import Schedule, offsets, share
from bench.load.sender import Sender
from bench.load.session import Session
from bench.load.submission import Submission
from bench.load.watcher import Watcher
from bench.load.workloads import Workload
from bench.record.schema import BlockRow
from bench.record.writer import RowFile

LANES = 64
BATCH_LANES = 8  # fewer, so that transactions meet in a lane and share a body
ENROLMENT = ""  # the cell of transactions that register workers: counted nowhere


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
        )
        self.preparer = Preparer(
            workload,
            session.chain.chain_id,
            f"{session.id}-{process}",
            ahead=all(cell.privacy == "plain" for cell in session.cells),
            manager=session.manager(),
        )
        self._workload = workload
        self.accounts: list[Account] = []
        self._numbers = itertools.count()
        self._lags_s: list[float] = []
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
            submission = Submission(
                name=f"enrol-{self.process}-{worker.index}",
                cell=ENROLMENT,
                account=worker,
                first_nonce=worker.nonce,
                transactions=self.preparer.sign(worker, calls),
                payload_bytes=0,
                encode_s=0.0,
                sign_s=0.0,
            )
            self.begin(submission, now_s())
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
        if submission.cell != ENROLMENT:
            self._rows.begun(submission.name, cell=submission.cell, intended_s=intended_s)
        self.ledger.begin(submission)
        self.sender.send(submission)

    def _advance(self, submission: Submission) -> None:
        """Send a submission's next stage: what it depends on is in a block."""
        first = self.ledger.extend(submission, self.preparer.sign_next(submission))
        self.sender.send(submission, first=first)

    # -- open loop -------------------------------------------------------------------------

    def run_schedule(self, schedule: Schedule) -> None:
        """Send at the schedule's times whatever the chain does; returns after the last one."""
        times = share(offsets(schedule), index=self.process, of=self.processes)
        self.preparer.fill(itertools.islice(self._rotation(), self._fill_count(schedule)))
        filler = gevent.spawn(self._keep_filled, schedule)
        start_s = now_s() + 0.05
        self.open_window(start_s + self.session.warmup_s)
        order = self._rotation()
        for offset_s in times:
            intended_s = start_s + offset_s
            gevent.sleep(max(0.0, intended_s - now_s()))
            self._lags_s.append(now_s() - intended_s)
            self.begin(self.preparer.take(next(order)), intended_s)
        self.close_window()
        filler.kill()

    def _fill_count(self, schedule: Schedule) -> int:
        seconds = schedule.duration_s if schedule.duration_s is not None else 30.0
        return int(schedule.rate_per_s * seconds / self.processes) + 1

    def _keep_filled(self, schedule: Schedule) -> None:
        """Sign ahead by a few seconds when memory did not hold the whole schedule."""
        while True:
            waiting = sum(len(queue) for queue in self.preparer.ready.values())
            missing = int(schedule.rate_per_s * 5 / self.processes) - waiting
            if schedule.duration_s is None or len(self._lags_s) + waiting < self._fill_count(
                schedule
            ):
                self.preparer.fill(itertools.islice(self._rotation(), max(0, missing)))
            gevent.sleep(0.2)

    def _rotation(self) -> Iterator[Account]:
        """The accounts in turn, those first that have nothing in flight and lost nothing."""
        position = 0
        while True:
            count = len(self.accounts)
            chosen = self.accounts[position % count]
            for step in range(count):
                candidate = self.accounts[(position + step) % count]
                if not candidate.broken:
                    position, chosen = position + step, candidate
                    break
            position += 1
            yield chosen

    def open_window(self, at_s: float) -> None:
        """Measure from that moment on."""
        self.window_start_s = at_s

    def close_window(self) -> None:
        """Measure no further."""
        self.window_end_s = self.window_end_s or now_s()

    # -- settling --------------------------------------------------------------------------

    def _settle(self, submission: Submission) -> None:
        if submission.cell == ENROLMENT:
            return
        self._rows.ended(submission.row())
        self._ended(submission)

    def _block(self, row: BlockRow) -> None:
        self._rows.block(row)

    def stalled_s(self) -> float:
        """For how long no block came while submissions waited; 0 when none waits."""
        return now_s() - self.watcher.last_block_seen_s if self.ledger.waiting else 0.0

    def drain(self) -> None:
        """Wait for what is in flight, at most `drain_s`; then name what is left."""
        self.close_window()
        deadline_s = now_s() + self.session.drain_s
        while self.ledger.waiting and now_s() < deadline_s and not self.halted:
            self.check_halt()
            gevent.sleep(0.05)
        classify(self.ledger, self._endpoints[0], self.halted)

    def check_halt(self) -> bool:
        """Notice a chain that stopped: no block in max(10 s, 10 periods) while work waits."""
        limit_s = max(10.0, 10 * (self.session.chain.period_s or 1.0))
        stalled_s = self.stalled_s()
        if stalled_s > limit_s and not self.halted:
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
                lag_s=lag_figures(self._lags_s),
                last_block=self.watcher.last_block,
                rpc_calls=self.watcher.rpc_calls,
                halted=self.halted,
                left_open=self.ledger.waiting,
            ),
        )


def lag_figures(lags_s: list[float]) -> dict[str, float] | None:
    """How far the generator ran behind its schedule, in seconds; None in a closed loop."""
    if not lags_s:
        return None
    p50, p99 = np.percentile(lags_s, [50, 99])
    return {"p50": float(p50), "p99": float(p99), "max": float(max(lags_s))}
