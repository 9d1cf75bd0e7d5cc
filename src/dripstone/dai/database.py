"""A DuckDB of its own for one query: the views it may read, the functions it may call, and no way out."""

import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from sqlglot import exp

from dripstone.dai.failure import as_error
from dripstone.dai.filter import Filters
from dripstone.dai.table import Rows, Table
from dripstone.dai.udf import DaiUDF, register

__all__ = ["View", "open_database"]

_SETTINGS: Mapping[str, str | bool] = {
    "memory_limit": "70%",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "errors_as_json": True,
    # the platform's reading of SQL
    "default_null_order": "nulls_first",
    "error_on_division_by_zero": False,
    "ieee_floating_point_ops": False,
    "lambda_syntax": "ENABLE_SINGLE_ARROW",
}

_TYPES: Mapping[str, str] = {"date": "TIMESTAMP", "volume": "BIGINT"}


@dataclass(frozen=True, slots=True)
class View:
    """A table under the name that the SQL calls it: its rows, as far as the filters let them through."""

    name: str
    table: Table
    rows: Rows
    filters: Filters


@contextmanager
def open_database(
    views: Sequence[View],
    *,
    udfs: Sequence[DaiUDF],
    failures: list[BaseException],
    threads: int,
    memory_limit: str | None,
) -> Generator[duckdb.DuckDBPyConnection]:
    """A fresh in-memory database, closed at the end; files other than those of the views are out of its reach.

    Parameters
    ----------
    views : tables under the names that the SQL calls them.
    udfs : functions to register; what one of them raises is appended to ``failures``.
    threads : threads a query may use.
    memory_limit : as DuckDB writes it, "8GB"; None is 70 % of the machine's. What does not fit is spilled to a
        temporary folder.

    Raises
    ------
    DataError : a file of a view cannot be read.
    FactorError : a UDF cannot be registered, or the memory limit is none.
    """
    with tempfile.TemporaryDirectory(prefix="dripstone-") as spill:
        connection = duckdb.connect(
            ":memory:", config={**_SETTINGS, "threads": threads, "temp_directory": f"{spill}/duckdb"}
        )
        try:
            _make_views(connection, views, memory_limit)
            for udf in udfs:
                register(connection, udf, failures)
            files = [str(path) for view in views if isinstance(view.rows, tuple) for path in view.rows]
            connection.execute(f"SET allowed_paths = {_literal(files)}")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()  # also frees the UDFs, which nanobind would report as leaks when Python ends


def _make_views(connection: duckdb.DuckDBPyConnection, views: Sequence[View], memory_limit: str | None) -> None:
    try:
        if memory_limit is not None:
            connection.execute(f"SET memory_limit = {_literal(memory_limit)}")
        for view in views:
            _make_view(connection, view)
    except duckdb.Error as error:
        raise as_error(error) from None


def _make_view(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    rows = view.table.schema.empty_table() if view.rows == () else view.rows
    if isinstance(rows, tuple):
        source = f"read_parquet({_literal([str(path) for path in rows])}, hive_partitioning = false)"
    else:
        source = _quoted(f"rows of {view.name}")
        connection.register(f"rows of {view.name}", rows)
    columns = ", ".join(map(_column, view.table.schema))
    condition = view.filters.condition({field.name for field in view.table.schema})
    where = f" WHERE {condition.sql('duckdb')}" if condition else ""
    select = f"SELECT {columns} FROM {source}{where}"  # noqa: S608  # every name and value is quoted by sqlglot
    connection.execute(f"CREATE VIEW {_quoted(view.name)} AS {select}")


def _column(field: pa.Field) -> str:
    """A column as the platform types it: NaN is NULL, ``date`` a TIMESTAMP without zone, ``volume`` a BIGINT."""
    name = text = _quoted(field.name)
    if pa.types.is_floating(field.type):
        text = f"nullif({text}, 'nan'::DOUBLE)"
    if field.name in _TYPES:
        text = f"{text}::{_TYPES[field.name]}"
    return f"{text} AS {name}"


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def _literal(value: object) -> str:
    return exp.convert(value).sql("duckdb")
