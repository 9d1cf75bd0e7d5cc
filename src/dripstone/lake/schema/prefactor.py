"""``cn_stock_prefactors``: bars, status, industry, indices, valuation and factors of an instrument in one wide row."""

from collections.abc import Mapping

from dripstone.lake.schema.spec import COUNT, KEY, NUMBER, TEXT, TIME, Column, TableSpec, numbers

__all__ = ["BLOCKS", "INDEX_FIELDS", "INDEX_MEMBERS", "PRICED_INDICES", "prefactors"]

INDEX_MEMBERS: Mapping[str, str] = {
    "is_szzs": "000001.SH",
    "is_sh50": "000016.SH",
    "is_hs300": "000300.SH",
    "is_kc50": "000688.SH",
    "is_zz1000": "000852.SH",
    "is_zz100": "000903.SH",
    "is_zz500": "000905.SH",
    "is_szcz": "399001.SZ",
    "is_cybz": "399006.SZ",
    "is_sz100": "399330.SZ",
    "is_bz50": "899050.BJ",
}
"""Column -> the index of whose members it tells."""

PRICED_INDICES = tuple(INDEX_MEMBERS.values())
"""The indices whose bars stand in every row."""

INDEX_FIELDS: Mapping[str, str] = {
    "open": "open",
    "high": "high",
    "low": "low",
    "close": "close",
    "volume": "volume",
    "amount": "amount",
    "return": "change_ratio",
}
"""First word of a column -> the column of ``cn_stock_index_bar1d``."""

BLOCKS = (
    "cn_stock_shares",
    "cn_stock_status",
    "cn_stock_factors_industry",
    "cn_stock_moneyflow",
    "cn_stock_valuation",
    "cn_stock_factors_ta",
    "cn_stock_factors_financial_items",
    "cn_stock_factors_financial_indicators",
    "cn_stock_factors_shareholder",
)
"""Tables all of whose columns, but the key and ``exdr``, stand in it."""

_FLAG = "0 or 1"


def prefactors(known: Mapping[str, TableSpec]) -> TableSpec:
    """The table, made of the columns of the tables that it joins."""
    shares, status, industry, *others = (_block(known[name]) for name in BLOCKS)
    bars = known["cn_stock_bar1d"].columns
    return TableSpec(
        "cn_stock_prefactors",
        (
            *(column for column in bars if column.name != "name"),
            *numbers("fraction", "daily_return", "momentum_5", "reversal_5", "volatility_5"),
            *shares,
            Column("list_sector", COUNT, "1 main board, 2 ChiNext, 3 STAR, 4 Beijing"),
            Column("list_date", TIME),
            Column("list_days", COUNT, "calendar days since list_date"),
            *_flags("is_sh", "is_sz", "is_bj", "is_shzb", "is_kcb", "is_szzb", "is_cyb"),
            Column("name", TEXT),
            Column("line_price_limit", COUNT, "1 all day at the upper limit, 2 at the lower, else 0"),
            *status,
            *_flags(*INDEX_MEMBERS),
            Column("concept_set", TEXT),
            *industry,
            *_flags("margin_trading_status"),
            *(column for index in PRICED_INDICES for column in _priced(index)),
            *numbers("", "holding_by_social_security", "holding_by_insurance"),
            *(column for block in others for column in block),
        ),
        about="one wide row an instrument and day: bars, status, industry, indices, valuation, factors",
    )


def _block(spec: TableSpec) -> tuple[Column, ...]:
    inside = {column.name for column in KEY} | {"exdr"}
    return tuple(Column(c.name, c.type, c.unit) for c in spec.columns if c.name not in inside)


def _flags(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, COUNT, _FLAG) for name in names)


def _priced(index: str) -> tuple[Column, ...]:
    """The day's bar of an index, ``close_000300SH``, and each instrument's beta to it."""
    suffix = index.replace(".", "")
    fields = (Column(f"{field}_{suffix}", NUMBER, f"of {index}") for field in INDEX_FIELDS)
    return (*fields, Column(f"beta_{suffix}_22", NUMBER, f"to {index} over 22 days"))
