"""Where the rows of a query come from: the day files of a lake, or tables in memory."""

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import pyarrow as pa

from dripstone.errors import DataError
from dripstone.lake.lake import BarLake
from dripstone.lake.schema import TABLES

__all__ = ["SAME_ROWS", "LakeTables", "MemoryTables", "Rows", "Table", "TableSource"]

SAME_ROWS: Mapping[str, str] = {"cn_stock_bar1m_c": "cn_stock_bar1m"}
"""Names of the platform that differ in storage only: name -> the table that holds the rows."""

Rows: TypeAlias = pa.Table | tuple[Path, ...]
"""Rows in memory, or the Parquet files that hold them (no file: no rows)."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a query must know of a table before it reads a row.

    Parameters
    ----------
    schema : columns and types of the rows.
    minute : ``date`` is the end of a minute bar, not a day at midnight.
    partitioned : too large to be read without a filter.
    """

    schema: pa.Schema
    minute: bool = False
    partitioned: bool = False


class TableSource(Protocol):
    """Tables by name, lower case."""

    @property
    def threads(self) -> int:
        """Threads that a query over these tables may use."""
        ...

    def names(self) -> tuple[str, ...]:
        """The tables that SQL may name, held or empty."""
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

    def describe(self, name: str) -> Table:
        """The table, without its rows."""
        return Table(self.tables[name].schema)

    def rows(self, name: str, *, start: dt.date | None, end: dt.date | None) -> Rows:
        """The whole table: it is in memory already."""
        return self.tables[name]


@dataclass(frozen=True)
class LakeTables:
    """The tables of a lake, one Parquet file a day; a date filter opens the files of its days only."""

    lake: BarLake
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)

    def names(self) -> tuple[str, ...]:
        """Every table a lake can hold: an empty one is an error of its own, not an unknown name."""
        return tuple(TABLES)

    def describe(self, name: str) -> Table:
        """The table, without its rows. A dateless table shows no ``date``: on the platform it has none."""
        spec = TABLES[name]
        schema = self.lake.schema(name)
        if spec.dateless:
            return Table(schema.remove(schema.get_field_index("date")))
        return Table(schema, minute=spec.minute, partitioned="instrument" in spec.key)

    def rows(self, name: str, *, start: dt.date | None, end: dt.date | None) -> Rows:
        """The files of the days asked for that the lake holds.

        Raises
        ------
        DataError : the table is empty, or holds no day near the ones asked for.
        """
        held = self.lake.dates(name)
        if not len(held):
            raise DataError(
                "the table holds no day yet",
                seen=str(self.lake.root),
                hint=f"dripstone ingest FILES --table {name}",
                table=name,
            )
        if TABLES[name].dateless:
            newest = held[-1].item()
            return tuple(self.lake.paths(name, newest, newest))
        first, last = held[0], held[-1]
        if (start is not None and np.datetime64(start) > last) or (end is not None and np.datetime64(end) < first):
            raise DataError(
                "the dates asked for lie outside the table",
                seen=f"{start} .. {end}",
                expected=f"days within {first} .. {last}",
                hint="change the date filter, or ingest those days",
                table=name,
            )
        return tuple(self.lake.paths(name, start, end))
