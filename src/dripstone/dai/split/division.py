"""Whether a query is worth running on some days at a time, and the putting together of its rows."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from dripstone.arrays import Dates
from dripstone.dai.database import View, row_order
from dripstone.dai.script import Statement
from dripstone.dai.split.analysis import Assembly, assembly_by_day
from dripstone.dai.split.job import Job
from dripstone.dai.split.order import looking_first
from dripstone.dai.split.relation import Inseparable, Relation
from dripstone.dai.split.run import Means, rows_by_day
from dripstone.dai.table import Derived, Rows, TableSource
from dripstone.errors import DataError

__all__ = ["Division", "divided", "narrowed"]

_LEAST_BYTES = {True: 1 << 20, False: 1 << 26}
"""What is worth a split, by whether the query calls Python, which can be slow. A full market's day is 16 MB."""
_INSTRUMENT_BYTES = 1 << 12
"""What one instrument's minutes of a day take up in a Parquet file, generously."""


@dataclass(frozen=True, slots=True)
class Division:
    """A query that gives the rows of each day from that day's rows alone, and the days it is to be run on.

    Parameters
    ----------
    size_bytes : about what it reads.
    """

    job: Job
    days: Dates
    assembly: Assembly
    size_bytes: int = 0

    def rows(self, means: Means) -> pa.Table:
        """All its rows, in order."""
        parts = rows_by_day(self.job, self.days, means, size_bytes=self.size_bytes)
        rows = pa.concat_tables(parts if self.assembly.days == "ascending" else parts[::-1])
        if not self.assembly.keys:
            return rows
        columns = [rows.column(place) for place, _ in self.assembly.keys]
        return rows.take(row_order(columns, [direction for _, direction in self.assembly.keys]))


def divided(job: Job, statement: Statement, *, least_bytes: int | None = None) -> Division | None:
    """The division of a query by days; None where it has to be run whole, or is over at once anyway.

    Parameters
    ----------
    job : the query as it would be run whole.
    statement : the same as a tree, in standard SQL.
    least_bytes : of Parquet files; fewer are read whole at once.
    """
    least_bytes = _LEAST_BYTES[bool(job.udfs)] if least_bytes is None else least_bytes
    dated = [view for view in job.views if _is_dated(view)]
    files = {path for view in dated for path in _files(view.rows)}
    days = _days(files, dated)
    size_bytes = _bytes(files, dated)
    if len(days) < 2 or size_bytes < least_bytes:
        return None
    try:
        assembly = assembly_by_day(
            statement.tree,
            {view.name: _relation(view) for view in job.views},
            functions={call.udf.name.lower() for call in job.udfs if not call.udf.side_effects},
        )
    except Inseparable:
        return None
    return Division(replace(job, sql=looking_first(statement)), days, assembly, size_bytes)


def narrowed(views: Sequence[View], tables: TableSource, first: np.datetime64, last: np.datetime64) -> tuple[View, ...]:
    """The views over the days first..last only, both inclusive; those without days as they are."""
    start, end = first.astype(dt.date), last.astype(dt.date)
    return tuple(_narrowed(view, tables, start, end) if _is_dated(view) else view for view in views)


def _narrowed(view: View, tables: TableSource, start: dt.date, end: dt.date) -> View:
    try:
        rows = tables.rows(view.source, start=start, end=end)
    except DataError:  # the table begins later or has ended before: on these days it has no rows
        rows = ()
    return replace(view, rows=rows, filters=view.filters.within(start, end))


def _is_dated(view: View) -> bool:
    """Whether its rows are cut into days. The author's own tables and those in memory are the same for every day."""
    return not view.table.own and not isinstance(view.rows, pa.Table) and "date" in view.table.schema.names


def _relation(view: View) -> Relation:
    dated = _is_dated(view)
    names = [name.lower() for name in view.table.schema.names]
    return Relation(dated, tuple((name, "day" if dated and name == "date" else None) for name in names))


def _files(rows: Rows) -> Iterator[Path]:
    if isinstance(rows, tuple):
        yield from rows
    elif isinstance(rows, Derived):
        for _, part, _ in rows.parts.values():
            yield from _files(part)


def _bytes(files: Collection[Path], views: Sequence[View]) -> int:
    """About what is read of the files: a filter on instruments passes over the others' rows."""
    chosen = [view.filters.members.get("instrument") for view in views[:1]]
    most = [len(instruments) * _INSTRUMENT_BYTES for instruments in chosen if instruments]
    return sum(min([path.stat().st_size, *most]) for path in files)


def _days(files: Collection[Path], views: Sequence[View]) -> Dates:
    """The days that the files are of, as far as the filters let them through, ascending."""
    days = {path.stem for path in files}
    spans = [(str(span.start.date()), str(span.end.date())) for view in views[:1] for span in view.filters.dates]
    passed = [day for day in days if not spans or any(start <= day <= end for start, end in spans)]
    return np.array(sorted(passed), "datetime64[D]")
