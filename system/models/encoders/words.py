"""Text as a hashed bag of words: which words are in it, without a dictionary to agree on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from system.chain.keys import keccak256
from system.models.encoders.errors import NoFeatures, NotNumbers
from system.models.encoders.features import Features
from system.models.encoders.sparse import indices, width_of

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class HashedWords:
    """The encoder of text into `width` features, 1 … 2^24; raises TooManyFeatures for others.

    A word's feature is the first eight bytes of its keccak-256, big-endian, modulo the width (the
    hashing trick, Weinberger et al. 2009, without signs and counts: models of indices have
    neither). Two words share a feature with a chance of 1/width.
    """

    width: int
    sparse: bool = True

    def __post_init__(self) -> None:
        width_of(self.width)

    def encode(self, sample: object) -> Features:
        """The features of the text's words, ascending, each once.

        Raises NotNumbers for what is no text, NoFeatures for text without a letter or digit.
        """
        if not isinstance(sample, str):
            raise NotNumbers(f"a bag of words is made of text, not of {type(sample).__name__}")
        found = {self.feature_of(word) for word in words(sample)}
        if not found:
            raise NoFeatures("the text has no word in it: leave it out")
        return indices(found, self.width)

    def feature_of(self, word: str) -> int:
        """The feature a word falls on; case and compatibility forms as `words` leaves them."""
        return int.from_bytes(keccak256(word.encode())[:8], "big") % self.width


def words(text: str) -> Iterator[str]:
    """Runs of letters, digits and underscores, in compatibility form (NFKC) and case-folded."""
    return iter(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))
