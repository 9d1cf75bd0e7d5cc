"""Where the rows of a query come from: the files of a workspace, tables made of others, or tables in memory."""

import datetime as dt
import inspect
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Protocol, Self, TypeAlias

import numpy as np
import pyarrow as pa

from dripstone.arrays import Dates
from dripstone.dai.naming import Naming
from dripstone.dai.view import ADJUSTED_PRICES, CALENDARS, DAYS, RECIPES, Source, calendar_rows
from dripstone.errors import DataError
from dripstone.lake.dayfile import null_columns
from dripstone.lake.lake import BarLake
from dripstone.lake.schema import BAR_MINUTES, TABLES
from dripstone.lake.shelf import Shelf

__all__ = ["SAME_ROWS", "Derived", "LakeTables", "MemoryTables", "NoRowsWarning", "Rows", "Table", "TableSource"]

SAME_ROWS: Mapping[str, str] = {
    **{f"cn_stock_bar{length}m_c": f"cn_stock_bar{length}m" for length in (1, *BAR_MINUTES)},
    **{f"cn_stock_bar{length}m_derived_c": f"cn_stock_bar{length}m_derived" for length in (1, *BAR_MINUTES)},
    "cn_stock_factors": "cn_stock_prefactors",
    "cn_stock_prefactors_community": "cn_stock_prefactors",
    "cn_stock_valuation_community": "cn_stock_valuation",
}
"""Names of the platform that differ in storage or extent only: name -> the table that holds the rows."""


@dataclass(frozen=True, slots=True)
class Derived:
    """Rows that a query over other rows gives.

    Parameters
    ----------
    sql : reads each of ``parts`` as ``{name}``.
    parts : name -> the table, its rows, and whether a filter on ``instrument`` holds for them.
    """

    sql: str
    parts: Mapping[str, tuple["Table", "Rows", bool]]


_ADJUSTED = ("cn_stock_bar1d", "cn_stock_prefactors")

Rows: TypeAlias = pa.Table | tuple[Path, ...] | Derived
"""Rows in memory, the Parquet files that hold them (no file: no rows), or the query that gives them."""


class NoRowsWarning(UserWarning):
    """A query reads a table of the platform that the workspace has no rows of."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a query must know of a table before it reads a row.

    Parameters
    ----------
    schema : columns and types of the rows.
    minute : ``date`` is the end of a minute bar, not a day at midnight.
    partitioned : too large to be read without a filter.
    own : the author's; its columns have the types they were written with, not the platform's.
    unnamed : columns of a wide table that the query does not name, left out of the schema.
    """

    schema: pa.Schema
    minute: bool = False
    partitioned: bool = False
    own: bool = False
    unnamed: tuple[str, ...] = ()


class TableSource(Protocol):
    """Tables by name, lower case."""

    @property
    def threads(self) -> int:
        """Threads that a query over these tables may use."""
        ...

    def names(self) -> tuple[str, ...]:
        """The tables that SQL may name, held or empty."""
        ...

    def views(self) -> Mapping[str, str]:
        """The author's views: name -> SQL."""
        ...

    def naming(self, naming: Naming) -> Self:
        """The same tables, wide ones with no other columns than a query names."""
        ...

    def describe(self, name: str) -> Table:
        """The table, without its rows."""
        ...

    def rows(self, name: str, *, start: dt.date | None, end: dt.date | None) -> Rows:
        """At least the rows of the days start..end, both inclusive; None leaves that side open."""
        ...


@dataclass(frozen=True)
class MemoryTables:
    """Arrow tables by name, such as one day's bars. Never partitioned, so no filter is needed."""

    tables: Mapping[str, pa.Table]
    threads: int = 1

    def names(self) -> tuple[str, ...]:
        """The tables given."""
        return tuple(self.tables)

    def views(self) -> Mapping[str, str]:
        """None: a view belongs to a workspace."""
        return {}

    def naming(self, naming: Naming) -> Self:
        """These tables, as they are."""
        return self

    def describe(self, name: str) -> Table:
        """The table, without its rows."""
        return Table(self.tables[name].schema)

    def rows(self, name: str, *, start: dt.date | None, end: dt.date | None) -> Rows:
        """The whole table: it is in memory already."""
        return self.tables[name]


@dataclass(frozen=True)
class LakeTables:
    """The tables of a lake, one Parquet file a day, and the author's own beside them.

    A date filter opens the files of its days only. A table that the lake does not hold is made of those it holds,
    where there is a recipe for it; a lake that holds any day of it is believed for all days.
    """

    lake: BarLake
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    shelf: Shelf | None = None
    named: Naming | None = None

    def naming(self, naming: Naming) -> Self:
        """The same tables, wide ones with no other columns than a query names."""
        whole = None if naming.whole is None else frozenset(SAME_ROWS.get(name, name) for name in naming.whole)
        return replace(self, named=replace(naming, whole=whole))

    def names(self) -> tuple[str, ...]:
        """Every table a lake can hold, empty ones too, and the author's."""
        own = () if self.shelf is None else self.shelf.tables()
        return (*TABLES, *own)

    def views(self) -> Mapping[str, str]:
        """The author's views: name -> SQL."""
        return {} if self.shelf is None else self.shelf.views()

    def sql_names(self) -> frozenset[str]:
        """Every name of a table that SQL may use."""
        return frozenset(self.names()) | frozenset(SAME_ROWS)

    def describe(self, name: str) -> Table:
        """The table, without its rows. A dateless table shows no ``date``: on the platform it has none."""
        if name not in TABLES and self.shelf is not None:
            held = self.shelf.read(name)
            return Table(held.schema, partitioned=bool(held.partitioning), own=True)
        spec = TABLES[name]
        if spec.dateless:
            return Table(spec.schema.remove(spec.schema.get_field_index("date")))
        schema = spec.schema if self.named is None else self.named.narrowed(name, spec.schema)
        unnamed = () if len(schema) == len(spec.names) else spec.names
        return Table(schema, minute=spec.minute, partitioned="instrument" in spec.key, unnamed=unnamed)

    def dates(self, name: str) -> Dates:
        """The days of a table: those that the lake holds, or those of the table that it is made of; ascending."""
        held = self.lake.dates(name)
        if len(held) or name not in RECIPES:
            return held
        return self.dates(RECIPES[name].main.table)

    def rows(self, name: str, *, start: dt.date | None, end: dt.date | None) -> Rows:
        """The rows of the days asked for; none, and a warning, where the workspace has none of the table.

        Raises
        ------
        DataError : the table has rows, and none of them near the days asked for.
        """
        if name not in TABLES and self.shelf is not None:
            return self.shelf.read(name).files(start, end)
        days = self.dates(name)
        if len(days) and not TABLES[name].dateless:
            _require_near(name, days, start, end)
        elif not len(days) and name not in CALENDARS:
            _warn_no_rows(name, self._base(name))
        if len(days) and self._is_made(name) and self.named is not None:
            self._warn_of_void(name, self.named)
        return self._gather(name, start, end)

    def void(self, name: str) -> frozenset[str]:
        """The columns of a table that are NULL in every row, because nothing that the lake holds gives them.

        Of a table that the lake holds: those that its newest day has none of.
        """
        if not self._is_made(name):
            held = self.lake.dates(name)[-1:]
            return null_columns(self.lake.paths(name, held[0].item())[0]) if len(held) else frozenset()
        recipe, empty = RECIPES[name], self._empty(name)
        unknown = self.void(recipe.main.table)
        return frozenset(column for column in TABLES[name].names if recipe.is_void(column, empty, unknown))

    def _is_made(self, name: str) -> bool:
        return name in RECIPES and not len(self.lake.dates(name))

    def _empty(self, name: str) -> dict[str, str]:
        """The sources of a recipe that have no rows: alias -> table."""
        days = ((alias, s, self.lake.dates if s.held else self.dates) for alias, s in RECIPES[name].sources.items())
        return {alias: source.table for alias, source, dates in days if not len(dates(source.table))}

    def _warn_of_void(self, name: str, naming: Naming) -> None:
        """Say which columns that a query names are NULL, and what would give them; of ``*`` only the prices."""
        recipe, empty = RECIPES[name], self._empty(name)
        named = {column for column in self.describe(name).schema.names if column.lower() in naming.words}
        void = [recipe.sources_of(column) for column in named if recipe.is_void(column, empty)]
        if missing := {empty[alias] for aliases in void for alias in aliases if alias in empty}:
            _warn_without(name, tuple(sorted(missing)))
        priced = naming.whole is None or name in naming.whole or ADJUSTED_PRICES & named
        if priced and name in _ADJUSTED and "close" in self.void("cn_stock_bar1d"):
            _warn_no_factors(name)

    def _base(self, name: str) -> str:
        """The table that has to be ingested for this one to have rows."""
        return self._base(RECIPES[name].main.table) if name in RECIPES else name

    def _gather(self, name: str, start: dt.date | None, end: dt.date | None) -> Rows:
        held = self.lake.dates(name)
        if not len(held):
            if name in CALENDARS:
                return calendar_rows(name, self.lake.dates("all_trading_days"))
            return self._made(name, start, end) if name in RECIPES else ()
        if TABLES[name].dateless:
            newest = held[-1].item()
            return tuple(self.lake.paths(name, newest, newest))
        return tuple(self.lake.paths(name, start, end))

    def _made(self, name: str, start: dt.date | None, end: dt.date | None) -> Rows:
        recipe, schema = RECIPES[name], self.describe(name).schema
        days = self.dates(recipe.main.table)
        if end is not None:
            days = days[days <= np.datetime64(end)]
        first = 0 if start is None else int(np.searchsorted(days, np.datetime64(start)))
        if first == len(days):
            return ()
        days = days[max(first - recipe.lookback(schema), 0) :]
        sql = recipe.sql(schema, self._empty(name))
        parts: dict[str, tuple[Table, Rows, bool]] = {DAYS: _numbered(days)}
        for alias, source in recipe.read_by(sql).items():
            parts[alias] = (*self._part(name, source, days), source.by_instrument)
        return Derived(sql, parts)

    def _part(self, whole: str, source: Source, days: Dates) -> tuple[Table, Rows]:
        """The rows of a source on those days; all its columns where all of the table made of it are read."""
        tables = self
        if self.named is not None and self.named.whole is not None and whole in self.named.whole:
            tables = replace(self, named=None)
        start, end = days[0].item(), days[-1].item()
        if source.held:
            return tables.describe(source.table), tuple(self.lake.paths(source.table, start, end))
        return tables.describe(source.table), tables._gather(source.table, start, end)  # of its kind


def _numbered(days: Dates) -> tuple[Table, Rows, bool]:
    rows = pa.table({"day": pa.array(days), "number": pa.array(np.arange(len(days)))})
    return Table(rows.schema, own=True), rows, False


def _require_near(name: str, days: Dates, start: dt.date | None, end: dt.date | None) -> None:
    first, last = days[0], days[-1]
    if (start is not None and np.datetime64(start) > last) or (end is not None and np.datetime64(end) < first):
        raise DataError(
            "the dates asked for lie outside the table",
            seen=f"{start} .. {end}",
            expected=f"days within {first} .. {last}",
            hint="change the date filter, or ingest those days",
            table=name,
        )


@cache
def _warn_no_rows(name: str, base: str) -> None:
    """Say once per process that a table is empty."""
    made = "" if base == name else f" It is made of {base}, of which there are none."
    _warn(f"{name} has no rows yet.{made} To bring them in: dripstone ingest FILES --table {base}")


@cache
def _warn_no_factors(name: str) -> None:
    """Say once per process that back-adjusted prices cannot be made."""
    _warn(
        f"the prices of {name} are back-adjusted, and NULL: the bars that they are made of have no adjust_factor. "
        "cn_stock_real_bar1d has them unadjusted; or ingest bars with adjust_factor, or cn_stock_bar1d itself"
    )


@cache
def _warn_without(name: str, missing: tuple[str, ...]) -> None:
    """Say once per process that columns of a table are NULL for want of others."""
    tables = ", ".join(missing)
    _warn(
        f"the columns of {name} that come from {tables} are NULL: there are no rows of them yet. "
        "To bring them in: dripstone ingest FILES --table NAME"
    )


def _warn(text: str) -> None:
    """Warn at the line that asks for the query, however deep in this package the table is looked up."""
    level, frame = 1, inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == "dripstone":
        level, frame = level + 1, frame.f_back
    warnings.warn(text, NoRowsWarning, stacklevel=level)
