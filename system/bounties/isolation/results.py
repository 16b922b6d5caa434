"""A stranger's result files, read as plain data: arrays of numbers and JSON, and nothing else."""

from __future__ import annotations

import io
import math
import re
from typing import Any, Final

import numpy as np
import orjson

from system.bounties.isolation.finished import Result
from system.errors import UsageError

# What numpy writes, word for word: numpy would evaluate other headers as Python.
_HEADER: Final = re.compile(
    rb"\{'descr': '[<>|][biuf](1|2|4|8)', 'fortran_order': (?:False|True), "
    rb"'shape': \(((?:\d{1,12}(?:, \d{1,12}){0,7},?)?)\), \} *\n"
)
_MAGIC: Final = b"\x93NUMPY\x01\x00"
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}\.(npy|json)")


class BadResult(UsageError):
    """A result file that can't be taken, and why."""


def parsed(name: str, data: bytes) -> Result:
    """The file's array or JSON value; raises BadResult for anything else."""
    named = _NAME.fullmatch(name)
    if named is None:
        raise BadResult("no name of a result: letters, digits, _ and -, then .npy or .json")
    return _array(data) if named.group(1) == "npy" else _json(data)


def _array(data: bytes) -> Result:
    """A numpy array of booleans, integers or floats, checked before numpy sees it."""
    length = int.from_bytes(data[8:10], "little")
    header = _HEADER.fullmatch(data[10 : 10 + length])
    if data[:8] != _MAGIC or header is None:
        raise BadResult("no .npy file of plain numbers: write it with numpy.save")
    shape = [int(size) for size in re.findall(rb"\d+", header.group(2))]
    if math.prod(shape) * int(header.group(1)) != len(data) - 10 - length:
        raise BadResult("a .npy file whose header tells of another size than it has")
    try:
        array: Result = np.load(io.BytesIO(data), allow_pickle=False)
    except ValueError as error:
        raise BadResult(f"no .npy file: {error}") from None
    return array


def _json(data: bytes) -> Any:
    try:
        return orjson.loads(data)  # which refuses depths above 1,024 by itself
    except orjson.JSONDecodeError as error:
        raise BadResult(f"no JSON: {error}") from None
