"""Results are taken as plain data; whatever else a task leaves is refused, and said to be."""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from system.bounties.isolation import Isolation, Outcome
from system.bounties.isolation.results import BadResult, parsed
from system.bounties.isolation.running import _finished
from system.bounties.isolation.watch import Seen
from tests.unit.bounties.cells import NAMES, ONE, SMALL, run, said

one_mechanism = pytest.mark.parametrize("mechanism", ONE, ids=NAMES[:1])


def npy(array: Any, **options: Any) -> bytes:
    """The array as numpy writes it."""
    written = io.BytesIO()
    np.save(written, array, **options)
    return written.getvalue()


def headed(header: str, body: bytes = b"") -> bytes:
    """A .npy file of that header."""
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + body


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('unpickled')",))


NUMBERS = arrays.arrays(
    dtype=st.one_of(
        arrays.boolean_dtypes(),
        arrays.integer_dtypes(endianness="?"),
        arrays.unsigned_integer_dtypes(endianness="?"),
        arrays.floating_dtypes(endianness="?"),
    ),
    shape=arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
)


@given(NUMBERS)
def test_what_numpy_saves_of_numbers_is_read_again(array):
    found = parsed("w.npy", npy(array))
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_arrays_in_fortran_order_are_read():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(parsed("w.npy", npy(array)), array)


REFUSED = {
    "a pickle": npy(np.array([_Evil()], dtype=object), allow_pickle=True),
    "a bare pickle": pickle.dumps(_Evil()),
    "structured": npy(np.zeros(2, dtype=[("a", "<f8")])),
    "text": npy(np.array(["a"])),
    "dates": npy(np.array(["2026-01-01"], dtype="M8[D]")),
    "complex": npy(np.zeros(2, dtype=complex)),
    "empty": b"",
    "cut off": npy(np.zeros(9))[:-1],
    "too long": npy(np.zeros(9)) + b"x",
    "a false size": headed("{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,), }"),
    "no tuple": headed("{'descr': '<f8', 'fortran_order': False, 'shape': (1), }", bytes(8)),
    "no such type": headed("{'descr': '<f1', 'fortran_order': False, 'shape': (1,), }", bytes(1)),
    "a negative size": headed("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }"),
    "a program": headed("{'descr': '<f8', 'fortran_order': exit(), 'shape': (1,), }", bytes(8)),
    "nested": headed("(" * 9000 + ")" * 9000),
    "another version": b"\x93NUMPY\x02\x00" + npy(np.zeros(2))[8:],
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_arrays_of_anything_else_are_refused(data):
    with pytest.raises(BadResult):
        parsed("w.npy", data)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"NaN", b"\xff", b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 5000, b"1e999"]
)
def test_what_is_no_json_is_refused(data):
    with pytest.raises(BadResult):
        parsed("w.json", data)


def test_json_is_read():
    assert parsed("w.json", b'{"loss": 0.25}') == {"loss": 0.25}


@pytest.mark.parametrize(
    "name",
    ["", "a", "a.txt", "../a.npy", "a/b.npy", ".npy", "-a.npy", "a.npy\n", "a" * 65 + ".npy"],
)
def test_names_of_anything_else_are_refused(name):
    with pytest.raises(BadResult):
        parsed(name, npy(np.zeros(1)))


@one_mechanism
def test_links_and_the_like_are_passed_over(mechanism: Isolation) -> None:
    program = """
os.symlink("/etc/passwd", RESULTS + "/a.json")
os.symlink("/python/lib", RESULTS + "/b.json")
os.symlink(RESULTS + "/said.json", RESULTS + "/c.json")
os.mkdir(RESULTS + "/d.json")
os.mkfifo(RESULTS + "/e.json")
with socket.socket(socket.AF_UNIX) as one:
    one.bind(RESULTS + "/f.json")
say(1)
"""
    done = run(mechanism, program)
    assert (done.outcome, done.results, done.refused) == (Outcome.FINISHED, {"said.json": 1}, {})


@one_mechanism
def test_what_is_not_data_is_refused_by_name(mechanism: Isolation) -> None:
    program = f"""
for name, data in {{
    "pickle.npy": {REFUSED["a pickle"]!r}, "deep.json": b"[" * 100_000, "x.pkl": b"",
    "\\x1b[2J.json": b"1", "\\udcff.json": b"1", "good.json": b"1",
}}.items():
    with open(RESULTS + "/" + name, "wb") as file:
        file.write(data)
"""
    done = run(mechanism, program)
    assert done.outcome is Outcome.FINISHED
    assert done.results == {"good.json": 1}
    assert set(done.refused) == {"pickle.npy", "deep.json", "x.pkl", "�[2J.json", "?.json"}


@one_mechanism
def test_a_huge_result_is_none(mechanism: Isolation) -> None:
    program = """
for name in "ab":
    with open(f"{RESULTS}/{name}.json", "wb") as file:
        file.truncate(2**21)  # all holes: they cost the task nothing
with open(f"{RESULTS}/c.json", "wb") as file:
    file.truncate(2**20)
"""
    done = run(mechanism, program)
    assert (done.outcome, done.results) == (Outcome.OUTPUT_SIZE, {})


@one_mechanism
def test_a_failed_task_has_no_results(mechanism: Isolation) -> None:
    done = run(mechanism, "say(1)\nsys.exit(7)")
    assert (done.outcome, done.exit_code, done.results) == (Outcome.CRASHED, 7, {})


@one_mechanism
def test_what_a_task_prints_is_its_log(mechanism: Isolation) -> None:
    done = run(mechanism, "print('out'); print('\\x1b[31merr\\x07', file=sys.stderr)")
    assert done.log == "out\n�[31merr�\n"


def report(**changes: Any) -> bytes:
    """What a warden says, with changes."""
    said = {"outcome": "finished", "exit_code": 0, "cpu_s": 0.5, "filtered": True, "files": []}
    return orjson.dumps(said | changes) + b"\n"


LIES = {
    "nothing": b"",
    "no JSON": b"finished\n",
    "no object": b"[]\n",
    "half": b'{"outcome":"finished"}\n',
    "another outcome": report(outcome="won"),
    "no code": report(exit_code=None),
    "an odd code": report(exit_code="0"),
    "no time": report(cpu_s=None),
    "more bytes": report() + b"x",
    "fewer bytes": report(files=[["a.json", 1]]),
    "a negative size": report(files=[["a.json", -1], ["b.json", 1]]),
    "an odd name": report(files=[[1, 1]]) + b"1",
    "an odd file": report(files=["a"]),
    "an odd size": report(files=[["a.json", True]]) + b"1",
    "too many": report(files=[[f"{n}.json", 1] for n in range(9)]) + b"1" * 9,
    "endless": b" " * 10**6,
}


@pytest.mark.parametrize("said", LIES.values(), ids=LIES)
def test_a_report_that_is_none_counts_as_a_crash(said):
    done = _finished(Seen(said, b"", None, 0.0, 1.0), SMALL)
    assert (done.outcome, done.results) == (Outcome.CRASHED, {})


def test_a_report_is_taken():
    done = _finished(Seen(report(files=[["a.json", 2]]) + b"17", b"", None, 0.0, 1.0), SMALL)
    assert (done.outcome, done.results, done.cpu_s) == (Outcome.FINISHED, {"a.json": 17}, 0.5)


@one_mechanism
def test_the_seed_and_the_inputs_are_given(mechanism: Isolation) -> None:
    program = """
import numpy
say([int(SEED), numpy.load(INPUTS + "/x.npy").tolist(), hash("a") != 0])
"""
    done = run(mechanism, program, inputs={"x": np.arange(3)}, seed=2**40)
    assert done.results["said.json"] == [2**40, [0, 1, 2], True]
    assert said(mechanism, "say(hash('a'))") == said(mechanism, "say(hash('a'))")
