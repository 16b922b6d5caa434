"""A plan of trials: what it takes, and what it refuses in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.halt.plan import load_plan
from system.errors import UsageError

WHOLE = """
title = "mine"
[defaults]
limit_s = 50.0
[[trials]]
name = "zeros"
topology = "ibft-4"
settings = { gas_limit = 42_000_000, pool = { nolocals = true } }
attack = { payload = "zero", transaction_bytes = [1_000, 2_000], per_s = 5 }
remedies = ["restart-all"]
[[searches]]
name = "largest"
passes_bytes = 9_000_000
fails_bytes = 11_000_000
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    return path


def test_a_plan_is_read_with_its_defaults(tmp_path: Path) -> None:
    plan = load_plan(write(tmp_path, WHOLE))
    [trial] = plan.trials
    assert plan.names == ("zeros", "largest")
    assert (trial.limit_s, trial.halt_after_s, trial.remedies) == (50.0, 35.0, ("restart-all",))
    assert (trial.attack.transaction_bytes, trial.attack.per_s) == ((1_000, 2_000), 5.0)
    assert trial.network().pool.nolocals
    assert trial.network().gas_limit == 42_000_000


def test_the_committed_plan_can_be_used() -> None:
    plan = load_plan()
    assert len(plan.trials) >= 10
    assert plan.searches


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("payload", "paylod", "did you mean 'payload'"),
        ('"zero"', '"zeros"', "none of random, zero, int256"),
        ("remedies", "remedy", "did you mean 'remedies'"),
        ("restart-all", "restart-al", "did you mean 'restart-all'"),
        ("gas_limit", "gas_limt", "did you mean 'gas_limit'"),
        ("ibft-4", "ibft4", "did you mean 'ibft-4'"),
        ("title", "titel", "did you mean 'title'"),
        ("limit_s", "limits_s", "did you mean 'limit_s'"),
        ("limit_s = 50.0", "limit_s = -1.0", "not above 0"),
        ("per_s = 5", "per_s = 0", "give a rate above 0"),
        ("[1_000, 2_000]", "[]", "sizes from 250 up"),
        ("[1_000, 2_000]", "[1_000, 249]", "sizes from 250 up"),
        ("[1_000, 2_000]", '["a"]', "wrong type"),
        ('name = "zeros"', 'name = "largest"', "a name of its own"),
        ('name = "zeros"', 'name = "a/b"', "a name of its own"),
        ("passes_bytes", "passes", "did you mean 'passes_bytes'"),
        ("9_000_000", "12_000_000", "below fails_bytes"),
        ("[[trials]]", "[trials]", "write [[trials]] tables"),
        ('title = "mine"', "title =", "is no TOML"),
    ],
)
def test_what_can_not_be_used_is_said_in_one_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in WHOLE
    with pytest.raises(UsageError) as refused:
        load_plan(write(tmp_path, WHOLE.replace(old, new, 1)))
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_empty_plan_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="asks for nothing"):
        load_plan(write(tmp_path, ""))
    with pytest.raises(UsageError, match="can't be read"):
        load_plan(tmp_path / "none.toml")
