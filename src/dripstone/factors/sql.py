"""A factor written as dai SQL with Python UDFs, run on the bars of one day."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa

from dripstone.arrays import Labels, PerInstrument
from dripstone.dai.engine import run_query
from dripstone.dai.table import MemoryTables
from dripstone.dai.udf import DaiUDF, ExceptionHandling, FunctionNullHandling, UDFType
from dripstone.errors import FactorError
from dripstone.factors.blame import author_code
from dripstone.factors.kernel import run_source
from dripstone.factors.spec import FactorSpec, UdfSource
from dripstone.factors.values import checked_columns, declared_bars
from dripstone.lake.day import DayBars

__all__ = ["TRADING_DAY", "SqlFactor", "columns_of_day", "compile_sql", "day_tables", "is_numeric"]

TRADING_DAY = "trading_day"
"""The SQL parameter that holds the day computed; recording puts it where a one-day query spelled its own date."""


@dataclass(frozen=True, slots=True)
class SqlFactor:
    """The SQL of a spec, with its UDFs."""

    spec: FactorSpec
    udfs: tuple[DaiUDF, ...]

    def compute(self, day: DayBars) -> Mapping[str, PerInstrument]:
        """See ``Factor.compute``. An instrument without a row, and NULL, is NaN."""
        spec = self.spec
        bars = declared_bars(day, spec.needs)
        if spec.shuffle_seed is not None:
            bars = bars.shuffled(spec.shuffle_seed)
        params = cast("Mapping[str, object]", spec.params.get("params", {}))
        filters = cast("Mapping[str, object]", spec.params.get("filters", {}))
        with author_code(f"<factor {spec.name}>", factor=spec.name, date=str(day.date)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # numpy in a UDF on missing values
                table = run_query(
                    spec.source,
                    tables=MemoryTables(day_tables(bars)),
                    filters=filters,
                    udfs=self.udfs,
                    params={**params, TRADING_DAY: str(day.date)},
                    full_db_scan=True,
                ).arrow()
            return checked_columns(
                columns_of_day(table, bars, spec.columns), bars, name=spec.name, columns=spec.columns
            )


def compile_sql(spec: FactorSpec) -> SqlFactor:
    """Make the UDFs of a spec again from their source.

    Raises
    ------
    FactorError : a source does not parse, raises, or does not define its function.
    """
    return SqlFactor(spec, tuple(_udf(source) for source in spec.udfs))


def day_tables(day: DayBars) -> dict[str, pa.Table]:
    """The tables that a query on one day may read: the minute bars, and daily tables dated that day.

    A daily table holds what was known by then; its rows may be older and still are that day's answer.
    """
    stamp = day.date.astype("datetime64[us]")
    dated = {name: _dated(table, stamp) for name, table in day.tables.items()}
    return {"cn_stock_bar1m": day.table(), **dated}


def columns_of_day(table: pa.Table, day: DayBars, columns: tuple[str, ...]) -> dict[str, PerInstrument]:
    """The columns of a result as (n,) arrays in the order of ``day.instruments``; no row and NULL are NaN.

    Rows of instruments that only the daily tables know are left out: they have no bars that day.

    Raises
    ------
    FactorError : a column is missing, another day, an unknown instrument, or one twice.
    """
    lacking = {"date", "instrument", *columns} - set(table.column_names)
    if lacking:
        raise FactorError("the result lacks a column", seen=table.column_names, expected=", ".join(sorted(lacking)))
    dates = _days(table["date"])
    strange = dates[dates != day.date]
    if len(strange):
        raise FactorError(
            "the SQL returned rows of another day",
            seen=str(strange[0]),
            expected=str(day.date),
            hint="a factor is asked for one day at a time: select date::DATE, do not shift it",
        )
    instruments = np.array(table["instrument"].to_pylist(), np.str_)
    known = np.isin(instruments, day.instruments)
    _check_unknown(instruments[~known], day)
    _check_twice(instruments[known])
    at = np.searchsorted(day.instruments, instruments[known])
    values = {name: np.full(len(day.instruments), np.nan) for name in columns}
    for name in columns:
        values[name][at] = table[name].cast(pa.float64()).to_numpy()[known]
    return values


def is_numeric(kind: pa.DataType) -> bool:
    """Whether a result column can be factor values."""
    return pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)


def _check_unknown(instruments: Labels, day: DayBars) -> None:
    elsewhere: set[str] = set()
    for table in day.tables.values():
        for name in {"instrument", "member_code"} & set(table.column_names):
            elsewhere.update(table[name].to_pylist())
    unknown = [str(name) for name in instruments if name not in elsewhere]
    if unknown:
        raise FactorError(
            "the SQL returned an instrument that has no bars that day",
            seen=unknown[0],
            expected="instrument as it is in cn_stock_bar1m, such as 600519.SH",
            instrument=unknown[0],
        )


def _check_twice(instruments: Labels) -> None:
    names, counts = np.unique(instruments, return_counts=True)
    if (counts > 1).any():
        twice = str(names[counts > 1][0])
        raise FactorError(
            "the SQL returned more than one row for an instrument",
            seen=f"{int(counts.max())} rows for {twice}",
            expected="one row per date and instrument",
            hint="GROUP BY date::DATE, instrument; a join may multiply rows",
            instrument=twice,
        )


def _days(column: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_temporal(column.type):
        return column.cast(pa.timestamp("us")).to_numpy().astype("datetime64[D]")
    try:
        return np.array([str(value)[:10] for value in column.to_pylist()], "datetime64[D]")
    except ValueError as error:
        raise FactorError("the date column holds no dates", seen=column[0].as_py(), expected="a day") from error


def _dated(table: pa.Table, stamp: np.datetime64) -> pa.Table:
    at = table.schema.get_field_index("date")
    if at < 0:
        return table
    days = pa.array(np.full(table.num_rows, stamp), pa.timestamp("us"))
    return table.set_column(at, pa.field("date", pa.timestamp("us")), days)


def _udf(source: UdfSource) -> DaiUDF:
    function = vars(run_source(source.source, filename=f"<udf {source.name}>")).get(source.function)
    if function is None:
        raise FactorError("the source of a UDF does not define it", seen=source.function, udf=source.name)
    options = source.options
    return DaiUDF(
        source.name,
        function,
        parameters=json.loads(options["parameters"]) if "parameters" in options else None,
        return_type=source.return_type,
        type=UDFType(options["type"]) if "type" in options else None,
        null_handling=FunctionNullHandling(options["null_handling"]) if "null_handling" in options else None,
        exception_handling=ExceptionHandling(options["exception_handling"])
        if "exception_handling" in options
        else None,
        side_effects=options.get("side_effects") == "true",
    )
