"""One trading day of minute bars as arrays: what every factor is given, and all it is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pyarrow as pa

from dripstone.arrays import Floats, Labels, MinuteLabels, PerInstrument
from dripstone.errors import FactorError

__all__ = ["BAR_FIELDS", "DayBars"]

BAR_FIELDS = ("open", "high", "low", "close", "volume", "amount", "adjust_factor")
"""Minute fields: raw prices in yuan, volume in shares, amount in yuan, adjust_factor cumulative (1)."""


@dataclass(frozen=True, eq=False)
class DayBars:
    """Bars of one day (or the last k days) for all instruments, as arrays.

    Parameters
    ----------
    date : the trading day; with k days, the last of them.
    instruments : (n,) ascending.
    minutes : (t,) int16 bar ends in minutes since midnight.
    fields : name -> (n, t) float64, or (k, n, t) oldest day first; NaN where there is no bar.
    daily : name -> (n,) or (k, n), columns of daily tables as known by that day.
    tables : whole daily tables as known by that day, for factors written in SQL.

    A field is also an attribute: ``bars.volume``.
    """

    date: np.datetime64
    instruments: Labels
    minutes: MinuteLabels
    fields: Mapping[str, Floats]
    daily: Mapping[str, PerInstrument] = field(default_factory=dict)
    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Floats:
        for columns in (self.__dict__.get("fields", {}), self.__dict__.get("daily", {})):
            if name in columns:
                return columns[name]
        if name.startswith("__"):
            raise AttributeError(name)
        raise FactorError(
            "the factor asks for a field it did not declare",
            seen=name,
            expected="one of " + ", ".join([*self.__dict__["fields"], *self.__dict__["daily"]]),
            hint="name it in @factor(fields=...) or @factor(daily=...)",
        )

    @property
    def bar_count(self) -> PerInstrument:
        """(n,) or (k, n): minutes that have a bar (a bar with volume 0 counts)."""
        first = next(iter(self.fields.values()))
        return np.isfinite(first).sum(axis=-1).astype(np.float64)

    def shuffled(self, seed: int) -> Self:
        """The placebo: each instrument's minutes in a random order of its own, all fields together.

        What a bar holds stays together and every value of the day stays; only *when* it happened is lost.
        The order depends on seed and date only, so it is the same wherever it is computed.
        """
        n, t = len(self.instruments), len(self.minutes)
        source = np.random.default_rng([seed, int(self.date.astype("datetime64[D]").astype(np.int64))])
        order = np.argsort(source.random((n, t)), axis=-1)
        mixed = {
            name: np.take_along_axis(values, np.broadcast_to(order, values.shape), axis=-1)
            for name, values in self.fields.items()
        }
        return replace(self, fields=mixed)

    def table(self) -> pa.Table:
        """The same bars as rows in the form of ``cn_stock_bar1m``: date (timestamp of the bar end), instrument, fields.

        Sorted by instrument and minute; minutes without a bar have no row. One day only.
        """
        first = next(iter(self.fields.values()))
        if first.ndim != 2:
            raise FactorError("a table of bars is one day", seen=first.shape, expected="(n_instrument, n_minute)")
        there = np.zeros(first.shape, bool)
        for values in self.fields.values():
            there |= np.isfinite(values)
        row, column = np.nonzero(there)
        midnight = self.date.astype("datetime64[us]")
        ends = midnight + self.minutes.astype("timedelta64[m]")
        indices = pa.array(row.astype(np.int32))
        names = pa.DictionaryArray.from_arrays(indices, pa.array(self.instruments.tolist(), pa.string()))
        columns: dict[str, pa.Array] = {
            "date": pa.array(ends[column]),
            "instrument": names.cast(pa.string()),
        }
        for name, values in self.fields.items():
            column_values = pa.array(values[row, column], from_pandas=True)
            columns[name] = column_values.cast(pa.int64()) if name == "volume" else column_values
        return pa.table(columns)
