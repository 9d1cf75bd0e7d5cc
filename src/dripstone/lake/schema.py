"""The tables a lake can hold: columns, types, units and keys, in BigQuant's names.

A table's day files always have all of its columns in this order; an optional column the vendor does not give is NULL.
Dates and times are without zone, in Shanghai time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from dripstone.errors import DataError

__all__ = ["MINUTE_TABLE", "TABLES", "Column", "TableSpec", "table_spec"]

MINUTE_TABLE = "cn_stock_bar1m"

_TIME = pa.timestamp("us")
_NUMBER = pa.float64()
_TEXT = pa.string()
_COUNT = pa.int64()


@dataclass(frozen=True)
class Column:
    """One column: ``unit`` is what a number counts, or what a text names."""

    name: str
    type: pa.DataType
    unit: str = ""
    required: bool = False


@dataclass(frozen=True)
class TableSpec:
    """One table.

    Parameters
    ----------
    name : as SQL calls it.
    columns : in order; a required one must be in the file, an optional one may be absent.
    key : the columns that name a row; a key twice on one day is refused. Never NULL.
    minute : rows are minute bars, ``date`` is the end of the bar; else ``date`` is a trading day at midnight.
    dateless : a file without ``date`` is accepted and stands for every day (dated ``calendar.FIRST_DAY``).
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("instrument", "date")
    minute: bool = False
    dateless: bool = False

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema of every day file."""
        return pa.schema([(column.name, column.type) for column in self.columns])

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def table_spec(table: str) -> TableSpec:
    """The table of that name.

    Raises
    ------
    DataError : dripstone does not know the table.
    """
    try:
        return TABLES[table]
    except KeyError:
        raise DataError("unknown table", seen=table, expected="one of " + ", ".join(TABLES), table=table) from None


def _must(name: str, kind: pa.DataType, unit: str = "") -> Column:
    return Column(name, kind, unit, required=True)


def _numbers(unit: str, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, _NUMBER, unit) for name in names)


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, _TEXT) for name in names)


_KEY = (_must("date", _TIME, "trading day"), _must("instrument", _TEXT, "code such as 600519.SH"))


def _prices(unit: str) -> tuple[Column, ...]:
    return tuple(_must(name, _NUMBER, unit) for name in ("open", "close", "high", "low"))


_TRADED = (_must("volume", _COUNT, "shares"), _must("amount", _NUMBER, "yuan"))


def _daily_bars(name: str, unit: str) -> TableSpec:
    return TableSpec(
        name,
        (
            *_KEY,
            Column("name", _TEXT),
            Column("adjust_factor", _NUMBER, "cumulative, 1"),
            Column("pre_close", _NUMBER, unit),
            *_prices(unit),
            *_TRADED,
            Column("deal_number", _COUNT, "deals"),
            *_numbers("fraction", "change_ratio", "turn"),
            *_numbers(unit, "upper_limit", "lower_limit"),
        ),
    )


def _industry_levels() -> tuple[Column, ...]:
    return _texts(*(f"industry_level{level}_{what}" for level in (1, 2, 3) for what in ("code", "name")))


_SPECS = (
    TableSpec(
        MINUTE_TABLE,
        (
            _must("date", _TIME, "end of the bar"),
            _KEY[1],
            Column("adjust_factor", _NUMBER, "cumulative, 1"),
            *_prices("yuan, unadjusted"),
            *_TRADED,
        ),
        minute=True,
    ),
    _daily_bars("cn_stock_bar1d", "yuan, back-adjusted"),
    _daily_bars("cn_stock_real_bar1d", "yuan, unadjusted"),
    TableSpec(
        "cn_stock_valuation",
        (
            *_KEY,
            _must("total_market_cap", _NUMBER, "yuan"),
            _must("float_market_cap", _NUMBER, "yuan"),
            *_numbers("fraction", "dividend_yield_ratio"),
            *_numbers("1", "pe_ttm", "pe_leading", "pe_trailing", "pb", "ps_ttm", "ps_leading", "ps_trailing"),
            *_numbers("1", "pcf_net_ttm", "pcf_net_leading", "pcf_op_ttm", "pcf_op_leading"),
        ),
    ),
    TableSpec(
        "cn_stock_industry_component",
        (
            *_KEY,
            _must("industry", _TEXT, "industry system such as sw2021"),
            *_texts("industry_name", "industry_instrument"),
            *_industry_levels(),
        ),
        key=("instrument", "date", "industry"),
    ),
    TableSpec(
        "cn_stock_index_component",
        (
            _must("date", _TIME, "trading day"),
            _must("instrument", _TEXT, "the index, such as 000300.SH"),
            Column("name", _TEXT),
            _must("member_code", _TEXT, "code such as 600519.SH"),
            Column("member_name", _TEXT),
        ),
        key=("instrument", "date", "member_code"),
    ),
    TableSpec(
        "cn_stock_status",
        (
            *_KEY,
            _must("st_status", _COUNT, "0, 1 ST, 2 *ST"),
            Column("is_risk_warning", _COUNT, "0 or 1"),
            _must("suspended", _COUNT, "0 or 1"),
            Column("price_limit_status", _COUNT, "1 at the lower limit, 2 at none, 3 at the upper"),
            Column("exdr", _COUNT, "0 or 1"),
        ),
    ),
    TableSpec("cn_stock_instruments", (*_KEY, _must("name", _TEXT), Column("type", _TEXT))),
    TableSpec(
        "cn_stock_basic_info",
        (
            *_KEY,
            Column("name", _TEXT),
            Column("list_sector", _COUNT, "1 main board, 2 ChiNext, 3 STAR, 4 Beijing"),
            _must("list_date", _TIME),
            Column("delist_date", _TIME, "known only afterwards: never an input of a factor"),
        ),
        dateless=True,
    ),
    TableSpec(
        "cn_stock_limit_price",
        (
            *_KEY,
            _must("upper_limit", _NUMBER, "yuan, unadjusted"),
            _must("lower_limit", _NUMBER, "yuan, unadjusted"),
        ),
    ),
    TableSpec(
        "all_trading_days",
        (_must("date", _TIME, "trading day"), _must("market_code", _TEXT, "CN")),
        key=("market_code", "date"),
    ),
)

TABLES: Mapping[str, TableSpec] = {spec.name: spec for spec in _SPECS}
"""Every table a lake can hold, by name."""
