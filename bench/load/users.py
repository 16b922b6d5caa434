"""The swarm's workers as Locust users."""

from __future__ import annotations

import gevent
from locust import User, task
from locust.exception import StopUser

from bench.load.clock import now_s
from bench.load.state import current


class Worker(User):
    """A worker that registers, takes its job, submits its weights and waits for the block.

    In a closed loop it takes the next weights only after its last result is on chain, as the
    first of the four systems has it. In an open loop its account is one that the schedule sends
    from, whatever became of the submission before.
    """

    def on_start(self) -> None:
        """Register on chain; a worker the chain refuses takes no part."""
        try:
            self.swarm = current()
        except LookupError:  # what the test needs could not be prepared: nothing to take part in
            raise StopUser from None
        self.account = self.swarm.new_account()
        self.swarm.enrol(self.account)

    @task
    def work(self) -> None:
        """One round of the closed loop; in an open loop the schedule sends."""
        if self.swarm.session.rate_per_s is not None or self.swarm.halted:
            gevent.sleep(3600)
        elif self.account.busy:  # in a job that is not closed yet
            gevent.sleep(0.2)
        elif self.account not in self.swarm.accounts:
            gevent.sleep(1)
            self.swarm.enrol(self.account)
        else:
            self._submit()

    def _submit(self) -> None:
        intended_s = now_s()
        if not self.swarm.take_job(self.account):
            gevent.sleep(0.5)
            return
        submission = self.swarm.preparer.make(self.account)
        self.swarm.begin(submission, intended_s)
        submission.done.wait()
