"""Daily bars and the instruments of a day, from minute bars.

The close of the day before is that of the day held before, NULL where the instrument has no bar on it. Where the lake
has adjust_factors it is in the shares of the day. Where it has none, an open further from it than the board's limit
looks like an ex-right day, and it is NULL.
"""

from collections.abc import Mapping

from dripstone.dai.view.minute import CANDLE
from dripstone.dai.view.recipe import Recipe, Source

__all__ = ["ADJUSTED_PRICES", "LIMIT_PERCENT", "daily_recipes"]

LIMIT_PERCENT = """CASE
    WHEN instrument LIKE '%.BJ' THEN 30
    WHEN instrument[:3] IN ('688', '689') THEN 20
    WHEN instrument[:3] IN ('300', '301', '302') AND day >= DATE '2020-08-24' THEN 20
    ELSE 10 END"""
"""``market.limit.price_limit`` in SQL, in percent."""

_TOLERANCE = 0.005

_HEAD = f"""WITH daily AS (
    SELECT instrument, date::DATE AS day, {", ".join(f"{text} AS {name}" for name, text in CANDLE.items())}
    FROM {{bars}} GROUP BY instrument, day
), placed AS (
    SELECT daily.*, days.number, {LIMIT_PERCENT} AS reach FROM daily JOIN {{days}} AS days USING (day)
), paired AS (
    SELECT placed.*, before.close AS closed, before.adjust_factor AS factor
    FROM placed LEFT JOIN placed AS before
        ON before.instrument = placed.instrument AND before.number = placed.number - 1
), known AS (
    SELECT *, CASE
        WHEN adjust_factor = factor THEN closed
        WHEN adjust_factor IS NOT NULL AND factor IS NOT NULL THEN round(closed * factor / adjust_factor, 2)
        WHEN abs(open / closed - 1) <= reach / 100 + {_TOLERANCE} THEN closed
    END AS pre_close FROM paired
)"""  # noqa: S608  # made of constants


def _limit(column: str, sign: str) -> str:
    """The board's limit in whole cents, rounded half up; none for an instrument known to be ST, whose limit differs."""
    cents = f"(round(known.pre_close * 100)::BIGINT * (100 {sign} known.reach) + 50) // 100"
    return f"coalesce(limits.{column}, CASE WHEN coalesce(status.st_status, 0) = 0 THEN ({cents}) / 100 END)"


_REAL = Recipe(
    sources={
        "bars": Source("cn_stock_bar1m"),
        "basics": Source("cn_stock_basic_info"),
        "valuation": Source("cn_stock_valuation"),
        "status": Source("cn_stock_status"),
        "limits": Source("cn_stock_limit_price", held=True),
    },
    head=_HEAD,
    columns={
        "date": "known.day",
        "instrument": "known.instrument",
        "name": "basics.name",
        **{name: f"known.{name}" for name in ("pre_close", *CANDLE)},
        "change_ratio": "known.close / known.pre_close - 1",
        "turn": "known.volume * known.close / valuation.float_market_cap",
        "upper_limit": _limit("upper_limit", "+"),
        "lower_limit": _limit("lower_limit", "-"),
    },
    body="FROM known",
    joins={
        "basics": "LEFT JOIN {basics} AS basics ON basics.instrument = known.instrument",
        **{
            alias: f"LEFT JOIN {{{alias}}} AS {alias} "
            f"ON {alias}.instrument = known.instrument AND {alias}.date = known.day"
            for alias in ("valuation", "status", "limits")
        },
    },
    lookback_days=1,
    looking_back=frozenset({"pre_close", "change_ratio", "upper_limit", "lower_limit"}),
)

ADJUSTED_PRICES = frozenset({"pre_close", "open", "close", "high", "low", "upper_limit", "lower_limit"})
"""The columns of ``cn_stock_bar1d`` that are unadjusted prices times the factor of the day."""

_SAME = ("date", "instrument", "name", "adjust_factor", "volume", "amount", "deal_number", "change_ratio", "turn")

_ADJUSTED = Recipe(
    sources={"bars": Source("cn_stock_real_bar1d")},
    columns={name: name for name in _SAME} | {name: f"{name} * adjust_factor" for name in sorted(ADJUSTED_PRICES)},
    body="FROM {bars}",
)

_INSTRUMENTS = Recipe(
    sources={"bars": Source("cn_stock_real_bar1d")},
    columns={"date": "date", "instrument": "instrument", "name": "name", "type": "'stock'"},
    body="FROM {bars}",
)

_LIMITS = Recipe(
    sources={"bars": Source("cn_stock_real_bar1d")},
    columns={name: name for name in ("date", "instrument", "upper_limit", "lower_limit")},
    body="FROM {bars} WHERE upper_limit IS NOT NULL",
)


def daily_recipes() -> Mapping[str, Recipe]:
    """The recipes of daily bars, of the instruments and of their price limits."""
    return {
        "cn_stock_real_bar1d": _REAL,
        "cn_stock_bar1d": _ADJUSTED,
        "cn_stock_instruments": _INSTRUMENTS,
        "cn_stock_limit_price": _LIMITS,
    }
