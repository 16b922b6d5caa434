"""The golden runs and their reports; run as a module, it writes the golden files anew.

    python -m tests.unit.report.golden

Figures' drawings and the style sheet are masked: they may change with a library or a colour.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.record.schema import FirstWall
from bench.report.build import build
from bench.report.learning.build import build as build_learning
from bench.report.output import PAGE, SUMMARY, TABLE
from tests.unit.report.synthetic import Load, chain_limits, write_run
from tests.unit.report.synthetic_learning import Job, write_training

GOLDEN = Path(__file__).resolve().parent / "golden"
FILES = (PAGE, SUMMARY, TABLE)

_LIMITS = chain_limits()
_WALL = FirstWall(name="transaction size", share=0.24, setting="genesis txnSizeLimit")
_KNOWN = {"limits": _LIMITS.key, "first_wall": _WALL, "gas_calibrated": 500_250}
LOADS: Sequence[Load] = (
    Load(cell="counter_r1", name="counter", weights=0, payload_bytes=0, rate=12),
    *(
        Load(
            cell=f"mnist_r{repeat}",
            repeat=repeat,
            failing={40: ("rejected", "txpool is full")},
            facts=_KNOWN,
        )
        for repeat in (1, 2, 3)
    ),
    Load(cell="mnist_slow_r1", rate=8, facts=_KNOWN, sampled=True),
    Load(
        cell="lenet_r1",
        name="lenet5",
        weights=61_706,
        payload_bytes=246_824,
        rate=2,
        transactions=2,
        failing={20: ("reverted", "WrongChunk(1, 2)"), 21: ("timed_out", "not in a block")},
        end={"outcome": "halted", "note": "no block for 12 s after block 9"},
    ),
    Load(
        cell="killed_r1", name="digits-softmax", weights=650, payload_bytes=2_600, killed_after=90
    ),
)


def report_files(directory: Path) -> dict[str, str]:
    """The report of the golden run, made in `directory`, masked."""
    build([write_run(directory / "golden-run", LOADS, limits=[_LIMITS])])
    return {name: masked((directory / "golden-run" / name).read_text()) for name in FILES}


def learning_files(directory: Path) -> dict[str, str]:
    """The same of a training: its second job was nobody's, its third paid a slow worker."""
    jobs = [
        Job(refused={"TooLate": 1}),
        Job(outcome="tied", seats=[("honest", "back"), ("collude", "back")]),
        Job(seats=[("honest", "paid"), ("slow", "paid"), ("collude", "lost")]),
    ]
    build_learning([write_training(directory / "golden-training", jobs, asked={"rounds": 2})])
    return {
        f"learning-{name}": masked((directory / "golden-training" / name).read_text())
        for name in FILES
    }


def masked(text: str) -> str:
    """The text without drawings and style."""
    text = re.sub(r"<svg .*?</svg>", "<svg></svg>", text, flags=re.DOTALL)
    return re.sub(r"<style>.*?</style>", "<style></style>", text, flags=re.DOTALL)


def _write() -> None:
    GOLDEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        made = report_files(Path(directory)) | learning_files(Path(directory))
        for name, text in made.items():
            (GOLDEN / name).write_text(text)


if __name__ == "__main__":
    sys.exit(_write())
