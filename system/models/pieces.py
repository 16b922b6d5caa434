"""A market's test set in pieces: digests before, contents after, and which are shown first."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from system.chain.keys import keccak256
from system.errors import UsageError
from system.models.records import Features, feature_words
from system.models.refused import Refused

SALT_BYTES = 32
# What the head of `reveal(piece, salt, samples, labels)` takes: where the samples begin.
_HEAD_BYTES = 4 * 32


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples of a test set with their classes, and the 32 bytes that hide them until then.

    `body` is the call data of `reveal` and `evaluate` behind the selector and the piece's number,
    which its digest covers.
    """

    salt: bytes
    samples: tuple[tuple[int, ...], ...]
    labels: tuple[int, ...]
    body: bytes

    @property
    def digest(self) -> bytes:
        """The 32 bytes that commit to it."""
        return keccak256(self.body)


def piece_of(samples: Sequence[Features], labels: Sequence[int], *, salt: bytes) -> Piece:
    """Those samples as one piece; `salt` has 32 bytes. Raises OverflowError beyond int64."""
    encoded = [_word(len(sample)) + feature_words(sample) for sample in samples]
    lists = _word(len(encoded)) + _offsets(encoded) + b"".join(encoded)
    head = salt + _word(_HEAD_BYTES) + _word(_HEAD_BYTES + len(lists))
    body = head + lists + _word(len(labels)) + b"".join(map(_word, labels))
    rows = tuple(tuple(int(value) for value in sample) for sample in samples)
    return Piece(salt, rows, tuple(int(label) for label in labels), body)


def cut(
    samples: Sequence[Features],
    labels: Sequence[int],
    *,
    size: int,
    salt: Callable[[], bytes] = lambda: secrets.token_bytes(SALT_BYTES),
) -> list[Piece]:
    """The samples in pieces of `size`, in order; a rest that fills none is left out.

    Raises UsageError for less than two pieces: one is shown and one counts.
    """
    starts = range(0, len(samples) - size + 1, size)
    if len(starts) < 2:
        raise UsageError(f"a market needs two pieces of {size} samples; there are {len(samples)}")
    return [piece_of(samples[at : at + size], labels[at : at + size], salt=salt()) for at in starts]


def drawn(seed: bytes, *, shown: int, pieces: int) -> int:
    """Which pieces are shown, one bit each, the lowest for piece 0: `Pieces.draw` of the contract.

    Floyd's sample: each subset of that size is equally likely (Bentley and Floyd, CACM 30(9),
    1987). `seed` has 32 bytes.
    """
    bits = 0
    for top in range(pieces - shown, pieces):
        pick = int.from_bytes(keccak256(seed + _word(top)), "big") % (top + 1)
        bits |= 1 << (top if bits >> pick & 1 else pick)
    return bits


def draw_seed(block_hash: bytes, market: str) -> bytes:
    """What the drawing block's hash gives a market at that address, 32 bytes."""
    return keccak256(block_hash + bytes.fromhex(market[2:]).rjust(32, b"\0"))


def _offsets(encoded: Sequence[bytes]) -> bytes:
    """Where each element of an array of arrays begins, from behind the array's length."""
    lengths = [0, *map(len, encoded[:-1])]
    starts = 32 * len(encoded) + np.cumsum(lengths, dtype=np.int64)
    return b"".join(_word(int(start)) for start in starts[: len(encoded)])


def _word(number: int) -> bytes:
    return int(number).to_bytes(32, "big")


def hidden_from(index: int, *, shown: int, pieces: int) -> int:
    """The first piece from `index` on that is not shown; `pieces` where there is none."""
    return next((at for at in range(index, pieces) if not shown >> at & 1), pieces)


def require_due(index: int, *, shown: int | None, revealed: int, pieces: int) -> None:
    """Refuse UnknownPiece, AlreadyRevealed, and NotDrawn where only those in `shown` are due."""
    if index >= pieces:
        raise Refused("UnknownPiece")
    if revealed >> index & 1:
        raise Refused("AlreadyRevealed")
    if shown is not None and not shown >> index & 1:
        raise Refused("NotDrawn")


def matches(answers: Iterable[int | None], labels: Sequence[int]) -> int:
    """How many answers are the labels at their places; None is no answer."""
    return sum(answer == label for answer, label in zip(answers, labels, strict=True))
