"""What all groups of a session learn by: scheme, key, sizes, thresholds and waits."""

from __future__ import annotations

from dataclasses import dataclass

from bench.load.session import Session
from system.encrypted import announcement
from system.encrypted.contracts.folding import fitting_chunk_units
from system.encrypted.contracts.terms import Terms
from system.encrypted.packing import Lanes
from system.encrypted.sizes import Size, size_of

PLAIN, MASKED, PAILLIER = "plain", "masked", "paillier"
# A member whose submission is due elsewhere must not hold up the others for ever, and one that has
# begun needs blocks to end.
SUBMIT_BLOCKS, MARGIN_BLOCKS = 16, 6
# Nobody waits for these: a chain that falls behind has to show as latency, not as void rounds.
_LONG_BLOCKS = 3_600
_SEED_BYTES = 32
# A signed transaction beside its call data: 110 bytes, and room to spare.
_ENVELOPE_BYTES = 160


@dataclass(frozen=True, slots=True)
class Setting:
    """A group has `parties` seats; updates have room for the sum of `summed` of them."""

    scheme: str
    key_bits: int
    parties: int
    summed: int
    weights: int
    limit_bytes: int

    @property
    def threshold(self) -> int:
        """How many members open a sum: more than half; 0 where everybody reads it."""
        return 0 if self.scheme == PLAIN else self.parties // 2 + 1

    @property
    def lanes(self) -> Lanes:
        """How weights lie in plaintexts."""
        return Lanes(self.summed, key_bits=self.key_bits)

    @property
    def size(self) -> Size:
        """An update."""
        return size_of(self.weights, scheme=self.scheme, lanes=self.lanes)

    @property
    def name(self) -> str:
        """The scheme, with its key's length where it has one."""
        return f"{self.scheme}-{self.key_bits}" if self.scheme == PAILLIER else self.scheme

    def terms(self, aggregation: str) -> Terms:
        """What members vote for; raises ChunkTooLarge where a unit does not fit a transaction."""
        size, masked = self.size, self.scheme == MASKED
        fitting = fitting_chunk_units(
            parties=self.parties, unit_bytes=size.unit_bytes, limit_bytes=self.limit_bytes
        )
        return Terms(
            aggregation=aggregation,
            units=size.units,
            chunk_units=min(size.units, fitting),
            quorum={PLAIN: 1, PAILLIER: 2}.get(self.scheme, self.threshold),
            threshold=self.threshold,
            share_units=self.lanes.units(self.weights) if self.scheme == PAILLIER else 0,
            seed_bytes=_SEED_BYTES if masked else 0,
            announce_bytes=self._announcement_bytes if masked else 0,
            self_masked=masked,
            announce_blocks=_LONG_BLOCKS if masked else 0,
            submit_blocks=SUBMIT_BLOCKS,
            sum_blocks=_LONG_BLOCKS,
            open_blocks=_LONG_BLOCKS,
        )

    @property
    def _announcement_bytes(self) -> int:
        nobody = (b"",) * self.parties
        return announcement.Terms(b"", self.threshold, nobody).announcement_bytes


def setting_of(session: Session) -> Setting:
    """The setting that the session's options ask for."""
    [cell] = session.cells
    parties = int(session.settings["parties"])
    return Setting(
        scheme=str(session.settings["scheme"]),
        key_bits=int(session.settings["key_bits"]),
        parties=parties,
        summed=parties,
        weights=cell.weights,
        limit_bytes=session.chain.transaction_size_limit_bytes - _ENVELOPE_BYTES,
    )
