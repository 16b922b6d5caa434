"""The models' traffic of one process: contributions at the swarm's rate, and claims behind them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bench.load.account import Account
from bench.load.clock import now_s
from bench.load.session import Session
from bench.load.submission import Submission
from bench.load.workloads import Call, Draft, Hands
from bench.load.workloads.calls import calls
from bench.load.workloads.loans import borrowers, loans
from bench.load.workloads.models.claims import Claim, Claims, Open, unsettled
from bench.load.workloads.models.deploy import provider_of, samples_in
from bench.load.workloads.models.samples import Sample, Samples, turns
from bench.load.workloads.models.terms import (
    BAD,
    LENT,
    incentive_of,
    role_of,
    roles_of,
    stake_terms,
    value_of,
)
from system.chain.abi import decoded
from system.chain.rpc import Rpc, RpcError, Unreachable
from system.models import market_calls, trainer
from system.models.events import DATA_LEARNED, REFUNDED, REPORTED, WITHDRAWN
from system.models.names import MARKET, POINTS

TOPICS = (
    DATA_LEARNED,
    REFUNDED,
    REPORTED,
    WITHDRAWN,
    market_calls.PIECE_REVEALED,
    market_calls.LEARNED,
    market_calls.SCORED,
    market_calls.COLLECTED,
    market_calls.BOUNTY_RETURNED,
)
VALUE_BYTES = 8
# A place in the pool for each account, so that they begin at different samples.
_STRIDE = 17
# The most predictions that are asked for in one body: 4,000 features are 256 KB of it each.
_ASKED = 16


@dataclass(slots=True)
class _Given:
    """A submission's data, until it is in a block."""

    submission: Submission
    sample: Sample
    cls: int


@dataclass(slots=True)
class ModelsWorkload:
    """Each process claims of the deposits of its own workers; process 0 lends all of them ether."""

    session: Session
    process: int = 0
    processes: int = 1
    samples: Samples = field(init=False)
    claims: Claims = field(init=False)
    _roles: tuple[str, ...] = field(init=False)
    _rpc: Rpc = field(init=False)
    _hands: Hands | None = None
    _lent: bool = False
    _turns: dict[int, Iterator[Sample]] = field(default_factory=dict)
    _begun: dict[str, _Given] = field(default_factory=dict)  # by submission
    _mined: list[_Given] = field(default_factory=list)
    _ahead_s: float = 0.0  # of this machine's clock, the chain's

    def __post_init__(self) -> None:
        session = self.session
        self.samples, self._roles = samples_in(session), roles_of(session)
        self._rpc = Rpc(session.rpc_urls[self.process % len(session.rpc_urls)])
        self.claims = Claims(
            session.contracts.get("trainer", ""),
            stake_terms(session),
            money=incentive_of(session) != POINTS,
            classes=self.samples.classes,
        )

    # -- a workload ------------------------------------------------------------------------

    def enrolment(self, account: Account) -> Sequence[Call]:
        """Nothing: whoever has a deposit contributes."""
        return ()

    def draft(self, account: Account) -> Draft:
        """A contribution; what it is, `begun` decides."""
        return Draft(self.session.cells[0].id, (), 0, open_ended=True)

    def assignment(self, account: Account) -> Sequence[tuple[str, list[Any]]]:
        """Nothing: there is no job."""
        return ()

    def take(self, account: Account, answers: Sequence[Any]) -> bool:
        """There is nothing to note."""
        return True

    # -- a live one ------------------------------------------------------------------------

    def start(self, hands: Hands) -> None:
        """Begin to act: process 0 lends the workers their deposits."""
        self._hands = hands
        if self.process == 0:
            provider = provider_of(self._rpc, self.session)
            lender = Account(index=0, key=provider.key, address=provider.address)
            lender.nonce = hands.nonce(lender)
            hands.send(lender, loans(self.session, self.processes, LENT))

    @property
    def ready(self) -> bool:
        """Whether the workers of this process have their deposits."""
        return self._lent

    @property
    def unfinished(self) -> bool:
        """Whether deposits are left that somebody asks for."""
        return bool(self._mined or self.claims.open)

    def wind_down(self) -> None:
        """Claims go on until there are none."""

    def begun(self, submission: Submission) -> None:
        """Send the account's next sample, with a label by its role."""
        assert self._hands is not None
        account = submission.account
        submission.behaviour = role_of(self._roles, account.index, self.processes)
        sample = self._sample(account)
        cls = sample.label
        if submission.behaviour == BAD:
            chance = random.Random(submission.name)
            cls = (cls + 1 + chance.randrange(self.samples.classes - 1)) % self.samples.classes
        submission.payload_bytes = VALUE_BYTES * len(sample.features)
        self._begun[submission.name] = _Given(submission, sample, cls)
        self._hands.go_on(
            submission, calls([contribution(self.session, self.samples, sample, cls)])
        )

    def mined(self, submission: Submission) -> None:
        """The contribution is in a block, and that is all of the submission."""
        assert self._hands is not None
        given = self._begun.pop(submission.name)
        if incentive_of(self.session) != MARKET and self._is_followed_up(submission):
            self._mined.append(given)
        self._hands.end(submission, "included", "")

    def hear(self, block: int, logs: Sequence[Mapping[str, Any]]) -> None:
        """Act on what a new block holds."""
        if not self._lent:
            self._lent = self._has_loans()
        ours = {log["transactionHash"]: log for log in logs if self._is_ours(log)}
        for log in ours.values():
            self._ahead_s = int(log["blockTimestamp"], 16) - now_s()
        self._settle(ours)
        self._enter(ours)
        self._act(round(now_s() + self._ahead_s))

    # -- what follows from a block -----------------------------------------------------------

    def _enter(self, logs: Mapping[str, Mapping[str, Any]]) -> None:
        """Follow up what this block holds of the contributions that were mined."""
        waiting, self._mined = self._mined, []
        for given in waiting:
            log = logs.get(given.submission.transactions[0].id)
            if log is None:
                continue
            one = Open(
                author=given.submission.account,
                role=given.submission.behaviour,
                sample=given.sample,
                cls=given.cls,
                added_at=int(log["blockTimestamp"], 16),
                left=_amount(log),
            )
            self.claims.add(one)

    def _settle(self, logs: Mapping[str, Mapping[str, Any]]) -> None:
        for one in unsettled(self.claims.open):
            assert one.sent is not None
            assert one.by is not None
            log = logs.get(one.sent.transactions[0].id)
            if one.sent.outcome == "included" and log is None:
                continue  # of a block that is told next
            if one.sent.outcome == "reverted":  # its nonce was used: nothing has to be mended
                one.by.broken = False
            self.claims.settle(one, None if log is None else _amount(log))

    def _act(self, time_s: int) -> None:
        due = self.claims.due(time_s)
        for one, answer in zip(due, self._answers(due), strict=True):
            claim = None if answer is None else self.claims.claim(one, answer, time_s)
            if claim is not None:
                self._send(claim)

    def _send(self, claim: Claim) -> None:
        assert self._hands is not None
        gas = min(claim.call.gas, self.session.chain.gas_limit)
        sent = calls([replace(claim.call, gas=gas)])
        claim.open.sent, claim.open.by = self._hands.send(claim.by, sent, may_fail=True), claim.by

    def _answers(self, due: Sequence[Open]) -> list[int | None]:
        """What the model says of each now: free calls, several in one body."""
        model = self.session.contracts["classifier"]
        asked = [_asking(model, one.sample) for one in due]
        answers: list[Any] = []
        for at in range(0, len(asked), _ASKED):
            try:
                answers += self._rpc.batch(asked[at : at + _ASKED])
            except (RpcError, Unreachable):  # a busy node: the next block is soon
                answers += [None] * len(asked[at : at + _ASKED])
        return [int(one, 16) if isinstance(one, str) else None for one in answers]

    def _sample(self, account: Account) -> Sample:
        if account.index not in self._turns:
            self._turns[account.index] = turns(self.samples.pool, first=_STRIDE * account.index)
        return next(self._turns[account.index])

    def _is_followed_up(self, submission: Submission) -> bool:
        share = float(self.session.settings["follow_up"])
        return random.Random(f"{submission.name}|claims").random() < share

    def _is_ours(self, log: Mapping[str, Any]) -> bool:
        return str(log["address"]).lower() == self.session.contracts["trainer"].lower()

    def _has_loans(self) -> bool:
        *_, last = borrowers(self.session, self.process, self.processes)
        try:
            return int(self._rpc.call("eth_getBalance", last, "latest"), 16) > 0
        except (RpcError, Unreachable):
            return False


def contribution(session: Session, samples: Samples, sample: Sample, cls: int) -> Any:
    """The transaction that contributes a sample, with the limit that the calibration found."""
    [cell] = session.cells
    call = trainer.adding(
        session.contracts["trainer"],
        sample.features,
        cls,
        value=value_of(session),
        feature_gas=samples.feature_gas,
    )
    limits = (call.gas, session.chain.gas_limit, *cell.gas)
    return replace(call, gas=min(limits))


def _asking(model: str, sample: Sample) -> tuple[str, list[Any]]:
    data = trainer.with_features("predict(int64[])", sample.features)
    return "eth_call", [{"to": model, "data": "0x" + data.hex()}, "latest"]


def _amount(log: Mapping[str, Any]) -> int:
    return int(decoded(log["data"], ["uint256"])[0])
