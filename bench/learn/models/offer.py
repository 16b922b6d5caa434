"""What a market's provider promises in a training: a bounty on a hidden test set."""

from __future__ import annotations

import random
from typing import Final

from bench.learn.models.material import Material
from bench.learn.models.options import ModelsOptions
from system.models.market_terms import MarketTerms
from system.models.pieces import SALT_BYTES, cut
from system.models.simulation.market import Offer

# So many test samples count: each contribution is scored on all of them, on the chain.
_HIDDEN: Final = 80
_MOST_A_PIECE: Final = 20
_PIECE_BYTES: Final = 64_000
_WORD_BYTES: Final = 32
# A contribution pays for a round of the worst score; the bounty pays that many rounds of the best.
_ROUNDS: Final = 3
# Phases end when their work is done; these only bound a chain that crawls.
_SHOW_S: Final = 600
_REVEAL_S: Final = 600
_A_STEP_S: Final = 60


def offer_of(options: ModelsOptions, material: Material) -> Offer:
    """The terms and the test set in pieces, of which one is shown beforehand.

    A contribution's stake is the deposit that was asked for. Raises UsageError where the test part
    is too small.
    """
    size = _piece_size(material)
    tested = material.test[: _HIDDEN + size]
    chance = random.Random(options.seed)
    pieces = cut(
        [one.features for one in tested],
        [one.label for one in tested],
        size=size,
        salt=lambda: chance.randbytes(SALT_BYTES),
    )
    hidden = (len(pieces) - 1) * size
    unit = options.deposit_wei // hidden
    terms = MarketTerms(
        stake=options.deposit_wei,
        least=1,
        most=options.contributed,
        rounds=_ROUNDS,
        shown=1,
        samples=size,
        show_time=_SHOW_S,
        participation_time=_SHOW_S + _A_STEP_S * options.contributed,
        reveal_time=_REVEAL_S,
        reward_time=_REVEAL_S + _A_STEP_S * options.contributed * len(pieces),
    )
    return Offer(terms, pieces, unit * hidden * _ROUNDS)


def _piece_size(material: Material) -> int:
    longest = max(len(one.features) for one in material.test)
    fitting = _PIECE_BYTES // (_WORD_BYTES * (longest + 1))
    return max(1, min(_MOST_A_PIECE, fitting, len(material.test) // 3))
