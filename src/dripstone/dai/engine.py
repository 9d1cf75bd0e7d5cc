"""One query from SQL text to rows, in a database of its own that is gone afterwards.

1. Cut the SQL into statements, check them against closed lists, put in what the dialect adds (script, dialect).
2. Look up the tables it names; refuse unknown ones, filters that fit none, and full scans nobody asked for.
3. Open a fresh in-memory DuckDB; make a view of each table, filtered; register the UDFs; lock the door to files.
4. Run the statements; the rows of the last one are the result, less the columns named ``_...``.

A fresh database costs about 20 ms and makes a query a thing by itself: UDFs of one name in two threads, tables
that the SQL creates and settings never meet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from sqlglot import exp

from dripstone.dai.database import View, open_database
from dripstone.dai.dialect import translate
from dripstone.dai.failure import as_error
from dripstone.dai.filter import Filters, read_filters, warn_bare_end
from dripstone.dai.result import QueryResult
from dripstone.dai.script import Script, Statement, read_script
from dripstone.dai.table import SAME_ROWS, Table, TableSource
from dripstone.dai.udf import DaiUDF
from dripstone.errors import FactorError

__all__ = ["run_query"]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything a query needs, checked, before a row is read."""

    script: Script
    views: tuple[View, ...]
    udfs: Sequence[DaiUDF]
    params: Mapping[str, object]
    threads: int

    @property
    def columns(self) -> frozenset[str]:
        """The columns of all its tables."""
        return frozenset(name for view in self.views for name in view.table.schema.names)


def run_query(
    sql: str,
    *,
    tables: TableSource,
    filters: Mapping[str, object] | None = None,
    udfs: Sequence[DaiUDF] = (),
    params: Mapping[str, object] | None = None,
    bind_relations: Mapping[str, object] | None = None,
    full_db_scan: bool = False,
    strict_end_date: bool = False,
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
    strict_end_date : read a date without a time at the end of a filter as 00:00:00.

    Raises
    ------
    FactorError : the SQL, a filter, a parameter or a UDF is wrong; with line and column in the SQL where known.
    DataError : a table is empty, holds none of the days, or its file cannot be read.
    """
    bound = {name.lower(): _arrow_table(name, given) for name, given in (bind_relations or {}).items()}
    chosen = read_filters(filters, strict_end_date=strict_end_date)
    script = read_script(sql)
    views = tuple(_views(script, tables, bound, chosen, full_db_scan=full_db_scan))
    columns = {view.name: [column.lower() for column in view.table.schema.names] for view in views}
    script = replace(script, statements=tuple(translate(statement, columns) for statement in script.statements))
    plan = _Plan(script, views, tuple(udfs), _parameters(script, params or {}), tables.threads)
    return QueryResult(_visible(_run(plan)), lambda prefix: _explain(plan, prefix))


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
        peeks = all(_is_peek(place) for place in wanted[name])
        if table.partitioned and not (fits or peeks or full_db_scan or script.full_db_scan):
            raise FactorError(
                f"table {name} is partitioned: say which part of it to read",
                expected="filters={'date': [start, end]}, on date or instrument",
                hint="to read all of it: full_db_scan=True, or SET full_db_scan=true; before the query",
                table=name,
            )
        if table.minute and filters.bare_end:
            warn_bare_end()
        start, end = filters.days if "date" in fits else (None, None)
        yield View(name, table, tables.rows(held[name], start=start, end=end), filters)
    for name, rows in bound.items():
        yield View(name, Table(rows.schema), rows, Filters())


def _is_peek(place: exp.Table) -> bool:
    """DESCRIBE reads no row of a table, a LIMIT without ORDER BY just a few, whatever its size."""
    if place.find_ancestor(exp.Describe):
        return True
    select = place.find_ancestor(exp.Select)
    arguments = select.args if select else {}
    return bool(arguments.get("limit")) and not arguments.get("order") and not arguments.get("group")


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
    failures: list[BaseException] = []
    limit = plan.script.memory_limit
    with open_database(
        plan.views, udfs=plan.udfs, failures=failures, threads=plan.threads, memory_limit=limit
    ) as connection:
        *before, last = plan.script.statements
        for statement in before:
            _rows(connection, plan, statement, failures)
        return _rows(connection, plan, last, failures, prefix=prefix)


def _rows(
    connection: duckdb.DuckDBPyConnection,
    plan: _Plan,
    statement: Statement,
    failures: list[BaseException],
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
            raise failures[0] from failures[0].__cause__
        facts = _structured(connection, statement, params, error)
        raise as_error(facts, statement=statement, columns=plan.columns, udfs=[udf.name for udf in plan.udfs]) from None


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
