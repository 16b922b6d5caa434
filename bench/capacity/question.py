"""What is asked: a round of some workers with some model on some chain, and its deadline."""

from __future__ import annotations

from dataclasses import dataclass

from bench.capacity.barriers import barriers
from bench.capacity.model import Estimate, Model, estimate, outside
from bench.capacity.place import Place
from bench.capacity.round import Round
from bench.capacity.submission import Submission, submission
from bench.limits.walls import Wall
from system.learning.models import WeightSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The part of a question that stays: how weights travel, where, and how soon."""

    encoding: str
    store: str
    privacy: str
    place: Place
    deadline_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A round that was weighed: what it takes, how long, and what stands in its way."""

    spec: WeightSpec
    workers: int
    submission: Submission
    round: Round
    barriers: tuple[Wall, ...]
    seconds: dict[str, Estimate]
    outside: dict[str, float]
    deadline_s: float

    @property
    def share(self) -> float:
        """The part that it takes of what it has: of its deadline or of a hard limit, whichever is
        more used up; at most 1 where the round fits."""
        return max(
            self.seconds["round_p95"].seconds / self.deadline_s,
            *(wall.share for wall in self.barriers),
        )

    @property
    def sure_share(self) -> float:
        """The same by the upper end of the interval: at most 1 where the round surely fits."""
        return max(self.share, self.seconds["round_p95"].high / self.deadline_s)

    @property
    def fits(self) -> bool:
        """Whether nothing stops it and 95 rounds of 100 are expected to meet the deadline."""
        return self.share <= 1

    @property
    def wall(self) -> Wall | None:
        """The hard limit that it breaks, if any."""
        return next((wall for wall in self.barriers if wall.share > 1), None)


def weigh(model: Model, setting: Setting, spec: WeightSpec, workers: int) -> Weighed:
    """The round that this many workers make with those weights."""
    return weighed(model, setting, spec, sized(setting, spec), workers)


def sized(setting: Setting, spec: WeightSpec) -> Submission:
    """What one worker's submission of those weights comes to."""
    return submission(
        spec,
        encoding=setting.encoding,
        store=setting.store,
        privacy=setting.privacy,
        chain=setting.place,
    )


def weighed(
    model: Model, setting: Setting, spec: WeightSpec, one: Submission, workers: int
) -> Weighed:
    """The round that this many workers make with such a submission each."""
    whole = round_for(one, workers, setting)
    return Weighed(
        spec=spec,
        workers=workers,
        submission=one,
        round=whole,
        barriers=barriers(whole, one, setting.place),
        seconds={target: estimate(model, target, whole) for target in model.targets},
        outside=outside(model.domain, whole),
        deadline_s=setting.deadline_s,
    )


def round_for(one: Submission, workers: int, setting: Setting) -> Round:
    """The round of workers that each return such a submission."""
    topology = setting.place.topology
    return Round(
        workers=workers,
        transactions=one.transactions,
        wire_bytes=one.wire_bytes,
        gas=one.gas,
        stages=one.stages,
        store=setting.store,
        consensus=topology.consensus,
        validators=topology.validators,
        period_s=topology.period_s,
        gas_limit=topology.gas_limit,
    )
