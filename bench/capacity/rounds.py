"""The rounds of a measured cell: all workers submit at one moment, the last one ends the round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.report.frame import CellData


@dataclass(frozen=True, slots=True)
class Rounds:
    """A cell's whole rounds, in which every worker's submission was included.

    `durations_s`: from the moment of submitting to seeing the last submission's block, a round
    each. `latencies_s`: the same for each submission of those rounds. `broken` counts the rounds
    that lost a submission or never had all.
    """

    durations_s: tuple[float, ...]
    latencies_s: tuple[float, ...]
    broken: int


def rounds_of(cell: CellData) -> Rounds:
    """The rounds that a cell with the schedule `rounds` held inside its window."""
    users, rate = cell.facts.users, cell.facts.offered_per_s
    rows = cell.rows[cell.rows["in_window"]].sort_values("intended_s")
    if cell.facts.schedule != "rounds" or not users or not rate or rows.empty:
        return Rounds((), (), 0)
    number = (rows["intended_s"].diff() > users / rate / 2).cumsum()
    groups = [group for _, group in rows.groupby(number)]
    whole = [group for group in groups if _is_whole(group, users)]
    durations = [float(group["latency_s"].max()) for group in whole]
    latencies = np.concatenate([group["latency_s"] for group in whole]) if whole else np.zeros(0)
    return Rounds(tuple(durations), tuple(latencies.tolist()), len(groups) - len(whole))


def _is_whole(group: pd.DataFrame, users: int) -> bool:
    return len(group) == users and bool((group["outcome"] == "included").all())
