"""Options that one system has: their types, choices and whose they are."""

from __future__ import annotations

import pytest

from bench.load import choices
from bench.load.choices import Option, require_models, settings_of
from system.errors import UsageError
from system.learning.models import parse_weights

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


def _models(weights: str = "512", privacy: str = "plain", job_size: int | None = None, **given):
    settings = {"classifier": "softmax", "bad": 0.2, "follow_up": 1.0, **given}
    require_models(parse_weights(weights), settings, privacy=privacy, job_size=job_size)


@pytest.mark.parametrize("weights", ["2", "10", "4000", "4096"])
def test_the_models_take_numbers_of_features(weights):
    _models(weights)


@pytest.mark.parametrize(
    ("given", "cure"),
    [
        ({"weights": "mnist-softmax"}, "such as 512"),
        ({"weights": "counter"}, "such as 512"),
        ({"weights": "10,64"}, "one number of features"),
        ({"weights": "1"}, "2 to 4,096"),
        ({"weights": "4097"}, "2 to 4,096"),
        ({"privacy": "sealed"}, "no --privacy"),
        ({"job_size": 3}, "no --job-size"),
        ({"bad": 1.5}, "--bad 1.5: give a share"),
        ({"follow_up": 2.0}, "--follow-up 2: give a share"),
    ],
)
def test_what_no_models_session_can_be_is_refused_in_one_line(given, cure):
    with pytest.raises(UsageError, match=cure) as refusal:
        _models(**given)
    assert "\n" not in str(refusal.value)
