"""The attack's transactions: signed beforehand, handed over, and counted afterwards."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice

from bench.halt.calldata import SINK, payload, signed_of_size
from bench.halt.refund import clearing_gas, words
from bench.halt.trial import Attack
from system.chain.batches import raw_batches
from system.chain.keys import address_of, derive_key
from system.chain.rpc import Rpc, RpcError, Unreachable

# A node's queue takes what is behind a missing nonce; the opener has it.
_OPENER_BYTES = 120
_TICK_S = 0.25


@dataclass(frozen=True, slots=True)
class Account:
    """An account's transactions in the order of their nonces; the `opener` lets them go."""

    address: str
    opener: bytes | None
    raws: tuple[bytes, ...]

    @property
    def nonces(self) -> int:
        """Its nonce once everything is in blocks."""
        return len(self.raws) + (self.opener is not None)


@dataclass(slots=True)
class Tally:
    """What the nodes answered; refusals by their words."""

    accepted: int = 0
    refusals: Counter[str] = field(default_factory=Counter)

    def take(self, answers: Sequence[object]) -> None:
        """Count the answers of a batch."""
        for answer in answers:
            if isinstance(answer, RpcError):
                self.refusals[answer.message] += 1
            else:
                self.accepted += 1


def signed_accounts(attack: Attack, *, chain_id: int, clearing: bytes | None) -> list[Account]:
    """All accounts with their transactions; `clearing`: the contract whose slots they clear."""
    numbers = count()
    shares = [len(range(i, attack.transactions, attack.accounts)) for i in range(attack.accounts)]
    return [
        _account(attack, index, list(islice(numbers, share)), chain_id, clearing)
        for index, share in enumerate(shares)
        if share
    ]


def send(
    accounts: Sequence[Account], attack: Attack, rpcs: Sequence[Rpc], *, limit_s: float
) -> Tally:
    """Hand everything over, in turn or paced, for `limit_s` at most, and say what the nodes said.

    What a node does not answer to in time counts as refused.
    """
    deadline_s = time.monotonic() + limit_s
    way = _let_go_at_once if attack.dammed else _in_turns
    return way(accounts, attack, rpcs, deadline_s)


def _let_go_at_once(
    accounts: Sequence[Account], attack: Attack, rpcs: Sequence[Rpc], deadline_s: float
) -> Tally:
    raws = [raw for one in accounts for raw in one.raws]
    tallies = [Tally() for _ in rpcs]
    for rpc, tally in zip(rpcs, tallies, strict=True):
        _push(rpc, raws, tally, deadline_s)
    openers = [one.opener for one in accounts if one.opener is not None]
    for rpc in rpcs:
        _push(rpc, openers, Tally(), deadline_s)
    return max(tallies, key=lambda tally: tally.accepted)


def _in_turns(
    accounts: Sequence[Account], attack: Attack, rpcs: Sequence[Rpc], deadline_s: float
) -> Tally:
    tally = Tally()
    sharing = rpcs if attack.through == "each" else rpcs[:1]
    parts = [list(_interleaved(accounts[at :: len(sharing)])) for at in range(len(sharing))]
    for chunk, rpc in _turns(parts, sharing, attack.per_s):
        _push(rpc, chunk, tally, deadline_s)
    return tally


def _account(
    attack: Attack, index: int, numbers: Sequence[int], chain_id: int, clearing: bytes | None
) -> Account:
    key = derive_key("halt", "attacker", index)
    first = int(attack.dammed)
    opener = None
    if attack.dammed:
        opener = signed_of_size(_OPENER_BYTES, bytes, key=key, nonce=0, chain_id=chain_id)
    raws = tuple(
        signed_of_size(
            attack.transaction_bytes[number % len(attack.transaction_bytes)],
            _filler(attack, number),
            key=key,
            nonce=first + position,
            chain_id=chain_id,
            to=clearing or SINK,
            more_gas=clearing_gas(attack.refund_slots) if clearing else 0,
        )
        for position, number in enumerate(numbers)
    )
    return Account(address_of(key), opener, raws)


def _filler(attack: Attack, number: int) -> Callable[[int], bytes]:
    if not attack.refund_slots:
        return lambda length: payload(attack.payload, length, number=number)
    first = number * attack.refund_slots
    head = words(first, first + attack.refund_slots, 0)
    return lambda length: head + payload(attack.payload, max(0, length - len(head)), number=number)


def _interleaved(accounts: Sequence[Account]) -> Iterator[bytes]:
    """Each account's next transaction in turn, as many workers at once would send them."""
    longest = max((len(one.raws) for one in accounts), default=0)
    for position in range(longest):
        for one in accounts:
            if position < len(one.raws):
                yield one.raws[position]


def _turns(
    parts: Sequence[Sequence[bytes]], rpcs: Sequence[Rpc], per_s: float | None
) -> Iterator[tuple[Sequence[bytes], Rpc]]:
    """Shares of each part in turn: by the clock where it is paced."""
    size = 16 if per_s is None else max(1, round(per_s * _TICK_S / len(rpcs)))
    started_s, handed = time.monotonic(), 0
    for start in range(0, max(map(len, parts)), size):
        for part, rpc in zip(parts, rpcs, strict=True):
            chunk = part[start : start + size]
            if not chunk:
                continue
            yield chunk, rpc
            handed += len(chunk)
            if per_s is not None:
                time.sleep(max(0.0, started_s + handed / per_s - time.monotonic()))


def _push(rpc: Rpc, raws: Sequence[bytes], tally: Tally, deadline_s: float) -> None:
    for batch in raw_batches(raws):
        if time.monotonic() > deadline_s:
            tally.refusals["not sent: the time was up"] += len(batch)
            continue
        try:
            tally.take(rpc.batch(batch))
        except (RpcError, Unreachable) as error:
            tally.refusals[str(error)] += len(batch)
