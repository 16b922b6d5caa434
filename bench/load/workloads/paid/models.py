"""What workers return for a job: one honest model for all of them, and the wrong ones."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bench.load.account import Account
from bench.load.workloads import Call
from bench.load.workloads.calls import calls
from system.jobs.behaviours import Behaviour
from system.jobs.copying import NO_SECRET
from system.jobs.results import Place, Result, result
from system.learning.arithmetic import Array
from system.learning.models import parse_weights
from system.learning.models import weights as first_weights
from system.learning.stream import DrawnStream, TrainedStream, WeightStream, stream
from system.weights import codec

# Kept of the newest models: honest and colluding ones are made once a job, not once a worker.
_KEPT_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Model:
    """Encoded weights for one job, and the transactions that bring them to the store in clear."""

    payload: bytes
    digest: bytes
    chunks: Sequence[Call]


@dataclass(slots=True)
class Models:
    """The models of all jobs: the same in every process for the same seed."""

    place: Place
    weights_name: str
    chunk_bytes: int
    seed: int
    _made: OrderedDict[tuple[int, object], Model] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _source: WeightStream = field(init=False)

    def __post_init__(self) -> None:
        [spec] = parse_weights(self.weights_name)
        self._source = stream(spec, self.seed)

    def published(self) -> bytes:
        """The encoded weights that every job starts from."""
        [spec] = parse_weights(self.weights_name)
        return codec(self.place.encoding).encode(first_weights(spec, self.seed))

    def of(self, worker: Account, behaviour: Behaviour, job: int) -> Model:
        """What that worker returns for the job."""
        if behaviour.attack is None:
            return self._kept(job, "honest", lambda: self._honest(job))
        attack, own = behaviour.attack, behaviour.name == "random"
        name = (behaviour.name, worker.index) if own else behaviour.name
        return self._kept(job, name, lambda: attack(self._honest(job), job, worker.index))

    def sealed(self, model: Model, worker: Account, job: int) -> tuple[Sequence[Call], bytes]:
        """The transactions that bring it to the store encrypted, and the key."""
        hidden = self._result(model.payload, worker.address, job, sealed=True)
        return calls(hidden.submission()), hidden.secret

    def _honest(self, job: int) -> NDArray[np.float64]:
        # From a copy for each job: what is drawn or trained must not depend on the jobs before.
        source = self._source
        if isinstance(source, DrawnStream):
            source = replace(source, made=job)
        elif isinstance(source, TrainedStream):
            source = replace(source)
        return source.next(job)

    def _kept(self, job: int, name: object, make: Callable[[], Array]) -> Model:
        key = (job, name)
        if key not in self._made:
            payload = codec(self.place.encoding).encode(make())
            clear = self._result(payload, self.place.market, job, sealed=False)
            self._made[key] = Model(payload, clear.digest, calls(clear.submission()))
            self._bytes += len(payload)
            while self._bytes > _KEPT_BYTES and len(self._made) > 1:
                self._bytes -= len(self._made.popitem(last=False)[1].payload)
        return self._made[key]

    def _result(self, payload: bytes, worker: str, job: int, *, sealed: bool) -> Result:
        if sealed:
            return result(
                self.place,
                payload,
                worker=worker,
                job=job,
                chunk_bytes=self.chunk_bytes,
                sealed=True,
            )
        return Result(self.place, worker, job, self.chunk_bytes, payload, payload, NO_SECRET)
