"""What a client does next follows from what it sees: one table a phase."""

from __future__ import annotations

from dataclasses import replace

import pytest

from system.bounties.credits import NOBODY, Account, Standing
from system.bounties.decisions import Hand, Sight, Step, may_solve, may_vote, next_step
from system.bounties.market import Entry, State
from system.bounties.terms import Ballot, Outcome, Phase, Terms

ME, OWNER, LEADER, SPONSOR = (f"0x{digit * 40}" for digit in "1234")
TERMS = Terms(
    task_digest=b"\1" * 32,
    evaluation_digest=b"\2" * 32,
    bounty=80,
    stake=20,
    deposit=4,
    fee=8,
    tolerance=100,
    quorum=2,
    open_blocks=10,
    reveal_blocks=3,
    claim_blocks=3,
    publish_blocks=4,
    vote_blocks=5,
)
NOTHING = Entry(bytes(32), bytes(32), 0, 0, 0, 0, 0, 0)
COMMITTED = replace(NOTHING, commitment=b"\3" * 32, own=20)
STANDING = replace(NOTHING, digest=b"\4" * 32, loss=500, trust=20)
MEMBER = Account(Standing.MEMBER, NOBODY, own=30, trust=0)


def state(phase: Phase, *, owner: str = OWNER, leader: str = LEADER, ends_at: int = 100) -> State:
    if phase in (Phase.DUE, Phase.CLOSED):
        ends_at = 0
    return State(phase, Outcome.OPEN, ends_at, owner, 0, leader, 80, 80, 3, 3)


def sight(phase: Phase, **changed: object) -> Sight:
    names = {"owner", "leader", "ends_at"} & changed.keys()
    made = state(phase, **{name: changed.pop(name) for name in names})
    basis = Sight(
        me=ME,
        block=50,
        terms=TERMS,
        state=made,
        account=MEMBER,
        entry=NOTHING,
        ballot=Ballot.NONE,
        leader=replace(MEMBER, sponsor=SPONSOR),
    )
    renamed = {"leaders": "leader"}
    return replace(basis, **{renamed.get(name, name): value for name, value in changed.items()})


ANNOUNCING = [
    ({}, {}, None),
    ({}, {"loss": 9}, Step.COMMIT),
    ({"owner": ME}, {"loss": 9}, None),
    ({"ends_at": 51}, {"loss": 9}, None),
    ({"ends_at": 52}, {"loss": 9}, Step.COMMIT),
    ({"account": replace(MEMBER, own=19)}, {"loss": 9}, None),
    ({"account": replace(MEMBER, own=19, trust=1)}, {"loss": 9}, Step.COMMIT),
    ({"account": replace(MEMBER, own=0), "entry": STANDING}, {"loss": 9}, Step.COMMIT),
    ({"entry": STANDING}, {"loss": 500}, None),
    ({"entry": COMMITTED}, {"loss": 9, "opens": True}, Step.ANNOUNCE),
    ({"entry": COMMITTED}, {"loss": 9}, None),
    ({"account": replace(MEMBER, standing=Standing.BANNED)}, {"loss": 9}, None),
]
REVEALING = [
    ({"entry": COMMITTED}, {"loss": 9, "opens": True}, Step.ANNOUNCE),
    ({"entry": COMMITTED, "ends_at": 51}, {"loss": 9, "opens": True}, None),
    ({}, {"loss": 9}, None),
    ({"entry": STANDING, "ahead": 9}, {}, None),
]
CLAIMING = [
    ({"entry": STANDING, "leader": NOBODY}, {}, Step.CLAIM),
    ({"entry": STANDING, "ahead": 1}, {}, Step.CLAIM),
    ({"entry": STANDING, "outbid": True, "ahead": 1}, {}, None),
    ({"entry": STANDING, "leader": ME}, {}, None),
    ({"entry": STANDING, "ends_at": 51}, {}, None),
    ({"entry": STANDING, "ahead": 3}, {}, Step.RETIRE),
    ({"entry": STANDING, "ahead": 3}, {"patience": 3}, Step.CLAIM),
    ({}, {}, None),
]
PUBLISHING = [
    ({"entry": STANDING, "leader": ME}, {}, Step.PUBLISH),
    ({"entry": STANDING, "leader": ME, "ends_at": 51}, {}, None),
    ({"entry": STANDING, "leader": ME}, {"publishes": False}, None),
    ({"entry": STANDING, "ahead": 2}, {}, None),
    ({"entry": STANDING, "ahead": 3}, {}, Step.RETIRE),
    ({"entry": COMMITTED}, {"opens": True}, Step.RETIRE),
]
VOTING = [
    ({}, {"measured": 7}, Step.VOTE),
    ({}, {}, None),
    ({"ends_at": 51}, {"measured": 7}, None),
    ({"entry": STANDING, "ahead": 1}, {"measured": 7}, None),
    ({"ballot": Ballot.CAST}, {"measured": 7}, None),
    ({"owner": ME}, {"measured": 7}, None),
    ({"leader": ME, "entry": STANDING}, {"measured": 7}, None),
    ({"account": replace(MEMBER, own=3, trust=50)}, {"measured": 7}, None),
    ({"account": replace(MEMBER, sponsor=OWNER)}, {"measured": 7}, None),
    ({"account": replace(MEMBER, sponsor=LEADER)}, {"measured": 7}, None),
    ({"account": replace(MEMBER, sponsor=SPONSOR)}, {"measured": 7}, Step.VOTE),
    ({"leaders": replace(MEMBER, sponsor=ME), "leader_trust": 1}, {"measured": 7}, None),
    ({"leaders": replace(MEMBER, sponsor=ME)}, {"measured": 7}, Step.VOTE),
]
COUNTING = [
    ({"ballot": Ballot.CAST}, {"measured": 7}, Step.OPEN),
    ({"ballot": Ballot.CAST, "ends_at": 51}, {"measured": 7}, None),
    ({"ballot": Ballot.CAST}, {}, None),
    ({"ballot": Ballot.HONEST}, {"measured": 7}, None),
    ({}, {"measured": 7}, None),
]
DUE = [
    ({"owner": ME}, {}, Step.SETTLE),
    ({}, {}, None),
    ({"due_for": 4}, {}, Step.SETTLE),
    ({"entry": COMMITTED}, {}, Step.RETIRE),
]
CLOSED = [
    ({}, {}, None),
    ({"entry": STANDING}, {}, Step.RETIRE),
    ({"entry": STANDING, "leader": NOBODY}, {}, Step.RETIRE),
    ({"owed": 0}, {}, Step.COLLECT),
    ({"owed": 3, "account": replace(MEMBER, standing=Standing.BANNED)}, {}, Step.COLLECT),
]
TABLES = {
    Phase.ANNOUNCING: ANNOUNCING,
    Phase.REVEALING: REVEALING,
    Phase.CLAIMING: CLAIMING,
    Phase.PUBLISHING: PUBLISHING,
    Phase.VOTING: VOTING,
    Phase.COUNTING: COUNTING,
    Phase.DUE: DUE,
    Phase.CLOSED: CLOSED,
}


@pytest.mark.parametrize(
    ("phase", "seen", "held", "step"),
    [(phase, *row) for phase, table in TABLES.items() for row in table],
)
def test_each_phase_has_its_step(phase, seen, held, step):
    assert next_step(sight(phase, **seen), Hand(**held)) is step


@pytest.mark.parametrize("phase", set(Phase) - {Phase.ANNOUNCING})
def test_nothing_is_solved_once_a_job_has_expired(phase):
    assert may_solve(sight(Phase.ANNOUNCING))
    assert not may_solve(sight(phase))


@pytest.mark.parametrize("phase", set(Phase) - {Phase.VOTING})
def test_nothing_is_measured_where_no_vote_is_taken(phase):
    assert may_vote(sight(Phase.VOTING))
    assert not may_vote(sight(phase))
