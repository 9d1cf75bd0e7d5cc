"""A numeric function of whole partitions, as DuckDB calls it: lists in, one list out for each partition.

The series of a partition arrive as lists of one length, its rows in order; the constants as columns of one value a
partition. All partitions of a chunk are laid end to end without a copy where Arrow allows it, and the function is
called once for each.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from numbers import Real
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dripstone.arrays import Floats
from dripstone.errors import FactorError

__all__ = ["Kernel"]

_SPELLED = {int: "a number", float: "a number", bool: "true or false", str: "a text"}


@dataclass(frozen=True, slots=True)
class Kernel:
    """A function of the rows of one partition.

    Parameters
    ----------
    name : as the translated SQL calls it.
    function : series (n,), then constants -> (n,), or (n, k) for ``returns="DOUBLE[]"``. A series is float64 with NaN
        for NULL, or group numbers from 0 with -1 for NULL where it is one of ``categories``; never empty.
    series : how many of the arguments are series; the rest are constants.
    constants : type of each constant: ``int`` cuts a fraction off.
    categories : places of the series that are labels.
    returns : type of a row's result. NaN becomes NULL, and so does a list of nothing else.
    """

    name: str
    function: Callable[..., Floats]
    series: int = 1
    constants: tuple[type, ...] = ()
    categories: frozenset[int] = frozenset()
    returns: Literal["DOUBLE", "DOUBLE[]"] = "DOUBLE"

    def __call__(self, *columns: pa.ChunkedArray) -> pa.Array:
        """One column of lists for each series and one value a list for each constant -> lists of results.

        Raises
        ------
        FactorError : a series that is no number, a constant of the wrong type, or one the function refuses.
        """
        lengths = pc.fill_null(columns[0].combine_chunks().value_lengths(), 0).to_numpy()
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        series = [self._series(place, column) for place, column in enumerate(columns[: self.series])]
        constants = list(zip(*(column.to_pylist() for column in columns[self.series :]), strict=True))
        several = self.returns == "DOUBLE[]"
        parts: list[Floats] = []
        for partition, (start, stop) in enumerate(pairwise(bounds)):
            if start < stop:
                given = map(_constant, constants[partition] if constants else (), self.constants)
                parts.append(self.function(*(each[start:stop] for each in series), *given))
        rows = np.concatenate(parts) if parts else np.empty((0, 1) if several else 0)
        return pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), _lists(rows) if several else _nulls(rows))

    def _series(self, place: int, column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
        flat = column.combine_chunks().flatten()
        if place in self.categories:
            return pc.fill_null(flat.dictionary_encode().indices, -1).to_numpy()
        kind = flat.type
        if not (pa.types.is_null(kind) or pa.types.is_boolean(kind) or _is_number(kind)):
            raise FactorError(f"argument {place + 1} is no number", seen=str(kind))
        return flat.cast(pa.float64()).to_numpy(zero_copy_only=False)


def _constant(value: object, kind: type) -> object:
    if kind is str and isinstance(value, str):
        return value
    if kind is not str and isinstance(value, Real | Decimal) and math.isfinite(value):
        return math.floor(value) if kind is int else kind(value)
    raise FactorError("a constant is of the wrong type", seen=value, expected=_SPELLED[kind])


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _nulls(values: Floats) -> pa.Array:
    """NaN as NULL."""
    return pa.array(values, pa.float64(), from_pandas=True)


def _lists(rows: Floats) -> pa.Array:
    """(n, k) as n lists of k."""
    n, k = rows.shape
    bounds = pa.array(np.arange(0, n * k + 1, k), pa.int32())
    return pa.ListArray.from_arrays(bounds, _nulls(rows.ravel()), mask=pa.array(np.isnan(rows).all(axis=1)))
