"""A point's money and calls: its repeats added up, as a chain's contracts told them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bench.record.accounts import Accounts, RoleAccount
from bench.record.calls import CallCounts
from bench.report.frame import CellData


def accounts(cells: Sequence[CellData]) -> Accounts | None:
    """What each role paid and got in all repeats; None where nobody pays."""
    known = [cell.end.accounts for cell in cells if cell.end is not None]
    found = [one for one in known if one is not None]
    if not found:
        return None
    names = dict.fromkeys(name for one in found for name in one.roles)
    roles = {name: [one.roles[name] for one in found if name in one.roles] for name in names}
    return Accounts(
        unit=found[0].unit,
        roles={name: _together(parts) for name, parts in roles.items()},
        held=str(sum(int(one.held) for one in found)),
        owed=str(sum(int(one.owed) for one in found)),
        conserved=all(one.conserved for one in found),
    )


def calls(cells: Sequence[CellData]) -> dict[str, CallCounts] | None:
    """The transactions that are no submissions, in all repeats; None where there are none."""
    known = [cell.end.calls for cell in cells if cell.end is not None]
    found = [one for one in known if one is not None]
    names = dict.fromkeys(name for one in found for name in one)
    return {name: _counted([one[name] for one in found if name in one]) for name in names} or None


def _together(parts: Sequence[RoleAccount]) -> RoleAccount:
    def summed(name: str) -> str:
        return str(sum(int(getattr(part, name)) for part in parts))

    return RoleAccount(
        accounts=sum(part.accounts for part in parts),
        submissions=sum(part.submissions for part in parts),
        paid=summed("paid"),
        got=summed("got"),
        net=summed("net"),
        at_stake=summed("at_stake"),
    )


def _counted(parts: Sequence[CallCounts]) -> CallCounts:
    succeeded = sum(part.succeeded for part in parts)
    gas = sum((part.gas_mean or 0.0) * part.succeeded for part in parts)
    reverted = sum((Counter(part.reverted) for part in parts), Counter[str]())
    return CallCounts(
        sent=sum(part.sent for part in parts),
        succeeded=succeeded,
        reverted=dict(reverted),
        gas_mean=gas / succeeded if succeeded else None,
    )
