"""Groups by factor value, and the two books made of them."""

from dataclasses import dataclass, field

import numpy as np

from dripstone.arrays import Bools, DayInstrument, Floats, PerDay
from dripstone.evaluation.record import DAILY
from dripstone.evaluation.series import (
    ROUNDING,
    Daily,
    Estimate,
    annual_return,
    average,
    compound,
    estimate,
    max_drawdown,
)
from dripstone.kernels.crosssection import group_by_rank, rank_correlation_by_row

__all__ = ["Book", "GroupEvaluation", "evaluate_groups", "form_groups", "tie_blocks"]

_DISTINCT_PER_GROUP = 5
"""Fewer distinct values a group than this say too little to rank by; ten groups need 50."""


@dataclass(frozen=True, eq=False, slots=True)
class Book:
    """A portfolio formed anew each day, held for one label.

    Parameters
    ----------
    returns : by day, before cost, and their mean with its uncertainty.
    nav : (n_day,) compounded from 1.
    annual_return, max_drawdown : of ``nav``.
    turnover_per_day : half the sum of |new weight - drifted old weight|, 0..1.
    """

    returns: Estimate
    nav: PerDay = field(metadata=DAILY)
    annual_return: float
    max_drawdown: float
    turnover_per_day: Daily


@dataclass(frozen=True, eq=False, slots=True)
class GroupEvaluation:
    """Equal-weighted groups by factor value; group 1 holds the smallest values, the last group the largest.

    Parameters
    ----------
    group_count : Q.
    n_days : days with a book.
    returns : (n_day, Q) mean return of each group; NaN on a day without a book.
    mean_return : (Q,) mean over the days.
    nav : (n_day, Q) compounded from 1.
    annual_return : (Q,)
    monotonicity : Spearman correlation of group number and mean return.
    long_short : last group less first, gross exposure 200 %; its turnover is the mean of the two legs.
    long_excess : last group less the mean of all instruments measured; its turnover is the last group's.
    new_names : share of the last group's instruments that it did not hold the day before.
    """

    group_count: int
    n_days: int
    returns: Floats = field(metadata=DAILY)
    mean_return: Floats
    nav: Floats = field(metadata=DAILY)
    annual_return: Floats
    monotonicity: float
    long_short: Book
    long_excess: Book
    new_names: Daily


def tie_blocks(ranks: DayInstrument) -> tuple[PerDay, PerDay]:
    """By day, the number of instruments in the largest block of equal values, and the number of distinct values.

    Parameters
    ----------
    ranks : (n_day, n) average ranks, NaN where missing. Equal values and no others share a rank.
    """
    n_day, n = ranks.shape
    row, column = np.nonzero(np.isfinite(ranks))
    halves = np.rint(2 * ranks[row, column]).astype(np.intp)  # average ranks are multiples of a half, 1..n
    sizes = np.bincount(row * (2 * n + 1) + halves, minlength=n_day * (2 * n + 1)).reshape(n_day, 2 * n + 1)
    return sizes.max(axis=1, initial=0).astype(np.float64), np.sum(sizes > 0, axis=1).astype(np.float64)


def form_groups(ranks: DayInstrument, ties: tuple[PerDay, PerDay], groups: int) -> tuple[DayInstrument, Bools]:
    """The group of each cell, 0..groups-1, and the days whose values are too tied to be grouped.

    A day is degenerate when one tie block holds more than 1/groups of its instruments, when it has fewer than
    5 distinct values a group, or when ties leave a group empty. Its cells are NaN.

    Parameters
    ----------
    ranks : (n_day, n) average ranks, NaN where missing.
    ties : what ``tie_blocks`` makes of them.
    groups : 2 or more.
    """
    position = group_by_rank(ranks, groups)
    count = np.isfinite(ranks).sum(axis=1)
    largest, distinct = ties
    degenerate = (largest * groups > count) | (distinct < _DISTINCT_PER_GROUP * groups)
    for group in range(groups):
        degenerate |= ~np.any(position == group, axis=1)
    return np.where(degenerate[:, np.newaxis], np.nan, position), degenerate & (count > 0)


def evaluate_groups(position: DayInstrument, returns: DayInstrument, *, groups: int) -> GroupEvaluation:
    """Group returns, the long-short book and the long-only excess.

    Parameters
    ----------
    position : (n_day, n) group 0..groups-1; a row of NaN is a day without a book.
    returns : (n_day, n) fractions, finite wherever ``position`` is.
    groups : Q, every one of them filled on a day that has any.
    """
    n_day = len(position)
    row, column = np.nonzero(np.isfinite(position))
    cell = row * groups + position[row, column].astype(np.intp)
    count = np.bincount(cell, minlength=n_day * groups).reshape(n_day, groups)
    total = np.bincount(cell, weights=returns[row, column], minlength=n_day * groups).reshape(n_day, groups)
    has_book = count.sum(axis=1) > 0
    by_group = np.full((n_day, groups), np.nan)
    by_group[has_book] = total[has_book] / count[has_book]
    universe = np.full(n_day, np.nan)
    universe[has_book] = total[has_book].sum(axis=1) / count[has_book].sum(axis=1)
    n_days = int(has_book.sum())
    nav = compound(by_group)
    top, bottom = position == groups - 1, position == 0
    top_turnover, bottom_turnover = _turnover(top, returns), _turnover(bottom, returns)
    mean_return = by_group[has_book].mean(axis=0)
    order = np.arange(groups, dtype=np.float64)
    return GroupEvaluation(
        group_count=groups,
        n_days=n_days,
        returns=by_group,
        mean_return=mean_return,
        nav=nav,
        annual_return=np.array([annual_return(nav[:, group], n_days) for group in range(groups)]),
        monotonicity=float(rank_correlation_by_row(order, np.round(mean_return / ROUNDING))),
        long_short=_book(by_group[:, -1] - by_group[:, 0], (top_turnover + bottom_turnover) / 2),
        long_excess=_book(by_group[:, -1] - universe, top_turnover),
        new_names=average(_new_names(top)),
    )


def _book(returns: PerDay, turnover: PerDay) -> Book:
    result, nav = estimate(returns), compound(returns)
    return Book(result, nav, annual_return(nav, result.n_days), max_drawdown(nav), average(turnover))


def _turnover(member: Bools, returns: DayInstrument) -> PerDay:
    """Half the sum over instruments of |equal weight today - yesterday's weight after its return|.

    The label of yesterday ends where today's is entered, so it is what moved the weights in between. NaN where
    today or the day before has no book.
    """
    weight = _equal_weight(member)
    grown = np.where(member, weight * (1 + np.where(member, returns, 0.0)), 0.0)
    whole = grown.sum(axis=1, keepdims=True)
    drifted = grown / np.where(whole > 0, whole, np.nan)
    turnover = np.full(len(member), np.nan)
    turnover[1:] = np.abs(weight[1:] - drifted[:-1]).sum(axis=1) / 2
    return turnover


def _equal_weight(member: Bools) -> DayInstrument:
    count = member.sum(axis=1, keepdims=True)
    return member / np.where(count > 0, count, np.nan)


def _new_names(member: Bools) -> PerDay:
    """Share of today's members that were no members the day before; NaN where either day has none."""
    count = member.sum(axis=1).astype(np.float64)
    count[count == 0] = np.nan
    share = np.full(len(member), np.nan)
    share[1:] = np.where(np.isfinite(count[:-1]), 1 - (member[1:] & member[:-1]).sum(axis=1) / count[1:], np.nan)
    return share
