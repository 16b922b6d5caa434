"""Which worker works how."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from system.errors import UsageError
from system.jobs.behaviours import BEHAVIOURS, behaviour, mix


def test_a_share_is_rounded_down_and_taken_in_turn() -> None:
    names = mix(20, Fraction(4, 10), ("collude", "random", "silent"))
    assert Counter(names) == {"honest": 12, "collude": 3, "random": 3, "silent": 2}
    assert mix(5, Fraction(39, 100), ("flip",)).count("flip") == 1
    assert mix(3, Fraction(0), ()) == ("honest",) * 3
    assert mix(2, Fraction(1), ("grief",)) == ("grief", "grief")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((0, Fraction(0), ()), "--workers 0"),
        ((3, Fraction(11, 10), ("flip",)), "--evil 1.1"),
        ((3, Fraction(-1, 2), ("flip",)), "--evil -0.5"),
        ((3, Fraction(1, 2), ()), "--evil-behaviour"),
        ((3, Fraction(1, 2), ("colude",)), "did you mean 'collude'"),
    ],
)
def test_what_can_t_be_mixed_is_refused(
    arguments: tuple[int, Fraction, tuple[str, ...]], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        mix(*arguments)


def test_the_dishonest_return_wrong_models_or_none() -> None:
    assert {name for name, one in BEHAVIOURS.items() if one.wrong} == {"random", "flip", "collude"}
    assert not behaviour("silent").commits
    assert not behaviour("grief").reveals
    assert not behaviour("withhold").delivers
    assert behaviour("copycat").copies
