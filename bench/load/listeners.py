"""Locust's events, wired to the swarm: the only place that knows Locust's life cycle.

Locust swallows what its listeners raise, so every listener here either handles an error or ends
the process with one line. Deploying happens in `init` when no page is shown, because `--run-time`
counts from the test's start.
"""

from __future__ import annotations

import gevent
from locust import events
from locust.env import Environment
from locust.rpc import Message
from locust.runners import MasterRunner, WorkerNode, WorkerRunner

import logging
import sys
import time
from pathlib import Path
from typing import Any

from bench.load import state
from bench.load.clock import now_s
from bench.load.config import SwarmConfig, add_arguments, config_from
from bench.load.finish import finish_session, report_run
from bench.load.prepare import prepare
from bench.load.process_file import still_running, write_start
from bench.load.schedule import Schedule
from bench.load.session import Session, read_session
from bench.load.submission import Submission
from bench.load.swarm import Swarm
from bench.load.systems import System
from bench.load.systems.registry import system_in
from system.errors import WeighbridgeError

log = logging.getLogger("weighbridge")
_ENROLMENT_LIMIT_S = 60.0
_DONE = "weighbridge_done"  # a worker tells its master: my schedule is sent, or the chain halted


def install() -> None:
    """Register every listener; called once by the locustfile."""
    for event, listener in (
        (events.init_command_line_parser, add_arguments),
        (events.init, _on_init),
        (events.test_start, _on_test_start),
        (events.spawning_complete, _on_spawning_complete),
        (events.test_stop, _on_test_stop),
        (events.quitting, _on_quitting),
    ):
        event.add_listener(listener)  # type: ignore[no-untyped-call]  # Locust types none of it


class Test:
    """What one process keeps of the running test."""

    environment: Environment
    prepared: tuple[SwarmConfig, Path, Session] | None = None
    driver: gevent.Greenlet | None = None
    keeper: gevent.Greenlet | None = None
    finished = False


_test = Test()
_workers_done: set[str] = set()  # the master's: their Locust ids


def _leads() -> bool:
    return not isinstance(_test.environment.runner, WorkerRunner)


def _on_init(environment: Environment, **_: Any) -> None:
    _test.environment = environment
    options = environment.parsed_options
    if isinstance(environment.runner, MasterRunner):
        environment.runner.register_message(_DONE, _on_worker_done)
    if _leads() and options is not None and options.headless:
        if options.spawn_rate is None and options.rate is not None:
            # A schedule begins when all workers have registered: Locust's own default, one a
            # second, would spend --run-time on that.
            options.spawn_rate = options.num_users
        _or_exit(_prepare)


def _prepare() -> None:
    assert _test.environment.parsed_options is not None
    config = config_from(_test.environment.parsed_options)
    run_dir, session = prepare(config, argv=sys.argv)
    _test.prepared = (config, run_dir, session)


def _or_exit(step: Any) -> None:
    """Run a step whose failure ends the command in one line."""
    try:
        step()
    except WeighbridgeError as error:
        print(f"weighbridge: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _on_test_start(environment: Environment, **_: Any) -> None:
    options = environment.parsed_options
    assert options is not None
    _test.finished = False
    _workers_done.clear()
    if _leads():
        if _test.prepared is None:  # started from Locust's page, whose fields count
            try:
                _prepare()
            except WeighbridgeError as error:
                log.error("%s", error)
                raise gevent.GreenletExit from None  # ends the greenlet that starts the test
        assert _test.prepared is not None
        run_dir, session = _test.prepared[1:]
        # Locust hands the master's options on to its workers: this is how they find the session.
        options.session_dir = str(run_dir.resolve())
        options.session = session.id
        options.processes_taking_part = _processes(environment)
        log.info("rows go to %s", run_dir)
    if not isinstance(environment.runner, MasterRunner):
        _start_swarm(environment, Path(options.session_dir), options.session)
    else:
        _test.driver = gevent.spawn(_stop_when_all_are_done, environment, environment.runner)


def _processes(environment: Environment) -> int:
    runner = environment.runner
    return len(_living(runner)) if isinstance(runner, MasterRunner) else 1


def _living(master: MasterRunner) -> list[WorkerNode]:
    clients = master.clients
    return [*clients.ready, *clients.spawning, *clients.running]


def _start_swarm(environment: Environment, run_dir: Path, session_id: str) -> None:
    session = read_session(run_dir / f"session-{session_id}.json")
    runner = environment.runner
    process = max(0, runner.worker_index) if isinstance(runner, WorkerRunner) else 0
    processes = environment.parsed_options.processes_taking_part  # type: ignore[union-attr]
    write_start(run_dir, session.id, process)
    system = system_in(session)
    swarm = Swarm(
        session,
        system.workload(session, process, processes),
        run_dir=run_dir,
        process=process,
        processes=processes,
        ended=lambda submission: _to_locust(environment, system, submission),
    )
    state.replace(swarm)
    _test.keeper = gevent.spawn(_keep, environment, swarm)


def _to_locust(environment: Environment, system: System, submission: Submission) -> None:
    """Show a submission on Locust's page: from the intended send to the block being seen."""
    ended_s = submission.seen_s or time.time()
    failed = submission.outcome != "included" and not system.expected(submission.row())
    environment.events.request.fire(  # type: ignore[no-untyped-call]
        request_type="submit",
        name=submission.cell,
        response_time=1000 * (ended_s - submission.intended_s),
        response_length=submission.payload_bytes,
        exception=RuntimeError(f"{submission.outcome}: {submission.reason}") if failed else None,
        context={},
    )


def _keep(environment: Environment, swarm: Swarm) -> None:
    """Once a second: make good what was lost, and notice a halted chain."""
    while True:
        gevent.sleep(1)
        swarm.resend()
        swarm.mend()
        if swarm.check_halt():
            log.error("the chain halted: %s", swarm.halted)
            gevent.spawn(_stop, environment)
            return


def _on_worker_done(msg: Message, **_: Any) -> None:
    _workers_done.add(msg.node_id)


def _stop_when_all_are_done(environment: Environment, master: MasterRunner) -> None:
    """End the test once every worker that still lives is done, or none lives any more.

    Locust notices a death some seconds late, perhaps after the others were done: look again.
    """
    while any(worker.id not in _workers_done for worker in _living(master)):
        gevent.sleep(0.2)
    gevent.spawn(_stop, environment)


def _stop(environment: Environment) -> None:
    runner = environment.runner
    if runner is None:
        return
    if isinstance(runner, WorkerRunner):
        runner.send_message(_DONE)
    elif environment.parsed_options is not None and environment.parsed_options.headless:
        runner.quit()
    else:
        runner.stop()


def _on_spawning_complete(user_count: int, **_: Any) -> None:
    environment = _test.environment
    if isinstance(environment.runner, MasterRunner) or _test.driver is not None:
        return
    _test.driver = gevent.spawn(_drive, environment)


def _drive(environment: Environment) -> None:
    """Wait for the workers to be registered, then run the schedule or open the window."""
    swarm = state.current()
    deadline_s = time.monotonic() + _ENROLMENT_LIMIT_S
    expected = environment.runner.user_count if environment.runner else 0
    while len(swarm.accounts) < expected and time.monotonic() < deadline_s:
        gevent.sleep(0.05)
    swarm.open_jobs(_ENROLMENT_LIMIT_S)
    session = swarm.session
    total_s = None if session.duration_s is None else session.warmup_s + session.duration_s
    if session.rate_per_s is not None and swarm.accounts:
        shape, rate_per_s = session.schedule, session.rate_per_s
        swarm.run_schedule(Schedule(shape, rate_per_s, total_s, session.seed, session.users))
    else:
        swarm.open_window(now_s() + session.warmup_s)
        if total_s is None:
            return
        gevent.sleep(total_s)
    gevent.spawn(_stop, environment)


def _on_test_stop(environment: Environment, **_: Any) -> None:
    for greenlet in (_test.driver, _test.keeper):
        if greenlet is not None:
            greenlet.kill()
    _test.driver = _test.keeper = None
    if not isinstance(environment.runner, MasterRunner):
        _end_swarm()
        if _leads():
            _finish()
    elif environment.parsed_options is not None and not environment.parsed_options.headless:
        gevent.spawn(_finish_after_workers)


def _end_swarm() -> None:
    try:
        swarm = state.current()
    except LookupError:
        return
    swarm.drain()
    swarm.close()
    state.replace(None)


def _on_quitting(environment: Environment, **_: Any) -> None:
    # Ctrl-C and SIGTERM come here with the test still running. Ending it settles what is in flight.
    runner = environment.runner
    if runner is not None and _leads():
        runner.quit()
    if isinstance(runner, MasterRunner):
        _finish_after_workers()


def _finish_after_workers() -> None:
    """The workers drain on their own: wait for their files, or for their deaths."""
    if _test.prepared is None:
        return
    _, run_dir, session = _test.prepared
    deadline_s = time.monotonic() + session.drain_s + 15
    while still_running(run_dir, session.id) and time.monotonic() < deadline_s:
        gevent.sleep(0.1)
    _finish()


def _finish() -> None:
    if _test.prepared is None or _test.finished:
        return
    _test.finished = True
    config, run_dir, session = _test.prepared
    _test.prepared = None
    try:
        fell_short = finish_session(run_dir, session)
        if config.report:
            report_run(run_dir)
    except WeighbridgeError as error:
        log.error("%s", error)
        _test.environment.process_exit_code = error.exit_code
        return
    _test.environment.process_exit_code = 1 if fell_short else 0
