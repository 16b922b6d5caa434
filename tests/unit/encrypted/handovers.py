"""Handovers between two groups of words, for the tests of the contract's logic."""

from __future__ import annotations

from dataclasses import dataclass, replace

from system.chain.compiler import artifact
from system.chain.sender import Call
from system.encrypted.contracts import key_transfer
from system.encrypted.contracts.carrying import At
from system.encrypted.contracts.key_transfer import Handover, Phase, State
from tests.evm import Evm
from tests.unit.encrypted.arithmetic import lanes_added
from tests.unit.encrypted.house import Group, House

WORD, UNITS, CHUNK_UNITS = 32, 5, 2
CHUNK_BYTES = CHUNK_UNITS * WORD
LIMIT_BYTES = 65_000
# Room for one chunk in a transaction, or for one of both keys with a proof of a word.
ONE_CHUNK = 4 + 8 * 32 + CHUNK_BYTES + WORD
ONE_PAIR = ONE_CHUNK + CHUNK_BYTES


def row(seed: int) -> bytes:
    """Five words."""
    return b"".join(bytes([seed, word + 1] * 16) for word in range(UNITS))


def cut(units: bytes) -> list[bytes]:
    """A row by chunks."""
    return [units[at : at + CHUNK_BYTES] for at in range(0, len(units), CHUNK_BYTES)]


@dataclass(slots=True)
class Transfer:
    """An old group of three, a new one of two strangers to it, and the contract between them."""

    old: Group
    new: Group
    contract: str

    @classmethod
    def built(cls) -> Transfer:
        """Groups that learn, and no handover yet."""
        house = House.built()
        old, new = house.learning(3), house.learning(2)
        contract = house.evm.deploy(
            artifact("KeyTransfer"), house.rounds, sender=house.evm.account()
        )
        return cls(old, new, contract)

    @property
    def evm(self) -> Evm:
        """The chain."""
        return self.old.house.evm

    def handover(self, **changes: object) -> Handover:
        """The usual terms with some fields changed."""
        usual = Handover(
            old=self.old.number,
            new=self.new.number,
            offering=[0, 1, 2],
            units=UNITS,
            chunk_units=CHUNK_UNITS,
            wait_blocks=4,
        )
        return replace(usual, **changes)

    def proposed(self, **changes: object) -> At:
        """A handover of the first old member."""
        self.old.send(0, key_transfer.proposing(self.contract, self.handover(**changes)))
        return At(self.contract, key_transfer.last_handover(self.evm, self.contract))

    def model(self, at: At, limit_bytes: int = LIMIT_BYTES) -> list[Call]:
        """The transactions that bring the model."""
        size = {"chunk_bytes": CHUNK_BYTES, "limit_bytes": limit_bytes}
        return key_transfer.bringing_model(at, row(9), **size)

    def offer(self, at: At, member: int, limit_bytes: int = LIMIT_BYTES) -> list[Call]:
        """The transactions that bring an old member's masks."""
        return key_transfer.offering(
            at,
            row(member + 1),
            row(member + 101),
            proof=b"masks of %d" % member,
            chunk_bytes=(CHUNK_BYTES, CHUNK_BYTES),
            limit_bytes=limit_bytes,
        )

    def adding(self, at: At, *members: int) -> list[Call]:
        """The transactions that add the model and these members' masks."""
        rows = [row(9), *(row(member + 1) for member in members)]
        size = {"unit_bytes": WORD, "limit_bytes": LIMIT_BYTES}
        return [
            key_transfer.adding_up(at, chunk, [cut(one)[chunk] for one in rows], **size)
            for chunk in range(3)
        ]

    def shares(self, at: At, member: int, limit_bytes: int = LIMIT_BYTES) -> list[Call]:
        """The transactions that bring an old member's decryption shares."""
        size = {"chunk_bytes": CHUNK_BYTES, "limit_bytes": limit_bytes}
        proof = b"shares of %d" % member
        return key_transfer.posting_shares(at, row(member + 51), proof=proof, **size)

    def result(self, at: At, seed: int = 77, limit_bytes: int = LIMIT_BYTES) -> list[Call]:
        """The transactions that bring a result."""
        size = {"chunk_bytes": CHUNK_BYTES, "limit_bytes": limit_bytes}
        return key_transfer.bringing_result(at, row(seed), **size)

    def until(self, phase: Phase) -> At:
        """A handover that has come to that phase, all old members offering."""
        at = self.proposed()
        steps = {
            Phase.BRINGING: [],
            Phase.OFFERING: [(0, self.model(at))],
            Phase.SUMMING: [(member, self.offer(at, member)) for member in range(3)],
            Phase.OPENING: [(0, self.adding(at, 0, 1, 2))],
            Phase.CONFIRMING: [(member, self.shares(at, member)) for member in range(2)],
        }
        for reached, calls in steps.items():
            if reached > phase:
                break
            for member, sent in calls:
                self.old.send(member, *sent)
        assert self.state(at).phase is phase
        return at

    def state(self, at: At) -> State:
        """How far the handover has come."""
        return key_transfer.state_of(self.evm, at)

    def wait_out(self, at: At) -> None:
        """Let the phase end."""
        self.evm.mine(self.state(at).ends_at - self.evm.number)

    def masked_sum(self, *members: int) -> bytes:
        """The model with these members' masks."""
        return lanes_added(row(9), *(row(member + 1) for member in members))
