"""The author's frames as Arrow tables, and back."""

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from dripstone.dai.result import QueryResult
from dripstone.errors import FactorError

__all__ = ["DEFAULT_PARTITION_FIELD", "as_arrow", "as_asked"]

DEFAULT_PARTITION_FIELD = "__PARTITION__"


def as_arrow(data: Any, *, preserve_index: bool) -> pa.Table:
    """A pandas or polars frame, an Arrow table or dataset or a QueryResult as an Arrow table.

    Raises
    ------
    FactorError : it is none of these, or a column holds several types.
    """
    try:
        if isinstance(data, pd.DataFrame):
            rows = _plain(pa.Table.from_pandas(data, preserve_index=preserve_index))
            return rows if preserve_index else rows.replace_schema_metadata(None)
        if isinstance(data, QueryResult):
            return data.arrow()
        if isinstance(data, ds.Dataset):
            return data.to_table()
        if isinstance(data, pa.Table):
            return data
        if callable(convert := getattr(data, "to_arrow", None)):  # polars, without importing it
            return _plain(pa.table(convert()))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise FactorError("a frame has a column of mixed types", seen=str(error)) from error
    raise FactorError("this is no table", seen=data, expected="a pandas or polars frame, an Arrow table or dataset")


def _plain(rows: pa.Table) -> pa.Table:
    """The rows with plain texts, where the frame's library has large ones or views of them."""
    fields = [f.with_type(pa.string()) if _is_other_text(f.type) else f for f in rows.schema]
    return rows.cast(pa.schema(fields, rows.schema.metadata))


def _is_other_text(kind: pa.DataType) -> bool:
    return pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def as_asked(rows: pa.Table, as_type: Any) -> Any:
    """The rows as ``pyarrow.Table``, ``pandas.DataFrame`` or ``pyarrow.dataset.Dataset``.

    Raises
    ------
    FactorError : another type.
    """
    if as_type is pa.Table:
        return rows
    if as_type is pd.DataFrame:
        return rows.to_pandas(date_as_object=False)
    if as_type is ds.Dataset:
        return ds.dataset(rows)
    raise FactorError(
        "unknown as_type", seen=as_type, expected="pyarrow.Table, pandas.DataFrame or pyarrow.dataset.Dataset"
    )
