"""Enrichments: every way they end, who gets what, and what is refused by name."""

from __future__ import annotations

import pytest

from system.chain.sender import Call
from system.encrypted.contracts import enrichment, purse
from system.encrypted.contracts.compensation import Reward, Step, equal_parts, reward_for
from system.encrypted.contracts.enrichment import Outcome, Phase
from system.encrypted.contracts.inputs import NotRecovered
from tests.evm import CHAIN_ID
from tests.unit.encrypted.federation import CHUNK_BYTES, IMPROVEMENT, SECRET, Federation
from tests.unit.encrypted.recorder import Recorder

STEPS = [Step(9_200, 300), Step(9_500, 700), Step(9_800, 1_000)]


@pytest.fixture
def federation() -> Federation:
    return Federation.built()


def parts(federation: Federation, total: int) -> dict[str, int]:
    """What members get of a sum when 334, 333 and 333 of 1,000 are theirs."""
    marks = [0, 334, 667, 1_000]
    return {
        member: total * marks[at + 1] // 1_000 - total * marks[at] // 1_000
        for at, member in enumerate(federation.group.members)
    }


def test_the_accuracy_is_paid_and_the_rest_goes_back(federation):
    at = federation.brought()
    federation.judged(at, 9_050, 9_060, 9_100)
    state = federation.settled(at)
    assert (state.phase, state.outcome) == (Phase.SETTLED, Outcome.JUDGED)
    assert (state.accuracy, state.paid) == (9_060, 420)
    back = {member: wei + 50 for member, wei in parts(federation, 580).items()}
    enricher = federation.outsiders[0]
    assert federation.held(federation.enrichment) == {**back, enricher: 420 + 90}
    before = federation.evm.balance(enricher)
    federation.send(enricher, purse.withdrawing(federation.enrichment))
    assert federation.evm.balance(enricher) - before == 510
    again = federation.evm.refusal(enricher, purse.withdrawing(federation.enrichment))
    assert again == "NothingToWithdraw"


@pytest.mark.parametrize(
    ("accuracies", "median"),
    [
        ((0, 0, 10_000), 0),
        ((9_300, 9_100, 9_200), 9_200),
        ((9_500, 9_400), 9_400),
        ((9_400, 9_500), 9_400),
        ((10_000, 10_000, 0), 10_000),
    ],
)
def test_the_lower_median_counts(federation, accuracies, median):
    at = federation.brought()
    federation.judged(at, *accuracies)
    assert federation.settled(at).accuracy == median


@pytest.mark.parametrize("accuracy", [0, 9_199, 9_200, 9_499, 9_500, 9_799, 9_800, 10_000])
def test_plans_by_steps_and_by_points_pay_what_python_says(federation, accuracy):
    for steps, plan in (([], federation.plan()), (STEPS, federation.plan(per_point=0))):
        federation.evm.send(federation.group.members[0], federation.proposing(plan, steps))
        number = enrichment.last_enrichment(federation.evm, federation.enrichment)
        signature = "rewardFor(uint64,uint16)"
        key = (federation.evm, federation.enrichment, signature, number, accuracy)
        [paid] = enrichment.view(*key, returns=["uint96"])
        assert paid == reward_for(plan, steps, accuracy)


def test_points_below_the_baseline_pay_nothing_and_no_share(federation):
    at = federation.brought()
    federation.judged(at, 9_000, 9_000, 9_000)
    assert federation.settled(at).paid == 0
    assert enrichment.income_of(federation.evm, at).share == 0


@pytest.mark.parametrize("reward", Reward)
def test_what_is_paid_for_earns_a_part_of_the_income(federation, reward):
    at = federation.brought(reward=reward)
    assert enrichment.income_of(federation.evm, at).share == 0
    federation.judged(at, 9_001, 9_001, 9_001)
    federation.settled(at)
    income = enrichment.income_of(federation.evm, at)
    assert (income.enricher, income.reward, income.share) == (
        federation.outsiders[0],
        reward,
        1_000,
    )


def test_a_plan_not_backed_in_time_gives_back_what_backers_gave(federation):
    at = federation.proposed()
    first = federation.group.members[0]
    federation.send(first, enrichment.backing(at, part=334, bond=50))
    federation.wait_out(at, Phase.BACKING)
    call = enrichment.backing(at, part=333, bond=50)
    late = federation.evm.refusal(federation.group.members[1], call)
    assert late == "WrongEnrichmentPhase"
    assert federation.settled(at).outcome is Outcome.LAPSED
    assert federation.held(federation.enrichment) == {first: 384}


def test_votes_and_money_are_both_asked_for():
    federation = Federation.built(members=4)  # three votes of four
    plan, members = federation.plan(), federation.group.members
    federation.evm.send(members[0], federation.proposing(plan, escrow=[1_000, 0, 0, 0]))
    at = enrichment.At(federation.enrichment, 1)
    backing = [enrichment.backing(at, part=part, bond=50) for part in (1_000, 0, 0, 0)]
    for place, phase in ((0, Phase.BACKING), (2, Phase.BACKING), (3, Phase.OPEN)):
        federation.evm.send(members[place], backing[place])
        assert enrichment.state_of(federation.evm, at).phase is phase
    assert federation.evm.refusal(members[1], backing[1]) == "WrongEnrichmentPhase"


def test_without_an_enricher_everything_goes_back(federation):
    at = federation.opened()
    federation.wait_out(at, Phase.OPEN)
    late = federation.evm.refusal(federation.outsiders[0], federation.taking(at))
    assert late == "WrongEnrichmentPhase"
    assert federation.settled(at).outcome is Outcome.UNUSED
    back = {member: wei + 50 for member, wei in parts(federation, 1_000).items()}
    assert federation.held(federation.enrichment) == back


@pytest.mark.parametrize("brought", [0, 1])
def test_an_enricher_who_brings_no_whole_improvement_loses_its_deposit(federation, brought):
    at = federation.opened()
    federation.send(federation.outsiders[0], federation.taking(at))
    calls = federation.bringing(at, limit_bytes=330)
    federation.send(federation.outsiders[0], *calls[:brought])
    federation.wait_out(at, Phase.ENRICHING)
    late = federation.evm.refusal(federation.outsiders[0], calls[brought])
    assert late == "WrongEnrichmentPhase"
    assert federation.settled(at).outcome is Outcome.ABANDONED
    back = {member: wei + 50 for member, wei in parts(federation, 1_090).items()}
    assert federation.held(federation.enrichment) == back


@pytest.mark.parametrize("revealing", [0, 1])
def test_silence_costs_what_the_plan_says_and_the_bonds(federation, revealing):
    at = federation.brought()
    members = federation.group.members
    for member in members:
        federation.send(member, federation.committing(at, member, 9_900))
    for member in members[:revealing]:
        federation.send(member, enrichment.revealing(at, 9_900, SECRET))
    federation.wait_out(at, Phase.REVEALING)
    state = federation.settled(at)
    assert (state.outcome, state.paid, state.accuracy) == (Outcome.SILENT, 400, 0)
    back = parts(federation, 600)
    for member in members[:revealing]:
        back[member] += 50
    got = 400 + 90 + 50 * (3 - revealing)
    held = federation.held(federation.enrichment)
    assert held == {**back, federation.outsiders[0]: got}


def test_nobody_has_to_commit_for_the_clock_to_run(federation):
    at = federation.brought()
    federation.wait_out(at, Phase.MEASURING)
    assert enrichment.state_of(federation.evm, at).phase is Phase.REVEALING
    federation.wait_out(at, Phase.REVEALING)
    assert federation.settled(at).outcome is Outcome.SILENT


@pytest.mark.parametrize(
    "changes",
    [
        {"cap": 0},
        {"silence": 1_001},
        {"share": 10_001},
        {"baseline": 10_001},
        {"units": 0},
        {"test_set": bytes(32)},
        {"per_point": 0},
        {"cap": 999},
        *({f"{name}_blocks": 1} for name in ("back", "open", "enrich", "measure", "reveal")),
    ],
)
def test_plans_that_cannot_be_met_are_refused(federation, changes):
    call = federation.proposing(federation.plan(**changes), escrow=[334, 333, 333])
    assert federation.evm.refusal(federation.group.members[0], call) == "BadPlan"


@pytest.mark.parametrize(
    "steps",
    [
        [Step(9_000, 999)],
        [Step(10_001, 1_000)],
        [Step(9_000, 0), Step(9_500, 1_000)],
        [Step(9_000, 500), Step(9_000, 1_000)],
        [Step(9_500, 500), Step(9_000, 1_000)],
        [Step(9_000, 500), Step(9_500, 500), Step(9_600, 1_000)],
        [Step(9_000, 1_000), Step(9_500, 1_000)],
        [Step(9_000 + at, 1 + at) for at in range(16)] + [Step(9_900, 1_000)],
    ],
)
def test_steps_rise_in_both_numbers_to_the_cap(federation, steps):
    call = federation.proposing(federation.plan(per_point=0), steps)
    assert federation.evm.refusal(federation.group.members[0], call) == "BadPlan"


@pytest.mark.parametrize("escrow", [[], [500, 500], [334, 333, 332], [250] * 4, [1_000, 1, 0]])
def test_the_escrow_is_divided_among_all_members(federation, escrow):
    call = federation.proposing(federation.plan(), escrow=escrow)
    assert federation.evm.refusal(federation.group.members[0], call) == "BadPlan"


def test_steps_and_points_exclude_each_other(federation):
    call = federation.proposing(federation.plan(), STEPS)
    assert federation.evm.refusal(federation.group.members[0], call) == "BadPlan"


def test_who_may_do_what(federation):
    members, (enricher, other) = federation.group.members, federation.outsiders
    stranger = federation.evm.account()
    refusal = federation.evm.refusal
    assert refusal(enricher, federation.proposing(federation.plan())) == "NotMember"
    at = federation.opened()
    backing = enrichment.backing(at, part=334, bond=50)
    assert refusal(enricher, backing) == "NotMember"
    assert refusal(members[0], federation.taking(at)) == "IsMember"
    assert refusal(stranger, federation.taking(at)) == "NotEnricher"
    assert refusal(enricher, enrichment.taking(at, deposit=89)) == "WrongValue"
    federation.send(enricher, federation.taking(at))
    assert refusal(other, federation.taking(at)) == "WrongEnrichmentPhase"
    assert refusal(other, federation.bringing(at)[0]) == "NotEnricher"
    federation.send(enricher, *federation.bringing(at))
    assert refusal(enricher, federation.bringing(at)[0]) == "WrongEnrichmentPhase"
    assert refusal(enricher, federation.committing(at, enricher, 10_000)) == "NotMember"


def test_a_named_enricher_and_nobody_else(federation):
    enricher, other = federation.outsiders
    at = federation.opened(enricher=enricher)
    assert federation.evm.refusal(other, federation.taking(at)) == "NotEnricher"
    assert federation.evm.refusal(enricher, federation.taking(at)) == ""


def test_backing_once_and_with_the_right_sum(federation):
    at, [first, second, _] = federation.proposed(), federation.group.members
    for part in (333, 335):
        call = enrichment.backing(at, part=part, bond=50)
        assert federation.evm.refusal(first, call) == "WrongValue"
    call = enrichment.backing(at, part=334, bond=50)
    federation.send(first, call)
    assert federation.evm.refusal(first, call) == "AlreadyBacked"
    assert federation.evm.refusal(second, call) == "WrongValue"


def test_accuracies_are_bound_and_said_once(federation):
    at, [first, second, third] = federation.brought(), federation.group.members
    refusal = federation.evm.refusal
    early = enrichment.revealing(at, 9_500, SECRET)
    assert refusal(first, early) == "WrongEnrichmentPhase"
    assert refusal(first, enrichment.committing(at, bytes(32))) == "NoCommitment"
    federation.send(first, federation.committing(at, first, 9_500))
    assert refusal(first, federation.committing(at, first, 9_600)) == "AlreadyMeasured"
    # Another's commitment copied is of no use.
    federation.send(second, federation.committing(at, first, 9_500))
    federation.wait_out(at, Phase.MEASURING)
    late = federation.committing(at, third, 9_500)
    assert refusal(third, late) == "WrongEnrichmentPhase"
    assert refusal(first, enrichment.revealing(at, 9_600, SECRET)) == "OtherCommitment"
    assert refusal(first, enrichment.revealing(at, 9_500, bytes(32))) == "OtherCommitment"
    assert refusal(first, enrichment.revealing(at, 10_001, SECRET)) == "NoAccuracy"
    assert refusal(second, enrichment.revealing(at, 9_500, SECRET)) == "OtherCommitment"
    assert refusal(third, enrichment.revealing(at, 9_500, SECRET)) == "OtherCommitment"
    federation.send(first, enrichment.revealing(at, 9_500, SECRET))
    assert refusal(first, enrichment.revealing(at, 9_500, SECRET)) == "AlreadyMeasured"


def test_only_backers_measure():
    federation = Federation.built(members=4)
    plan, members = federation.plan(), federation.group.members
    federation.evm.send(members[0], federation.proposing(plan, escrow=[400, 300, 300, 0]))
    at = enrichment.At(federation.enrichment, 1)
    for member, part in zip(members, (400, 300, 300), strict=False):
        federation.evm.send(member, enrichment.backing(at, part=part, bond=50))
    federation.send(federation.outsiders[0], federation.taking(at), *federation.bringing(at))
    call = federation.committing(at, members[3], 9_100)
    assert federation.evm.refusal(members[3], call) == "NotBacker"
    federation.judged(at, 9_100, 9_100, 9_100)
    federation.settled(at)
    assert members[3] not in federation.held(federation.enrichment)


@pytest.mark.parametrize(
    ("chunk", "length", "name"),
    [(1, 64, "WrongChunk"), (0, 32, "WrongLength"), (0, 128, "WrongLength"), (0, 31, "NotWhole")],
)
def test_improvements_come_by_whole_chunks_in_order(federation, chunk, length, name):
    at = federation.opened()
    federation.send(federation.outsiders[0], federation.taking(at))
    data = enrichment.call_data(enrichment.BRING, at.number, chunk, bytes(length))
    refused = federation.evm.refusal(federation.outsiders[0], Call(at.contract, data, 0))
    assert refused.startswith(name)


def test_improvements_and_shares_are_on_the_chain(federation):
    federation.group.house.evm = Recorder(federation.evm)
    at = federation.opened()
    federation.send(federation.outsiders[0], federation.taking(at))
    federation.send(federation.outsiders[0], *federation.bringing(at, limit_bytes=400))
    size = {"chunks": 2, "chunk_bytes": CHUNK_BYTES}
    read = enrichment.read_improvement
    found = read(federation.evm, at, federation.outsiders[0], **size)
    assert b"".join(found) == IMPROVEMENT
    with pytest.raises(NotRecovered, match="brought 0 of 2 chunks"):
        read(federation.evm, at, federation.outsiders[1], **size)
    shares = enrichment.posting_shares(
        at, IMPROVEMENT, proof=b"proof", chunk_bytes=CHUNK_BYTES, limit_bytes=400
    )
    member = federation.group.members[1]
    assert len(federation.send(member, *shares)) == 2
    again = federation.evm.evm.refusal(member, shares[0])
    assert again == "AlreadyComplete"
    stranger = federation.evm.evm.refusal(federation.outsiders[0], shares[0])
    assert stranger == "NotMember"


def test_settling_is_for_the_end_and_once(federation):
    at = federation.opened()
    call = enrichment.settling(at, members=3)
    assert federation.evm.refusal(federation.outsiders[0], call) == "WrongEnrichmentPhase"
    federation.wait_out(at, Phase.OPEN)
    assert federation.evm.refusal(federation.outsiders[0], call) == ""
    assert federation.evm.refusal(federation.outsiders[0], call) == "WrongEnrichmentPhase"
    unknown = enrichment.settling(enrichment.At(at.contract, 7), members=3)
    assert federation.evm.refusal(federation.outsiders[0], unknown) == "WrongEnrichmentPhase"


def test_commitments_are_computed_alike(federation):
    at, member = federation.proposed(), federation.group.members[0]
    signature = "commitmentOf(address,uint64,uint16,bytes32)"
    key = (member, at.number, 9_876, SECRET)
    [told] = enrichment.view(federation.evm, at.contract, signature, *key, returns=["bytes32"])
    assert told == enrichment.commitment(at, member, 9_876, SECRET, chain_id=CHAIN_ID)


def test_equal_parts_add_up():
    assert equal_parts(1_000, 3) == [334, 333, 333]
    assert equal_parts(2, 5) == [1, 1, 0, 0, 0]
