"""What bad contributors try beside wrong labels: claims and data that the rules forbid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from bench.learn.models.crew import Contributor
from system.models.data import Example
from system.models.simulation.actions import Action, Add, Contribution, Refund, Report

# From the one who tries, all that was contributed (newest last) and the sample it had next.
Try: TypeAlias = Callable[[Contributor, Sequence[Contribution], Example, int], Action | None]


def attempt(
    who: Contributor,
    number: int,
    given: Sequence[Contribution],
    example: Example,
    *,
    deposit_wei: int,
) -> Action | None:
    """Its next attempt, one kind after the other; None where there is nothing to try it on."""
    return TRIES[number % len(TRIES)](who, given, example, deposit_wei)


def _early(who: Contributor, given: Sequence[Contribution], _: Example, __: int) -> Action | None:
    """The refund of its newest data, before the wait is over."""
    own = [one for one in given if one.author == who.address]
    return _refund(own[-1]) if own else None


def _wrong(who: Contributor, given: Sequence[Contribution], _: Example, __: int) -> Action | None:
    """The refund of its oldest data, though the model may disagree, or it was refunded before."""
    own = [one for one in given if one.author == who.address]
    return _refund(own[0]) if own else None


def _foreign(who: Contributor, given: Sequence[Contribution], _: Example, __: int) -> Action | None:
    """The refund of somebody else's data."""
    others = [one for one in given if one.author != who.address]
    return _refund(others[0]) if others else None


def _own(who: Contributor, given: Sequence[Contribution], _: Example, __: int) -> Action | None:
    """A report of its own data, to have the deposit back that way."""
    own = [one for one in given if one.author == who.address]
    return Report(own[-1]) if own else None


def _spoilt(
    _: Contributor, __: Sequence[Contribution], example: Example, deposit_wei: int
) -> Action | None:
    """A sample that is none: values twice as long as allowed, or indices below zero."""
    return Add(tuple(-2 * value - 1 for value in example.features), example.label, deposit_wei)


def _unpaid(
    _: Contributor, __: Sequence[Contribution], example: Example, deposit_wei: int
) -> Action | None:
    """A sample without its deposit, where one is asked for."""
    return Add(example.features, example.label, 0) if deposit_wei else None


TRIES: Final[Sequence[Try]] = (_spoilt, _early, _foreign, _unpaid, _own, _wrong)


def _refund(one: Contribution) -> Refund:
    return Refund(one.features, one.label, one.added_at)
