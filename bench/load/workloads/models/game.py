"""The swarm's prediction market: its test set, and its rewards once all have contributed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bench.load.reconcile import present, spans
from bench.load.session import Session
from bench.load.workloads.models.samples import Samples
from bench.load.workloads.models.terms import BOUNTY, SHOWN, market_terms
from system.chain.keys import derive_key
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send_all
from system.models import market_calls
from system.models.events import DATA_ADDED, Added, read_added
from system.models.market_terms import Phase
from system.models.pieces import Piece, cut

# A piece goes into one transaction, of which the largest has 128 KB.
_PIECE_BYTES: Final = 100_000
# What counts is one piece of that many, or several smaller ones where features are many.
_HIDDEN_SAMPLES: Final = 40
_MOST_PIECES: Final = 6
# With more contributions, or later than that, the rewards are left to the market's deadlines.
MOST_SCORED: Final = 500
SCORING_S: Final = 60.0
# A validator that takes longer than a block period to execute what waits in its pool proposes empty
# blocks, and goes on doing so: fewer steps at a time are sooner done than many.
_AT_ONCE: Final = 16
_POLL_S: Final = 0.5


def pieces_of(session: Session, samples: Samples) -> list[Piece]:
    """The test set: the same in every process, its salts from the seed.

    Who knows the seed knows what is hidden: a benchmark's market keeps no secret.
    """
    widest = max(len(one.features) for one in samples.test)
    size = min(_HIDDEN_SAMPLES, max(1, _PIECE_BYTES // (32 * (widest + 2))))
    hidden = min(_MOST_PIECES, -(-_HIDDEN_SAMPLES // size))
    test = samples.test[: size * (SHOWN + hidden)]
    salts = (derive_key(f"{session.seed}|{session.id}", "salt", n) for n in range(len(test)))
    return cut(
        [one.features for one in test],
        [one.label for one in test],
        size=size,
        salt=lambda: next(salts),
    )


def opened(session: Session, samples: Samples, *, market: str, scorer: str) -> Call:
    """The provider's transaction that opens the market."""
    pieces = pieces_of(session, samples)
    terms = market_terms(session, samples=len(pieces[0].samples))
    return market_calls.opening(market, terms, pieces, scorer=scorer, bounty=BOUNTY)


def shown_pieces(rpc: Rpc, session: Session, samples: Samples, *, market: str) -> list[Call]:
    """The transactions that reveal the drawn pieces."""
    shown, _ = market_calls.drawn_pieces(rpc, market)
    return _Game(rpc, session, samples, market).revealing(shown)


def rewarded(provider: Sender, session: Session, samples: Samples) -> str:
    """Play the market to its end, if that can be done in time; "" or why it was not.

    Raises what `send_all` raises.
    """
    market = session.contracts["incentive"]
    game = _Game(provider.rpc, session, samples, market)
    deadline_s = time.monotonic() + SCORING_S
    while (phase := market_calls.phase_of(provider.rpc, market)[0]) is Phase.PARTICIPATING:
        if time.monotonic() > deadline_s:
            return "the market still takes contributions: its deadlines free all money"
        time.sleep(_POLL_S)
    if phase is Phase.REVEALING:
        shown, _ = market_calls.drawn_pieces(provider.rpc, market)
        send_all(provider, game.revealing(~shown))
    said = game.scored(provider, deadline_s)
    if said:
        return said
    count = len(market_calls.row_of(provider.rpc, market))
    collected = [market_calls.collecting(market, index) for index in range(count)]
    send_all(provider, [*collected, market_calls.returning(market)])
    return ""


@dataclass(frozen=True, slots=True)
class _Game:
    rpc: Rpc
    session: Session
    samples: Samples
    market: str

    def revealing(self, bits: int) -> list[Call]:
        """The pieces that `bits` name, one bit each."""
        return [
            self._bounded(market_calls.revealing(self.market, at, piece))
            for at, piece in enumerate(pieces_of(self.session, self.samples))
            if bits >> at & 1
        ]

    def scored(self, provider: Sender, deadline_s: float) -> str:
        """Go through the one pass that settles the market; "" or why it was left."""
        if market_calls.phase_of(self.rpc, self.market)[0] is not Phase.REWARDING:
            return ""
        row = market_calls.row_of(self.rpc, self.market)
        if len(row) > MOST_SCORED:
            return (
                f"{len(row):,} contributions are more than the {MOST_SCORED} that a swarm scores: "
                "the market's deadlines give all stakes back"
            )
        steps = self._steps(row)
        for at in range(0, len(steps), _AT_ONCE):
            if time.monotonic() > deadline_s:
                return f"scoring took longer than {SCORING_S:.0f} s: the deadlines end the market"
            send_all(provider, steps[at : at + _AT_ONCE])
        return ""

    def _steps(self, row: Sequence[market_calls.Contributed]) -> list[Call]:
        shown, _ = market_calls.drawn_pieces(self.rpc, self.market)
        pieces = pieces_of(self.session, self.samples)
        hidden = {at: piece for at, piece in enumerate(pieces) if not shown >> at & 1}
        given = self._given()
        unit = market_calls.unit_of(self.rpc, self.market)
        steps = market_calls.scoring(self.market, row, unit=unit, given=given, hidden=hidden)
        return [self._bounded(step) for step in steps]

    def _given(self) -> dict[bytes, Added]:
        """The contributions by key, as the handler's events have them."""
        logs = added_logs(self.rpc, self.session)
        added = (read_added(log["topics"], log["data"]) for log in logs)
        return {one.key: one for one in added}

    def _bounded(self, call: Call) -> Call:
        """The call with a limit that does for all classes, and fits a block."""
        gas = call.gas * self.samples.classes
        return replace(call, gas=min(gas, self.session.chain.gas_limit))


def added_logs(rpc: Rpc, session: Session) -> list[dict[str, Any]]:
    """The handler's events of all contributions, those of the calibration too."""
    filters = {"address": session.contracts["handler"], "topics": [DATA_ADDED]}
    return logs_of(rpc, session, filters)


def logs_of(rpc: Rpc, session: Session, filters: dict[str, Any]) -> list[dict[str, Any]]:
    """The logs that pass the filters, from before the calibration up to now."""
    head = int(rpc.call("eth_blockNumber"), 16)
    found: list[dict[str, Any]] = []
    for first, last in spans(max(0, session.first_block - LOOK_BACK), head):
        span = {**filters, "fromBlock": hex(first), "toBlock": hex(last)}
        found += present(rpc, [("eth_getLogs", [span])])[0]
    return found


# Blocks before the session's first that may hold its calibration, which takes two minutes at most.
LOOK_BACK: Final = 200
