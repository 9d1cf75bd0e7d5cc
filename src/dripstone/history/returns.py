"""Returns that could have been traded, made from the lake's own bars."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from dripstone.arrays import Dates
from dripstone.evaluation.label import Label, forward_return
from dripstone.factors.registry import library
from dripstone.history.compute import compute
from dripstone.history.executor import Executor
from dripstone.lake import BarLake
from dripstone.lake.tradingday import TradingDays
from dripstone.market.calendar import as_day
from dripstone.market.limit import price_limit
from dripstone.panel import Panel
from dripstone.store import FactorStore

__all__ = ["tradable_returns"]

Day: TypeAlias = np.datetime64 | str | None

_DAYS_AHEAD = 2


def tradable_returns(
    lake: BarLake, store: FactorStore, executor: Executor, *, start: Day = None, end: Day = None
) -> Label:
    """The label of ``evaluation.label.forward_return`` over start..end, both inclusive; None leaves that side open.

    The library factor ``execution`` is computed for those days and the two days held after them, which the label
    needs, and kept in the store. The price limit is the board's, by code.

    Returns
    -------
    Label on the days of start..end; ``excluded`` counts those days only.

    Raises
    ------
    DataError : the lake is empty or holds no day of the range.
    FactorError : the prices cannot be computed.
    """
    held = lake.dates()
    last = None if end is None else _ahead(held, as_day(end))
    spec = library()["execution"]
    compute([spec], lake=lake, store=store, start=start, end=last, executor=executor).raise_failure()
    panels = {name: store.panel(spec.fingerprint, name, start=start, end=last) for name in spec.columns}
    label = _label(panels, lake)
    days = panels["last_close"].dates
    later = days[days > as_day(end)] if end is not None else days[:0]
    if not len(later):
        return label
    # Whether a day has a label depends on later days only, so what the later days exclude can be taken off again.
    surplus = _label({name: panel.between(later[0], None) for name, panel in panels.items()}, lake).excluded
    excluded = {reason: count - surplus[reason] for reason, count in label.excluded.items()}
    return replace(label, returns=label.returns.between(None, end), excluded=excluded)


def _label(execution: Mapping[str, Panel], lake: BarLake) -> Label:
    prices = execution["last_close"]
    first, last = prices.dates[[0, -1]]
    # The days held win over the calendar: the lake saw trading on them.
    calendar = np.union1d(TradingDays(lake).between(first, last), prices.dates)
    limit = np.array([price_limit(prices.instruments, day) for day in prices.dates])
    return forward_return(execution, calendar=calendar, limit=prices.with_values(limit, name="price limit"))


def _ahead(held: Dates, end: np.datetime64) -> np.datetime64:
    """The day held ``_DAYS_AHEAD`` after the last one up to ``end``, or the last one held."""
    after = held[held > end]
    return after[:_DAYS_AHEAD][-1] if len(after) else end
