"""A swarm's options as the command line and Locust's page hand them over."""

from __future__ import annotations

import argparse
from fractions import Fraction

import pytest

from bench.load.config import add_arguments, config_from
from system.errors import UsageError


class _Parser(argparse.ArgumentParser):
    """Locust's parser knows whether the page shows an option; importing Locust patches all."""

    def add_argument(self, *names: str, **settings: object) -> argparse.Action:
        settings.pop("include_in_web_ui", None)
        return super().add_argument(*names, **settings)  # type: ignore[arg-type]


def _options(*words: str, **fields: object) -> argparse.Namespace:
    parser = _Parser()
    add_arguments(parser)  # type: ignore[arg-type]
    options = parser.parse_args(list(words))
    options.num_users = 3
    for name, value in fields.items():
        setattr(options, name, value)
    return options


def test_the_default_is_a_closed_loop_without_an_end() -> None:
    config = config_from(_options())
    assert not config.open_loop
    assert (config.duration_s, config.chain_id, config.users, config.report) == (
        None,
        None,
        3,
        True,
    )


def test_fields_of_the_page_come_as_text() -> None:
    config = config_from(_options(rate="12.5", duration="3", chain_id="1337"))
    assert (config.rate_per_s, config.duration_s, config.chain_id) == (12.5, 3.0, 1337)
    empty = config_from(_options(rate="", duration="", chain_id=""))
    assert (empty.rate_per_s, empty.duration_s, empty.chain_id) == (None, None, None)


@pytest.mark.parametrize(
    ("fields", "cure"),
    [
        ({"rate": float("nan")}, "above 0"),
        ({"rate": 0.0}, "above 0"),
        ({"rate": "-1"}, "above 0"),
        ({"rate": "fast"}, "is no number"),
        ({"duration": 0.0}, "above 0"),
        ({"duration": float("nan")}, "above 0"),
        ({"duration": "inf"}, "above 0"),
        ({"schedule": "ramp", "rate": 5.0}, "needs a --duration"),
        ({"warmup": float("nan")}, "from 0 up"),
        ({"drain": -1.0}, "from 0 up"),
        ({"chain_id": "1.5"}, "is no whole number"),
        ({"batch": 0}, "1 or more"),
        ({"seed": -1}, "from 0 up"),
        ({"num_users": 0}, "1 or more"),
        ({"encoding": "xyz"}, "choose one of"),
        ({"store": "xyz"}, "choose one of"),
        ({"schedule": "rounds"}, "needs a --rate"),
        ({"schedule": "xyz"}, "choose one of"),
        ({"weights": "nope"}, "a whole number, or a .npy file"),
        ({"weights": ""}, "a whole number, or a .npy file"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(fields: dict[str, object], cure: str) -> None:
    with pytest.raises(UsageError) as refused:
        config_from(_options(**fields))
    assert cure in str(refused.value)
    assert "\n" not in str(refused.value)


def test_paid_jobs_take_a_share_and_names() -> None:
    given = _options("--job-size", "5", "--evil", "0.4", "--evil-behaviour", "collude, silent")
    config = config_from(given)
    assert (config.job_size, config.evil, config.evil_behaviour) == (
        5,
        Fraction(2, 5),
        ("collude", "silent"),
    )
    assert config_from(_options(job_size="")).job_size is None


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ("--evil 0.4", "need --job-size"),
        ("--evil-behaviour collude", "need --job-size"),
        ("--job-size 0", "give 1 or more seats"),
        ("--job-size 5 --evil 1.5", "from 0 to 1"),
        ("--job-size 5 --evil half", "is no share"),
        ("--job-size 5 --evil 0.4", "needs --evil-behaviour"),
        ("--job-size 5 --evil 0.4 --evil-behaviour colude", "collude"),
        ("--job-size 5 --store hash", "choose another --store"),
        ("--job-size 5 --privacy private", "no --privacy private"),
        ("--job-size 5 --weights 10,20", "one size of --weights"),
        ("--job-size 5 --weights counter", "not the counter"),
    ],
)
def test_what_no_paid_job_can_be_is_said_in_a_line(words: str, cure: str) -> None:
    with pytest.raises(UsageError, match=cure) as raised:
        config_from(_options(*words.split()))
    assert "\n" not in str(raised.value)
