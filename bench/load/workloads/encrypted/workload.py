"""The encrypted system's traffic of one process: groups that go from round to round."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from gmpy2 import mpz

from bench.load.account import Account
from bench.load.session import Session
from bench.load.submission import Submission
from bench.load.workloads import Call, Draft, Hands
from bench.load.workloads.calls import calls
from bench.load.workloads.encrypted import steps
from bench.load.workloads.encrypted.group import Group, Member, Stage, grouped
from bench.load.workloads.encrypted.hiding import Bank, Hider
from bench.load.workloads.encrypted.setting import MASKED, PAILLIER, PLAIN, setting_of
from system.chain.rpc import Rpc
from system.chain.sender import Call as ControlCall
from system.encrypted.contracts import agreement, registry, rounds
from system.encrypted.contracts.aggregation import public_key_of
from system.encrypted.contracts.rounds import Place
from system.encrypted.contracts.terms import Terms
from system.encrypted.paillier import PublicKey
from system.learning.integer import to_q16
from system.learning.models import parse_weights
from system.learning.stream import WeightStream, stream

TEST_BITS = 1024
_SEEDS = 1_000  # more than a stream uses
TOPICS = (
    registry.PARTY_REGISTERED,
    *(agreement.GROUP_FOUNDED, agreement.JOINED, agreement.VOTED, agreement.GROUP_AGREED),
    *(rounds.ROUNDS_OPENED, rounds.ROUND_BEGUN, rounds.ANNOUNCED),
    *(rounds.GRADIENT_PER_ITERATION_VALUE, rounds.UPDATE_COMPLETE),
    *(rounds.CHUNK_FOLDED, rounds.AGGREGATE_GRADIENTS_OUTPUT, rounds.SUM_COMPLETE),
    *(rounds.SHARES_POSTED, rounds.SEEDS_POSTED, rounds.SUM_OPENED),
)
_Heard = Callable[[Group, Mapping[str, Any], int], None]


@dataclass(slots=True)
class EncryptedWorkload:
    """Accounts form groups in the order in which they registered; a submission is an update.

    It waits for a round in which its member has not submitted yet. What is not an update of a
    member (forming groups, announcing, adding, shares, beginning rounds) is sent behind it.
    """

    session: Session
    process: int = 0
    processes: int = 1
    hider: Hider = field(init=False)
    _terms: Terms = field(init=False)  # what all groups vote for
    _stream: WeightStream = field(init=False)
    _enrolled: dict[int, Account] = field(default_factory=dict)
    _groups: list[Group] = field(default_factory=list)
    _group_of: dict[int, Group] = field(default_factory=dict)  # by its members' accounts
    _hands: Hands | None = None
    _block: int = 0
    _winding_down: bool = False

    def __post_init__(self) -> None:
        setting, [cell] = setting_of(self.session), self.session.cells
        [spec] = parse_weights(cell.weights_name)
        self._stream = stream(spec, self.session.seed + _SEEDS * self.process)
        bank = None
        if setting.scheme == PAILLIER:
            n = public_key_of(Rpc(self.session.rpc_urls[0]), self._contract("aggregation"))
            key = PublicKey(mpz(n), for_tests=setting.key_bits == TEST_BITS)
            bank = Bank(key, Random(f"{self.session.seed}|{self.process}"))
        self.hider = Hider(setting, bank)
        self._terms = setting.terms(self._contract("aggregation"))
        self._block = self.session.first_block - 1

    # -- a workload ------------------------------------------------------------------------

    def enrolment(self, account: Account) -> Sequence[Call]:
        """Registering as a party."""
        self._enrolled.setdefault(account.index, account)
        return calls([steps.registering(self._contract("registry"), account)])

    def draft(self, account: Account) -> Draft:
        """An update of a round that is yet to be found."""
        account.busy = True
        return Draft(self.session.cells[0].id, (), 0, open_ended=True)

    def assignment(self, account: Account) -> Sequence[tuple[str, list[Any]]]:
        """Nothing: what rounds there are the events tell."""
        return ()

    def take(self, account: Account, answers: Sequence[Any]) -> bool:
        """There is nothing to note."""
        return True

    # -- a live one ------------------------------------------------------------------------

    def start(self, hands: Hands) -> None:
        """Found the groups; accounts that are left over take no part."""
        self._hands = hands
        accounts = list(self._enrolled.values())
        self._groups = grouped(accounts, self.hider.setting)
        for group in self._groups:
            self._group_of |= {one.account.index: group for one in group.members}
        for account in accounts:
            account.busy = account.index not in self._group_of
        for group in self._groups:
            self._send(
                group.founder, [steps.founding(self._contract("agreement"), len(group.members))]
            )

    @property
    def ready(self) -> bool:
        """Whether every group's first round takes updates."""
        return all(group.round and group.stage is Stage.SUBMITTING for group in self._groups)

    @property
    def unfinished(self) -> bool:
        """Whether a sum is being added or opened."""
        return any(group.stage in (Stage.SUMMING, Stage.OPENING) for group in self._groups)

    def wind_down(self) -> None:
        """Begin no round that nobody waits for."""
        self._winding_down = True

    def begun(self, submission: Submission) -> None:
        """Find a round for a submission, now or when there is one."""
        group = self._group_of.get(submission.account.index)
        if group is None:  # an account that is left over
            return
        [member] = [one for one in group.members if one.account is submission.account]
        member.waiting.append(submission)
        self._submit(group)

    def mined(self, submission: Submission) -> None:
        """All of an update is in blocks."""
        assert self._hands is not None
        self._hands.end(submission, "included", "")

    def hear(self, block: int, logs: Sequence[Mapping[str, Any]]) -> None:
        """Act on what a new block holds."""
        self._block = block
        ours = {self._contract(name).lower() for name in ("agreement", "rounds")}
        for log in logs:
            if log["address"].lower() in ours and log["topics"][0] in _HEARD:
                self._note(log, block)
        for group in self._groups:
            self._tidy(group)
            self._submit(group)
            self._close(group, block)

    # -- what follows from events ------------------------------------------------------------

    def _note(self, log: Mapping[str, Any], block: int) -> None:
        number = group_of(log)
        if log["topics"][0] == agreement.GROUP_FOUNDED:
            founder = address_in(log, 2)
            for group in self._groups:
                if not group.number and group.members[0].address == founder:
                    group.number = number
        for group in self._groups:
            if group.number == number:
                _HEARD[log["topics"][0]](self, group, log, block)

    def _founded(self, group: Group, log: Mapping[str, Any], block: int) -> None:
        for member in group.members[1:]:
            self._send(
                member.account, [agreement.joining(self._contract("agreement"), group.number)]
            )

    def _joined(self, group: Group, log: Mapping[str, Any], block: int) -> None:
        place = int(log["data"], 16)
        if group.joined(address_in(log, 2), place) and group.stage is Stage.FORMING:
            group.stage = Stage.VOTING
            agreed = steps.agreed(self.session, self._terms)
            for member in group.members[: steps.votes(len(group.members))]:
                vote = agreement.voting(self._contract("agreement"), group.number, agreed)
                self._send(member.account, [vote])

    def _agreed(self, group: Group, log: Mapping[str, Any], block: int) -> None:
        group.stage = Stage.OPENING_ROUNDS
        opening = rounds.opening(self._contract("rounds"), group.number, self._terms)
        self._send(group.founder, [opening, rounds.beginning(self._place(group, 1))])

    def _begun(self, group: Group, log: Mapping[str, Any], block: int) -> None:
        number = int(log["topics"][2], 16)
        place = self._place(group, number)
        hiding = self.hider.round(group.accounts, steps.context(self.session, place))
        announces = self.hider.setting.scheme == MASKED
        group.begin(number, block, hiding, announces=announces)
        for member, said in hiding.announcements().items():
            self._send(group.accounts[member], [rounds.announcing(place, said)])

    def _announced(self, group: Group, log: Mapping[str, Any], block: int) -> None:
        group.announced += 1
        if group.announced == len(group.members):
            group.all_announced(block)

    def _completed(self, group: Group, log: Mapping[str, Any], block: int) -> None:
        group.counted.add(group.places[address_in(log, 1)])

    def _summed(self, group: Group, log: Mapping[str, Any], block: int) -> None:
        if self.hider.setting.scheme == PLAIN:
            group.stage = Stage.BETWEEN
            return
        group.stage = Stage.OPENING
        for member, sent in steps.sharing(self.hider, group, self._place(group), self._terms):
            self._send(group.accounts[member], sent)

    def _opened(self, group: Group, log: Mapping[str, Any], block: int) -> None:
        group.stage = Stage.BETWEEN

    # -- what is to be done ------------------------------------------------------------------

    def _tidy(self, group: Group) -> None:
        for member in group.members:
            if member.current is not None and member.current.outcome is not None:
                member.current = None
            while member.waiting and member.waiting[0].outcome is not None:
                member.waiting.popleft()
            member.account.busy = bool(member.current or member.waiting)

    def _submit(self, group: Group) -> None:
        for place, member in enumerate(group.members):
            if member.waiting and group.may_submit(place, self._block + 1):
                self._bring(group, place, member)

    def _bring(self, group: Group, place: int, member: Member) -> None:
        assert self._hands is not None
        assert group.hiding is not None
        submission = member.current = member.waiting.popleft()
        started_s = time.perf_counter()
        update = group.hiding.update(place, to_q16(self._stream.next(0)))
        submission.encode_s += time.perf_counter() - started_s
        group.updates[place] = update
        submission.payload_bytes = len(update)
        sent = steps.submitting(self.hider.setting, self._place(group), update, self._terms)
        self._hands.go_on(submission, calls(sent))

    def _close(self, group: Group, block: int) -> None:
        terms = self._terms
        if group.stage is Stage.SUBMITTING:
            ended = group.ended(block, terms.quorum)
            if ended:
                group.stage = Stage.SUMMING
                for member, call in steps.adding(self.hider, group, self._place(group), terms):
                    self._send(group.accounts[member], [call])
            elif ended is False:
                group.stage = Stage.BETWEEN
        if group.stage is Stage.BETWEEN and (group.wanted or not self._winding_down):
            group.stage = Stage.OPENING_ROUNDS
            beginner = group.accounts[group.round % len(group.members)]
            self._send(beginner, [rounds.beginning(self._place(group, group.round + 1))])

    def _send(self, account: Account, sent: Sequence[ControlCall]) -> None:
        assert self._hands is not None
        self._hands.send(account, calls(sent))

    def _place(self, group: Group, number: int | None = None) -> Place:
        chosen = group.round if number is None else number
        return Place(self._contract("rounds"), group.number, chosen)

    def _contract(self, name: str) -> str:
        return self.session.contracts[name]


_HEARD: dict[str, Callable[[EncryptedWorkload, Group, Mapping[str, Any], int], None]] = {
    agreement.GROUP_FOUNDED: EncryptedWorkload._founded,
    agreement.JOINED: EncryptedWorkload._joined,
    agreement.GROUP_AGREED: EncryptedWorkload._agreed,
    rounds.ROUND_BEGUN: EncryptedWorkload._begun,
    rounds.ANNOUNCED: EncryptedWorkload._announced,
    rounds.UPDATE_COMPLETE: EncryptedWorkload._completed,
    rounds.SUM_COMPLETE: EncryptedWorkload._summed,
    rounds.SUM_OPENED: EncryptedWorkload._opened,
}
_OF_PARTIES = (rounds.ANNOUNCED, rounds.UPDATE_COMPLETE)


def group_of(log: Mapping[str, Any]) -> int:
    """The group that an event is about: its first topic, or the one behind the party's."""
    return int(log["topics"][2 if log["topics"][0] in _OF_PARTIES else 1], 16)


def address_in(log: Mapping[str, Any], topic: int) -> str:
    """The address in an event's topic, in lower case."""
    return "0x" + str(log["topics"][topic])[-40:]
