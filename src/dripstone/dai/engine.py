"""One query from SQL text to rows, in a database of its own that is gone afterwards.

1. Cut the SQL into statements and check them against closed lists (script).
2. Look up the tables it names; refuse unknown ones, filters that fit none, and full scans nobody asked for.
3. Turn the platform's functions and windows in windows into what DuckDB runs (dialect, rewrite).
4. Where each day's rows follow from that day alone and there is much to read, run it by day (split); else whole.
5. Either way in a fresh in-memory DuckDB: a view of each table, filtered; the UDFs; the door to files locked.
6. The rows of the last statement are the result, less the columns named ``_...``.

A fresh database costs about 20 ms and makes a query a thing by itself: UDFs of one name in two threads, tables
that the SQL creates and settings never meet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from dripstone.dai.database import View, kernels_in, open_database
from dripstone.dai.dialect.kernel import at_call
from dripstone.dai.failure import as_error
from dripstone.dai.filter import Filters, read_filters, warn_bare_end
from dripstone.dai.naming import naming_of
from dripstone.dai.partition import peeks, tests_part
from dripstone.dai.reading import Reading
from dripstone.dai.result import QueryResult
from dripstone.dai.rewrite import translate
from dripstone.dai.saved import with_views
from dripstone.dai.script import Script, Statement, read_script
from dripstone.dai.split import Job, Means, divided, narrowed
from dripstone.dai.table import SAME_ROWS, Table, TableSource
from dripstone.dai.udf import CalledUDF, DaiUDF, Failure, called
from dripstone.dai.udf.search import Search, keyed_calls
from dripstone.errors import DripstoneError, FactorError
from dripstone.sandbox.report import revive

__all__ = ["run_query"]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything a query needs, checked, before a row is read."""

    asked: Script
    script: Script
    views: tuple[View, ...]
    udfs: tuple[CalledUDF, ...]
    params: Mapping[str, object]
    threads: int
    reading: Reading

    @property
    def columns(self) -> frozenset[str]:
        """The columns of all its tables."""
        return frozenset(name for view in self.views for name in (*view.table.schema.names, *view.table.unnamed))


def run_query(
    sql: str,
    *,
    tables: TableSource,
    filters: Mapping[str, object] | None = None,
    udfs: Sequence[DaiUDF] = (),
    params: Mapping[str, object] | None = None,
    bind_relations: Mapping[str, object] | None = None,
    full_db_scan: bool = False,
    reading: Reading | None = None,
    processes: int = 1,
) -> QueryResult:
    """Run SQL in the platform's spelling over the tables given.

    Parameters
    ----------
    sql : one or more statements; the rows of the last one are the result.
    tables : where the rows come from.
    filters : column -> list, for every table of the source that has the column (``filter.read_filters``).
    udfs : Python functions the SQL may call.
    params : values of ``$name`` in the SQL; names that the SQL does not use are passed over.
    bind_relations : name -> pandas, polars or Arrow table or QueryResult, as it is: filters leave it alone.
    full_db_scan : allow a partitioned table without a filter.
    reading : how the platform is read where its documents leave it open.
    processes : that may work on the query, this one included, where it takes long and each day's rows depend on
        that day alone. UDFs are then called in other processes too; those with ``side_effects`` never are.

    Raises
    ------
    FactorError : the SQL, a filter, a parameter or a UDF is wrong; with line and column in the SQL where known.
    DataError : a table is empty, holds none of the days, or its file cannot be read.
    """
    bound = {name.lower(): _arrow_table(name, given) for name, given in (bind_relations or {}).items()}
    reading = reading or Reading()
    chosen = read_filters(filters, strict_end_date=reading.strict_end_date)
    asked = with_views(read_script(sql), tables.views())
    tables = tables.naming(naming_of(asked, chosen.columns))
    views = tuple(_views(asked, tables, bound, chosen, full_db_scan=full_db_scan))
    script = _translated(asked, views, reading, udfs)
    calls = called(udfs, [statement.tree for statement in asked.statements])
    plan = _Plan(asked, script, views, calls, _parameters(script, params or {}), tables.threads, reading)
    rows = _run_by_day(plan, tables, processes) if len(script.statements) == 1 else None
    rows = _run(plan) if rows is None else rows
    return QueryResult(_visible(rows), lambda prefix: _explain(plan, prefix), script.statements[-1].text)


def _run_by_day(plan: _Plan, tables: TableSource, processes: int) -> pa.Table | None:
    """The rows of a query that gives those of each day from that day alone; None where it is not worth a split."""
    statement = plan.script.statements[0]
    params = {name: plan.params[name] for name in statement.parameters()}
    division = divided(Job(statement.text, params, plan.views, plan.udfs, plan.script.memory_limit), statement)
    if division is None:
        return None
    means = Means(
        narrowed=partial(narrowed, plan.views, tables),
        alone=lambda views: _run(replace(plan, views=views)),
        threads=plan.threads,
        processes=1 if plan.script.memory_limit else processes,
    )
    return division.rows(means)


def _translated(script: Script, views: Sequence[View], reading: Reading, udfs: Sequence[DaiUDF]) -> Script:
    columns = {view.name: view.table.schema.names for view in views}
    return translate(script, columns, reading=reading, own=[udf.name for udf in udfs])


def _views(
    script: Script, tables: TableSource, bound: Mapping[str, pa.Table], filters: Filters, *, full_db_scan: bool
) -> Iterator[View]:
    """The tables that the SQL reads; a bound relation stands before a table of its name."""
    held = {name.lower(): name for name in tables.names()}
    held = {name: held[target] for name, target in SAME_ROWS.items() if target in held} | held
    script.check_tables({*held, *bound})
    wanted = {name: places for name, places in script.reads().items() if name in held and name not in bound}
    described = {name: tables.describe(held[name]) for name in wanted}
    if wanted:
        filters.check({column.lower() for table in described.values() for column in table.schema.names})
    for name, table in described.items():
        fits = filters.columns & {column.lower() for column in table.schema.names}
        whole = table.partitioned and not (fits or peeks(wanted[name]) or tests_part(script))
        if whole and not (full_db_scan or script.full_db_scan):
            raise FactorError(
                f"table {name} is partitioned: say which part of it to read",
                expected="filters={'date': [start, end]}, on date or instrument",
                hint="to read all of it: full_db_scan=True, or SET full_db_scan=true; before the query",
                table=name,
            )
        if table.minute and filters.bare_end:
            warn_bare_end()
        start, end = filters.days if "date" in fits else (None, None)
        yield View(name, table, tables.rows(held[name], start=start, end=end), filters, held[name])
    for name, rows in bound.items():
        yield View(name, Table(rows.schema, own=True), rows, Filters())


def _arrow_table(name: str, given: object) -> pa.Table:
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, QueryResult):
        return given.table
    if isinstance(given, pd.DataFrame):
        try:
            return pa.Table.from_pandas(given, preserve_index=False)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise FactorError("a bound frame has a column of mixed types", seen=str(error), table=name) from error
    to_arrow = getattr(given, "to_arrow", None)  # polars, without importing it
    if callable(to_arrow):
        return pa.table(to_arrow())
    raise FactorError(
        "cannot bind this as a table", seen=given, expected="a pandas or polars frame or an Arrow table", table=name
    )


def _parameters(script: Script, params: Mapping[str, object]) -> Mapping[str, object]:
    used = frozenset[str]().union(*(statement.parameters() for statement in script.statements))
    missing = sorted(used - params.keys())
    if missing:
        raise FactorError("the SQL uses parameters that are not given", seen=missing, expected="a value in params")
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in params.items()}


def _run(plan: _Plan, *, prefix: str = "") -> pa.Table:
    failures: list[Failure] = []
    try:
        return _attempt(plan, failures, prefix=prefix)
    except FactorError:
        if not failures:
            raise
        raise _placed(plan, failures[0]) from failures[0].error.__cause__


def _placed(plan: _Plan, failure: Failure) -> BaseException:
    """The error of a UDF with the day and the instrument of the row, where a second run finds them.

    That of a function of the dialect comes at the author's call of it.
    """
    if failure.udf is None and isinstance(failure.error, FactorError):
        return at_call(failure.error, [statement.tree for statement in plan.asked.statements])
    if failure.udf is None or failure.args is None or not isinstance(failure.error, FactorError):
        return failure.error
    failed = next(call for call in plan.udfs if call.udf is failure.udf)
    search = Search(failure, failed)
    udfs = (*(call for call in plan.udfs if call is not failed), search.called)
    try:
        asked = read_script(keyed_calls(failure.udf.name, plan.asked), plan.asked.made)
        script = _translated(asked, plan.views, plan.reading, [call.udf for call in udfs])
        _attempt(replace(plan, script=script, udfs=udfs), [])
    except DripstoneError:
        pass  # found, or not to be told here: the failure is what the author must hear of
    return revive(failure.error.as_dict(), **search.place)


def _attempt(plan: _Plan, failures: list[Failure], *, prefix: str = "") -> pa.Table:
    limit = plan.script.memory_limit
    with open_database(
        plan.views,
        udfs=plan.udfs,
        kernels=kernels_in(*(statement.text for statement in plan.script.statements)),
        failures=failures,
        threads=plan.threads,
        memory_limit=limit,
    ) as connection:
        *before, last = plan.script.statements
        for statement in before:
            _rows(connection, plan, statement, failures)
        return _rows(connection, plan, last, failures, prefix=prefix)


def _rows(
    connection: duckdb.DuckDBPyConnection,
    plan: _Plan,
    statement: Statement,
    failures: list[Failure],
    *,
    prefix: str = "",
) -> pa.Table:
    params = {name: plan.params[name] for name in statement.parameters()}
    try:
        return connection.sql(prefix + statement.text, params=params).to_arrow_table()
    except RuntimeError as error:
        if "interrupted" not in str(error):
            raise
        raise KeyboardInterrupt from None  # what DuckDB makes of Ctrl-C
    except duckdb.Error as error:
        if failures:
            raise failures[0].error from failures[0].error.__cause__
        facts = _structured(connection, statement, params, error)
        raise as_error(
            facts, statement=statement, columns=plan.columns, udfs=[call.udf.name for call in plan.udfs]
        ) from None


def _structured(
    connection: duckdb.DuckDBPyConnection, statement: Statement, params: Mapping[str, object], error: duckdb.Error
) -> duckdb.Error:
    """The error with its facts: ``sql`` gives the text only of one in binding, ``execute`` meets it again as JSON."""
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        try:
            connection.execute(statement.text, params)
        except duckdb.Error as again:
            return again
    return error


def _visible(rows: pa.Table) -> pa.Table:
    """The columns not named ``_...``, with every decimal as float64."""
    shown = [i for i, name in enumerate(rows.column_names) if not name.startswith("_")]
    rows = rows.select(shown)
    return rows.cast(pa.schema([field.with_type(_without_decimals(field.type)) for field in rows.schema]))


def _without_decimals(type_: pa.DataType) -> pa.DataType:
    if pa.types.is_decimal(type_):
        return pa.float64()
    if pa.types.is_list(type_):
        return pa.list_(type_.value_field.with_type(_without_decimals(type_.value_type)))
    if pa.types.is_struct(type_):
        return pa.struct([field.with_type(_without_decimals(field.type)) for field in type_.fields])
    return type_


def _explain(plan: _Plan, prefix: str) -> str:
    return "\n".join(str(text) for text in _run(plan, prefix=prefix)["explain_value"].to_pylist())
