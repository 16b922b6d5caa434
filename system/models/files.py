"""A user's own samples: a CSV file, or a numpy archive."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Sequence
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from system.errors import UsageError
from system.models.data import Labelled
from system.models.encoders.errors import NotFinite, NotNumbers
from system.models.encoders.features import row_of

# A label column that is no label column shows by its number of different values.
MOST_CLASSES: Final = 256
_LARGEST_BYTES: Final = 1 << 30
# What zipfile and numpy raise for files that are torn, or have a header made of anything.
_UNREADABLE: Final = (
    *(OSError, EOFError, ValueError, TypeError, KeyError, ArithmeticError, TokenError),
    *(NotImplementedError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error),
)


class BadDataFile(UsageError):
    """A file that holds no usable samples."""


def read_samples(path: Path, *, text: bool = False) -> Labelled:
    """The samples of a .csv or .npz file, by its name; see `read_csv` and `read_npz`."""
    kind = path.suffix.lower()
    if kind == ".csv":
        return read_csv(path, text=text)
    if kind == ".npz" and not text:
        return read_npz(path)
    raise BadDataFile(f"{path}: give a .csv file{'' if text else ' or a .npz archive'} of samples")


def read_csv(path: Path, *, text: bool = False) -> Labelled:
    """Samples from a CSV file in UTF-8: the last column is the class, under any names.

    The columns before it are numbers, and a first line with other things there is a heading; or
    with `text` the one column before it is the text, without a heading. Raises BadDataFile.
    """
    rows = _rows(path)
    if text:
        return _labelled(path, [row[0] for _, row in _wide(path, rows, 2)], rows)
    if not _numeric(rows[0][1][:-1]):
        del rows[0]
    samples = [_numbers(path, line, row[:-1]) for line, row in _wide(path, rows, None)]
    return _labelled(path, samples, rows)


def read_npz(path: Path) -> Labelled:
    """Samples from a numpy archive: `x` of shape (samples, features), `y` a class for each.

    Classes are whole numbers or text. Nothing is unpickled: a pickle runs what its author likes.
    Raises BadDataFile.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            x, y = _array(path, archive, "x"), _array(path, archive, "y")
    except _UNREADABLE as error:
        raise BadDataFile(f"{path} can't be read as an .npz archive of x and y: {error}") from None
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise BadDataFile(
            f"{path}: x is {x.shape} and y {y.shape}: give one row and one class each"
        )
    if y.dtype.kind not in "iuU":
        raise BadDataFile(f"{path}: y is {y.dtype}: give classes as whole numbers or text")
    samples = [_checked(path, f"row {at + 1}", row) for at, row in enumerate(x)]
    return _named(path, samples, [str(one) for one in y.tolist()])


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Each line's number and cells, blank lines left out."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            rows = [(reader.line_num, row) for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadDataFile(f"{path} can't be read as CSV in UTF-8: {error}") from None
    if not rows:
        raise BadDataFile(f"{path} has no lines: give a sample a line, its class last")
    return rows


def _wide(
    path: Path, rows: list[tuple[int, list[str]]], columns: int | None
) -> list[tuple[int, list[str]]]:
    """The rows themselves, all of one width of at least two."""
    width = columns or (len(rows[0][1]) if rows else 0)
    for line, row in rows:
        if len(row) != width or width < 2:
            raise BadDataFile(
                f"{path} line {line} has {len(row)} columns: "
                f"give {max(width, 2)} in every line, the class last"
            )
    return rows


def _numeric(cells: Sequence[str]) -> bool:
    try:
        return all(float(cell) is not None for cell in cells)
    except ValueError:
        return False


def _numbers(path: Path, line: int, cells: Sequence[str]) -> NDArray[np.float64]:
    try:
        return _checked(path, f"line {line}", [float(cell) for cell in cells])
    except ValueError as error:
        raise BadDataFile(f"{path} line {line}: {error}: all but the class are numbers") from None


def _checked(path: Path, place: str, values: Any) -> NDArray[np.float64]:
    try:
        return row_of(values)
    except (NotFinite, NotNumbers) as error:
        raise BadDataFile(f"{path} {place}: {error}") from None


def _labelled(
    path: Path, samples: Sequence[Any], rows: Sequence[tuple[int, list[str]]]
) -> Labelled:
    return _named(path, samples, [row[-1].strip() for _, row in rows])


def _named(path: Path, samples: Sequence[Any], names: Sequence[str]) -> Labelled:
    classes = sorted(set(names), key=_in_order)
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise BadDataFile(
            f"{path} has {len(classes)} classes: give 2 to {MOST_CLASSES}, in the last column"
        )
    places = {name: at for at, name in enumerate(classes)}
    return Labelled(samples, [places[name] for name in names], tuple(classes))


def _in_order(name: str) -> tuple[int, int, str]:
    """Numbers by their size, in front of names."""
    whole = name.removeprefix("-").isdecimal() and len(name) < 20
    return (0, int(name), name) if whole else (1, 0, name)


def _array(path: Path, archive: zipfile.ZipFile, name: str) -> NDArray[np.generic]:
    """One array, whose header promises no more than the archive holds."""
    if archive.getinfo(f"{name}.npy").file_size > _LARGEST_BYTES:
        raise BadDataFile(f"{path}: {name} is larger than 1 GiB: give fewer samples")
    data = archive.read(f"{name}.npy")
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    first = version == (1, 0)
    header = np.lib.format.read_array_header_1_0 if first else np.lib.format.read_array_header_2_0
    shape, _, dtype = header(file)
    if prod(shape) * dtype.itemsize > len(data):
        raise BadDataFile(f"{path}: {name} is cut off: save it again")
    file.seek(0)
    array: NDArray[np.generic] = np.lib.format.read_array(file, allow_pickle=False)
    return array
