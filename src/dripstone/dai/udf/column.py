"""Arrow columns on their way to and from a function that gets a chunk of rows at once."""

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from dripstone.errors import FactorError

__all__ = ["arrow_type", "as_column", "without_null_rows"]


def arrow_type(connection: duckdb.DuckDBPyConnection, sql_type: str) -> pa.DataType:
    """The Arrow type that DuckDB gives to a SQL type."""
    return connection.sql(f"SELECT NULL::{sql_type} AS value").to_arrow_table().schema.field(0).type


def without_null_rows(
    columns: Sequence[pa.Array],
) -> tuple[Sequence[pa.Array], Callable[[pa.Array], pa.Array]]:
    """The rows that hold no NULL, and how to put their results back between NULLs for the others."""
    broken = [column for column in columns if column.null_count]
    if not broken:
        return columns, lambda results: results
    whole = np.logical_and.reduce([column.is_valid().to_numpy(zero_copy_only=False) for column in broken])
    places = pa.array(np.cumsum(whole) - 1, mask=~whole)
    return [column.filter(pa.array(whole)) for column in columns], lambda results: results.take(places)


def as_column(value: object, *, type_: pa.DataType, rows: int) -> pa.Array:
    """What a function returned for so many rows, as a column of the type; NaN becomes NULL.

    Parameters
    ----------
    value : an Arrow array, chunked or not, a numpy array, a pandas or polars Series, or a list; (rows,).

    Raises
    ------
    FactorError : it is none of these, of another length, or of a type that does not cast without loss.
    """
    try:
        column: Any = value if isinstance(value, pa.Array | pa.ChunkedArray) else pa.array(value, from_pandas=True)
    except (TypeError, ValueError, pa.ArrowException) as error:
        expected = f"an Arrow array, a numpy array or a Series of {rows} values"
        raise FactorError("the function returned no column", seen=value, expected=expected, hint=str(error)) from error
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if len(column) != rows:
        raise FactorError(
            "the function returned another number of rows than it got", seen=len(column), expected=f"{rows} values"
        )
    try:
        return _without_nan(column if column.type == type_ else column.cast(type_))
    except pa.ArrowException as error:
        raise FactorError(
            "the function returned no value of its return type",
            seen=str(column.type),
            expected=str(type_),
            hint=str(error).partition("\n")[0],
        ) from error


def _without_nan(column: pa.Array) -> pa.Array:
    """The column with NULL for NaN, at any depth."""
    if pa.types.is_floating(column.type):
        values = column.to_numpy(zero_copy_only=False)
        return pa.array(values, column.type, from_pandas=True) if np.isnan(values).any() else column
    if pa.types.is_list(column.type):
        values = _without_nan(column.values)
        mask = column.is_null() if column.null_count else None
        return column if values is column.values else pa.ListArray.from_arrays(column.offsets, values, mask=mask)
    if pa.types.is_struct(column.type):
        fields = [_without_nan(part) for part in column.flatten()]
        mask = column.is_null() if column.null_count else None
        return pa.StructArray.from_arrays(fields, fields=list(column.type), mask=mask)
    return column
