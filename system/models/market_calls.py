"""A prediction market on chain: opened, driven and looked at.

Contributions come through its trainer; which call is taken when is the contract's manual:
IMarketIncentive. Anybody may take any step, and each reverts unless it is due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from system.chain.abi import call_data, selector, topic, view
from system.chain.compiler import artifact
from system.chain.deploy import created_address
from system.chain.rpc import Rpc
from system.chain.sender import Call, Sender, send_all
from system.models.classifiers.calls import appointing
from system.models.events import Added
from system.models.market_terms import MARKET_TERMS_TYPES, MarketTerms, Phase
from system.models.pieces import Piece
from system.models.records import Features
from system.models.trainer import (
    LEARNED_FEATURE_GAS,
    PREDICTED_FEATURE_GAS,
    Part,
    Wiring,
    deploy_trainer,
    with_features,
)

_TERMS = f"({','.join(MARKET_TERMS_TYPES)})"

OPENED = topic(f"Opened(address,address,uint256,uint256,{_TERMS})")
DRAWN = topic("Drawn(uint256,bytes32)")
PIECE_REVEALED = topic("PieceRevealed(uint256,uint256)")
PARTICIPATION_BEGUN = topic("ParticipationBegun(uint64)")
STAKED = topic("Staked(uint256,address,bytes32,uint256)")
REWARDING_BEGUN = topic("RewardingBegun(uint256,uint64)")
LEARNED = topic("Learned(uint256,uint256,bool)")
SCORED = topic("Scored(uint256,uint256,int256)")
KICKED = topic("Kicked(uint256,uint256,uint256)")
PASS_ENDED = topic("PassEnded(uint256,uint256,uint256,uint256)")
DENOUNCED = topic("Denounced(address)")
COLLECTED = topic("Collected(uint256,address,uint256)")
BOUNTY_RETURNED = topic("BountyReturned(address,uint256)")

# Gas, upper bounds; docs/models-market.md has what the calls cost on a node. A piece's samples cost
# what a prediction does, and each of its values up to 512 gas of call data.
OPEN_GAS = 500_000
_DIGEST_GAS = 25_000
_DRAW_GAS = 400_000
_LEARN_GAS = 300_000
_PIECE_GAS = 300_000
_SAMPLE_GAS = 20_000
_VALUE_GAS = 600
KICK_GAS = 200_000
COLLECT_GAS = 150_000

_CONTRIBUTED = ["bytes32", "address", "uint256", "uint256", "int256", "bool", "bool"]
_DUE = ["uint256", "uint256", "bool", "bool", "uint256", "uint256", "uint256", "uint256", "int256"]


@dataclass(frozen=True, slots=True)
class Contributed:
    """A contribution in the market: `stake` and `balance` in wei, `score` of its last pass."""

    key: bytes
    author: str
    stake: int
    balance: int
    score: int
    kicked: bool
    collected: bool


@dataclass(frozen=True, slots=True)
class Due:
    """Which step of the scoring is due, as IMarketIncentive.Due says; `paid` in wei."""

    number: int
    contribution: int
    learned: bool
    kick_due: bool
    piece: int
    rounds_left: int
    initial_right: int
    right: int
    paid: int


def deploy_market(
    sender: Sender,
    *,
    classifier: Part,
    initial: Callable[[str], Sequence[Call]] = lambda _: (),
) -> tuple[Wiring, str]:
    """A trainer whose incentive is a new market, and the address of that market's scorer.

    `initial` gives the transactions that bring the model's weights in, from its address; the scorer
    has the same. Raises what `deploy_trainer` raises.
    """
    market = Part(artifact("MarketIncentive"))
    wiring = deploy_trainer(sender, classifier=classifier, incentive=market, initial=initial)
    nonce = int(sender.rpc.call("eth_getTransactionCount", sender.address, "pending"), 16)
    scorer = created_address(sender.address, nonce)
    appointment = appointing(scorer, wiring.incentive)
    send_all(sender, [classifier.creation(), *initial(scorer), appointment])
    return wiring, scorer


def opening(
    market: str, terms: MarketTerms, pieces: Sequence[Piece], *, scorer: str, bounty: int
) -> Call:
    """The provider's transaction that commits to a test set and escrows `bounty` wei."""
    types = [_TERMS, "bytes32[]", "address"]
    digests = [piece.digest for piece in pieces]
    data = selector(f"open({','.join(types)})") + encode(types, [terms.values(), digests, scorer])
    return Call(market, data, OPEN_GAS + _DIGEST_GAS * len(pieces), value=bounty)


def drawing(market: str) -> Call:
    """The transaction that draws the pieces to be shown, two blocks after the opening one."""
    return Call(market, call_data("draw()"), _DRAW_GAS)


def revealing(
    market: str, index: int, piece: Piece, *, feature_gas: int = PREDICTED_FEATURE_GAS
) -> Call:
    """The transaction that reveals a piece."""
    return _with_piece("reveal", market, index, piece, feature_gas)


def evaluating(
    market: str, index: int, piece: Piece, *, feature_gas: int = PREDICTED_FEATURE_GAS
) -> Call:
    """The transaction that evaluates the scorer on a piece."""
    return _with_piece("evaluate", market, index, piece, feature_gas)


def learning(
    market: str,
    features: Features,
    cls: int,
    *,
    added_at: int,
    feature_gas: int = LEARNED_FEATURE_GAS,
) -> Call:
    """The transaction that teaches the scorer the contribution whose turn it is."""
    data = with_features("learn(int64[],uint64,uint64)", features, cls, added_at)
    return Call(market, data, _LEARN_GAS + feature_gas * len(features))


def kicking(market: str) -> Call:
    """The transaction that leaves out a contribution that can't bear another round."""
    return Call(market, call_data("kick()"), KICK_GAS)


def denouncing(market: str) -> Call:
    """The transaction that shows that the scorer was changed."""
    return Call(market, call_data("denounce()"), KICK_GAS)


def collecting(market: str, contribution: int) -> Call:
    """The transaction that credits a contribution's author; anybody's, once it has ended."""
    return Call(market, call_data("collect(uint256)", contribution), COLLECT_GAS)


def returning(market: str) -> Call:
    """The transaction that credits the provider what is left of the bounty; anybody's."""
    return Call(market, call_data("returnBounty()"), COLLECT_GAS)


def scoring(
    market: str,
    row: Sequence[Contributed],
    *,
    unit: int,
    given: Mapping[bytes, Added],
    hidden: Mapping[int, Piece],
) -> list[Call]:
    """The transactions of one whole pass, in order, as of when it begins.

    `given` has the contributions by key, `hidden` the pieces that count by their numbers. Of a
    contribution that the scorer refuses the evaluations revert: its score is 0 already.
    """
    return [
        call
        for one in row
        if not one.kicked
        for call in (
            _scoring_one(market, given[one.key], hidden)
            if one.balance >= -one.score * unit
            else [kicking(market)]
        )
    ]


def phase_of(rpc: Rpc, market: str) -> tuple[Phase, int]:
    """Where the market is, and the time at which that phase ends if nothing happens; 0: never."""
    phase, ends_at = view(rpc, market, "phase()", returns=["uint8", "uint64"])
    return Phase(phase), ends_at


def terms_of(rpc: Rpc, market: str) -> MarketTerms:
    """What the provider promised; all zero before that."""
    values = view(rpc, market, "terms()", returns=MARKET_TERMS_TYPES)
    return MarketTerms(**dict(zip(MarketTerms.__slots__, values, strict=True)))


def due_in(rpc: Rpc, market: str) -> Due:
    """Which step of the scoring is due."""
    return Due(*view(rpc, market, "due()", returns=_DUE))


def contribution_at(rpc: Rpc, market: str, index: int) -> Contributed:
    """A contribution by its number; RpcError for one that there is not."""
    values = view(rpc, market, "contributionAt(uint256)", index, returns=_CONTRIBUTED)
    key, author, *others = values
    return Contributed(key, to_checksum_address(author), *others)


def row_of(rpc: Rpc, market: str) -> list[Contributed]:
    """All contributions in order."""
    count = _number(rpc, market, "contributionCount()")
    return [contribution_at(rpc, market, index) for index in range(count)]


def drawn_pieces(rpc: Rpc, market: str) -> tuple[int, int]:
    """The pieces that are shown and those revealed, one bit each, the lowest for piece 0."""
    shown, revealed = view(rpc, market, "pieces()", returns=["uint256", "uint256"])
    return int(shown), int(revealed)


def drawing_block(rpc: Rpc, market: str) -> int:
    """The block whose hash draws; `drawing` works in the 256 blocks behind it."""
    return _number(rpc, market, "drawnBy()")


def unit_of(rpc: Rpc, market: str) -> int:
    """What a right answer more is paid for each round, in wei."""
    return _number(rpc, market, "unit()")


def bounty_of(rpc: Rpc, market: str) -> int:
    """What the market holds of the bounty, in wei: once it is settled, what nobody won."""
    return _number(rpc, market, "bounty()")


def _scoring_one(market: str, given: Added, hidden: Mapping[int, Piece]) -> list[Call]:
    learn = learning(market, given.features, given.cls, added_at=given.added_at)
    return [learn, *(evaluating(market, at, hidden[at]) for at in sorted(hidden))]


def _with_piece(name: str, market: str, index: int, piece: Piece, feature_gas: int) -> Call:
    head = selector(f"{name}(uint256,bytes32,int64[][],uint64[])")
    values = sum(map(len, piece.samples))
    gas = _PIECE_GAS + _SAMPLE_GAS * len(piece.samples) + (_VALUE_GAS + feature_gas) * values
    return Call(market, head + index.to_bytes(32, "big") + piece.body, gas)


def _number(rpc: Rpc, market: str, signature: str) -> int:
    return int(view(rpc, market, signature, returns=["uint256"])[0])
