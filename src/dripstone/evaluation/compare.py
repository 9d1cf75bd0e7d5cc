"""Is a variant better than its baseline? Paired by day and instrument, at the same smoothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, Self

import numpy as np
from scipy.special import stdtr, stdtrit

from dripstone.arrays import PerDay
from dripstone.errors import DataError, SettingsError
from dripstone.evaluation.definition import IN_SAMPLE_WARNING
from dripstone.evaluation.evaluate import SPANS, by_span, group_count, smoothed
from dripstone.evaluation.record import as_record
from dripstone.evaluation.series import ROUNDING, Daily, Estimate, average, estimate
from dripstone.evaluation.span import SpanEvaluation, measure
from dripstone.kernels.crosssection import rank_correlation_by_row
from dripstone.panel import Panel

__all__ = ["Comparison", "SpanComparison", "Verdict", "compare"]

Verdict = Literal["candidate", "no evidence"]
"""The third word, "confirmed", takes a holdout and is not given here."""

_LEVEL = 0.05
_LEAST_DAYS = 20
"""Fewer days than this are evidence of nothing: a standard error from them is not to be trusted."""
_POWER_Z = 0.8416
"""The normal quantile of 0.8: a true difference so many errors beyond the threshold is found four times in five."""


@dataclass(frozen=True, eq=False, slots=True)
class SpanComparison:
    """Variant against baseline at one smoothing span, on the cells where both and the return are finite.

    Parameters
    ----------
    variant, baseline : measured on those cells, read in the declared sign.
    difference : RankIC of the variant less RankIC of the baseline, by day; its win rate is the share of days on
        which the variant is better.
    difference_error : of its mean: the larger of Newey-West's standard error and sd / sqrt(T). Differences of
        one-day labels hardly overlap, and on 60 days Newey-West's alone makes 5% of 27 looks 12%.
    difference_low, difference_high : 95% interval of the mean difference.
    p_value : of no difference, two-sided.
    p_bonferroni : p_value x looks, at most 1.
    minimum_detectable : the true difference that the test of ``p_bonferroni`` finds four times in five.
    rank_correlation : |Spearman| of the two factors, on the days compared.
    verdict : "candidate" when the mean difference is above 0, p_bonferroni at most 0.05 and the days at least 20, else
        "no evidence".
    """

    variant: SpanEvaluation
    baseline: SpanEvaluation
    difference: Estimate
    difference_error: float
    difference_low: float
    difference_high: float
    p_value: float
    p_bonferroni: float
    minimum_detectable: float
    rank_correlation: Daily
    verdict: Verdict


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """A variant against its baseline, with what it took to find the variant.

    Parameters
    ----------
    variant, baseline, label : names of the panels.
    declared_sign, baseline_sign : +1, or -1 where high values are declared to mean low returns: that factor is read
        the other way, its RankIC and its groups with it.
    tries : variants that were tried, failures and this one included; set by ``after``.
    looks : tries x spans, the number of tests that p_bonferroni pays for.
    verdict : "candidate" when any span is one.
    spans : smoothing span in days -> comparison.
    refused_spans : smoothing span in days -> why nothing could be compared.
    """

    variant: str
    baseline: str
    label: str
    declared_sign: int
    baseline_sign: int
    tries: int
    looks: int
    verdict: Verdict
    spans: Mapping[int, SpanComparison]
    refused_spans: Mapping[int, str]

    def after(self, tries: int) -> Self:
        """The same measurement, judged anew when so many variants have been tried, this one included.

        Raises
        ------
        SettingsError : fewer than 1.
        """
        if tries < 1:
            raise SettingsError("no such number of tries", seen=tries, expected="1 or more: this variant is one")
        looks = tries * (len(self.spans) + len(self.refused_spans))
        spans = {span: _judged(comparison, looks) for span, comparison in self.spans.items()}
        return replace(self, tries=tries, looks=looks, spans=spans, verdict=_best(spans))

    def as_dict(self, *, daily: bool = True) -> dict[str, object]:
        """JSON-able, names as here, NaN as None, with the warning that belongs to every verdict."""
        record = {f.name: as_record(getattr(self, f.name), daily=daily) for f in fields(self)}
        return record | {"warning": as_record(IN_SAMPLE_WARNING)}


def compare(
    variant: Panel,
    baseline: Panel,
    returns: Panel,
    *,
    spans: Sequence[int] = SPANS,
    min_instruments: int = 50,
    sign: int = 1,
    baseline_sign: int = 1,
) -> Comparison:
    """Measure variant and baseline on the same cells and test the mean difference of their daily RankICs.

    The sign is declared before looking, by the report or the baseline; taking each factor's own would choose by
    the outcome. The result is judged as a first try: ``Comparison.after`` judges it by the number of tries it took.

    Parameters
    ----------
    variant, baseline : factor panels, any unit.
    returns : fractions stamped at the factor's day.
    spans : smoothing spans in days; both factors are smoothed alike.
    min_instruments : common cells a day needs, 3 or more.
    sign, baseline_sign : +1, or -1 to read the variant, or the baseline, the other way.

    Returns
    -------
    Comparison; ``DEFINITIONS`` says what each number in it is.

    Missing data
    ------------
    A cell takes part when variant, baseline (both after smoothing) and return are finite.

    Raises
    ------
    DataError : no day can be compared at any span; returns that are no fractions above -1.
    SettingsError : sign, spans or min_instruments make no sense.
    """
    if {sign, baseline_sign} - {1, -1}:
        raise SettingsError("no such sign", seen=(sign, baseline_sign), expected="+1 or -1")
    if sign < 0:
        variant = variant.with_values(-variant.values)
    if baseline_sign < 0:
        baseline = baseline.with_values(-baseline.values)
    groups = group_count(returns, None)

    def run(span: int) -> SpanComparison:
        new, old = _common(variant, baseline, returns, span_days=span)
        labels = returns.reindex(new.dates, new.instruments)
        ours = measure(new, labels, span_days=span, groups=groups, min_instruments=min_instruments)
        theirs = measure(old, labels, span_days=span, groups=groups, min_instruments=min_instruments)
        likeness = np.abs(rank_correlation_by_row(new.values, old.values))
        return _contrast(ours, theirs, likeness, looks=len(spans))

    compared, refused = by_span(spans, run)
    return Comparison(
        variant=variant.name,
        baseline=baseline.name,
        label=returns.name,
        declared_sign=sign,
        baseline_sign=baseline_sign,
        tries=1,
        looks=len(spans),
        verdict=_best(compared),
        spans=compared,
        refused_spans=refused,
    )


def _common(variant: Panel, baseline: Panel, returns: Panel, *, span_days: int) -> tuple[Panel, Panel]:
    """Both factors smoothed, on the same days, without the cells that not both have."""
    ours, theirs = (smoothed(panel, returns, span_days=span_days) for panel in (variant, baseline))
    dates = np.intersect1d(ours.dates, theirs.dates)
    if not len(dates):
        raise DataError(
            "variant and baseline have no day in common",
            seen={"variant": str(ours.dates[-1]), "baseline": str(theirs.dates[-1]), "span_days": span_days},
            expected="days that both cover",
            hint="compute both for the same window",
        )
    ours, theirs = (panel.reindex(dates, returns.instruments) for panel in (ours, theirs))
    lacking = ~(np.isfinite(ours.values) & np.isfinite(theirs.values))
    return (
        ours.with_values(np.where(lacking, np.nan, ours.values)),
        theirs.with_values(np.where(lacking, np.nan, theirs.values)),
    )


def _contrast(variant: SpanEvaluation, baseline: SpanEvaluation, likeness: PerDay, *, looks: int) -> SpanComparison:
    difference = estimate(variant.rank_ic.values - baseline.rank_ic.values)
    if not difference.n_days:
        raise DataError(
            "no day on which both factors can be measured",
            seen={"variant": variant.n_days, "baseline": baseline.n_days},
            expected="days measured for both",
            hint="one of them does not vary on the days of the other",
        )
    error = float(np.maximum(difference.standard_error, difference.sd / np.sqrt(difference.n_days)))
    freedom = difference.n_days - 1
    reach = _threshold(freedom, looks=1) * error
    p_value = float(2 * stdtr(freedom, -abs(difference.mean) / error)) if error > ROUNDING else np.nan
    unpaid = SpanComparison(
        variant=variant,
        baseline=baseline,
        difference=difference,
        difference_error=error,
        difference_low=difference.mean - reach,
        difference_high=difference.mean + reach,
        p_value=p_value,
        p_bonferroni=p_value,
        minimum_detectable=np.nan,
        rank_correlation=average(np.where(np.isfinite(difference.values), likeness, np.nan)),
        verdict="no evidence",
    )
    return _judged(unpaid, looks)


def _judged(comparison: SpanComparison, looks: int) -> SpanComparison:
    """The same measurement, paying for so many looks."""
    difference, paid = comparison.difference, float(np.minimum(comparison.p_value * looks, 1.0))
    reach = _threshold(difference.n_days - 1, looks=looks) + _POWER_Z
    enough = difference.n_days >= _LEAST_DAYS
    return replace(
        comparison,
        p_bonferroni=paid,
        minimum_detectable=reach * comparison.difference_error,
        verdict="candidate" if enough and difference.mean > 0 and paid <= _LEVEL else "no evidence",
    )


def _threshold(freedom: int, *, looks: int) -> float:
    """Standard errors from zero beyond which one of so many two-sided tests counts."""
    return float(-stdtrit(freedom, _LEVEL / 2 / looks)) if freedom else np.nan


def _best(spans: Mapping[int, SpanComparison]) -> Verdict:
    return "candidate" if any(c.verdict == "candidate" for c in spans.values()) else "no evidence"
