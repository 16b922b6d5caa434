"""A small corpus of made-up texts, for models of words: the same for the same seed."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Final

from system.errors import UsageError
from system.models.data import Labelled

# Each topic has words of its own; all share the rest. A text is 8 to 24 words, two in five of its
# topic. Within a list the r-th word is taken with a weight of 1/r (Zipf 1935), as in languages.
TOPIC_WORDS: Final = 60
SHARED_WORDS: Final = 200
SHORTEST, LONGEST = 8, 24
TOPIC_SHARE: Final = 0.4
_CONSONANTS, _VOWELS = "bdfghklmnprstvz", "aeiou"


def made_up_texts(count: int = 800, *, topics: int = 2, seed: int = 0) -> Labelled:
    """`count` texts, as many of each topic; classes are "topic 0", "topic 1", …

    There is no text corpus among the libraries' own data, and downloads are not for tests. Raises
    UsageError for fewer than 2 topics, or fewer texts than topics.
    """
    if topics < 2 or count < topics:
        raise UsageError(f"{count} texts of {topics} topics: give 2 topics and a text each or more")
    # Of Python's generator `random` alone is the same in every version, so nothing else is used.
    chance = Random(seed)
    vocabulary = _words(SHARED_WORDS + topics * TOPIC_WORDS, chance)
    shared, own = vocabulary[:SHARED_WORDS], vocabulary[SHARED_WORDS:]
    lists = [own[at * TOPIC_WORDS : (at + 1) * TOPIC_WORDS] for at in range(topics)]
    labels = [at % topics for at in range(count)]
    texts = [_text(lists[label], shared, chance) for label in labels]
    return Labelled(texts, labels, tuple(f"topic {at}" for at in range(topics)))


def _text(own: Sequence[str], shared: Sequence[str], chance: Random) -> str:
    length = SHORTEST + int(chance.random() * (LONGEST - SHORTEST + 1))
    return " ".join(
        _ranked(own if chance.random() < TOPIC_SHARE else shared, chance) for _ in range(length)
    )


def _ranked(words: Sequence[str], chance: Random) -> str:
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    return words[min(bisect(weights, chance.random() * weights[-1]), len(words) - 1)]


def _words(count: int, chance: Random) -> list[str]:
    """That many different words of two or three syllables."""
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = 2 + int(chance.random() * 2)
        found["".join(_syllable(chance) for _ in range(syllables))] = None
    return list(found)


def _syllable(chance: Random) -> str:
    return "".join(kind[int(chance.random() * len(kind))] for kind in (_CONSONANTS, _VOWELS))
