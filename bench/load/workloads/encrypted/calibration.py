"""A group of two before the clock: what one member's update costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.load.account import Account, account
from bench.load.calibrated import Calibrated
from bench.load.session import CellPlan, Session
from bench.load.workloads.encrypted import steps
from bench.load.workloads.encrypted.setting import setting_of
from bench.load.workloads.encrypted.workload import EncryptedWorkload
from system.chain.outbox import Outbox, Settled
from system.chain.rpc import Rpc, RpcError
from system.chain.sender import Call
from system.encrypted.contracts import agreement, rounds
from system.encrypted.contracts.rounds import Place
from system.encrypted.contracts.terms import Terms
from system.learning.integer import to_q16
from system.learning.models import parse_weights
from system.learning.stream import stream

_LIMIT_S = 120.0


def calibrate_encrypted(rpc: Rpc, session: Session, cell: CellPlan) -> Calibrated:
    """What a member's update costs, its first one: all later ones cost as much.

    Raises as `bench.load.calibrate` catches: NotMined, RpcError where the chain does not take it,
    ChunkTooLarge where a unit does not fit a transaction.
    """
    session = replace(session, cells=(cell,))
    hider = EncryptedWorkload(session).hider
    setting = replace(setting_of(session), parties=2)
    terms = setting.terms(session.contracts["aggregation"])
    seed = f"{session.seed}|{session.id}|{cell.id}|calibration"
    members = [account(seed, process=0, number=number) for number in range(2)]
    stage = _Stage(rpc, session, Outbox(rpc, session.chain.chain_id))
    place = Place(session.contracts["rounds"], stage.formed(members, terms), 1)
    opening = rounds.opening(place.rounds, place.group, terms)
    stage.take({members[0]: [opening, rounds.beginning(place)]})
    hiding = replace(hider, setting=setting).round(members, steps.context(session, place))
    said = hiding.announcements()
    stage.take({members[at]: [rounds.announcing(place, one)] for at, one in said.items()})
    [spec] = parse_weights(cell.weights_name)
    weights = stream(spec, session.seed).next(0)
    update = hiding.update(0, to_q16(weights))
    settled = stage.take({members[0]: steps.submitting(setting, place, update, terms)})
    return Calibrated(
        cell=cell,
        transactions=len(settled),
        payload_bytes=len(update),
        wire_bytes=sum(one.wire_bytes for one in settled),
        gas_used=sum(one.gas_used for one in settled),
        # What is added is Q16: nothing else is lost on the way.
        decode_error_max=float(np.abs(to_q16(weights) / 2**16 - weights).max()),
    )


@dataclass(frozen=True, slots=True)
class _Stage:
    """Sends what may go together, and waits for it."""

    rpc: Rpc
    session: Session
    outbox: Outbox

    def formed(self, members: Sequence[Account], terms: Terms) -> int:
        """The number of a new group of these accounts that agreed on the terms."""
        parties, groups = self.session.contracts["registry"], self.session.contracts["agreement"]
        self.take({one: [steps.registering(parties, one)] for one in members})
        self.take({members[0]: [steps.founding(groups, len(members))]})
        number = agreement.last_group(self.rpc, groups)
        self.take({one: [agreement.joining(groups, number)] for one in members[1:]})
        vote = agreement.voting(groups, number, steps.agreed(self.session, terms))
        self.take({one: [vote] for one in members})
        return number

    def take(self, sent: Mapping[Account, Sequence[Call]]) -> list[Settled]:
        """What became of these transactions; raises RpcError for the first that failed."""
        for one, calls in sent.items():
            self.outbox.send(one.key, calls, "calibration")
        settled = self.outbox.drained(timeout_s=_LIMIT_S)
        for each in settled:
            if each.reason:
                raise RpcError(0, each.reason)
        return settled
