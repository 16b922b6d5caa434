"""What a node's pool keeps, and what becomes of the rest.

Transactions that arrive by RPC are local to that node, which its limits spare (geth's default); the
limits hold for what other validators hear of them. So the chain is paused, all goes to the first
validator, and the second one's pool is looked at. A pool that is full drops what it hears without a
word to anybody.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.network.topology import Pool, Topology
from bench.probe.deadline import Deadline
from bench.probe.finding import Finding
from bench.probe.paused import Paused, paused
from bench.probe.sending import hand_over_all
from bench.probe.subject import Subject
from bench.probe.wall import Wall
from bench.probe.walls.pool_locals import without_locals
from system.chain.keys import address_of, derive_key
from system.chain.rpc import Rpc, RpcError
from system.chain.transaction import sign_legacy

# Sizes that are filled in seconds; go-ethereum's own 16 and 64 for an account are among them.
_SMALL = {
    "account_slots": (1, 16),
    "global_slots": (8, 256),
    "account_queue": (1, 64),
    "global_queue": (16, 256),
}
_SPARE = 2
_PATIENCE_S, _POLL_S = 30.0, 0.5
_SETTLED_S, _SETTLE_LIMIT_S = 1.0, 8.0


@dataclass(frozen=True, slots=True)
class Filled:
    """What was seen at the second validator: transactions it held at most, the lowest number that
    a crowded account kept, `queued` behind a gap of one account; `all_held` at the end."""

    pending: int
    account: int
    queued: int
    all_held: int
    sent: int
    replacement: str
    committed: int
    waited_s: float


def _measure(subject: Subject) -> list[Finding]:
    topology = subject.own_topology
    pool = small(topology.pool)
    if topology.validators < 2:
        note = "one validator: what it is sent by RPC is local, which its limits spare"
        alone = Finding(WALL.name, "transactions", WALL.setting, outcome="absent", note=note)
        return [alone, without_locals(topology, pool, subject.salt)]
    with paused(replace(topology, pool=pool)) as chain:
        seen = _Filling(chain, pool, subject.salt).run()
    return [*_findings(topology, pool, seen), without_locals(topology, pool, subject.salt)]


def small(pool: Pool) -> Pool:
    """The nearest sizes to a topology's that are filled in seconds, with room for each to show."""
    sizes = {name: min(max(getattr(pool, name), low), high) for name, (low, high) in _SMALL.items()}
    room = 2 * sizes["account_slots"] + sizes["account_queue"]
    return Pool(**{**sizes, "global_queue": max(sizes["global_queue"], room)})


def _findings(topology: Topology, pool: Pool, seen: Filled) -> list[Finding]:
    note = _sizes(topology, pool)
    silent = "no error: sent by RPC all are taken, other validators drop the rest in silence"
    held = pool.global_slots + pool.global_queue
    rows = (
        ("one account", "accountslots", pool.account_slots, seen.account),
        ("all accounts", "globalslots", max(pool.global_slots, pool.account_slots), seen.pending),
        ("behind a gap", "accountqueue", pool.account_queue, seen.queued),
        ("in all", "globalslots + --txpool.globalqueue", held, seen.all_held),
    )
    limits = [
        Finding(
            name=f"pool, {name}",
            unit="transactions",
            setting=f"--txpool.{flag}",
            predicted=predicted,
            measured=measured,
            symptom=silent,
            note=note,
        )
        for name, flag, predicted, measured in rows
    ]
    return [*limits, _eviction(seen, held)]


def _sizes(topology: Topology, pool: Pool) -> str:
    if pool == topology.pool:
        return "transactions below 32 KB, which take a slot each"
    own = _listed(topology.pool)
    return f"at sizes {_listed(pool)}, to be quick; the topology's are {own}"


def _listed(pool: Pool) -> str:
    sizes = (pool.account_slots, pool.global_slots, pool.account_queue, pool.global_queue)
    return "/".join(f"{size:,}" for size in sizes)


def _eviction(seen: Filled, held: int) -> Finding:
    return Finding(
        name="pool, evicted elsewhere",
        unit="transactions",
        setting="pool sizes; spread what is sent over all validators",
        predicted=seen.sent - held,
        measured=seen.sent - seen.all_held,
        symptom=f"none: their hashes are unknown to the others; a nonce again: {seen.replacement}",
        note=f"all {seen.sent} were kept where they were sent; {seen.committed} of them were "
        f"committed within {seen.waited_s:.1f} s of the chain's going on",
    )


class _Filling:
    """One paused chain being filled, account by account."""

    def __init__(self, chain: Paused, pool: Pool, salt: str) -> None:
        self._chain, self._pool, self._salt = chain, pool, salt
        self._sender, self._other = (Rpc(url) for url in chain.network.endpoints[:2])
        self._sent: list[str] = []
        self._nonces: dict[int, int] = {}

    def run(self) -> Filled:
        pool = self._pool
        others = range(1, pool.global_slots // pool.account_slots + 2)
        # One account fills all there is; its neighbours then push it down to what is its own.
        self._send([0], pool.global_slots + _SPARE)
        pending = self._held("pending")
        self._send(others, pool.account_slots)
        account = self._held("pending", account=0)
        # It lacks nonces at the other validator now: what follows waits there behind the gap.
        self._send([0], pool.account_queue + _SPARE)
        queued = self._held("queued", account=0)
        crowd = range(1, others.stop + self._extras(len(others)))
        self._send(crowd[len(others) :], pool.account_slots)
        self._send(crowd, 1)
        self._send(crowd, pool.account_queue + _SPARE)
        all_held = self._held("pending") + self._held("queued")
        replacement = self._replacement()
        committed, waited_s = self._committed()
        return Filled(
            pending=pending,
            account=account,
            queued=queued,
            all_held=all_held,
            sent=len(self._sent),
            replacement=replacement,
            committed=committed,
            waited_s=waited_s,
        )

    def _extras(self, others: int) -> int:
        """How many accounts more it takes to fill the pool."""
        pool = self._pool
        used = (others + 1) * (pool.account_slots + pool.account_queue)
        left = pool.global_slots + pool.global_queue - used
        return max(0, left // (pool.account_slots + pool.account_queue) + 1)

    def _committed(self) -> tuple[int, float]:
        """How many are in blocks once there are blocks again, and after how many seconds.

        Raft's leader makes all blocks: what it dropped waits for ever if another node was sent it.
        """
        self._chain.resume()
        deadline, missing = Deadline(_PATIENCE_S), self._sent
        while missing and deadline.left_s:
            time.sleep(_POLL_S)
            asked = [("eth_getTransactionReceipt", [one]) for one in missing]
            answers = self._sender.batch(asked)
            missing = [
                one
                for one, said in zip(missing, answers, strict=True)
                if not isinstance(said, dict)
            ]
        return len(self._sent) - len(missing), _PATIENCE_S - deadline.left_s

    def _send(self, accounts: Sequence[int], count: int) -> None:
        """Hands `count` more transactions of each account to the first validator."""
        for account in accounts:
            first = self._nonces.get(account, 0)
            self._nonces[account] = first + count
            raw = [self._signed(account, nonce) for nonce in range(first, first + count)]
            self._sent += hand_over_all(self._sender, raw)
        self._settle()

    def _signed(self, account: int, nonce: int, *, value: int = 0) -> bytes:
        return sign_legacy(
            key=self._key(account),
            nonce=nonce,
            gas=21_000 + 16 * 32,
            to=bytes(20),
            data=value.to_bytes(32, "big"),
            chain_id=self._chain.network.topology.chain_id,
        ).raw

    def _key(self, account: int) -> bytes:
        return derive_key(self._salt, "pool", account)

    def _settle(self) -> None:
        """Returns when the other validator's pool has not changed for a second."""
        deadline_s = time.monotonic() + _SETTLE_LIMIT_S
        before, since_s = None, time.monotonic()
        while time.monotonic() < deadline_s and time.monotonic() - since_s < _SETTLED_S:
            now = self._other.call("txpool_status")
            if now != before:
                before, since_s = now, time.monotonic()
            time.sleep(0.1)

    def _held(self, kind: str, *, account: int | None = None) -> int:
        by_account = self._other.call("txpool_inspect")[kind]
        if account is not None:
            return len(by_account.get(address_of(self._key(account)), {}))
        return sum(map(len, by_account.values()))

    def _replacement(self) -> str:
        try:
            hand_over_all(self._sender, [self._signed(0, 0, value=1)])
        except RpcError as error:
            return error.message
        return "replaced"


WALL = Wall("pool", "--txpool.accountslots, …", "the network", _measure)
