"""Judge one factor: does its order of today say anything about the returns that could be traded next?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from dripstone.errors import DataError, SettingsError
from dripstone.evaluation.record import as_record
from dripstone.evaluation.span import SpanEvaluation, measure
from dripstone.kernels import rolling
from dripstone.panel import Panel

__all__ = ["SPANS", "Evaluation", "by_span", "evaluate", "group_count", "smoothed"]

SPANS = (1, 5, 20)
"""Smoothing spans in days, by default."""

_MANY_INSTRUMENTS = 500

T = TypeVar("T")


@dataclass(frozen=True, eq=False, slots=True)
class Evaluation:
    """Everything measured about one factor panel, and the settings used.

    Parameters
    ----------
    factor, label : names of the two panels.
    first_day, last_day : of the days both cover.
    n_instruments : instruments that have at least one factor value.
    infinite_values : factor values that were infinite; they are taken as missing.
    min_instruments : days with fewer pairs than this are not measured.
    spans : smoothing span in days -> what was measured.
    refused_spans : smoothing span in days -> why nothing could be measured.
    """

    factor: str
    label: str
    first_day: np.datetime64
    last_day: np.datetime64
    n_instruments: int
    infinite_values: int
    min_instruments: int
    spans: Mapping[int, SpanEvaluation]
    refused_spans: Mapping[int, str]

    def as_dict(self, *, daily: bool = True) -> dict[str, object]:
        """JSON-able, names as here, NaN as None; ``daily=False`` keeps the numbers without the arrays by day."""
        return {f.name: as_record(getattr(self, f.name), daily=daily) for f in fields(self)}


def evaluate(
    factor: Panel,
    returns: Panel,
    *,
    spans: Sequence[int] = SPANS,
    groups: int | None = None,
    min_instruments: int = 50,
) -> Evaluation:
    """Measure a factor against the returns stamped at its days.

    Parameters
    ----------
    factor : any unit; the order of its values is what counts.
    returns : fractions, such as ``forward_return(...).returns``. Their days and instruments are the universe.
    spans : smoothing spans in days.
    groups : number of groups; by default 10, or 5 where the median day has returns of fewer than 500 instruments.
    min_instruments : pairs a day needs to be measured, 3 or more.

    Returns
    -------
    Evaluation; ``DEFINITIONS`` says what each number in it is.

    Missing data
    ------------
    A cell takes part when factor and return are both finite. Days left out are counted by reason.

    Raises
    ------
    DataError : no common day or no day with enough pairs at any span; returns that are no fractions above -1.
    SettingsError : a span, a number of groups or of instruments that makes no sense.
    """
    count = group_count(returns, groups)

    def run(span: int) -> SpanEvaluation:
        panel = smoothed(factor, returns, span_days=span)
        labels = returns.reindex(panel.dates, panel.instruments)
        return measure(panel, labels, span_days=span, groups=count, min_instruments=min_instruments)

    measured, refused = by_span(spans, run)
    days = np.concatenate([result.dates for result in measured.values()])
    return Evaluation(
        factor=factor.name,
        label=returns.name,
        first_day=days.min(),
        last_day=days.max(),
        n_instruments=int(np.isfinite(factor.values).any(axis=0).sum()),
        infinite_values=int(np.isinf(factor.values).sum()),
        min_instruments=min_instruments,
        spans=measured,
        refused_spans=refused,
    )


def by_span(spans: Sequence[int], run: Callable[[int], T]) -> tuple[dict[int, T], dict[int, str]]:
    """What ``run`` gives for each span, and why for each span that the data cannot carry.

    Raises
    ------
    DataError : the first span's, when none can be measured.
    SettingsError : no span, one below 1, or one twice.
    """
    if not spans or min(spans) < 1 or len(set(spans)) < len(spans):
        raise SettingsError(
            "no such smoothing spans", seen=tuple(spans), expected="one or more, each once, 1 day or more"
        )
    done: dict[int, T] = {}
    failed: dict[int, DataError] = {}
    for span in spans:
        try:
            done[span] = run(span)
        except DataError as error:
            failed[span] = error
    if not done:
        raise next(iter(failed.values()))
    return done, {span: str(error) for span, error in failed.items()}


def group_count(returns: Panel, groups: int | None) -> int:
    """The number of groups asked for, or the default for this many instruments.

    Raises
    ------
    DataError : a return is infinite, or not above -1.
    SettingsError : fewer than 2 groups.
    """
    if bool(np.any(np.isinf(returns.values))) or bool(np.any(returns.values <= -1)):
        raise DataError(
            "returns must be finite fractions above -1",
            seen=(float(np.nanmin(returns.values)), float(np.nanmax(returns.values))),
            expected="0.01 for one per cent",
            hint="divide by 100 if they are in per cent",
        )
    if groups is None:
        count = np.isfinite(returns.values).sum(axis=1)
        return 10 if count.any() and np.median(count[count > 0]) >= _MANY_INSTRUMENTS else 5
    if groups < 2:
        raise SettingsError("too few groups", seen=groups, expected="2 or more")
    return groups


def smoothed(factor: Panel, returns: Panel, *, span_days: int) -> Panel:
    """The mean of the factor's last ``span_days`` days, on the days and instruments of the returns.

    Days are trading days of either panel; a value needs half the span, rounded up, so the first days of the
    factor, which cannot have one, are left out.

    Raises
    ------
    DataError : the panels have no day in common.
    """
    inside = returns.between(factor.dates[0], factor.dates[-1]).dates if len(factor.dates) else factor.dates
    days = np.union1d(factor.dates, inside)
    first = -(-span_days // 2) - 1
    common = np.intersect1d(days[first:], inside)
    if not len(common):
        raise DataError(
            "factor and returns have no day in common",
            seen={"factor": _window(factor), "returns": _window(returns), "span_days": span_days},
            expected="days that both cover, and half the smoothing span before them",
            hint="compute the factor for the days of the returns, or ask for shorter spans",
        )
    daily = factor.reindex(days, returns.instruments)
    return daily.with_values(rolling.mean(daily.values, span_days)).reindex(common, returns.instruments)


def _window(panel: Panel) -> str:
    return f"{panel.dates[0]}..{panel.dates[-1]}" if len(panel.dates) else "no day"
