"""What the lake accepts and reports: facts about a day that a researcher should know before trusting it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dripstone.arrays import Labels, MinuteLabels, PerInstrument
from dripstone.lake.column import encode, minute_of_day, to_floats, to_times
from dripstone.market.limit import price_limit
from dripstone.market.session import AUCTION, SESSION, label

__all__ = ["Ends", "Finding", "day_ends", "find_gaps", "find_in_day"]

_QUIET = (898, 899)  # 14:58 and 14:59: the closing auction is on, no bar trades
_GAP_TOLERANCE = 0.005
_UNIT_RATIO = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about accepted data.

    Parameters
    ----------
    kind : "missing_minutes", "partial_day", "zero_volume", "missing_values", "suspected_unit", "suspected_ex_right",
        "source_note".
    date : the trading day; None for a fact about a whole file.
    instrument : the instrument, or the one most touched of several; "" for none.
    count : how many bars or values (for gaps: 1).
    detail : the fact in words.
    """

    kind: str
    date: np.datetime64 | None
    instrument: str
    count: int
    detail: str


@dataclass(frozen=True, slots=True)
class Ends:
    """Each instrument's first open and last close of one day, and whether it has an adjust_factor."""

    date: np.datetime64
    instruments: Labels
    opened: PerInstrument
    closed: PerInstrument
    adjusted: npt.NDArray[np.bool_]


def find_in_day(rows: pa.Table, date: np.datetime64) -> list[Finding]:
    """Missing minutes, a partial day, zero volume, missing values and a suspected unit, one finding a kind and day."""
    codes, names = encode(rows["instrument"])
    minutes = minute_of_day(to_times(rows["date"]))
    held = np.unique(minutes)
    absent = np.setdiff1d(SESSION[SESSION != AUCTION], held)
    findings = [Finding("partial_day", date, "", absent.size, f"no instrument has a bar at {_ranges(absent)}")]
    missing = len(held) - np.bincount(codes, minlength=len(names))
    findings.append(_by_instrument("missing_minutes", date, names, missing, "bars missing that others have"))
    marks = {
        ("zero_volume", "bars without volume"): (to_floats(rows["volume"]) == 0) & ~np.isin(minutes, _QUIET),
        ("missing_values", "bars with a missing price, volume or amount"): _incomplete(rows),
        ("suspected_unit", "bars whose amount / volume is no price: not shares, or not yuan"): _off_unit(rows),
    }
    for (kind, what), marked in marks.items():
        counts = np.bincount(codes[marked], minlength=len(names))
        findings.append(_by_instrument(kind, date, names, counts, what))
    return [finding for finding in findings if finding.count]


def day_ends(rows: pa.Table, date: np.datetime64) -> Ends:
    """The first open and last close of each instrument, from rows sorted by instrument and minute."""
    codes, names = encode(rows["instrument"])
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    last = np.append(first[1:], len(codes)) - 1
    return Ends(
        date,
        names,
        to_floats(rows["open"])[first],
        to_floats(rows["close"])[last],
        np.isfinite(to_floats(rows["adjust_factor"])[first]),
    )


def find_gaps(before: Ends, after: Ends, instruments: Labels) -> list[Finding]:
    """Instruments without adjust_factor that open further from the previous close than their board allows.

    The board's limit applies to the ex-right reference price, so such a gap is an ex-right day, a first day of listing,
    or wrong data.
    """
    _, here, there = np.intersect1d(after.instruments, before.instruments, assume_unique=True, return_indices=True)
    names = after.instruments[here]
    move = after.opened[here] / before.closed[there] - 1
    suspect = np.abs(move) > price_limit(names, after.date) + _GAP_TOLERANCE
    suspect &= ~(after.adjusted[here] & before.adjusted[there]) & np.isin(names, instruments)
    return [
        Finding(
            "suspected_ex_right",
            after.date,
            str(names[i]),
            1,
            f"opens {move[i]:+.2%} from the previous close, beyond the board's limit, and has no adjust_factor",
        )
        for i in np.flatnonzero(suspect)
    ]


def _by_instrument(kind: str, date: np.datetime64, names: Labels, counts: npt.NDArray[np.int64], what: str) -> Finding:
    total, worst = int(counts.sum()), int(np.argmax(counts))
    detail = f"{total} {what}; instruments: {np.count_nonzero(counts)}, most: {names[worst]} with {counts[worst]}"
    return Finding(kind, date, str(names[worst]), total, detail)


def _incomplete(rows: pa.Table) -> npt.NDArray[np.bool_]:
    marked = np.zeros(len(rows), bool)
    for name in ("open", "close", "high", "low", "volume", "amount"):
        marked |= rows[name].is_null().to_numpy()
    return marked


def _off_unit(rows: pa.Table) -> npt.NDArray[np.bool_]:
    """Bars whose amount / volume is nowhere near their price: lots for shares, thousands for yuan."""
    volume, amount, close = (to_floats(rows[name]) for name in ("volume", "amount", "close"))
    expected = volume * close
    traded = (volume > 0) & (amount > 0)
    return traded & ((amount > expected * _UNIT_RATIO) | (amount < expected / _UNIT_RATIO))


def _ranges(minutes: MinuteLabels) -> str:
    """Minutes as text: '09:31..09:45, 14:58'; a step from 11:30 to 13:01 does not break a range."""
    at = np.searchsorted(SESSION, minutes)
    runs = np.split(minutes, np.flatnonzero(np.diff(at) > 1) + 1)
    texts = [
        label(int(run[0])) if len(run) == 1 else f"{label(int(run[0]))}..{label(int(run[-1]))}"
        for run in runs
        if len(run)
    ]
    return ", ".join(texts)
