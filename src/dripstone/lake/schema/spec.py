"""What a table is: its columns, its key, and when its rows are dated."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import pyarrow as pa

__all__ = ["COUNT", "KEY", "NUMBER", "TEXT", "TIME", "Column", "Dates", "TableSpec", "must", "numbers", "texts"]

TIME = pa.timestamp("us")
NUMBER = pa.float64()
TEXT = pa.string()
COUNT = pa.int64()

Dates: TypeAlias = Literal["minute", "trading day", "day", "time"]
"""What ``date`` is: the end of a minute bar of the session, a trading day, any day, or any moment."""


@dataclass(frozen=True)
class Column:
    """One column: ``unit`` is what a number counts, or what a text names; '' where the platform does not say."""

    name: str
    type: pa.DataType
    unit: str = ""
    required: bool = False


@dataclass(frozen=True)
class TableSpec:
    """One table.

    Parameters
    ----------
    name : as SQL calls it.
    columns : in order; a required one must be in the file, an optional one may be absent.
    about : what a row is.
    key : the columns that name a row; a key twice on one day is refused. Never NULL. Empty where no key is known:
        then the rows of an ingest are the whole day.
    dates : what ``date`` is; a day or trading day is at midnight.
    dateless : a file without ``date`` is accepted and stands for every day (dated ``calendar.FIRST_DAY``).
    a_share : ``instrument`` is a code such as 600519.SH, prices are positive, candles consistent; otherwise
        ``instrument`` is any text and a number anything finite.
    """

    name: str
    columns: tuple[Column, ...]
    about: str = ""
    key: tuple[str, ...] = ("instrument", "date")
    dates: Dates = "trading day"
    dateless: bool = False
    a_share: bool = True

    @property
    def minute(self) -> bool:
        """Whether the rows are minute bars: ``date`` is the end of the bar."""
        return self.dates == "minute"

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema of every day file."""
        return pa.schema([(column.name, column.type) for column in self.columns])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def _by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return self._by_name.get(name)


def must(name: str, kind: pa.DataType, unit: str = "") -> Column:
    """A required column."""
    return Column(name, kind, unit, required=True)


def numbers(unit: str, *names: str) -> tuple[Column, ...]:
    """Optional numbers of one unit."""
    return tuple(Column(name, NUMBER, unit) for name in names)


def texts(*names: str) -> tuple[Column, ...]:
    """Optional texts."""
    return tuple(Column(name, TEXT) for name in names)


KEY = (must("date", TIME, "trading day"), must("instrument", TEXT, "code such as 600519.SH"))
"""The two columns that most tables begin with."""
