"""``cn_stock_prefactors``: the daily bars with all that other tables say of the instrument that day beside them."""

from collections.abc import Iterator, Mapping

from dripstone.dai.view.recipe import Recipe, Source, quoted
from dripstone.lake.schema import TABLES
from dripstone.lake.schema.prefactor import BLOCKS, INDEX_FIELDS, INDEX_MEMBERS, PRICED_INDICES

__all__ = ["prefactor_recipe"]

_SPAN = 5
_KEY = ("date", "instrument")

_COMPUTED = {
    "daily_return": "today.change_ratio",
    "momentum_5": "today.close / earlier.close - 1",
    "reversal_5": "1 - today.close / earlier.close",
    "volatility_5": "moving.volatility",
    "list_sector": "basics.list_sector",
    "list_date": "basics.list_date",
    "list_days": "date_diff('day', basics.list_date, today.date)",
    "is_sh": "today.instrument LIKE '%.SH'",
    "is_sz": "today.instrument LIKE '%.SZ'",
    "is_bj": "today.instrument LIKE '%.BJ'",
    "is_shzb": "today.instrument LIKE '60____.SH'",
    "is_kcb": "today.instrument[:3] IN ('688', '689')",
    "is_szzb": "today.instrument LIKE '00____.SZ'",
    "is_cyb": "today.instrument[:3] IN ('300', '301', '302')",
    "line_price_limit": "CASE WHEN real.high = real.upper_limit AND real.low = real.upper_limit THEN 1 "
    "WHEN real.high = real.lower_limit AND real.low = real.lower_limit THEN 2 "
    "WHEN real.upper_limit IS NOT NULL THEN 0 END",
}

_INDUSTRY = {
    **{f"sw2021_level{level}": f"industry_level{level}_code" for level in (1, 2, 3)},
    **{f"sw2021_level{level}_name": f"industry_level{level}_name" for level in (1, 2, 3)},
    "sw_level1_name": "industry_level1_name",
}
"""What ``cn_stock_industry_component`` tells where ``cn_stock_factors_industry`` does not."""


def prefactor_recipe() -> Recipe:
    """The recipe; betas, concepts, margin trading and two holdings are not computed."""
    blocks = {table.removeprefix("cn_stock_"): table for table in BLOCKS}
    return Recipe(
        sources={
            "bars": Source("cn_stock_bar1d"),
            "real": Source("cn_stock_real_bar1d"),
            "basics": Source("cn_stock_basic_info"),
            "members": Source("cn_stock_index_component", by_instrument=False),
            "indices": Source("cn_stock_index_bar1d", by_instrument=False),
            "industries": Source("cn_stock_industry_component"),
            **{alias: Source(table) for alias, table in blocks.items()},
        },
        head=_HEAD,
        columns=dict(_columns(blocks)),
        body="FROM placed AS today",
        joins=_joins(blocks),
        lookback_days=_SPAN,
        looking_back=frozenset({"momentum_5", "reversal_5", "volatility_5"}),
    )


def _name(word: str, index: str) -> str:
    return f"{word}_{index.replace('.', '')}"


_WINDOW = f"(PARTITION BY instrument ORDER BY number RANGE BETWEEN {_SPAN - 1} PRECEDING AND CURRENT ROW)"
_LISTED = ", ".join(f"max((instrument = '{index}')::INT) AS {name}" for name, index in INDEX_MEMBERS.items())
_FLAGS = ", ".join(f"CASE WHEN listed.{name} = 1 THEN coalesce(own.{name}, 0) END AS {name}" for name in INDEX_MEMBERS)
_PRICED = ", ".join(
    f"max({field}) FILTER (instrument = '{index}') AS {quoted(_name(word, index))}"
    for index in PRICED_INDICES
    for word, field in INDEX_FIELDS.items()
)
_HEAD = f"""WITH placed AS (
    SELECT bars.*, days.number FROM {{bars}} AS bars JOIN {{days}} AS days ON days.day = bars.date::DATE
), moving AS (
    SELECT instrument, number, CASE WHEN count(change_ratio) OVER {_WINDOW} = {_SPAN}
        THEN stddev_samp(change_ratio) OVER {_WINDOW} END AS volatility FROM placed
)"""  # noqa: S608  # made of constants
_MEMBERS = f"""(
    SELECT placed.date, placed.instrument, {_FLAGS} FROM placed
    JOIN (SELECT date, {_LISTED} FROM {{members}} GROUP BY date) AS listed ON listed.date = placed.date
    LEFT JOIN (SELECT date, member_code, {_LISTED} FROM {{members}} GROUP BY date, member_code) AS own
        ON own.date = placed.date AND own.member_code = placed.instrument
)"""  # noqa: S608  # made of constants


def _columns(blocks: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from ((name, f"today.{name}") for name in TABLES["cn_stock_bar1d"].names)
    yield from _COMPUTED.items()
    yield from ((name, f"members.{name}") for name in INDEX_MEMBERS)
    for index in PRICED_INDICES:
        yield from ((_name(word, index), f"indices.{quoted(_name(word, index))}") for word in INDEX_FIELDS)
    for alias, table in blocks.items():
        names = (name for name in TABLES[table].names if name not in (*_KEY, "exdr"))
        yield from ((name, f"{alias}.{quoted(name)}") for name in names)
    for name, column in _INDUSTRY.items():
        yield name, f"coalesce(factors_industry.{name}, industries.{column})"


def _joins(blocks: Mapping[str, str]) -> Mapping[str, str]:
    same = "{0}.instrument = today.instrument AND {0}.date = today.date"
    of_day = {alias: f"{{{alias}}}" for alias in ("real", *blocks)} | {"members": _MEMBERS}
    before = "earlier.instrument = today.instrument AND earlier.number = today.number"
    indices = f"(SELECT date, {_PRICED} FROM {{indices}} GROUP BY date)"  # noqa: S608  # made of constants
    return {
        "earlier": f"LEFT JOIN placed AS earlier ON {before} - {_SPAN}",
        "moving": "LEFT JOIN moving ON moving.instrument = today.instrument AND moving.number = today.number",
        "basics": "LEFT JOIN {basics} AS basics ON basics.instrument = today.instrument",
        "indices": f"LEFT JOIN {indices} AS indices ON indices.date = today.date",
        "industries": "LEFT JOIN {industries} AS industries "
        f"ON {same.format('industries')} AND industries.industry = 'sw2021'",
        **{alias: f"LEFT JOIN {rows} AS {alias} ON {same.format(alias)}" for alias, rows in of_day.items()},
    }
