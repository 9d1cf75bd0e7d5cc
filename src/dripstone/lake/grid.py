"""Rows of a minute table as (instrument, minute) arrays."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dripstone.arrays import InstrumentMinute, Labels, MinuteLabels
from dripstone.lake.column import Codes, encode, minute_of_day, to_floats, to_times
from dripstone.lake.dayfile import read_columns

__all__ = ["read_grid"]


def read_grid(path: Path, fields: Sequence[str], minutes: MinuteLabels) -> tuple[Labels, dict[str, InstrumentMinute]]:
    """The instruments of a day file, ascending, and each field as (n, t) float64 at those minutes; no bar is NaN.

    When all instruments have the same minutes, which is the rule, a field is its column seen as (n, t); else the
    rows are scattered.
    """
    table = read_columns(path, ["instrument", "date", *fields], as_codes=True)
    codes, instruments = encode(table["instrument"])
    times = to_times(table["date"])
    n = len(instruments)
    width = len(times) // n if n else 0
    if _is_regular(codes, times, n, width):
        columns = _places(minute_of_day(times[:width]))[minutes]
        return instruments, {name: _pick(to_floats(table[name]).reshape(n, width), columns) for name in fields}
    column = _places(minutes)[minute_of_day(times)]
    inside = column >= 0
    cells = codes[inside] * len(minutes) + column[inside]
    grids: dict[str, InstrumentMinute] = {}
    for name in fields:
        grid = np.full(n * len(minutes), np.nan)
        grid[cells] = to_floats(table[name])[inside]
        grids[name] = grid.reshape(n, len(minutes))
    return instruments, grids


def _is_regular(codes: Codes, times: Codes, n: int, width: int) -> bool:
    if not n or n * width != len(times):
        return False
    by_row = bool((codes.reshape(n, width) == np.arange(n)[:, None]).all())
    return by_row and bool((times.reshape(n, width) == times[:width]).all())


def _places(minutes: Codes | MinuteLabels) -> Codes:
    """Where each minute of the day stands among ``minutes``; -1 for nowhere."""
    places = np.full(24 * 60, -1)
    places[minutes] = np.arange(len(minutes))
    return places


def _pick(grid: InstrumentMinute, columns: Codes) -> InstrumentMinute:
    if columns[0] >= 0 and bool((np.diff(columns) == 1).all()):
        return grid[:, columns[0] : columns[-1] + 1]
    picked = grid[:, columns]
    picked[:, columns < 0] = np.nan
    return picked
