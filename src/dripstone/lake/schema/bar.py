"""Bars of instruments and of indices, by minute and by day."""

from collections.abc import Iterator

import pyarrow as pa

from dripstone.lake.schema.spec import COUNT, KEY, NUMBER, TEXT, TIME, Column, TableSpec, must, numbers

__all__ = ["BAR_MINUTES", "BAR_TABLES", "MINUTE_TABLE"]

MINUTE_TABLE = "cn_stock_bar1m"
BAR_MINUTES = (5, 15, 30, 60)
"""The lengths of the platform's longer minute bars."""

_END = must("date", TIME, "end of the bar")
_INSTRUMENT = KEY[1]
_FACTOR = Column("adjust_factor", NUMBER, "cumulative, 1")
_LEVELS = range(1, 11)
_REACHES = range(1, 14)


def _prices(unit: str) -> tuple[Column, ...]:
    return tuple(must(name, NUMBER, unit) for name in ("open", "close", "high", "low"))


_TRADED = (must("volume", COUNT, "shares"), must("amount", NUMBER, "yuan"))
_RAW = "yuan, unadjusted"


def _daily(name: str, unit: str) -> TableSpec:
    return TableSpec(
        name,
        (
            *KEY,
            Column("name", TEXT),
            _FACTOR,
            Column("pre_close", NUMBER, unit),
            *_prices(unit),
            *_TRADED,
            Column("deal_number", COUNT, "deals"),
            *numbers("fraction", "change_ratio", "turn"),
            *numbers(unit, "upper_limit", "lower_limit"),
        ),
        about=f"daily bars, prices in {unit}",
    )


def _minutes(length: int) -> TableSpec:
    return TableSpec(
        f"cn_stock_bar{length}m",
        (_END, _INSTRUMENT, _FACTOR, *_prices(_RAW), *_TRADED),
        about=f"{length}-minute bars, prices in {_RAW}"
        + ("; 09:25 is the opening auction" if length == 1 else "; the auction is in the first"),
        dates="minute",
    )


def _book() -> Iterator[tuple[str, pa.DataType, str]]:
    """The order book at the end of a bar, in the platform's names."""
    yield from ((f"total_10_{side}_volume", COUNT, "shares") for side in ("bid", "ask"))
    yield from ((f"total_{side}_volume", COUNT, "shares") for side in ("ask", "bid"))
    yield from ((f"{side}_avg_price", NUMBER, _RAW) for side in ("bid", "ask"))
    for side in ("ask", "bid"):
        yield from ((f"{side}_num_orders{level}", COUNT, "orders") for level in _LEVELS)
        yield from ((f"{side}_price{level}", NUMBER, _RAW) for level in _LEVELS)
        yield from ((f"{side}_volume{level}", COUNT, "shares") for level in _LEVELS)
    yield "entrust_rate", NUMBER, "fraction"
    yield "entrust_differ_volume", COUNT, "shares"
    yield from ((f"entrust_{what}_amount", NUMBER, "yuan") for what in ("differ", "bid", "ask"))
    yield from ((f"{side}_amount", NUMBER, "yuan") for side in ("bid", "ask"))
    yield from ((f"{side}_volume", COUNT, "shares") for side in ("bid", "ask"))
    for kind, type_, unit in (("amount", NUMBER, "yuan"), ("volume", COUNT, "shares")):
        for reach in _REACHES:
            yield from ((f"beyond_{reach}_{side}_{kind}", type_, unit) for side in ("ask", "bid"))
    for side in ("bid", "ask"):
        yield f"initiative_{side}_rate", NUMBER, "fraction"
        yield f"initiative_{side}_amount", NUMBER, "yuan"
        yield f"initiative_{side}_volume", COUNT, "shares"


def _derived(length: int) -> TableSpec:
    return TableSpec(
        f"cn_stock_bar{length}m_derived",
        (
            _END,
            Column("time", COUNT, "end of the bar as HHMMSS"),
            Column("trading_day", COUNT, "YYYYMMDD"),
            _INSTRUMENT,
            *_prices(_RAW),
            *_TRADED,
            Column("deal_number", COUNT, "deals"),
            Column("pre_close", NUMBER, f"{_RAW}: close of the day before"),
            *(Column(name, type_, f"{unit}, end of the bar") for name, type_, unit in _book()),
        ),
        about=f"{length}-minute bars with the order book, prices in {_RAW}; the auction is in the first",
        dates="minute",
    )


_INDEX = TableSpec(
    "cn_stock_index_bar1d",
    (
        KEY[0],
        must("instrument", TEXT, "the index, such as 000300.SH"),
        Column("name", TEXT),
        *numbers("points", "pre_close", "open", "high", "low"),
        must("close", NUMBER, "points"),
        Column("volume", COUNT, "shares"),
        Column("amount", NUMBER, "yuan"),
        Column("change", NUMBER, "points"),
        Column("change_ratio", NUMBER, "fraction"),
    ),
    about="daily bars of indices",
)

BAR_TABLES: tuple[TableSpec, ...] = (
    _minutes(1),
    *map(_minutes, BAR_MINUTES),
    *map(_derived, (1, *BAR_MINUTES)),
    _daily("cn_stock_bar1d", "yuan, back-adjusted"),
    _daily("cn_stock_real_bar1d", _RAW),
    _INDEX,
)
