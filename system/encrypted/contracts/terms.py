"""What a group learns by: which scheme and key, how large updates are, how long phases last."""

from __future__ import annotations

from dataclasses import dataclass, fields

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from system.chain.keys import keccak256

# The ABI's types of `Terms.values`.
TERMS_TYPES = (
    *("address", "uint32", "uint32", "uint16", "uint16"),
    *("uint32", "uint16", "uint16", "bool"),
    *("uint32", "uint32", "uint32", "uint32", "uint32"),
)
TERMS_TUPLE = f"({','.join(TERMS_TYPES)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the group agrees on; the contract's IRounds.Terms says what each field means.

    `aggregation` is the checksummed address of the contract that adds. With a `threshold` sums are
    opened by decryption shares of `share_units` or by `seed_bytes` for each member; without one
    they are plain. `announce_bytes` 0: nobody announces. Waits are in blocks.
    """

    aggregation: str
    units: int
    chunk_units: int
    quorum: int
    threshold: int = 0
    share_units: int = 0
    seed_bytes: int = 0
    announce_bytes: int = 0
    self_masked: bool = False
    announce_blocks: int = 0
    submit_blocks: int
    judge_blocks: int = 0
    sum_blocks: int
    open_blocks: int

    @property
    def chunks(self) -> int:
        """Chunks of an update."""
        return -(-self.units // self.chunk_units)

    @property
    def share_chunks(self) -> int:
        """Chunks of a member's decryption shares."""
        return -(-self.share_units // self.chunk_units)

    def values(self) -> tuple[object, ...]:
        """The fields in the contract's order."""
        return tuple(getattr(self, field.name) for field in fields(self))


def read_terms(values: tuple[object, ...]) -> Terms:
    """The terms whose `values` these are."""
    given = dict(zip((field.name for field in fields(Terms)), values, strict=True))
    return Terms(**{**given, "aggregation": to_checksum_address(str(given["aggregation"]))})  # type: ignore[arg-type]


def terms_digest(terms: Terms, *, chain_id: int, rounds: str) -> bytes:
    """The 32 bytes that members vote for, as `IRounds.termsDigest` computes them."""
    types = ["uint256", "address", *TERMS_TYPES]
    return keccak256(encode(types, [chain_id, rounds, *terms.values()]))
