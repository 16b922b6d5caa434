"""What is computed of a cell and its chain before the clock, to be held against the measured."""

from __future__ import annotations

from bench.limits.chain_limits import chain_limits, limits_key
from bench.limits.prediction import Prediction, predict_payload
from bench.load.session import CellPlan, Session
from bench.record.files import limits_path
from bench.record.schema import FirstWall
from bench.record.writer import RunWriter
from system.chain.probe import Chain
from system.jobs.stores import ChunkImpossible
from system.learning.models import parse_weights
from system.learning.stream import stream
from system.weights import codec


def record_limits(run: RunWriter, chain: Chain) -> str:
    """The key of the chain's limits, which lie in the run's directory afterwards.

    Computed where the run has none of such a chain yet: a second of CPU time, once.
    """
    key = limits_key(chain)
    if not limits_path(run.path, key).exists():
        run.write_limits(chain_limits(chain))
    return key


def predicted(session: Session, cell: CellPlan) -> Prediction | None:
    """What the calibrating submission comes to; None for the counter and where no chunk fits."""
    if cell.weights == 0:
        return None
    [spec] = parse_weights(cell.weights_name)
    results = stream(spec, session.seed)
    # The second of a worker, as `calibrate` sends it: later ones cost what it does.
    _, second = results.next(0), results.next(1)
    try:
        payload = codec(cell.encoding).encode(second)
        return predict_payload(cell.encoding, cell.store, payload, session.chain)
    except ChunkImpossible:
        return None


def gas_predicted(cell: CellPlan, found: Prediction | None) -> int | None:
    """Its gas; None where a gate or a manager adds transactions that no model covers."""
    return found.gas if found is not None and cell.privacy == "plain" else None


def first_wall(found: Prediction | None) -> FirstWall | None:
    """The wall that such models meet first when they grow."""
    if found is None:
        return None
    wall = found.first_wall
    return FirstWall(name=wall.name, share=wall.share, setting=wall.setting)
