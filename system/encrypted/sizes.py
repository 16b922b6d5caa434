"""How large an encrypted update is: units, bytes, and the transactions it takes."""

from __future__ import annotations

from dataclasses import dataclass

from system.encrypted.packing import Lanes
from system.encrypted.transcript import PROOF_UNITS
from system.encrypted.words import WORD_BYTES, words_of
from system.errors import UsageError, suggestion
from system.weights.chunks import chunk_count

NAMES = ("plain", "masked", "paillier")


@dataclass(frozen=True, slots=True)
class Size:
    """An update as units of one length, which no transaction divides."""

    units: int
    unit_bytes: int

    @property
    def update_bytes(self) -> int:
        """All units together."""
        return self.units * self.unit_bytes

    def units_in(self, chunk_bytes: int) -> int:
        """How many whole units a chunk of at most that many bytes carries."""
        return chunk_bytes // self.unit_bytes

    def transactions(self, chunk_bytes: int) -> int:
        """How many transactions carry the update, at most `chunk_bytes` of it each.

        Raises BadChunkSize where not even one unit fits.
        """
        return chunk_count(self.units, self.units_in(chunk_bytes))


def size_of(weights: int, *, scheme: str, lanes: Lanes) -> Size:
    """The size of an update of that many weights; `lanes` matter to paillier alone.

    25,450 weights are 404 ciphertexts of 512 bytes with a key of 2048 bits, and two units of proof,
    or 3,182 words of 32 bytes. A decryption share is as long as an update.
    Raises UsageError for a scheme that is none of NAMES.
    """
    if scheme not in NAMES:
        raise UsageError(f"no scheme {scheme!r}: {suggestion(scheme, NAMES)}")
    if scheme == "paillier":
        return Size(lanes.units(weights) + PROOF_UNITS, lanes.key_bits // 4)
    return Size(words_of(weights), WORD_BYTES)
