"""The one labelled matrix: day x instrument."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from dripstone.arrays import Dates, DayInstrument, Labels, as_floats
from dripstone.errors import DataError, FactorError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Panel"]


@dataclass(frozen=True, eq=False, slots=True)
class Panel:
    """float64 values by trading day and instrument; factor values, prices, returns and masks alike.

    Parameters
    ----------
    dates : (n_day,) datetime64[D], ascending, unique.
    instruments : (n_instrument,) str, ascending, unique.
    values : (n_day, n_instrument) float64; NaN where there is no value.
    name : what the numbers are, for tables and messages.
    """

    dates: Dates
    instruments: Labels
    values: DayInstrument
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "dates", _ascending(np.asarray(self.dates, "datetime64[D]"), "dates"))
        object.__setattr__(self, "instruments", _ascending(np.asarray(self.instruments, np.str_), "instruments"))
        values = as_floats(self.values, ndim=2, name="panel values")
        if values.shape != (len(self.dates), len(self.instruments)):
            raise FactorError(
                "panel values do not fit their labels",
                seen=values.shape,
                expected=f"({len(self.dates)}, {len(self.instruments)})",
            )
        object.__setattr__(self, "values", values)

    @property
    def shape(self) -> tuple[int, int]:
        """(n_day, n_instrument)"""
        return len(self.dates), len(self.instruments)

    @classmethod
    def from_long(cls, dates: Dates, instruments: Labels, values: DayInstrument, *, name: str = "") -> Self:
        """Build a panel from three columns of equal length, one row a cell; cells not named are NaN.

        Raises
        ------
        DataError : the same (date, instrument) twice.
        """
        days, row = np.unique(np.asarray(dates, "datetime64[D]"), return_inverse=True)
        names, column = np.unique(np.asarray(instruments, np.str_), return_inverse=True)
        cells = row.astype(np.int64) * len(names) + column
        if len(np.unique(cells)) != len(cells):
            order = np.sort(cells)
            twice = int(order[:-1][order[1:] == order[:-1]][0])
            raise DataError(
                "a day and instrument appear twice",
                seen=(str(days[twice // len(names)]), str(names[twice % len(names)])),
                expected="one row a day and instrument",
            )
        matrix = np.full((len(days), len(names)), np.nan)
        matrix.ravel()[cells] = values
        return cls(days, names, matrix, name)

    @classmethod
    def from_frame(cls, frame: "pd.DataFrame", *, column: str | None = None) -> Self:
        """From a long frame with columns date, instrument and one value column (the last one when not named).

        Raises
        ------
        DataError : a column is lacking, or a row has no date.
        FactorError : the value column is not numeric.
        """
        values = [str(name) for name in frame.columns if name not in ("date", "instrument")]
        if {"date", "instrument"} - set(frame.columns) or not values or (column or values[-1]) not in values:
            raise DataError(
                "the frame lacks columns",
                seen=list(frame.columns),
                expected=f"date, instrument and {column or 'a value column'}",
            )
        column = column or values[-1]
        dates = frame["date"].to_numpy("datetime64[D]")
        if bool(np.isnat(dates).any()):
            raise DataError("a row has no date", seen=int(np.isnat(dates).sum()), expected="a date in every row")
        return cls.from_long(
            dates, frame["instrument"].to_numpy(np.str_), as_floats(frame[column].to_numpy(), name=column), name=column
        )

    def to_frame(self, *, drop_missing: bool = True) -> "pd.DataFrame":
        """Long frame (date datetime64, instrument str, value), sorted by date and instrument."""
        import pandas as pd

        keep = np.isfinite(self.values) if drop_missing else np.ones(self.shape, bool)
        row, column = np.nonzero(keep)
        return pd.DataFrame(
            {
                "date": self.dates[row].astype("datetime64[us]"),
                "instrument": self.instruments[column],
                "value": self.values[row, column],
            }
        )

    def reindex(self, dates: Dates, instruments: Labels) -> Self:
        """The same numbers under other labels: cells that were not there are NaN, cells not asked for are left out."""
        matrix = np.full((len(dates), len(instruments)), np.nan)
        row, has_row = _positions(self.dates, np.asarray(dates, "datetime64[D]"))
        column, has_column = _positions(self.instruments, np.asarray(instruments, np.str_))
        matrix[np.ix_(has_row, has_column)] = self.values[np.ix_(row[has_row], column[has_column])]
        return type(self)(dates, instruments, matrix, self.name)

    def between(self, start: np.datetime64 | str | None, end: np.datetime64 | str | None) -> Self:
        """The days start..end, both inclusive; None leaves that side open."""
        keep = np.ones(len(self.dates), bool)
        if start is not None:
            keep &= self.dates >= np.asarray(start, "datetime64[D]")
        if end is not None:
            keep &= self.dates <= np.asarray(end, "datetime64[D]")
        return type(self)(self.dates[keep], self.instruments, self.values[keep], self.name)

    def with_values(self, values: DayInstrument, *, name: str | None = None) -> Self:
        """Other numbers under the same labels."""
        return type(self)(self.dates, self.instruments, values, self.name if name is None else name)


def _ascending(labels: np.ndarray, name: str) -> np.ndarray:
    if labels.ndim != 1:
        raise FactorError(f"panel {name} must be one axis", seen=labels.shape, expected="(n,)")
    if len(labels) > 1 and not bool(np.all(labels[1:] > labels[:-1])):
        raise FactorError(f"panel {name} must be ascending and unique", seen=labels[:6], expected="sorted, no repeats")
    return labels


def _positions(have: np.ndarray, want: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    at = np.clip(np.searchsorted(have, want), 0, max(len(have) - 1, 0))
    found = have[at] == want if len(have) else np.zeros(len(want), bool)
    return at, found
