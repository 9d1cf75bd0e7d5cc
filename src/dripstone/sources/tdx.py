"""TDX minute files (``vipdoc/sh/minline/sh600519.lc1``): one instrument, 32 bytes a bar."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from dripstone.errors import DataError
from dripstone.sources.code import instrument_code

__all__ = ["read_lc1"]

# Little-endian: day as (year - 2004) * 2048 + month * 100 + day, minutes since midnight, prices and amount (yuan) as
# float32, volume in shares, four bytes unused.
_BAR = np.dtype(
    [
        ("day", "<u2"),
        ("minute", "<u2"),
        ("open", "<f4"),
        ("high", "<f4"),
        ("low", "<f4"),
        ("close", "<f4"),
        ("amount", "<f4"),
        ("volume", "<u4"),
        ("unused", "<u4"),
    ]
)
_PRICE_DECIMALS = 3


def read_lc1(path: Path) -> pa.Table:
    """The bars of a ``.lc1`` file: date (end of the bar), instrument (from the file's name), prices, volume, amount.

    Prices are rounded to 0.001 yuan, which undoes the float32 of the file; the amount keeps its seven digits.

    Raises
    ------
    DataError : the name is no instrument, the file is empty, truncated, or holds an impossible date.
    """
    instrument = instrument_code(path.stem)
    if instrument is None:
        raise DataError("the file's name is not an instrument", seen=path.name, expected="sh600519.lc1", path=path)
    size = path.stat().st_size
    if not size or size % _BAR.itemsize:
        what = "the file is truncated" if size else "the file is empty"
        raise DataError(what, seen=f"{size} bytes", expected=f"{_BAR.itemsize} bytes a bar", path=path)
    bars = np.fromfile(path, _BAR)
    year, rest = np.divmod(bars["day"].astype(np.int64), 2048)
    month, day = np.divmod(rest, 100)
    wrong = (month < 1) | (month > 12) | (day < 1) | (day > 31)
    if wrong.any():
        at = int(np.argmax(wrong))
        seen = f"{year[at] + 2004}-{month[at]}-{day[at]} in bar {at}"
        raise DataError("the file holds an impossible date", seen=seen, hint="is it a .lc1 file?", path=path)
    months = ((year + 2004 - 1970) * 12 + month - 1).astype("datetime64[M]")
    midnights = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    ends = midnights.astype("datetime64[us]") + bars["minute"].astype("timedelta64[m]")
    columns = {"date": pa.array(ends), "instrument": pa.repeat(instrument, len(bars))}
    for name in ("open", "high", "low", "close"):
        columns[name] = pa.array(np.round(bars[name].astype(np.float64), _PRICE_DECIMALS))
    columns["volume"] = pa.array(bars["volume"].astype(np.int64))
    columns["amount"] = pa.array(bars["amount"].astype(np.float64))
    return pa.table(columns)
