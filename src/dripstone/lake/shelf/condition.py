"""Which rows and which parts of a table a filter by column lets through."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dripstone.errors import FactorError

__all__ = ["Conditions", "End", "comparable", "is_moment"]

End = int | float | str | np.datetime64
"""The least or the greatest value of a column, as they are compared."""

_DAY = np.timedelta64(1, "D")
_TICK = np.timedelta64(1, "us")


@dataclass(frozen=True, slots=True)
class _Condition:
    """Values low..high, both inclusive and None for open, or these members."""

    low: End | None = None
    high: End | None = None
    members: tuple[End, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of them must hold."""

    of: Mapping[str, _Condition]

    @classmethod
    def read(cls, given: Mapping[str, object] | None, schema: pa.Schema) -> "Conditions":
        """A filter as the author writes it: column -> (low, high), or -> a set of values.

        A date without a time at the end of a range is that whole day.

        Raises
        ------
        FactorError : an unknown column, neither a tuple of two nor a set, a value of another type.
        """
        return cls({name: _condition(name, value, schema) for name, value in (given or {}).items()})

    def may_hold(self, ends: Mapping[str, tuple[End, End]]) -> bool:
        """Whether rows between these ends may pass; a column without ends may hold anything."""
        return all(_overlaps(condition, *ends[name]) for name, condition in self.of.items() if name in ends)

    def expression(self, schema: pa.Schema) -> pc.Expression | None:
        """The same for a Parquet scan; None lets everything through."""
        tests = [test for name, condition in self.of.items() for test in _tests(condition, schema.field(name))]
        whole: pc.Expression | None = None
        for test in tests:
            whole = test if whole is None else whole & test
        return whole


def is_moment(kind: pa.DataType) -> bool:
    """Whether values of the type are dates or times."""
    return pa.types.is_timestamp(kind) or pa.types.is_date(kind)


def comparable(value: object, kind: pa.DataType) -> End:
    """A value as others of its column are compared with it.

    Raises
    ------
    ValueError, TypeError : it is none of the column's.
    """
    if is_moment(kind):
        stamp = pd.Timestamp(value)  # type: ignore[arg-type]  # what is no date raises
        if stamp is pd.NaT:
            raise ValueError(value)
        return stamp.to_datetime64().astype("datetime64[us]")
    plain = value.item() if isinstance(value, np.generic) else value
    wanted = str if pa.types.is_string(kind) else int | float
    if not isinstance(plain, wanted):
        raise TypeError(value)
    return plain


def _condition(name: str, value: object, schema: pa.Schema) -> _Condition:
    if name not in schema.names:
        raise FactorError("the table has no such column", seen=name, expected="one of " + ", ".join(schema.names))
    kind = schema.field(name).type
    try:
        if isinstance(value, tuple) and len(value) == 2:
            low, high = value
            return _Condition(
                None if low is None else comparable(low, kind), None if high is None else _last(high, kind)
            )
        if isinstance(value, set | frozenset):
            return _Condition(members=tuple(comparable(member, kind) for member in value))
    except (ValueError, TypeError) as error:
        raise FactorError(
            "a filter has a value that is none of the column's", seen=value, expected=str(kind), column=name
        ) from error
    raise FactorError("a filter by partition takes a tuple (low, high) or a set of values", seen=value, column=name)


def _last(value: object, kind: pa.DataType) -> End:
    end = comparable(value, kind)
    timed = isinstance(value, str) and ":" in value
    whole_day = isinstance(end, np.datetime64) and not timed and end == end.astype("datetime64[D]")
    return end + _DAY - _TICK if whole_day else end  # type: ignore[operator]  # a time


def _overlaps(condition: _Condition, low: End, high: End) -> bool:
    if condition.members:
        return any(low <= member <= high for member in condition.members)  # type: ignore[operator]  # of one column
    above = condition.low is None or high >= condition.low  # type: ignore[operator]
    return above and (condition.high is None or low <= condition.high)  # type: ignore[operator]


def _tests(condition: _Condition, field: pa.Field) -> Iterator[pc.Expression]:
    column = pc.field(field.name)
    if condition.members:
        yield column.isin(pa.array(_python(condition.members), _scalar_type(field.type)).cast(field.type, safe=False))
        return
    if condition.low is not None:
        yield column >= _scalar(condition.low, field.type)
    if condition.high is not None:
        yield column <= _scalar(condition.high, field.type)


def _scalar(value: End, kind: pa.DataType) -> pa.Scalar:
    return pa.scalar(_python([value])[0], _scalar_type(kind)).cast(kind, safe=False)


def _scalar_type(kind: pa.DataType) -> pa.DataType | None:
    return pa.timestamp("us") if is_moment(kind) else None


def _python(values: Collection[End]) -> list[Any]:
    return [value.item() if isinstance(value, np.datetime64) else value for value in values]
