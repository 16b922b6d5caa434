"""Who must not lose and who must, wei that add up, and what chain and twin have to agree on."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bench.learn.models import exchange as exchange_module
from bench.learn.models.account import conserved, unfair
from bench.learn.models.crew import crew
from bench.learn.models.exchange import Done, Exchange, Step, When
from bench.learn.models.mischief import TRIES, attempt
from bench.learn.models.options import ModelsOptions
from bench.learn.models.rows import fell_short
from bench.learn.models.tally import Tally
from system.chain.outbox import Settled
from system.chain.sender import Call
from system.errors import UsageError
from system.models.data import Example
from system.models.incentives.points import Points
from system.models.refused import Refused
from system.models.simulation.actions import Add, Contribution, Refund, Report
from system.models.simulation.twins import Twins
from system.models.twin import Twin

POINTS = {"good": {"share": 0.8}, "bad": {"share": 0.1}}
WEI = {
    "given_out": 10,
    "held_by_contributors": 6,
    "held_by_provider": 1,
    "held_by_incentive": 3,
    "owed_by_incentive": 3,
}


@pytest.mark.parametrize(
    ("incentive", "net", "said"),
    [
        ("stake", {"good": 0, "bad": -1}, []),
        ("stake", {"good": 0}, []),
        ("stake", {"good": -1, "bad": -1}, ["good contributors ended poorer"]),
        ("market", {"good": 1, "bad": 0}, ["bad contributors did not end poorer"]),
        ("points", {"good": -1, "bad": 0}, []),
    ],
)
def test_the_good_do_not_lose_and_the_bad_do(
    incentive: str, net: dict[str, int], said: list[str]
) -> None:
    assert unfair(incentive, net, POINTS) == said


def test_with_points_bad_data_is_found_good_less_often() -> None:
    equal = {"good": {"share": 0.5}, "bad": {"share": 0.5}}
    assert unfair("points", {}, equal) == ["as much bad data was found good as good data"]
    assert unfair("points", {}, {"good": {"share": 0.5}}) == []


@pytest.mark.parametrize("name", list(WEI))
def test_a_single_wei_is_missed(name: str) -> None:
    assert conserved(WEI)
    assert not conserved(WEI | {name: WEI[name] + 1})


def test_what_falls_short_is_said() -> None:
    result: dict[str, Any] = {
        "unfair": [],
        "conserved": True,
        "twin_agrees": True,
        "twin_differs": [],
        "contributions": 5,
    }
    assert fell_short(result, 5) == []
    assert fell_short(result, 6) == ["5 of 6 contributions were made"]
    assert fell_short(result | {"conserved": False}, 5) == ["wei are lost or held back"]
    differs = result | {"twin_agrees": False, "twin_differs": ["1 of 9 predictions"]}
    assert fell_short(differs, 5) == ["chain and twin differ: 1 of 9 predictions"]


def test_what_the_bad_try_is_one_thing_after_the_other() -> None:
    who, other = crew(ModelsOptions())[:2]
    own = Contribution(who.address, (3, 4), 1, 7)
    foreign = Contribution(other.address, (3, 4), 0, 7)
    example = Example((1, 2), 1)
    found = [attempt(who, at, [foreign, own], example, deposit_wei=9) for at in range(len(TRIES))]
    spoilt, early, theirs, unpaid, report, wrong = found
    assert spoilt == Add((-3, -5), 1, 9)
    assert early == wrong == Refund((3, 4), 1, 7)
    assert theirs == Refund((3, 4), 0, 7)
    assert unpaid == Add((1, 2), 1, 0)
    assert report == Report(own)
    nothing = [attempt(who, at, [], example, deposit_wei=0) for at in range(len(TRIES))]
    assert [one is None for one in nothing] == [False, True, True, True, True, True]


def test_a_tally_tells_roles_and_names_apart() -> None:
    tally, step = Tally(), Step("report", "0x1", Call("0x2", b"", 0), lambda _: 0)
    done = Done(step, "", 5, When(1, 1), 100)
    for one, role in (
        (done, "good"),
        (replace(done, gas_used=201), "good"),
        (replace(done, refused="TooEarly"), "bad"),
        (replace(done, refused="TooEarly"), "good"),
    ):
        tally.note(one, role)
    assert tally.gas_by_call() == {"report": 150}
    assert tally.sent == {"report": 4}
    assert tally.refused_by_name() == {"TooEarly": 2}
    assert tally.refused_by_role() == {"bad": {"TooEarly": 1}, "good": {"TooEarly": 1}}


class _Rpc:
    """A node that knows blocks alone: block n has the timestamp 100 + n."""

    def call(self, method: str, *params: Any) -> Any:
        assert method == "eth_getBlockByNumber"
        number = 9 if params[0] == "latest" else int(params[0], 16)
        return {"number": hex(number), "timestamp": hex(100 + number)}

    def batch(self, requests: Any) -> list[Any]:
        return [self.call(method, *params) for method, params in requests]


class _Outbox:
    """Settles what was sent in the order, and with the failures, that a test decided."""

    fates: tuple[Settled, ...] = ()

    def __init__(self, *_: object, **__: object) -> None:
        self.sent: list[str] = []

    def send(self, key: bytes, calls: Any, label: str) -> None:
        self.sent.append(label)

    def drained(self, *, timeout_s: float) -> list[Settled]:
        assert len(self.sent) == len(self.fates)
        return list(self.fates)


def _played(
    monkeypatch: pytest.MonkeyPatch, fates: tuple[Settled, ...], refusals: dict[int, str]
) -> tuple[Exchange, list[tuple[str, int]], list[str]]:
    """Steps "0", "1", … whose twin refuses as told: the exchange, the twin's log, what came."""
    log: list[tuple[str, int]] = []
    monkeypatch.setattr(_Outbox, "fates", fates)
    monkeypatch.setattr(exchange_module, "Outbox", _Outbox)
    monkeypatch.setattr(exchange_module, "revert_reason", lambda _, one: f"{one[2:]}(1, 2)")
    place: Any = SimpleNamespace(rpc=_Rpc(), chain=SimpleNamespace(chain_id=1))
    model: Any = None
    world = Twins(Twin(model, Points(1)), {})
    exchange = Exchange(place, world, {"0x1": b""})

    def step(number: int) -> Step:
        def twin(when: When) -> int:
            log.append((str(number), world.now()))
            if number in refusals:
                raise Refused(refusals[number])
            return number

        return Step(str(number), "0x1", Call("0x2", b"", 0), twin)

    done = exchange.play([step(number) for number in range(len(fates))])
    assert world.now() == 109
    return exchange, log, [one.refused for one in done]


def _fate(label: str, reason: str, block: int | None, index: int = 0) -> Settled:
    return Settled("0x1", label, 10, reason, block, 5, index)


def test_the_twin_follows_the_order_and_the_times_of_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fates = (_fate("0", "", 3, 1), _fate("1", "0xTooEarly", 3, 0), _fate("2", "", 2, 7))
    exchange, log, refused = _played(monkeypatch, fates, {1: "TooEarly"})
    assert log == [("2", 102), ("1", 103), ("0", 103)]
    assert refused == ["", "TooEarly", ""]
    assert exchange.differing == []


@pytest.mark.parametrize(
    ("reason", "refusals", "said"),
    [
        ("0xTooEarly", {}, "the chain says TooEarly, the twin done"),
        ("", {0: "TooEarly"}, "the chain says done, the twin TooEarly"),
        ("0xOwnData", {0: "TooEarly"}, "the chain says OwnData, the twin TooEarly"),
    ],
)
def test_what_they_do_not_agree_on_is_kept(
    monkeypatch: pytest.MonkeyPatch, reason: str, refusals: dict[int, str], said: str
) -> None:
    exchange, _, _ = _played(monkeypatch, (_fate("0", reason, 3),), refusals)
    assert exchange.differing == [f"0 in block 3: {said}"]


def test_what_the_node_does_not_take_is_the_users_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    fates = (_fate("0", "-32000 exceeds block gas limit", None),)
    with pytest.raises(UsageError, match="transaction of 0: -32000 exceeds block gas limit"):
        _played(monkeypatch, fates, {})
