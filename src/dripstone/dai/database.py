"""A DuckDB of its own for one query: the views it may read, the functions it may call, and no way out."""

import re
import tempfile
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from dripstone.dai.dialect.kernel import KERNELS, register_kernels
from dripstone.dai.failure import as_error
from dripstone.dai.filter import Filters
from dripstone.dai.source import Reader, literal
from dripstone.dai.table import Rows, Table
from dripstone.dai.udf import CalledUDF, Failure, register
from dripstone.dai.view import quoted

__all__ = ["View", "kernels_in", "make_views", "open_database", "row_order"]

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
_KERNEL = re.compile(r"kernel_\w+")


@dataclass(frozen=True, slots=True)
class View:
    """A table under the name that the SQL calls it: its rows, as far as the filters let them through.

    Parameters
    ----------
    source : what the table source calls it; '' for rows that do not come from there.
    """

    name: str
    table: Table
    rows: Rows
    filters: Filters
    source: str = ""


def kernels_in(*texts: str) -> frozenset[str]:
    """The kernels that these statements call."""
    return frozenset(_KERNEL.findall(" ".join(texts))) & KERNELS.keys()


@contextmanager
def open_database(
    views: Sequence[View],
    *,
    udfs: Sequence[CalledUDF],
    kernels: Collection[str],
    failures: list[Failure],
    threads: int,
    memory_limit: str | None,
) -> Generator[duckdb.DuckDBPyConnection]:
    """A fresh in-memory database, closed at the end; files other than those of the views are out of its reach.

    Parameters
    ----------
    views : tables under the names that the SQL calls them.
    udfs : functions to register; the failure one of them ends in is appended to ``failures``.
    kernels : names of the kernels that its statements call.
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
            if memory_limit is not None:
                _set_memory_limit(connection, memory_limit)
            files = make_views(connection, views)
            for udf in udfs:
                register(connection, udf, failures)
            register_kernels(connection, kernels, lambda error: failures.append(Failure(None, error, None)))
            connection.execute(f"SET allowed_paths = {literal(files)}")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()  # also frees the UDFs, which nanobind would report as leaks when Python ends


def make_views(connection: duckdb.DuckDBPyConnection, views: Sequence[View]) -> list[str]:
    """Make the views, in the place of those of the same names; the files they read."""
    reader = Reader(connection)
    try:
        for view in views:
            select = reader.select(view.table, view.rows, view.filters)
            connection.execute(f"CREATE OR REPLACE VIEW {quoted(view.name)} AS {select}")
    except duckdb.Error as error:
        raise as_error(error) from None
    return reader.files


def row_order(columns: Sequence[pa.ChunkedArray], directions: Sequence[str]) -> pa.ChunkedArray:
    """The numbers of the rows in the order of the columns, NULLs where the platform has them.

    Parameters
    ----------
    directions : after each column: "", " DESC", " ASC NULLS LAST" and their like.
    """
    names = [f"c{at}" for at in range(len(columns))]
    rows = pa.table([*columns, pa.array(range(len(columns[0])))], names=[*names, "row"])
    keys = ", ".join(name + direction for name, direction in zip(names, directions, strict=True))
    with duckdb.connect(":memory:", config=dict(_SETTINGS)) as connection:
        return connection.from_arrow(rows).order(keys).select("row").to_arrow_table()["row"]


def _set_memory_limit(connection: duckdb.DuckDBPyConnection, limit: str) -> None:
    try:
        connection.execute(f"SET memory_limit = {literal(limit)}")
    except duckdb.Error as error:
        raise as_error(error) from None
