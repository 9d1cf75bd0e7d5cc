"""Rows into a table: in its columns, and each key once."""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa

from dripstone.errors import FactorError

__all__ = ["Duplicates", "fitted", "keyed_once", "partitioned", "same_keys"]

Duplicates: TypeAlias = Literal["last", "first", "error"]
_ROW = "__row__"


def fitted(rows: pa.Table, schema: pa.Schema, *, table: str) -> pa.Table:
    """The rows in the columns of a table that is there already.

    Raises
    ------
    FactorError : a column is missing or too much, or a value does not fit its type.
    """
    if set(rows.column_names) != set(schema.names):
        raise FactorError(
            "the columns are not those of the table",
            seen=sorted(set(rows.column_names) ^ set(schema.names)),
            expected=", ".join(schema.names),
            hint="apply_bdb adds and removes columns",
            table=table,
        )
    try:
        return rows.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise FactorError(
            "the rows do not fit the table", seen=str(error), expected=str(schema), table=table
        ) from error


def keyed_once(rows: pa.Table, key: Sequence[str], on_duplicates: Duplicates, *, table: str) -> pa.Table:
    """The rows with each key once: of equal ones the first or the last, in the order they have.

    Raises
    ------
    FactorError : with ``on_duplicates`` "error", the first key that comes twice.
    """
    if not key or not len(rows):
        return rows
    numbered = rows.select(list(key)).append_column(_ROW, pa.array(np.arange(len(rows))))
    kept = numbered.group_by(list(key)).aggregate([(_ROW, "min" if on_duplicates == "first" else "max")])
    if len(kept) == len(rows):
        return rows
    keep = np.sort(kept[f"{_ROW}_{'min' if on_duplicates == 'first' else 'max'}"].to_numpy())
    if on_duplicates == "error":
        twice = int(np.setdiff1d(np.arange(len(rows)), keep)[0])
        raise FactorError("the same key twice", seen=rows.select(list(key)).slice(twice, 1).to_pylist()[0], table=table)
    return rows.take(pa.array(keep))


def same_keys(rows: pa.Table, others: pa.Table, key: Sequence[str]) -> np.ndarray:
    """For each row whether its key is among those of the others."""
    numbered = rows.select(list(key)).append_column(_ROW, pa.array(np.arange(len(rows))))
    found = numbered.join(others.select(list(key)), keys=list(key), join_type="left semi")
    return np.isin(np.arange(len(rows)), found[_ROW].to_numpy())


def partitioned(rows: pa.Table, columns: Sequence[str]) -> Iterator[tuple[tuple[str, ...], pa.Table]]:
    """The rows of each partition under its values as texts; without columns all rows under ().

    Raises
    ------
    FactorError : a row has no value for a partition.
    """
    if not columns:
        yield (), rows
        return
    values = pa.table({str(at): rows[name].cast(pa.string()) for at, name in enumerate(columns)})
    for at, name in enumerate(columns):
        if values[str(at)].null_count:
            raise FactorError("a row has no partition", seen=f"{values[str(at)].null_count} rows", column=name)
    numbered = values.append_column(_ROW, pa.array(np.arange(len(rows))))
    groups = numbered.group_by(list(values.column_names)).aggregate([(_ROW, "list")])
    for group in sorted(groups.to_pylist(), key=lambda group: [group[name] for name in values.column_names]):
        yield tuple(group[name] for name in values.column_names), rows.take(pa.array(group[f"{_ROW}_list"]))
