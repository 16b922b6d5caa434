"""Registry, agreement and rounds on an in-process chain, and groups that learn in them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from system.chain.compiler import artifact
from system.chain.sender import Call
from system.encrypted.contracts import agreement, registry, rounds
from system.encrypted.contracts.agreement import Agreed, Charter
from system.encrypted.contracts.folding import folding, steps
from system.encrypted.contracts.registry import Party
from system.encrypted.contracts.rounds import Phase, Place, State
from system.encrypted.contracts.terms import Terms, terms_digest
from tests.evm import CHAIN_ID, Evm, Receipt
from tests.unit.encrypted.arithmetic import lanes_added

MODEL = b"\x4d" * 32
PARTY = Party(b"\x50" * 32, b"\x02" * 33)
LIMIT_BYTES = 65_000
CHARTER = Charter(is_open=True, seats=3, votes=2, join_blocks=5, vote_blocks=5)


@dataclass(slots=True)
class House:
    """The contracts; `lanes` adds words."""

    evm: Evm
    registry: str
    agreement: str
    rounds: str
    lanes: str

    @classmethod
    def built(cls) -> House:
        """Contracts that nobody has called."""
        evm = Evm()
        deployer = evm.account()
        parties = evm.deploy(artifact("PartyRegistry"), sender=deployer)
        groups = evm.deploy(artifact("Agreement"), parties, sender=deployer)
        learning = evm.deploy(artifact("EncryptedRounds"), groups, sender=deployer)
        lanes = evm.deploy(artifact("LaneAggregation"), sender=deployer)
        return cls(evm, parties, groups, learning, lanes)

    def party(self) -> str:
        """A new party."""
        account = self.evm.account()
        self.evm.send(account, registry.registering(self.registry, PARTY))
        return account

    def founded(self, charter: Charter = CHARTER) -> tuple[int, str]:
        """A new group and its founder."""
        founder = self.party()
        self.evm.send(founder, agreement.founding(self.agreement, charter))
        return agreement.last_group(self.evm, self.agreement), founder

    def formed(self, members: int) -> tuple[int, list[str]]:
        """A group that votes, all its seats taken."""
        group, founder = self.founded(replace(CHARTER, seats=members, votes=members // 2 + 1))
        others = [self.party() for _ in range(members - 1)]
        for other in others:
            self.evm.send(other, agreement.joining(self.agreement, group))
        return group, [founder, *others]

    def agreed(self, terms: Terms, members: int) -> tuple[int, list[str]]:
        """A group that agreed on these terms."""
        group, joined = self.formed(members)
        digest = terms_digest(terms, chain_id=CHAIN_ID, rounds=self.rounds)
        for member in joined[: members // 2 + 1]:
            self.evm.send(member, agreement.voting(self.agreement, group, Agreed(MODEL, digest)))
        return group, joined

    def learning(self, members: int = 3, **changes: object) -> Group:
        """A group whose rounds are open, on the usual terms with some fields changed."""
        asked = self.terms(**changes)
        group, joined = self.agreed(asked, members)
        self.evm.send(joined[0], rounds.opening(self.rounds, group, asked))
        return Group(self, group, joined, asked)

    def terms(self, **changes: object) -> Terms:
        """The usual terms, five words in three chunks, with some fields changed."""
        usual = Terms(
            aggregation=self.lanes,
            units=5,
            chunk_units=2,
            quorum=2,
            threshold=2,
            share_units=5,
            submit_blocks=4,
            sum_blocks=4,
            open_blocks=4,
        )
        return replace(usual, **changes)


@dataclass(slots=True)
class Group:
    """A group whose rounds are open."""

    house: House
    number: int
    members: list[str]
    terms: Terms
    unit_bytes: int = 32

    def place(self, number: int = 1) -> Place:
        """One of its rounds."""
        return Place(self.house.rounds, self.number, number)

    def begun(self, number: int = 1) -> Place:
        """A round that the first member begins."""
        self.send(0, rounds.beginning(self.place(number)))
        return self.place(number)

    def update(self, member: int) -> bytes:
        """An update of a member: words of its own."""
        words = range(self.terms.units * self.unit_bytes // 32)
        return b"".join(bytes([member + 1, word + 1] * 16) for word in words)

    def chunks(self, member: int) -> list[bytes]:
        """That update by chunks."""
        size = self.terms.chunk_units * self.unit_bytes
        row = self.update(member)
        return [row[at : at + size] for at in range(0, len(row), size)]

    def submitting(self, place: Place, update: bytes, limit_bytes: int = LIMIT_BYTES) -> list[Call]:
        """The transactions that bring an update in."""
        return rounds.submitting(
            place,
            update,
            terms=self.terms,
            unit_bytes=self.unit_bytes,
            limit_bytes=limit_bytes,
        )

    def submit(self, place: Place, *members: int) -> None:
        """Bring these members' updates in."""
        for member in members:
            self.send(member, *self.submitting(place, self.update(member)))

    def adding(self, place: Place, *members: int, limit_bytes: int = LIMIT_BYTES) -> list[Call]:
        """The transactions that add these members' updates."""
        return [
            folding(place, step, unit_bytes=self.unit_bytes)
            for chunk in range(self.terms.chunks)
            for step in steps(
                chunk,
                [self.chunks(member)[chunk] for member in members],
                add=lanes_added,
                limit_bytes=limit_bytes,
            )
        ]

    def summed(self, *members: int) -> Place:
        """A new round in which these members' updates are added."""
        number = rounds.last_round(self.house.evm, self.house.rounds, self.number) + 1
        place = self.begun(number)
        self.submit(place, *members)
        self.wait_out(place, Phase.SUBMITTING)
        self.send(0, *self.adding(place, *members))
        return place

    def sharing(self, place: Place, member: int, limit_bytes: int = LIMIT_BYTES) -> list[Call]:
        """The transactions that bring a member's decryption shares, like its update."""
        return rounds.posting_shares(
            place,
            self.update(member),
            proof=b"proof of %d" % member,
            terms=self.terms,
            unit_bytes=self.unit_bytes,
            limit_bytes=limit_bytes,
        )

    def seeds(self, *subjects: int) -> bytes:
        """Shares of seeds for these members."""
        size, count = self.terms.seed_bytes, len(self.members)
        return b"".join(bytes([one + 1 if one in subjects else 0]) * size for one in range(count))

    def wait_out(self, place: Place, phase: Phase) -> None:
        """Let a phase that the round is in end."""
        state = self.state(place)
        if state.phase is phase:
            self.house.evm.mine(state.ends_at - self.house.evm.number)

    def state(self, place: Place) -> State:
        """How far the round has come."""
        return rounds.state_of(self.house.evm, place)

    def send(self, member: int, *calls: Call) -> list[Receipt]:
        """The receipts of a member's transactions in order."""
        return [self.house.evm.send(self.members[member], call) for call in calls]

    def refusal(self, member: int, call: Call) -> str:
        """The name of the error with which a member's transaction is refused; "" for none."""
        return self.house.evm.refusal(self.members[member], call)
