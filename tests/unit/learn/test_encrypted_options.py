"""Options of a training by encrypted updates: what goes together, and who drops out."""

from __future__ import annotations

import pytest

from bench.learn.encrypted.options import EncryptedOptions, dropping
from system.errors import UsageError


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scheme": "pailier"}, "paillier"),
        ({"model": "lenet"}, "lenet5"),
        ({"parties": 1}, "2 to 64"),
        ({"parties": 65}, "2 to 64"),
        ({"rounds": 0}, "1 or more"),
        ({"steps": 0}, "1 or more"),
        ({"key_bits": 512}, "2048 or 3072, or 1024 for tests"),
        ({"threshold": 2}, "give 3 to 5"),
        ({"threshold": 6}, "give 3 to 5"),
        ({"dropped": {4: (0,)}}, "rounds from 1 to 3"),
        ({"dropped": {1: (5,)}}, "from 0 to 4"),
    ],
)
def test_what_can_not_be_used_is_said(given, said):
    with pytest.raises(UsageError, match=said):
        EncryptedOptions(**given)


def test_a_majority_opens_sums():
    assert [EncryptedOptions(parties=count).needed for count in (2, 3, 4, 5)] == [2, 2, 3, 3]
    assert EncryptedOptions(threshold=5).needed == 5


def test_only_the_shortest_key_is_for_tests():
    assert EncryptedOptions(key_bits=1024).for_tests
    assert not EncryptedOptions(key_bits=1024, scheme="masked").for_tests
    assert not EncryptedOptions().for_tests


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {2: (4,)}),
        ("none", {}),
        ("0:1", {1: (0,)}),
        ("0:3, 4:1,2:3", {3: (0, 2), 1: (4,)}),
    ],
)
def test_who_drops_out(text, found):
    assert dropping(text, parties=5, rounds=3) == found


def test_two_parties_can_spare_nobody():
    assert dropping("", parties=2, rounds=3) == {}
    assert dropping("", parties=3, rounds=1) == {}


@pytest.mark.parametrize("text", ["3", "a:1", "1:b", "1:2:3", "-1:2", ",", "nobody"])
def test_what_names_no_party_and_round_is_refused(text):
    with pytest.raises(UsageError, match="party:round"):
        dropping(text, parties=5, rounds=3)


def test_the_record_is_plain():
    record = EncryptedOptions(dropped={2: (4,)}).as_record()
    assert record["dropped"] == {"2": [4]}
    assert record["threshold"] == 3
