"""Write a small synthetic A-share market, with a known answer, into a lake: for demos, tests and calibration."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa

from dripstone.arrays import Dates, Labels
from dripstone.errors import DataError
from dripstone.lake.ingest import IngestReport, stage_table
from dripstone.lake.lake import BarLake
from dripstone.lake.simulation import Simulation
from dripstone.lake.synthetic import MarketDay, SyntheticMarket, Twin
from dripstone.lake.transaction import writing
from dripstone.market.calendar import FIRST_DAY, trading_days
from dripstone.market.session import SESSION

__all__ = ["simulate"]

DEFAULT_END = "2025-06-30"
MOST_INSTRUMENTS = 5000
BOARDS = ((0, ".SZ", 0.35), (300000, ".SZ", 0.60), (600000, ".SH", 0.90), (688000, ".SH", 1.0))
"""Where a board's codes begin, its exchange, and the share of the market up to and including it."""


def simulate(
    lake: BarLake, *, twin: Twin, instruments: int, days: int, seed: int, end: str | None = None
) -> IngestReport:
    """Write minute bars, market caps and industries of a synthetic market; ``lake.synthetic`` says what is in it.

    The same arguments write the same values. All of it is written or nothing, with a mark that says the lake is
    simulated (``BarLake.simulated``); to repeat a call does no harm.

    Parameters
    ----------
    lake : holds nothing, or the very same simulation.
    twin : "planted", where the side of the periodic orders pays in the days after, or "null", where nothing does.
    instruments : 1 to 5000.
    days : trading days, 1 or more, counted back on the real calendar from ``end``.
    seed : 0 or more.
    end : last day, ISO; 2025-06-30 by default. Where it is no trading day, the one before it.

    Returns
    -------
    The report on the minute bars.

    Raises
    ------
    DataError : the lake holds anything else, an unknown twin, a number out of range.
    """
    lake.require_writable()
    labels, dates = _labels(instruments), _last_days(days, end or DEFAULT_END)
    market = SyntheticMarket(twin, labels, seed)
    mark = Simulation(twin, instruments, days, seed, str(dates[-1]))
    names = pa.array(labels.tolist())
    caps: list[pa.Table] = []

    def bars() -> Iterator[pa.Table]:
        for date in dates:
            today = market.next_day(date)
            caps.append(_cap_rows(date, names, today))
            yield _bar_rows(date, names, today)

    with writing(lake.root) as staging:
        _require_nothing_else(lake, mark)
        stage = partial(stage_table, lake, staging, source=f"simulate {mark.label}")
        report = stage(bars(), table="cn_stock_bar1m")
        stage(caps, table="cn_stock_valuation")
        stage((_industry_rows(date, names, market) for date in dates), table="cn_stock_industry_component")
        mark.write(staging.new)
        staging.publish()
    return report


def _bar_rows(date: np.datetime64, names: pa.Array, today: MarketDay) -> pa.Table:
    row, column = np.nonzero(today.there)
    ends = date.astype("datetime64[us]") + SESSION.astype("timedelta64[m]")
    prices = {name: values[row, column] for name, values in today.prices.items()}
    shares = today.shares[row, column]
    return pa.table(
        {
            "date": ends[column],
            "instrument": names.take(pa.array(row)),
            "adjust_factor": today.adjust_factor[row],
            **prices,
            "volume": shares.astype(np.int64),
            "amount": shares * (sum(prices.values()) / len(prices)),
        }
    )


def _cap_rows(date: np.datetime64, names: pa.Array, today: MarketDay) -> pa.Table:
    caps = {"total_market_cap": today.total_market_cap, "float_market_cap": today.float_market_cap}
    return pa.table({**_key(date, names), **caps})


def _industry_rows(date: np.datetime64, names: pa.Array, market: SyntheticMarket) -> pa.Table:
    numbers = market.industry.tolist()
    industry = {
        "industry": ["sw2021"] * len(numbers),
        "industry_level1_code": [f"{801010 + 10 * number}.SI" for number in numbers],
        "industry_level1_name": [f"行业{number + 1:02d}" for number in numbers],
    }
    return pa.table({**_key(date, names), **industry})


def _key(date: np.datetime64, names: pa.Array) -> dict[str, object]:
    return {"date": np.full(len(names), date.astype("datetime64[us]")), "instrument": names}


def _labels(count: int) -> Labels:
    """That many codes over the boards, ascending."""
    if not 1 <= count <= MOST_INSTRUMENTS:
        raise DataError("no such market", seen=count, expected=f"1 to {MOST_INSTRUMENTS} instruments")
    codes: list[str] = []
    for first, exchange, upto in BOARDS:
        wanted = round(upto * count) - len(codes)
        codes += [f"{first + number:06d}{exchange}" for number in range(1, wanted + 1)]
    return np.array(codes)


def _last_days(count: int, end: str) -> Dates:
    known = trading_days(FIRST_DAY, end)
    if not 1 <= count <= len(known):
        raise DataError("no such stretch of days", seen=(count, end), expected=f"1 to {len(known)} days before the end")
    return known[-count:]


def _require_nothing_else(lake: BarLake, mark: Simulation) -> None:
    held = Simulation.of(lake.root)
    if held == mark or (held is None and not lake.table_names()):
        return
    raise DataError(
        "the lake holds bars that are not of this market",
        seen=held or lake.table_names(),
        expected="an empty lake, or the very same simulation",
        hint="simulate into a new workspace",
        path=lake.root,
    )
