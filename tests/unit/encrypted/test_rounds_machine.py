"""Whatever members and strangers do, in any order: the contract does what the rules say."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from system.chain.abi import call_data
from system.chain.sender import Call
from system.encrypted.contracts import rounds
from system.encrypted.contracts.folding import Step, folding
from system.encrypted.contracts.rounds import Phase
from tests.evm import Receipt, Refused
from tests.unit.encrypted.arithmetic import lanes_added
from tests.unit.encrypted.house import House
from tests.unit.encrypted.twin import Refusal, Twin

MEMBERS = 3
# Members 0 to 2; 3 is a stranger.
actors = st.integers(0, MEMBERS)
# Mostly the right chunk, sometimes one beside it.
shifts = st.sampled_from([0, 0, 0, 0, 1, -1])
# How many units are brought: a chunk, two, all that is left, or what does not fit.
lengths = st.sampled_from([64, 64, 128, 160, 96, 32, 33, 0, 192])
schemes = st.sampled_from(
    [
        {"threshold": 0, "share_units": 0, "quorum": 1},
        {},
        {"share_units": 3, "judge_blocks": 3},
        {"share_units": 0, "seed_bytes": 4},
        {
            "share_units": 0,
            "seed_bytes": 4,
            "self_masked": True,
            "announce_bytes": 6,
            "announce_blocks": 3,
            "judge_blocks": 2,
        },
    ]
)


class Learning(RuleBasedStateMachine):
    """Transactions that mostly fit, and many that don't; the same in a second set of books."""

    @initialize(scheme=schemes)
    def build(self, scheme: dict[str, object]) -> None:
        self.group = House.built().learning(MEMBERS, **scheme)
        self.evm = self.group.house.evm
        self.twin = Twin(self.group.terms, MEMBERS)
        self.accounts = [*self.group.members, self.group.house.party()]
        self.begin(0, 0)

    def both(self, actor: int, call: Call, told: Callable[[], object]) -> Receipt | None:
        """Do it in both; what the transaction left, None where both refuse it alike."""
        expected = ""
        try:
            told()
        except Refusal as refusal:
            expected = str(refusal)
        receipt, refused = None, ""
        try:
            receipt = self.evm.send(self.accounts[actor], call)
        except Refused as refusal:
            refused = refusal.name
        assert refused == expected
        return receipt

    @property
    def number(self) -> int:
        """The newest round."""
        return len(self.twin.books)

    @rule(actor=actors, shift=shifts)
    def begin(self, actor: int, shift: int) -> None:
        number = max(self.number + 1 + shift, 0)
        call = rounds.beginning(self.group.place(number))
        self.both(actor, call, lambda: self.twin.begin(member(actor), number, self.evm.number))

    @rule(actor=actors, length=st.sampled_from([6, 6, 6, 0, 5, 7]))
    def announce(self, actor: int, length: int) -> None:
        call = rounds.announcing(self.group.place(self.number), b"\1" * length)
        now, number = self.evm.number, self.number
        self.both(actor, call, lambda: self.twin.announce(member(actor), number, length, now))

    @rule(members=st.sets(st.integers(0, MEMBERS - 1)))
    def all_announce(self, members: set[int]) -> None:
        """These members announce; then the phase is over."""
        for one in members:
            self.announce(one, 6)
        self.group.wait_out(self.group.place(self.number), Phase.ANNOUNCING)

    @rule(actor=actors, wrong=st.sampled_from([set(), {0}, {0}, {1}, {0, 2}, {0, 1, 2}]))
    def judge(self, actor: int, wrong: set[int]) -> None:
        call = rounds.judging(self.group.place(self.number), wrong)
        now, number = self.evm.number, self.number
        self.both(actor, call, lambda: self.twin.judge(member(actor), number, wrong, now))

    @rule(actor=actors, shift=shifts, length=lengths, back=st.sampled_from([0, 0, 0, 1]))
    def submit(self, actor: int, shift: int, length: int, back: int) -> None:
        number = max(self.number - back, 0)
        made = self.twin.books.get(number)
        chunk = max((len(made.updates[actor]) if made and actor < MEMBERS else 0) + shift, 0)
        row = (self.group.update(actor % MEMBERS) * 2)[chunk * 64 :][:length]
        data = call_data(rounds.SUBMIT, self.group.number, number, chunk, row)
        call = Call(self.group.house.rounds, data, 0)
        now = self.evm.number
        self.both(actor, call, lambda: self.twin.submit(member(actor), number, chunk, row, now))

    @rule(members=st.sets(st.integers(0, MEMBERS - 1)), waits=st.booleans())
    def all_submit(self, members: set[int], waits: bool) -> None:
        """These members bring in all that is missing."""
        for one in members:
            made = self.twin.books.get(self.number)
            there = len(made.updates[one]) if made else 0
            self.submit(one, 0, max(160 - 64 * there, 32), 0)
        if waits:
            self.group.wait_out(self.group.place(self.number), Phase.SUBMITTING)

    @rule(
        actor=actors,
        chunk=st.integers(0, 3),
        shift=shifts,
        takes=st.integers(0, 3),
        spoils=st.sampled_from([None, None, None, "row", "total", "length"]),
    )
    def fold(self, actor: int, chunk: int, shift: int, takes: int, spoils: str | None) -> None:
        made = self.twin.books[self.number]
        there = made.sums.get(chunk, [])
        start = max(len(there) + shift, 0)
        counted = [made.updates[m] for m in self.twin.counted(self.number)]
        rows = [update[min(chunk, 2)] for update in counted][start:][:takes]
        row = b"".join(rows)
        total = lanes_added(*there) if there else b""
        if spoils == "row" and row:
            row = bytes([row[0] ^ 1]) + row[1:]
        if spoils == "total":
            total += b"\1"
        if spoils == "length":
            row = row[1:]
        step = Step(chunk, start, total, (row,))
        place = self.group.place(self.number)
        call = folding(place, step, unit_bytes=32)
        now, number = self.evm.number, self.number
        receipt = self.both(
            actor, call, lambda: self.twin.fold(number, chunk, start, total, row, now)
        )
        if receipt is not None:
            self.check_outputs(receipt)

    def check_outputs(self, receipt: Receipt) -> None:
        """The sum in an event is that of the books."""
        for log in receipt.named(rounds.AGGREGATE_GRADIENTS_OUTPUT):
            chunk = int(log.topics[3], 16)
            total = lanes_added(*self.twin.books[self.number].sums[chunk])
            assert bytes.fromhex(log.data[2:])[64 : 64 + len(total)] == total

    @rule(actor=actors)
    def fold_all(self, actor: int) -> None:
        for chunk in range(self.group.terms.chunks):
            self.fold(actor, chunk, 0, MEMBERS, None)

    @rule(actor=actors, shift=shifts, length=lengths, back=st.sampled_from([0, 0, 0, 1]))
    def post_shares(self, actor: int, shift: int, length: int, back: int) -> None:
        number = max(self.number - back, 0)
        made = self.twin.books.get(number)
        chunk = max((made.shares[actor] if made and actor < MEMBERS else 0) + shift, 0)
        row = b"\1" * length
        key = (self.group.number, number, chunk)
        data = call_data(rounds.POST_SHARES, *key, row, b"proof")
        call = Call(self.group.house.rounds, data, 0)
        now = self.evm.number
        self.both(
            actor, call, lambda: self.twin.post_shares(member(actor), number, chunk, row, now)
        )

    @rule(actor=actors, subjects=st.sets(st.integers(0, MEMBERS - 1)), short=shifts)
    def post_seeds(self, actor: int, subjects: set[int], short: int) -> None:
        seeds = (self.group.seeds(*subjects) + b"\1")[: max(4 * MEMBERS + short, 0)]
        place = self.group.place(self.number)
        call = rounds.posting_seeds(place, seeds)
        now, number = self.evm.number, self.number
        self.both(actor, call, lambda: self.twin.post_seeds(member(actor), number, seeds, now))

    @rule(actor=actors)
    def post_all(self, actor: int) -> None:
        """What the group's scheme wants of a member, if the sum is there."""
        if self.group.terms.seed_bytes:
            counted = self.twin.counted(self.number)
            kept = self.group.terms.self_masked
            self.post_seeds(actor, {m for m in range(MEMBERS) if kept or m not in counted}, 0)
        else:
            self.post_shares(actor, 0, 32 * self.group.terms.share_units, 0)

    @rule(silent=st.integers(0, 2 * MEMBERS), wrong=st.integers(0, 2 * MEMBERS))
    def go_on(self, silent: int, wrong: int) -> None:
        """All but one do what the phase is for, so that the next one comes."""
        present = set(range(MEMBERS)) - {silent}
        phase = self.twin.phase(self.number, self.evm.number)
        if phase in (Phase.OPENED, Phase.VOID):
            self.begin(0, 0)
        elif phase is Phase.ANNOUNCING:
            self.all_announce(present)
        elif phase is Phase.SUBMITTING:
            self.all_submit(present, True)
        elif phase is Phase.JUDGING:
            for one in present:
                self.judge(one, {wrong} if wrong < MEMBERS else set())
            self.group.wait_out(self.group.place(self.number), phase)
        elif phase is Phase.SUMMING:
            self.fold_all(MEMBERS)
        else:
            for one in present:
                self.post_all(one)

    @rule(silent=st.integers(0, 2 * MEMBERS), wrong=st.integers(0, 2 * MEMBERS))
    def go_far(self, silent: int, wrong: int) -> None:
        """A round, or what is left of one, to its end."""
        for _ in range(6):
            self.go_on(silent, wrong)

    @rule(blocks=st.integers(1, 2))
    def wait(self, blocks: int) -> None:
        self.evm.mine(blocks)

    @rule()
    def deadlines_pass(self) -> None:
        """However silent everybody is, a round ends and the next one can begin."""
        self.evm.mine(3 + 4 + 3 + 4 + 4)
        phase = self.twin.phase(self.number, self.evm.number)
        assert phase in (Phase.OPENED, Phase.VOID)
        self.begin(0, 0)

    @invariant()
    def the_books_agree(self) -> None:
        for number, made in self.twin.books.items():
            place = self.group.place(number)
            state = self.group.state(place)
            counted = self.twin.counted(number)
            assert state.phase is self.twin.phase(number, self.evm.number)
            assert state.counted == len(counted)
            assert state.opened == self.twin.opened(number)
            assert (state.announced, state.judged) == (len(made.announced), len(made.judged))
            assert state.opens_until == (made.open_end or 0)
            for one in range(MEMBERS):
                there = (len(made.updates[one]), made.shares[one])
                assert rounds.progress_of(self.evm, place, one) == there
                assert rounds.is_counted(self.evm, place, one) == (one in counted)
            for chunk, rows in made.sums.items():
                assert rounds.sum_of(self.evm, place, chunk)[0] == len(rows)


def member(actor: int) -> int | None:
    """The member's number; None for the stranger."""
    return actor if actor < MEMBERS else None


Learning.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestLearning = Learning.TestCase
