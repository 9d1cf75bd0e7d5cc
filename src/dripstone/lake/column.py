"""Arrow columns as numpy arrays: numbers, whole numbers, and labels as codes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dripstone.arrays import Floats, Labels

__all__ = [
    "DAY_US",
    "MINUTE_US",
    "Codes",
    "encode",
    "is_text",
    "key_codes",
    "minute_of_day",
    "to_floats",
    "to_times",
    "without_nan",
]

Codes = npt.NDArray[np.int64]

MINUTE_US = 60_000_000
DAY_US = 24 * 60 * MINUTE_US


def to_floats(column: pa.ChunkedArray) -> Floats:
    """A numeric column as float64, NULL as NaN; one chunk of doubles is not copied."""
    return _flat(column, np.dtype(np.float64))


def to_times(column: pa.ChunkedArray) -> Codes:
    """A column of times without NULL as microseconds since 1970."""
    return _flat(column.cast(pa.int64()), np.dtype(np.int64))


def is_text(kind: pa.DataType) -> bool:
    """Whether a column holds texts, in any of Arrow's forms but a dictionary."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def minute_of_day(times: Codes) -> Codes:
    """Microseconds since 1970 as minutes since midnight."""
    return times // MINUTE_US % (24 * 60)


def encode(column: pa.ChunkedArray) -> tuple[Codes, Labels]:
    """A column of texts without NULL as (position among the labels, labels ascending)."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    chunks = encoded.unify_dictionaries().chunks
    if not chunks:
        return np.empty(0, np.int64), np.empty(0, np.str_)
    labels = np.array(chunks[0].dictionary.to_pylist(), np.str_)
    ascending = np.argsort(labels)
    place = np.empty(len(labels), np.int64)
    place[ascending] = np.arange(len(labels))
    return place[np.concatenate([chunk.indices.to_numpy() for chunk in chunks])], labels[ascending]


def key_codes(rows: pa.Table, key: Sequence[str]) -> Codes:
    """One integer a row of one day that sorts as the key's columns do; equal integers are equal keys."""
    whole = np.zeros(len(rows), np.int64)
    for name in key:
        if pa.types.is_timestamp(rows.schema.field(name).type):
            times = to_times(rows[name])
            codes = times - times.min(initial=times[0] if len(times) else 0)
            size = int(codes.max(initial=0)) + 1
        else:
            codes, labels = encode(rows[name])
            size = len(labels)
        whole = whole * size + codes
    return whole


def without_nan(rows: pa.Table) -> pa.Table:
    """The rows with NULL for NaN."""
    for at, field in enumerate(rows.schema):
        if pa.types.is_floating(field.type) and np.isnan(numbers := to_floats(rows[at])).any():
            rows = rows.set_column(at, field.name, pa.array(numbers, field.type, from_pandas=True))
    return rows


def _flat(column: pa.ChunkedArray, dtype: np.dtype) -> npt.NDArray:
    if column.num_chunks == 1:
        return np.asarray(column.chunk(0).to_numpy(zero_copy_only=False), dtype)
    values = np.empty(len(column), dtype)
    at = 0
    for chunk in column.chunks:
        values[at : at + len(chunk)] = chunk.to_numpy(zero_copy_only=False)
        at += len(chunk)
    return values
