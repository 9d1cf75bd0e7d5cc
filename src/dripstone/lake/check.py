"""What the lake refuses: rows are brought into the table's form and every value is looked at.

A refusal is a DataError that names the file, the column, the instrument, the date, the minute and the value.
"""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dripstone.errors import DataError
from dripstone.lake.column import DAY_US, MINUTE_US, encode, is_text, to_floats, to_times
from dripstone.lake.schema import Column, TableSpec
from dripstone.market.calendar import FIRST_DAY
from dripstone.market.session import SESSION, label

__all__ = ["check_rows", "conform", "refusal", "refuse_zone"]

_POSITIVE = {"open", "close", "high", "low", "adjust_factor"}
_NOT_NEGATIVE = {
    *("volume", "amount", "deal_number", "turn", "pre_close", "upper_limit", "lower_limit"),
    *("total_market_cap", "float_market_cap"),
}
_INSTRUMENT = re.compile(r"[0-9]{6}\.(SH|SZ|BJ)")
_ROUNDING = 1e-6


def conform(rows: pa.Table, spec: TableSpec, *, source: str) -> pa.Table:
    """The rows with exactly the table's columns and types; NaN becomes NULL, an absent optional column is NULL.

    Raises
    ------
    DataError : a required column is absent, a column has another kind of values, a time has a zone, a key is NULL,
        a count is not whole.
    """
    if spec.dateless and "date" not in rows.column_names:
        rows = rows.append_column("date", pa.repeat(pa.scalar(FIRST_DAY.item(), pa.date32()), len(rows)))
    given = frozenset(rows.column_names)
    absent = [c.name for c in spec.columns if c.required and c.name not in given]
    if absent:
        raise DataError(
            "a required column is missing",
            seen=rows.column_names,
            expected=", ".join(c.name for c in spec.columns if c.required),
            hint="check the preset",
            column=absent[0],
            table=spec.name,
            path=source,
        )
    columns = [
        _typed(rows, column, source) if column.name in given else pa.chunked_array([pa.nulls(len(rows), column.type)])
        for column in spec.columns
    ]
    table = pa.table(columns, schema=spec.schema)
    for name in spec.key:
        missing = table[name].is_null().to_numpy()
        _refuse_where(missing, f"{name} is missing", table, name, source, "a value in every row")
    return table


def check_rows(rows: pa.Table, spec: TableSpec, *, is_session: Callable[[np.datetime64], bool], source: str) -> None:
    """Refuse any row in the table's form that cannot be true.

    Raises
    ------
    DataError : an unknown instrument code, a non-trading day, an unknown minute, a price that is not positive, a
        negative volume or amount, an infinite number, high < low, open or close outside of low..high.
    """
    if spec.a_share and "instrument" in rows.column_names:
        codes, labels = encode(rows["instrument"])
        unknown = np.array([_INSTRUMENT.fullmatch(label) is None for label in labels], bool)[codes]
        _refuse_where(unknown, "not an instrument code", rows, "instrument", source, "a code such as 600519.SH")
    if "market_code" in rows.column_names:
        codes, labels = encode(rows["market_code"])
        _refuse_where((labels != "CN")[codes], "not an A-share calendar", rows, "market_code", source, "CN")
    _check_dates(rows, spec, is_session, source)
    for column in spec.columns:
        if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
            _check_numbers(rows, column.name, spec, source)
    if spec.a_share and "high" in spec.names:
        _check_candles(rows, source)


def refusal(
    what: str, rows: pa.Table, at: int, column: str, *, source: str, expected: str = "", hint: str = ""
) -> DataError:
    """The error for one row, with every fact that finds it again."""
    when = _moment(rows, at)
    day = None if when is None else when.astype("datetime64[D]")
    text = None if when is None else str(when).replace("T", " ").removesuffix(".000000")
    return DataError(
        what,
        seen=text if column == "date" else rows[column][at].as_py(),
        expected=expected,
        hint=hint,
        column=column,
        instrument=rows["instrument"][at].as_py() if "instrument" in rows.column_names else None,
        date=day,
        minute=None if when is None or when == day else str(when.astype("datetime64[m]"))[-5:],
        path=source,
    )


def _moment(rows: pa.Table, at: int) -> np.datetime64 | None:
    """The time of a row of any type of date; Python's own dates end in the year 9999, damaged files do not."""
    if "date" not in rows.column_names:
        return None
    cell = rows["date"].slice(at, 1).cast(pa.timestamp("us"), safe=False)[0]
    return np.datetime64(cell.value, "us") if cell.is_valid else None


def refuse_zone(kind: pa.DataType, *, column: str, source: str) -> None:
    """Raise a DataError when a column's times carry a zone."""
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        raise DataError(
            "the time has a zone",
            seen=str(kind),
            expected="Shanghai time without a zone",
            hint="convert with tz_convert('Asia/Shanghai').tz_localize(None)",
            column=column,
            path=source,
        )


def _typed(rows: pa.Table, column: Column, source: str) -> pa.ChunkedArray:
    values = rows[column.name]
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    fits = _FITS[column.type](values.type)
    if pa.types.is_null(values.type):
        return values.cast(column.type)
    refuse_zone(values.type, column=column.name, source=source)
    if not fits:
        raise DataError(
            "a column has the wrong type",
            seen=f"{values.type}, such as {_example(values)!r}",
            expected=f"{column.type} ({column.unit})" if column.unit else str(column.type),
            column=column.name,
            path=source,
        )
    if pa.types.is_floating(values.type):
        numbers = to_floats(values)
        if pa.types.is_integer(column.type):
            fractional = np.isfinite(numbers) & (numbers != np.rint(numbers))
            _refuse_where(fractional, "a count is not whole", rows, column.name, source, f"whole {column.unit}")
        values = pa.chunked_array([pa.array(numbers, from_pandas=True)])
    try:
        return values.cast(column.type, safe=pa.types.is_integer(column.type))
    except pa.ArrowInvalid as error:
        raise DataError("a column does not fit", seen=str(error), column=column.name, path=source) from error


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _is_time(kind: pa.DataType) -> bool:
    return pa.types.is_timestamp(kind) or pa.types.is_date(kind)


_FITS: dict[pa.DataType, Callable[[pa.DataType], bool]] = {
    pa.string(): is_text,
    pa.float64(): _is_number,
    pa.int64(): lambda kind: _is_number(kind) or pa.types.is_boolean(kind),
    pa.timestamp("us"): _is_time,
}


def _example(values: pa.ChunkedArray) -> object:
    there = values.drop_null()
    return there[0].as_py() if len(there) else None


def _check_dates(rows: pa.Table, spec: TableSpec, is_session: Callable[[np.datetime64], bool], source: str) -> None:
    times = to_times(rows["date"])
    clock = times % DAY_US
    if spec.minute:
        known = np.zeros(24 * 60, bool)
        known[SESSION] = True
        wrong = ~known[clock // MINUTE_US] | (clock % MINUTE_US != 0)
        expected = f"the end of a bar: {label(int(SESSION[0]))}, 09:31..11:30, 13:01..15:00"
        _refuse_where(wrong, "not a minute of the session", rows, "date", source, expected)
    elif spec.dates != "time":
        _refuse_where(clock != 0, "a daily table has a time of day", rows, "date", source, "a date")
    if spec.dateless or spec.dates in ("day", "time") or not len(rows):
        return
    days = times // DAY_US
    for day in np.unique(days):
        if not is_session(np.datetime64(int(day), "D")):
            raise refusal("not a trading day", rows, int(np.argmax(days == day)), "date", source=source)


def _check_numbers(rows: pa.Table, name: str, spec: TableSpec, source: str) -> None:
    values = to_floats(rows[name])
    _refuse_where(np.isinf(values), f"{name} is infinite", rows, name, source, "a number or nothing")
    if not spec.a_share:
        return
    if name in _POSITIVE:
        expected = "more than 0; nothing (NULL) where there is none"
        _refuse_where(values <= 0, f"{name} is not positive", rows, name, source, expected)
    elif name in _NOT_NEGATIVE:
        _refuse_where(values < 0, f"{name} is negative", rows, name, source, "0 or more")


def _check_candles(rows: pa.Table, source: str) -> None:
    opened, closed, high, low = (to_floats(rows[name]) for name in ("open", "close", "high", "low"))
    slack = high * _ROUNDING
    at = high < low - slack
    if at.any():
        first = int(np.argmax(at))
        raise refusal("high is below low", rows, first, "high", source=source, expected=f"at least low, {low[first]}")
    for name, values in (("open", opened), ("close", closed)):
        outside = (values > high + slack) | (values < low - slack)
        if outside.any():
            first = int(np.argmax(outside))
            expected = f"{low[first]}..{high[first]}"
            raise refusal(f"{name} is outside of low..high", rows, first, name, source=source, expected=expected)


def _refuse_where(
    wrong: npt.NDArray[np.bool_], what: str, rows: pa.Table, column: str, source: str, expected: str
) -> None:
    if wrong.any():
        raise refusal(what, rows, int(np.argmax(wrong)), column, source=source, expected=expected)
