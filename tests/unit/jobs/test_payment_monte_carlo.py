"""The payment formulas against simulated jobs: workers come, send models, are grouped, are paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest

from system.jobs.payment import (
    p_correct,
    p_correct_deadline,
    p_correct_fill,
    p_evil,
    p_evil_deadline,
    p_evil_fill,
    p_good,
    p_good_deadline,
    p_good_fill,
)
from tests.luck import as_likely

JOBS = 4000
RIGHT = "right"
BACK = {"good": 0.85, "evil": 0.6}

Crowd = list[tuple[str, str]]  # each worker's kind and the model it sends


def crowd(pool: int | None, evil: float, behaviour: str | int, random: Random) -> Crowd:
    """The workers in the order in which they come; of an endless pool as many as any job needs."""
    size = pool or 40
    bad = evil if pool else sum(random.random() < evil for _ in range(size))
    cliques = {"collude": 1, "independent": size}.get(behaviour, behaviour)
    # Of an endless pool each evil worker has a clique by chance, of a finite one they are even.
    clique = (lambda place: place % cliques) if pool else (lambda _: random.randrange(cliques))
    if behaviour == "independent":
        clique = int
    workers = [("evil", f"wrong {clique(place)}") for place in range(int(bad))]
    workers += [("good", RIGHT)] * (size - len(workers))
    random.shuffle(workers)
    return workers


def paid_model(models: list[str], tie: str, random: Random) -> str | None:
    """What the largest group sent; ties as the rule says."""
    groups = Counter(models)
    largest = [model for model, size in groups.items() if size == max(groups.values())]
    if len(largest) > 1 and tie == "none":
        return None
    if tie == "rushed":
        largest.sort(key=lambda model: model == RIGHT)
    return random.choice(largest) if tie == "random" else largest[0]


def plain(workers: Crowd, n: int, random: Random) -> tuple[Crowd, bool]:
    return workers[:n], True


def deadline(workers: Crowd, n: int, random: Random) -> tuple[Crowd, bool]:
    back = [worker for worker in workers[:n] if random.random() < BACK[worker[0]]]
    return back, len(back) >= 3


def fill(workers: Crowd, n: int, random: Random) -> tuple[Crowd, bool]:
    back = [worker for worker in workers if random.random() < BACK[worker[0]]][:n]
    return back, len(back) == n


Rule = Callable[[Crowd, int, Random], tuple[Crowd, bool]]
RULES: dict[Rule, Callable[..., list[Fraction]]] = {
    plain: lambda *job: [each(*job) for each in (p_good, p_evil, p_correct)],
    deadline: lambda *job: [
        each(*job[:3], *BACK.values(), quorum=3, behaviour=job[3], tie=job[4])
        for each in (p_good_deadline, p_evil_deadline, p_correct_deadline)
    ],
    fill: lambda *job: [
        each(*job[:3], *BACK.values(), behaviour=job[3], tie=job[4])
        for each in (p_good_fill, p_evil_fill, p_correct_fill)
    ],
}


def simulated(rule: Rule, job: tuple, random: Random) -> list[tuple[int, int]]:
    """How often, of how many times, a good worker was paid, an evil one, the right model chosen.

    One worker of each kind is asked in a job: those of one job share their luck.
    """
    pool, evil, n, behaviour, tie = job
    hits, asked = [0, 0, 0], [0, 0, 0]
    for _ in range(JOBS):
        counted, valid = rule(crowd(pool, evil, behaviour, random), n, random)
        # Weighted as the results counted are, not as the jobs: a place is asked, whoever has it.
        seat = random.randrange(n)
        winner = paid_model([model for _, model in counted], tie, random) if valid else None
        if seat < len(counted):
            kind, model = counted[seat]
            asked[kind == "evil"] += 1
            hits[kind == "evil"] += model == winner
        asked[2] += 1
        hits[2] += winner == RIGHT
    return list(zip(hits, asked, strict=True))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize(
    "job",
    [
        (20, 8, 5, "collude", "none"),
        (20, 8, 6, "collude", "random"),
        (20, 8, 6, "collude", "first"),
        (20, 8, 4, "collude", "rushed"),
        (12, 5, 4, "independent", "first"),
        (14, 6, 5, 2, "random"),
        (None, 0.3, 5, "collude", "none"),
        (None, 0.4, 4, 3, "first"),
        (None, 0.45, 3, "independent", "random"),
    ],
    ids=lambda job: "-".join(str(each) for each in job),
)
def test_simulated_jobs_pay_as_the_formulas_say(job, rule):
    found = simulated(rule, job, Random(f"{job} {rule.__name__}"))
    for (hits, asked), chance in zip(found, RULES[rule](*job), strict=True):
        assert as_likely(hits, asked, chance)
