"""Options that one system has: their types, choices and whose they are."""

from __future__ import annotations

import pytest

from bench.load import choices
from bench.load.choices import Option, settings_of
from system.errors import UsageError

KIND = Option("kind", "stake", "how", choices=("stake", "points"))
BITS = Option("key_bits", 2048, "bits", choices=(1024, 2048))
WAIT = Option("wait_s", 2.5, "seconds")
PARTIES = Option("parties", 5, "how many", least=2)


@pytest.fixture(autouse=True)
def _systems(monkeypatch):
    table = {"jobs": (), "models": (KIND, WAIT), "encrypted": (BITS, PARTIES)}
    monkeypatch.setattr(choices, "OPTIONS", table)


def test_what_is_not_given_is_the_default():
    assert settings_of("models", {}) == {"kind": "stake", "wait_s": 2.5}
    assert settings_of("models", {"kind": "", "wait_s": None}) == {"kind": "stake", "wait_s": 2.5}
    assert settings_of("jobs", {"kind": ""}) == {}


@pytest.mark.parametrize(
    ("system", "given", "settings"),
    [
        ("models", {"kind": "points", "wait_s": "4"}, {"kind": "points", "wait_s": 4.0}),
        ("encrypted", {"key_bits": "1024"}, {"key_bits": 1024, "parties": 5}),
        ("encrypted", {"key_bits": 2048, "parties": 2}, {"key_bits": 2048, "parties": 2}),
        ("encrypted", {"parties": 7.0}, {"key_bits": 2048, "parties": 7}),
    ],
)
def test_values_take_the_type_of_the_default(system, given, settings):
    found = settings_of(system, given)
    assert found == settings
    assert [type(value) for value in found.values()] == [type(v) for v in settings.values()]


@pytest.mark.parametrize(
    ("system", "given", "said"),
    [
        ("models", {"kind": "steak"}, r"no --kind 'steak'.*stake"),
        ("models", {"wait_s": "soon"}, r"--wait-s 'soon' is no number"),
        ("models", {"wait_s": "-1"}, r"--wait-s '-1': give 0 or more"),
        ("models", {"wait_s": "nan"}, r"--wait-s 'nan': give 0 or more"),
        ("models", {"wait_s": "inf"}, r"--wait-s 'inf': give 0 or more"),
        ("encrypted", {"key_bits": "512"}, r"no --key-bits '512'"),
        ("encrypted", {"key_bits": "2048.5"}, r"--key-bits '2048.5' is no number"),
        ("encrypted", {"parties": 2.5}, r"--parties 2.5 is no whole number"),
        ("encrypted", {"parties": 1}, r"--parties 1: give 2 or more"),
        ("jobs", {"key_bits": 1024}, r"--key-bits belongs to --system encrypted.*this is 'jobs'"),
        ("models", {"parties": 3}, r"--parties belongs to --system encrypted"),
        ("models", {"gas": 3}, r"the system 'models' has no --gas"),
    ],
)
def test_what_can_t_be_is_said_in_a_line(system, given, said):
    with pytest.raises(UsageError, match=said):
        settings_of(system, given)
