"""What DuckDB itself says: which functions it has, which of them aggregate, how it names a column without a name."""

import atexit
from functools import cache

import duckdb

__all__ = ["aggregates", "column_name", "functions", "steady"]


@cache
def functions() -> frozenset[str]:
    """The names of all functions and macros, lower-case."""
    return frozenset(name for name, _, _ in _forms())


@cache
def aggregates() -> frozenset[str]:
    """The names of the aggregate functions, lower-case."""
    return frozenset(name for name, kind, _ in _forms() if kind == "aggregate")


@cache
def steady() -> frozenset[str]:
    """The names of the functions that give the same for the same arguments, lower-case; macros are not told."""
    return functions() - {name for name, _, stability in _forms() if stability != "CONSISTENT"}


@cache
def column_name(sql: str) -> str:
    """The name that DuckDB gives to an expression without an alias: the expression in its own spelling."""
    (spelled,) = _asked("SELECT json_deserialize_sql(json_serialize_sql(?))", "SELECT " + sql)[0]
    return str(spelled).removeprefix("SELECT ")


@cache
def _forms() -> list[tuple[str, str, str]]:
    """Name, kind and stability of every form of every function; asked once, as that takes a while."""
    rows = _asked("SELECT DISTINCT lower(function_name), function_type, stability FROM duckdb_functions()")
    return [(str(name), str(kind), str(stability)) for name, kind, stability in rows]


def _asked(sql: str, *values: str) -> list[tuple[object, ...]]:
    with _database().cursor() as cursor:
        return cursor.execute(sql, list(values)).fetchall()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    atexit.register(_database.cache_clear)  # nanobind reports a connection that outlives Python as leaked
    return duckdb.connect(":memory:", config={"threads": 1, "lambda_syntax": "ENABLE_SINGLE_ARROW"})
