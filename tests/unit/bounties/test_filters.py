"""Clients take the jobs that they asked for, and say why they leave others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.bounties import filters
from system.bounties.filters import Interest, Offer, chosen, reason_against
from system.errors import UsageError

ME, OTHER = "0xAb" + "0" * 38, "0xcD" + "1" * 38
NOW_S = 1_000_000
OFFER = Offer(job=1, owner=OTHER, bounty=10, expires_s=NOW_S + 160, running_s=100)
INTEREST = Interest(least_bounty=10, least_left_s=60, most_jobs=2, most_running_s=100)


@pytest.mark.parametrize(
    ("offer", "interest", "reason"),
    [
        ({}, {}, None),
        ({"bounty": 9}, {}, filters.POOR),
        ({"bounty": 0}, {"least_bounty": 0}, None),
        ({"expires_s": NOW_S + 159}, {}, filters.LATE),
        ({"expires_s": NOW_S - 1}, {"least_left_s": 0}, filters.LATE),
        ({"expires_s": NOW_S + 100}, {"least_left_s": 0}, None),
        ({"running_s": 100.5}, {}, filters.LONG),
        ({"running_s": 0, "expires_s": NOW_S + 60}, {}, None),
        ({"owner": ME.lower()}, {}, filters.OWN),
        ({"job": 7}, {}, filters.TAKEN),
        ({}, {"avoided": frozenset({OTHER.upper()})}, filters.AVOIDED),
        ({}, {"avoided": frozenset({ME})}, None),
    ],
)
def test_each_rule_has_its_reason(offer, interest, reason):
    found = reason_against(
        replace(OFFER, **offer), replace(INTEREST, **interest), now_s=NOW_S, me=ME, running=(7,)
    )
    assert found == reason


@pytest.mark.parametrize(
    ("running", "jobs"), [((), [3, 2]), ((8,), [3]), ((8, 9), []), ((3,), [2])]
)
def test_no_more_than_there_is_room_for(running, jobs):
    offers = [replace(OFFER, job=job, bounty=10 + job) for job in (1, 2, 3)]
    found = chosen(offers, INTEREST, now_s=NOW_S, me=ME, running=running)
    assert [one.job for one in found] == jobs


def test_the_best_come_first():
    late, early = replace(OFFER, job=1, expires_s=NOW_S + 500), replace(OFFER, job=5)
    rich, twin = replace(OFFER, job=9, bounty=11), replace(OFFER, job=2)
    many = replace(INTEREST, most_jobs=9)
    found = chosen([late, early, rich, twin], many, now_s=NOW_S, me=ME)
    assert [one.job for one in found] == [9, 2, 5, 1]


offers = st.builds(
    Offer,
    job=st.integers(0, 9),
    owner=st.sampled_from([ME, OTHER]),
    bounty=st.integers(0, 20),
    expires_s=st.integers(NOW_S - 50, NOW_S + 400),
    running_s=st.integers(0, 200),
)


@given(st.lists(offers, max_size=12, unique_by=lambda one: one.job), st.sets(st.integers(0, 9)))
def test_what_is_chosen_is_of_interest_and_nothing_better_is_left(listed, running):
    found = chosen(listed, INTEREST, now_s=NOW_S, me=ME, running=tuple(running))
    assert len(found) <= max(INTEREST.most_jobs - len(running), 0)
    wanted = [
        one
        for one in listed
        if reason_against(one, INTEREST, now_s=NOW_S, me=ME, running=running) is None
    ]
    assert set(found) <= set(wanted)
    if found and len(found) < len(wanted):
        assert min(one.bounty for one in found) >= max(
            one.bounty for one in wanted if one not in found
        )


@pytest.mark.parametrize(
    "change", [{"least_bounty": -1}, {"most_jobs": -1}, {"most_running_s": float("nan")}]
)
def test_interests_that_are_none_are_refused(change):
    with pytest.raises(UsageError, match=next(iter(change))):
        replace(INTEREST, **change)
