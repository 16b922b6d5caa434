"""Numbers as people read them: three significant digits, SI prefixes, a dash for None."""

from __future__ import annotations

NONE = "–"
_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def figure(value: float | None, unit: str = "") -> str:
    """Three significant digits, with k, M or G from ten thousand up: "150", "12.3", "160 M"."""
    if value is None:
        return NONE
    rounded = float(f"{value:.3g}")
    if abs(rounded) < 1e4:
        return f"{_plain(rounded)} {unit}".rstrip()
    return _prefixed(rounded, unit)


def whole(value: int | None) -> str:
    """All digits, in groups of three: "61,706"."""
    return NONE if value is None else f"{value:,}"


def size(value: float | None) -> str:
    """Bytes in decimal units: "31.4 kB", "9.73 MB"."""
    if value is None:
        return NONE
    rounded = float(f"{value:.3g}")
    return f"{_plain(rounded)} B" if abs(rounded) < 1e3 else _prefixed(rounded, "B")


def seconds(value: float | None) -> str:
    """Seconds, or milliseconds below 0.1 s: "1.74 s", "12.3 ms"."""
    if value is None:
        return NONE
    return figure(value, "s") if value == 0 or abs(value) >= 0.1 else figure(1000 * value, "ms")


def percent(share: float | None) -> str:
    """A share as a percentage: 0.983 is "98.3 %"."""
    return NONE if share is None else f"{figure(100 * share)} %"


def finney(wei: int | None, *, signed: bool = True) -> str:
    """Thousandths of an ether, of which 1 is 10^15 wei: "+0.833 finney", "−0.219 finney"."""
    if wei is None:
        return NONE
    sign = "\u2212" if wei < 0 else "+" if wei and signed else ""
    return f"{sign}{figure(abs(wei) / 1e15)} finney"


def amount(value: str, unit: str) -> str:
    """A whole number of wei in thousand millions, "3,600 gwei"; of other units as it is."""
    number = int(value)
    if unit != "wei":
        return f"{number:,} {unit}".replace("-", "\u2212")
    return f"{figure(number / 1e9)} gwei".replace("-", "\u2212")


def _prefixed(value: float, unit: str) -> str:
    factor, prefix = next(one for one in _PREFIXES if abs(value) >= one[0])
    return f"{_plain(value / factor)} {prefix}{unit}"


def _plain(value: float) -> str:
    text = f"{value:.3g}"
    return f"{float(text):,.0f}" if "e+" in text else text
