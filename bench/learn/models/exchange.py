"""What is done on the chain, and to the twin in the same order: both have to agree on it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.learn.place import Place
from system.chain.outbox import Outbox, Settled
from system.chain.receipts import revert_reason
from system.chain.sender import Call
from system.errors import UsageError
from system.models.refused import Refused
from system.models.simulation.twins import Twins

# A failure's reason costs the node all of its block once more, by an interpreted tracer: half a
# second and more. So many of each kind are asked for; of the others that they failed is enough.
_CONFIRMED = 2
# Steps of a market's scoring fill whole blocks, which a loaded machine takes long to make.
_PATIENCE_S = 180.0


@dataclass(frozen=True, slots=True)
class When:
    """The block that holds a transaction: its number, and its timestamp in seconds."""

    block: int
    at_s: int


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A transaction of an account, and the same on the twin, which gives the wei that it moved."""

    name: str
    who: str
    call: Call
    twin: Callable[[When], int]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a step: `refused` is the error's name, "" where it was done."""

    step: Step
    refused: str
    wei: int
    when: When
    gas_used: int


@dataclass(slots=True)
class Exchange:
    """A chain and the twin of what runs on it; `keys` holds each account's key by its address.

    `differing` says, a line each, in what the two did not agree.
    """

    place: Place
    world: Twins
    keys: Mapping[str, bytes]
    outbox: Outbox = field(init=False)
    differing: list[str] = field(default_factory=list)
    _confirmed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        # A failed transaction is known by its hash, until somebody asks why it failed.
        self.outbox = Outbox(
            self.place.rpc, self.place.chain.chain_id, explain=lambda _, transaction: transaction
        )

    def play(self, steps: Sequence[Step]) -> list[Done]:
        """Hand all over at once, and do to the twin what blocks then hold, in the order they do.

        Raises UsageError where the node takes one of them not, NotMined where the chain stops.
        """
        for number, step in enumerate(steps):
            self.outbox.send(self.keys[step.who], [step.call], str(number))
        settled = self.outbox.drained(timeout_s=_PATIENCE_S)
        for one in settled:
            if one.block is None:
                name = steps[int(one.label)].name
                raise UsageError(f"the node refused a transaction of {name}: {one.reason}")
        times = self._times({one.block for one in settled if one.block is not None})
        settled.sort(key=lambda one: (one.block or 0, one.index))
        done = [self._replayed(steps[int(one.label)], one, times) for one in settled]
        self.refresh()
        return done

    def refresh(self) -> None:
        """Set the twin's clock by the newest block."""
        self.world.clock_s = self.now().at_s

    def now(self) -> When:
        """The newest block."""
        block = self.place.rpc.call("eth_getBlockByNumber", "latest", False)
        return When(int(block["number"], 16), int(block["timestamp"], 16))

    def _replayed(self, step: Step, settled: Settled, times: Mapping[int, int]) -> Done:
        when = When(settled.block or 0, times[settled.block or 0])
        self.world.clock_s = when.at_s
        said, wei = "", 0
        try:
            wei = step.twin(when)
        except Refused as error:
            said = error.name
        refused = self._refusal(step.name, settled.reason, said)
        if said != refused:
            self.differing.append(
                f"{step.name} in block {when.block}: the chain says {refused or 'done'}, "
                f"the twin {said or 'done'}"
            )
        return Done(step, refused, wei, when, settled.gas_used)

    def _refusal(self, name: str, failed: str, said: str) -> str:
        """By which error the chain refused; the twin's word once it was right often enough."""
        if not failed:
            return ""
        if said and self._confirmed[name, said] >= _CONFIRMED:
            return said
        reason = revert_reason(self.place.rpc, failed).partition("(")[0].strip()
        self._confirmed[name, said] += reason == said
        return reason

    def _times(self, blocks: set[int]) -> dict[int, int]:
        wanted = sorted(blocks)
        requests = [("eth_getBlockByNumber", [hex(one), False]) for one in wanted]
        answers = self.place.rpc.batch(requests)
        return {
            one: int(found["timestamp"], 16) for one, found in zip(wanted, answers, strict=True)
        }
