"""A client named on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.learn.clients import client_maker
from system.errors import UsageError
from system.learning.client import IntegerClient
from system.learning.data import digits

MODULE = """
from system.learning.client import IntegerClient

class Mine(IntegerClient):
    pass

def good(model, data, worker, seed):
    client = Mine(model, data, seed=seed)
    client.number = worker
    return client

def poor(model, data, worker, seed):
    return object()

text = "no factory"
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "learnt_here.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "torn_here.py").write_text("def (", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("here")
def test_a_factory_makes_a_client_for_each_worker() -> None:
    make = client_maker("learnt_here:good", "digits-softmax", digits(), seed=4)
    assert make is not None
    clients = [make(worker) for worker in range(3)]
    assert [vars(one)["number"] for one in clients] == [0, 1, 2]
    assert all(isinstance(one, IntegerClient) and one.seed == 4 for one in clients)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("learnt_here", "module:factory"),
        (":good", "module:factory"),
        ("not_there:good", "No module named"),
        ("learnt_here:bad", "can't be loaded"),
        ("torn_here:good", "can't be loaded"),
        ("learnt_here:text", "can't be called"),
        ("learnt_here:poor", "without get_properties"),
    ],
)
def test_what_is_no_client_is_refused(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        client_maker(name, "digits-softmax", digits(), seed=0)


def test_no_name_is_no_client() -> None:
    assert client_maker("", "digits-softmax", digits(), seed=0) is None
