"""Make UDFs callable in one DuckDB database, and keep what their functions end in."""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import duckdb
import pyarrow as pa
from duckdb import PythonExceptionHandling as Handling
from duckdb.func import FunctionNullHandling as NullHandling
from duckdb.func import PythonUDFType

from dripstone.dai.catalogue import functions
from dripstone.dai.udf.batch import batch_argument, batch_column, python_rows
from dripstone.dai.udf.column import arrow_type, as_column, without_null_rows
from dripstone.dai.udf.declaration import DaiUDF
from dripstone.dai.udf.failure import Failure, failure_of
from dripstone.dai.udf.functional import UDFType
from dripstone.dai.udf.marshal import plain, returned, shape_check
from dripstone.dai.udf.usage import CalledUDF
from dripstone.errors import FactorError

__all__ = ["check_name", "register"]

_Columns: TypeAlias = Sequence[pa.Array]
_Attempt: TypeAlias = Callable[[_Columns], pa.Array]


def register(connection: duckdb.DuckDBPyConnection, called: CalledUDF, failures: list[Failure]) -> None:
    """Make the UDF callable in this database; the failure its function ends in is appended to ``failures``.

    Raises
    ------
    FactorError : SQL has a function of that name, or a type is missing or unknown.
    """
    udf = called.udf
    check_name(udf)
    native = udf.type == UDFType.NATIVE
    returns = udf.returned_type()
    if native:
        call = _guarded(udf, failures, _row_call(udf, returns))
    elif called.types == ():
        raise FactorError("a function of whole columns needs an argument", hint='type="native"', udf=udf.name)
    else:
        call = _chunk_call(called, failures, arrow_type(connection, returns))
    call.__signature__ = _signature(called)  # type: ignore[attr-defined]  # DuckDB reads the arguments from it
    try:
        connection.create_function(
            udf.name,
            call,
            None,
            returns,
            type=PythonUDFType.NATIVE if native else PythonUDFType.ARROW,
            null_handling=NullHandling.SPECIAL,  # the calls leave NULL rows out themselves, and may return NULL
            exception_handling=Handling.RETURN_NULL if udf.is_forgiven else Handling.DEFAULT,
            side_effects=udf.side_effects,
        )
    except duckdb.Error as error:  # such as two of one name
        raise FactorError("the UDF cannot be registered", seen=str(error).partition("\n")[0], udf=udf.name) from error


def check_name(udf: DaiUDF) -> None:
    """Raise a FactorError if SQL has a function of that name: for some arguments it would be called in silence."""
    if udf.name.lower() in functions():
        raise FactorError("the UDF has the name of a DuckDB function", hint="rename it", udf=udf.name)


def _signature(called: CalledUDF) -> inspect.Signature:
    """The arguments with their types; any number of them where the calls differ, so that defaults may be left out."""
    if called.types is None:
        own = called.udf.signature().parameters
        return inspect.Signature([inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)] if own else [])
    empty = inspect.Parameter.empty
    return inspect.Signature(
        [
            inspect.Parameter(
                f"arg{i}",
                inspect.Parameter.POSITIONAL_ONLY,
                annotation=empty if given is None else duckdb.sqltype(given),
            )
            for i, given in enumerate(called.types)
        ]
    )


def _row_call(udf: DaiUDF, returns: str) -> Callable[..., object]:
    """The function between DuckDB's values of one row and plain Python ones."""
    check = shape_check(returns)

    def call(*args: object) -> object:
        if not udf.sees_nulls and any(value is None for value in args):
            return None
        value = returned(udf.function(*map(plain, args)))
        check(value)
        return value

    return call


def _guarded(udf: DaiUDF, failures: list[Failure], run: Callable[..., object]) -> Callable[..., Any]:
    def call(*args: object) -> object:
        if failures:  # another thread's call has failed the query: do not work through the rest of the chunk
            raise failures[0].error
        try:
            return run(*args)
        except Exception as error:  # the author's code may raise anything; it is raised on
            if not udf.is_forgiven:
                failures.append(failure_of(udf, error, tuple(map(plain, args))))
            raise
        except BaseException as error:  # Ctrl-C in the middle of a function must stay Ctrl-C
            failures.append(failure_of(udf, error, None))
            raise

    return call


def _chunk_call(called: CalledUDF, failures: list[Failure], type_: pa.DataType) -> Callable[..., Any]:
    """The function between DuckDB's chunk and the form of columns that it takes."""
    udf = called.udf
    attempt: _Attempt = partial(_BATCH_OR_ARROW[udf.type == UDFType.BATCH], called, type_)

    def call(*chunks: pa.ChunkedArray) -> pa.Array:
        if failures:
            raise failures[0].error
        columns = [chunk.combine_chunks() for chunk in chunks]
        rows, put_back = (columns, lambda results: results) if udf.sees_nulls else without_null_rows(columns)
        if not len(rows[0]):
            return pa.nulls(len(columns[0]), type_)
        try:
            return put_back(attempt(rows))
        except Exception as error:  # the author's code may raise anything; it is raised on
            if udf.is_forgiven and udf.type == UDFType.BATCH:
                return put_back(_salvaged(attempt, rows, type_))
            if not udf.is_forgiven:
                failures.append(_located(udf, attempt, rows, error))
            raise
        except BaseException as error:  # Ctrl-C in the middle of a function must stay Ctrl-C
            failures.append(failure_of(udf, error, None))
            raise

    return call


def _arrow_attempt(called: CalledUDF, type_: pa.DataType, columns: _Columns) -> pa.Array:
    value = called.udf.function(*(pa.chunked_array([column]) for column in columns))
    return as_column(value, type_=type_, rows=len(columns[0]))


def _batch_attempt(called: CalledUDF, type_: pa.DataType, columns: _Columns) -> pa.Array:
    args = [batch_argument(column, constant=i in called.constants) for i, column in enumerate(columns)]
    return batch_column(called.udf.function(*args), type_=type_, rows=len(columns[0]))


_BATCH_OR_ARROW = {True: _batch_attempt, False: _arrow_attempt}


def _located(udf: DaiUDF, attempt: _Attempt, columns: _Columns, error: Exception) -> Failure:
    """The failure with the first row that fails alone, found by halves; without a row where none does."""
    if isinstance(error, FactorError):  # what came back has another shape or type: no row is to blame
        return failure_of(udf, error, None)
    while (rows := len(columns[0])) > 1:
        halves = ([column.slice(0, rows // 2) for column in columns], [column.slice(rows // 2) for column in columns])
        for half in halves:
            try:
                attempt(half)
            except Exception as narrower:  # noqa: BLE001  the same function on fewer rows may raise anything as well
                columns, error = half, narrower
                break
        else:
            return failure_of(udf, error, None)
    return failure_of(udf, error, python_rows(columns)[0])


def _salvaged(attempt: _Attempt, columns: _Columns, type_: pa.DataType) -> pa.Array:
    """The results of all rows that do not fail alone, NULL for those that do."""
    rows = len(columns[0])
    try:
        return attempt(columns)
    except Exception:  # noqa: BLE001  the author asked for NULL whatever the function raises
        if rows == 1:
            return pa.nulls(1, type_)
        left = _salvaged(attempt, [column.slice(0, rows // 2) for column in columns], type_)
        right = _salvaged(attempt, [column.slice(rows // 2) for column in columns], type_)
        return pa.concat_arrays([left, right])
