"""The label: the return that could have been traded after the factor was known."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dripstone.arrays import Bools, Dates, DayInstrument, PerInstrument, as_floats
from dripstone.errors import DataError
from dripstone.evaluation.definition import DEFINITIONS
from dripstone.evaluation.record import as_record
from dripstone.panel import Panel

__all__ = ["EXECUTION_COLUMNS", "Label", "forward_return"]

EXECUTION_COLUMNS = ("vwap_open30", "first_open", "last_close", "adjust_factor")
"""What the label is made of: raw prices in yuan, and the cumulative adjust factor (1) known on that day."""

_TICK_YUAN = 0.01


@dataclass(frozen=True, eq=False, slots=True)
class Label:
    """Returns stamped at the day of the factor.

    Parameters
    ----------
    returns : fractions; NaN where there is none.
    definition : what they are, one sentence.
    excluded : reason -> instrument-days with a bar on the factor's day but no return. Every reason is there, with
        0 where it did not occur: after_last_day, day_not_held, no_trade, gap_unchecked, ex_right.
    """

    returns: Panel
    definition: str
    excluded: Mapping[str, int]

    def as_dict(self) -> dict[str, object]:
        """The definition and the counts as JSON-able data; the returns stay a panel."""
        return {"definition": self.definition, "excluded": as_record(self.excluded)}


def forward_return(execution: Mapping[str, Panel], *, calendar: Dates, limit: PerInstrument | Panel) -> Label:
    """VWAP of 09:31-10:00 of the next trading day to the same of the day after, stamped at the factor's day d.

    vwap(d+2) adj(d+2) / (vwap(d+1) adj(d+1)) - 1, with d+1 and d+2 counted on ``calendar``: a trading day that is
    not held leaves a hole and never lengthens the horizon. Without the adjust factor of both days the raw prices
    are used, and a return is left out where the open of d+2 lies beyond the price limit around the close of d+1
    (one tick allowed): no trading moves it there, so it is taken for an ex-right day. Smaller cash dividends
    cannot be told from trading and stay in.

    Parameters
    ----------
    execution : the columns of the library factor ``execution``: vwap_open30, first_open, last_close (yuan, raw),
        adjust_factor (1, cumulative; NaN where unknown). ``last_close`` says which days are held and who has bars.
    calendar : (n,) trading days, ascending; holds every trading day from the first to the last of the panels.
    limit : the board's price limit as a fraction (0.10): (n_instrument,) in the order of ``last_close``, or a
        panel by day.

    Returns
    -------
    Label on the days and instruments of ``last_close``.

    Null value
    ----------
    0, an instrument that does not move.

    Missing data
    ------------
    An instrument without a bar on day d has no label for d and is not counted; every other cell without a
    return is counted under the first reason that applies, in the order of ``Label.excluded``.

    Raises
    ------
    DataError : a column is missing, a price or factor is not positive, a day is not on the calendar, or limit
        does not fit the instruments.
    """
    held, days = _checked(execution, calendar)
    vwap, adj, opened, closed = (
        panel.reindex(days, held.instruments).values
        for panel in (execution["vwap_open30"], execution["adjust_factor"], execution["first_open"], held)
    )
    there = np.isin(days, held.dates)[:, np.newaxis]
    row = np.arange(len(days))[:, np.newaxis]
    growth = _ahead(adj, 2) / _ahead(adj, 1)
    gap_from = _ahead(closed, 1)
    jump = np.abs(_ahead(opened, 2) - gap_from)
    reach = _ahead(_limits(limit, days, held), 2) * gap_from + _TICK_YUAN
    reasons: dict[str, Bools] = {
        "after_last_day": row + 2 >= len(days),
        "day_not_held": (_ahead(there, 1) + _ahead(there, 2)) < 2,
        "no_trade": ~np.isfinite(_ahead(vwap, 1) + _ahead(vwap, 2)),
        "gap_unchecked": ~np.isfinite(growth) & ~np.isfinite(jump + reach),
        "ex_right": ~np.isfinite(growth) & (jump > reach),
    }
    left = np.isfinite(closed)
    excluded: dict[str, int] = {}
    for reason, applies in reasons.items():
        excluded[reason] = int(np.sum(left & applies))
        left = left & ~applies
    returns = _ahead(vwap, 2) / _ahead(vwap, 1) * np.where(np.isfinite(growth), growth, 1.0) - 1
    panel = Panel(days, held.instruments, np.where(left, returns, np.nan), "forward_return")
    return Label(panel.reindex(held.dates, held.instruments), DEFINITIONS["label"].en, excluded)


def _checked(execution: Mapping[str, Panel], calendar: Dates) -> tuple[Panel, Dates]:
    """The panel that says what is held, and the trading days from its first to its last."""
    lacking = [name for name in EXECUTION_COLUMNS if name not in execution]
    if lacking:
        raise DataError(
            "the label lacks columns",
            seen=sorted(execution),
            expected=", ".join(EXECUTION_COLUMNS),
            hint="compute the library factor 'execution'",
        )
    for name in EXECUTION_COLUMNS:
        panel = execution[name]
        bad = np.argwhere((panel.values <= 0) | np.isinf(panel.values))
        if len(bad):
            day, instrument = bad[0]
            raise DataError(
                f"{name} is no price",
                seen=float(panel.values[day, instrument]),
                expected="above 0 and finite, or NaN for none",
                hint="look at the bars of that day and ingest them again",
                date=panel.dates[day],
                instrument=panel.instruments[instrument],
            )
    held = execution["last_close"]
    if not len(held.dates):
        raise DataError(
            "no day to make labels of", expected="at least one day of bars", hint="compute 'execution' first"
        )
    calendar = np.asarray(calendar, "datetime64[D]")
    off = held.dates[~np.isin(held.dates, calendar)]
    if len(off):
        raise DataError("a day is not on the trading calendar", seen=str(off[0]), expected="trading days only")
    first, last = np.searchsorted(calendar, held.dates[[0, -1]])
    return held, calendar[first : last + 1]


def _limits(limit: PerInstrument | Panel, days: Dates, held: Panel) -> DayInstrument:
    if isinstance(limit, Panel):
        return limit.reindex(days, held.instruments).values
    limit = as_floats(limit, name="limit")
    if limit.shape != held.instruments.shape:
        raise DataError("limit does not fit the instruments", seen=limit.shape, expected=f"({len(held.instruments)},)")
    return np.broadcast_to(limit, (len(days), len(limit)))


def _ahead(values: DayInstrument | Bools, days: int) -> DayInstrument:
    """Each row holds what the row ``days`` later held; NaN where there is no such row."""
    moved = np.full(values.shape, np.nan)
    moved[: max(len(values) - days, 0)] = values[days:]
    return moved
