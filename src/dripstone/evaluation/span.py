"""One smoothing span: every number about one factor on one set of days and instruments."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dripstone.arrays import Bools, Dates, DayInstrument, PerDay
from dripstone.errors import DataError, SettingsError
from dripstone.evaluation.group import GroupEvaluation, evaluate_groups, form_groups, tie_blocks
from dripstone.evaluation.record import DAILY
from dripstone.evaluation.series import ROUNDING, Daily, Estimate, average, estimate
from dripstone.kernels.crosssection import correlation_by_row, rank_average, rank_correlation_by_row, zscore
from dripstone.kernels.despike import clip_mad
from dripstone.panel import Panel

__all__ = ["SpanEvaluation", "measure"]

_DEGENERATE_SHARE = 0.1
"""With more than this share of its days degenerate, a factor has no groups at all."""


@dataclass(frozen=True, eq=False, slots=True)
class SpanEvaluation:
    """All that is measured at one smoothing span. Every daily array lies on ``dates``.

    Parameters
    ----------
    span_days : the factor is the mean of its last ``span_days`` days.
    dates : (n_day,) days of the returns, from the first day that can have a smoothed value.
    n_days : days measured.
    excluded_days : reason -> days not measured: no_return, no_factor, few_pairs (each below the least number of
        instruments), constant (factor or returns do not vary).
    pairs : instruments with factor and return.
    rank_ic, ic : correlation of factor and return across instruments.
    sign : +1, or -1 where the mean RankIC is negative. Used for win rates only; nothing is turned round.
    coverage : share of the instruments with a return that have a factor value.
    tie_share : share of the pairs in the largest block of equal factor values.
    distinct_values : different factor values among the pairs.
    rank_autocorrelation : rank correlation of the factor with itself one day before.
    degenerate_days : days too tied to be grouped.
    degenerate : more than a tenth of the days are.
    groups : None where refused.
    groups_refused : why, or "".
    """

    span_days: int
    dates: Dates = field(metadata=DAILY)
    n_days: int
    excluded_days: Mapping[str, int]
    pairs: Daily
    rank_ic: Estimate
    ic: Estimate
    sign: int
    coverage: Daily
    tie_share: Daily
    distinct_values: Daily
    rank_autocorrelation: Daily
    degenerate_days: int
    degenerate: bool
    groups: GroupEvaluation | None
    groups_refused: str


def measure(factor: Panel, returns: Panel, *, span_days: int, groups: int, min_instruments: int) -> SpanEvaluation:
    """Measure values that are smoothed already against returns of the same days and instruments.

    Raises
    ------
    DataError : no day has enough pairs.
    SettingsError : ``min_instruments`` below 3.
    """
    if min_instruments < 3:
        raise SettingsError("too few instruments for a cross-section", seen=min_instruments, expected="3 or more")
    pair = np.isfinite(factor.values) & np.isfinite(returns.values)
    values, labels = np.where(pair, factor.values, np.nan), np.where(pair, returns.values, np.nan)
    ranks = rank_average(values)
    rank_ic = correlation_by_row(ranks, rank_average(labels))
    kept, excluded = _sort_out(factor, returns, rank_ic, min_instruments)
    ranks[~kept] = np.nan
    n_pairs, n_returns = np.sum(pair, axis=1), np.isfinite(returns.values).sum(axis=1)
    largest, distinct = ties = tie_blocks(ranks)
    position, degenerate = form_groups(ranks, ties, groups)
    refused = _refusal(degenerate, kept, groups)
    ic = correlation_by_row(clip_mad(zscore(values)), labels)
    sign = -1 if np.mean(rank_ic[kept]) < -ROUNDING else 1
    return SpanEvaluation(
        span_days=span_days,
        dates=factor.dates,
        n_days=int(kept.sum()),
        excluded_days=excluded,
        pairs=average(np.where(kept, n_pairs, np.nan)),
        rank_ic=estimate(np.where(kept, rank_ic, np.nan), sign=sign),
        ic=estimate(np.where(kept, ic, np.nan), sign=sign),
        sign=sign,
        coverage=average(np.where(n_returns >= min_instruments, n_pairs / np.maximum(n_returns, 1), np.nan)),
        tie_share=average(np.where(kept, largest / np.maximum(n_pairs, 1), np.nan)),
        distinct_values=average(np.where(kept, distinct, np.nan)),
        rank_autocorrelation=average(_autocorrelation(factor.values, min_instruments)),
        degenerate_days=int(degenerate.sum()),
        degenerate=bool(refused),
        groups=None if refused else evaluate_groups(position, labels, groups=groups),
        groups_refused=refused,
    )


def _sort_out(factor: Panel, returns: Panel, rank_ic: PerDay, least: int) -> tuple[Bools, dict[str, int]]:
    """The days that can be measured, and how many cannot, by the first reason that applies."""
    has_factor, has_return = np.isfinite(factor.values), np.isfinite(returns.values)
    reasons = {
        "no_return": has_return.sum(axis=1) < least,
        "no_factor": has_factor.sum(axis=1) < least,
        "few_pairs": np.sum(has_factor & has_return, axis=1) < least,
        "constant": ~np.isfinite(rank_ic),
    }
    kept = np.ones(len(rank_ic), bool)
    excluded: dict[str, int] = {}
    for reason, applies in reasons.items():
        excluded[reason] = int(np.sum(kept & applies))
        kept &= ~applies
    if not kept.any():
        raise DataError(
            "no day can be measured",
            seen=excluded,
            expected=f"a day with at least {least} instruments that have factor and return",
            hint="lower min_instruments, take more instruments or days, or look at why the factor is missing",
            factor=factor.name or None,
        )
    return kept, excluded


def _refusal(degenerate: Bools, kept: Bools, groups: int) -> str:
    bad, days = int(degenerate.sum()), int(kept.sum())
    if bad <= _DEGENERATE_SHARE * days:
        return ""
    return (
        f"degenerate on {bad} of {days} days: a tie block above 1/{groups} of the instruments, "
        f"too few distinct values, or an empty group"
    )


def _autocorrelation(values: DayInstrument, least: int) -> PerDay:
    """Rank correlation of each day with the day before, among the instruments that have both."""
    result = np.full(len(values), np.nan)
    common = np.sum(np.isfinite(values[1:]) & np.isfinite(values[:-1]), axis=1)
    result[1:] = np.where(common >= least, rank_correlation_by_row(values[1:], values[:-1]), np.nan)
    return result
