"""Who lies claims less than it has, and the liar less than who keeps silent."""

from __future__ import annotations

import pytest

from system.bounties.behaviours import HONEST, LIAR, SILENT, behaviour
from system.errors import UsageError


@pytest.mark.parametrize("loss", [10_000, 40_000, 900_000])
def test_lies_beat_the_truth_and_each_other(loss):
    claims = [behaviour(name).announced(loss) for name in (LIAR, SILENT, HONEST)]
    assert claims == sorted(set(claims))
    assert claims[-1] == loss


def test_only_the_silent_do_not_publish():
    assert [behaviour(name).publishes for name in (HONEST, LIAR, SILENT)] == [True, True, False]


def test_others_are_named():
    with pytest.raises(UsageError, match="liar"):
        behaviour("lier")
