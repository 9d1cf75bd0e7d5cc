"""What a BATCH function gets and gives: numpy columns of one chunk, a list column as one matrix.

In: numbers are float64 and NULL is NaN; text is an object array; dates and times are datetime64; a column of lists of
numbers is a ``Lists``; an argument that is written out in the SQL, such as ``20`` or ``(2, 5)``, is that Python value.
Out: (n,) for one value a row; for a struct (n, k), a tuple of k (n,) or a dict of (n,); for lists (n, k) or ``Lists``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dripstone.dai.udf.column import as_column
from dripstone.dai.udf.marshal import plain
from dripstone.errors import FactorError

__all__ = ["Lists", "batch_argument", "batch_column", "python_rows"]


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """One list of numbers a row, as one matrix.

    Parameters
    ----------
    values : (n, t) float64; row i holds its list in the first ``lengths[i]`` places and NaN behind them. Read-only.
    lengths : (n,) int64, numbers in each list; t is the greatest.

    Missing data
    ------------
    A NULL inside a list is NaN within ``mask``. Under null_handling SPECIAL a row without a list has length 0.
    """

    values: npt.NDArray[np.float64]
    lengths: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def mask(self) -> npt.NDArray[np.bool_]:
        """(n, t), True where the row's list has an element."""
        return np.arange(self.values.shape[1]) < self.lengths[:, None]

    def by_length(self) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]]:
        """The rows of each length: their numbers (k,), and their lists (k, length) without padding."""
        for length in np.unique(self.lengths):
            rows = np.flatnonzero(self.lengths == length)
            yield rows, self.values[rows, :length]


def batch_argument(column: pa.Array, *, constant: bool) -> object:
    """One argument of a chunk as the function gets it.

    Raises
    ------
    FactorError : a column of a type that has no such form: lists of anything but numbers, structs.
    """
    type_ = column.type
    if constant:
        return _python(column[0].as_py())
    if pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_):
        if _is_number(type_.value_type):
            return _lists(column)
    elif not pa.types.is_nested(type_):
        return _floats(column) if _is_number(type_) else column.to_numpy(zero_copy_only=False)
    raise FactorError(
        "a BATCH function gets no such column",
        seen=str(type_),
        expected="numbers, text, dates, lists of numbers, or a value written out in the SQL",
        hint="take the struct apart in the SQL: r.a, r.b",
    )


def batch_column(value: object, *, type_: pa.DataType, rows: int) -> pa.Array:
    """What the function returned, as a column of the type.

    Raises
    ------
    FactorError : it is of another shape, or of a type that does not cast.
    """
    if pa.types.is_struct(type_):
        parts = _parts(value, type_, rows)
        columns = [batch_column(part, type_=field.type, rows=rows) for part, field in zip(parts, type_, strict=True)]
        return pa.StructArray.from_arrays(columns, fields=list(type_))
    if isinstance(value, np.ma.MaskedArray):
        value = np.ma.filled(value.astype(float), np.nan)
    if not pa.types.is_list(type_):
        return as_column(value, type_=type_, rows=rows)
    if isinstance(value, Lists):
        lengths, flat = value.lengths, value.values[value.mask]
    else:
        matrix = np.asarray(value)
        if matrix.ndim != 2:
            raise _misshapen(value, f"({rows}, k), or Lists")
        lengths, flat = np.full(len(matrix), matrix.shape[1]), matrix.ravel()
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    return as_column(pa.ListArray.from_arrays(offsets, pa.array(flat, from_pandas=True)), type_=type_, rows=rows)


def python_rows(columns: Sequence[pa.Array]) -> list[tuple[object, ...]]:
    """The rows as tuples of plain Python values, such as a NATIVE function gets."""
    return list(zip(*(map(_python, column.to_pylist()) for column in columns), strict=True))


def _python(value: object) -> object:
    """Plain Python; DuckDB's tuples, which Arrow knows as structs of element1, element2, ..., as tuples again."""
    if isinstance(value, dict):
        fields = cast("Mapping[str, object]", value)
        if list(fields) == [f"element{i}" for i in range(1, len(fields) + 1)]:
            return tuple(map(_python, fields.values()))
    return plain(value)


def _is_number(type_: pa.DataType) -> bool:
    return pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_)


def _floats(column: pa.Array) -> npt.NDArray[np.float64]:
    numbers = column if pa.types.is_float64(column.type) else column.cast(pa.float64(), safe=False)
    return numbers.to_numpy(zero_copy_only=False)


def _lists(column: pa.Array) -> Lists:
    """Lists of one length are the flat child array under another shape; else each number is put in its place."""
    lengths = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    flat = _floats(column.flatten())
    longest = int(lengths.max(initial=0))
    if (lengths == longest).all():
        values = flat.reshape(len(column), longest)
    else:
        values = np.full((len(column), longest), np.nan)
        values[np.arange(longest) < lengths[:, None]] = flat
    values.flags.writeable = False
    return Lists(values, lengths)


def _parts(value: object, type_: pa.DataType, rows: int) -> Sequence[object]:
    """The columns of a struct, in the order of its fields."""
    names = [field.name for field in type_]
    if isinstance(value, Mapping):
        named = cast("Mapping[str, object]", value)
        if set(named) == set(names):
            return [named[name] for name in names]
    elif isinstance(value, np.ndarray):
        if value.shape == (rows, len(names)):
            return list(value.T)
    elif isinstance(value, tuple | list) and len(cast("Sequence[object]", value)) == len(names):
        return cast("Sequence[object]", value)
    raise _misshapen(value, f"({rows}, {len(names)}), or a tuple or dict of ({rows},) for {', '.join(names)}")


def _misshapen(value: object, expected: str) -> FactorError:
    shape = getattr(value, "shape", None)
    return FactorError(
        "the function returned no column", seen=value if shape is None else shape, expected=f"an array {expected}"
    )
