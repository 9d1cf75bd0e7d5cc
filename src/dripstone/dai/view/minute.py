"""Longer minute bars, and those with the opening auction in their first bar.

A bar is labelled by its end. The minutes of a day are numbered 1..240 over the lunch break; 09:25 counts as the first.
A bar in which nothing traded carries a price on; it tells one only where nothing traded in the whole of the longer bar.
"""

from collections.abc import Mapping

from dripstone.dai.view.recipe import Recipe, Source
from dripstone.lake.schema import BAR_MINUTES

__all__ = ["CANDLE", "minute_recipes"]

CANDLE: Mapping[str, str] = {
    "adjust_factor": "arg_max(adjust_factor, date)",
    "open": "coalesce(arg_min(open, date) FILTER (volume > 0), arg_min(open, date))",
    "close": "arg_max(close, date)",
    "high": "coalesce(max(high) FILTER (volume > 0), max(high))",
    "low": "coalesce(min(low) FILTER (volume > 0), min(low))",
    "volume": "sum(volume)",
    "amount": "sum(amount)",
}
"""What several bars are together."""

_MINUTE = "(epoch_us(date) // 60000000 % 1440)"
_NUMBER = f"CASE WHEN {_MINUTE} < 571 THEN 1 WHEN {_MINUTE} <= 690 THEN {_MINUTE} - 570 ELSE {_MINUTE} - 660 END"


def minute_recipes() -> Mapping[str, Recipe]:
    """The recipes of every length."""
    plain = {f"cn_stock_bar{length}m": _bars(length, _FACTOR) for length in BAR_MINUTES}
    derived = {f"cn_stock_bar{length}m_derived": _bars(length, _CLOCK) for length in (1, *BAR_MINUTES)}
    return plain | derived


_FACTOR = {"adjust_factor": "adjust_factor"}
_CLOCK = {
    "time": "strftime(ended, '%H%M%S')",
    "trading_day": "strftime(ended, '%Y%m%d')",
}


def _bars(length: int, clock: Mapping[str, str]) -> Recipe:
    last = f"(({_NUMBER} + {length - 1}) // {length} * {length})"
    end = f"CASE WHEN {last} <= 120 THEN {last} + 570 ELSE {last} + 660 END"
    label = f"make_timestamp(epoch_us(date) // 86400000000 * 86400000000 + ({end}) * 60000000)"
    names = ", ".join(f"{expression} AS {name}" for name, expression in CANDLE.items())
    longer = f"SELECT instrument, {label} AS ended, {names} FROM {{bars}} GROUP BY instrument, ended"  # noqa: S608  # made of constants
    return Recipe(
        sources={"bars": Source("cn_stock_bar1m")},
        head=f"WITH longer AS ({longer})",
        columns={
            "date": "ended",
            "instrument": "instrument",
            **clock,
            **{name: name for name in CANDLE if name not in _FACTOR},
        },
        body="FROM longer",
    )
