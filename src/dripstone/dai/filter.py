"""The ``filters`` of a query: which rows of every table it may see."""

import datetime as dt
import difflib
import re
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import cast

import numpy as np
import pandas as pd
from sqlglot import exp

from dripstone.errors import FactorError

__all__ = ["BareEndDateWarning", "Filters", "Span", "read_filters", "read_moment", "warn_bare_end"]

_DAY = dt.timedelta(days=1)
_TICK = dt.timedelta(microseconds=1)
_TIME_OF_DAY = re.compile(r"\d:\d")


class BareEndDateWarning(UserWarning):
    """A date without a time ends a filter on minute bars; dripstone keeps that whole day, BigQuant loses it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both ends inclusive."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of one query, the same for every table that has the column.

    Parameters
    ----------
    dates : stretches of ``date``, any of which a row may lie in; empty when there is no date filter.
    members : column -> the values it may have.
    bare_end : a date without a time was taken as that whole day.
    """

    dates: tuple[Span, ...] = ()
    members: Mapping[str, tuple[object, ...]] = field(default_factory=dict[str, tuple[object, ...]])
    bare_end: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """The columns filtered, lower case."""
        return frozenset(self.members) | (frozenset({"date"}) if self.dates else frozenset())

    @property
    def days(self) -> tuple[dt.date | None, dt.date | None]:
        """First and last day that can pass; None where any day can."""
        if not self.dates:
            return None, None
        return min(span.start for span in self.dates).date(), max(span.end for span in self.dates).date()

    def within(self, start: dt.date, end: dt.date) -> "Filters":
        """The same filters on the days start..end only, both inclusive."""
        first, last = dt.datetime.combine(start, dt.time()), dt.datetime.combine(end, dt.time()) + _DAY - _TICK
        spans = [Span(max(span.start, first), min(span.end, last)) for span in self.dates or (Span(first, last),)]
        kept = tuple(span for span in spans if span.start <= span.end)
        nothing = Span(first, first - _TICK)
        return replace(self, dates=kept or (nothing,))

    def condition(self, columns: Collection[str]) -> exp.Condition | None:
        """The filters that fit these columns as one SQL condition, or None."""
        tests: list[exp.Condition] = []
        if self.dates and "date" in columns:
            date = exp.column("date", quoted=True)
            tests.append(exp.or_(*(date.between(span.start, span.end) for span in self.dates)))
        for name, values in self.members.items():
            if name in columns:
                tests.append(exp.column(name, quoted=True).isin(*values))
        return exp.and_(*tests) if tests else None

    def check(self, columns: Collection[str]) -> None:
        """Raise a FactorError if a filter fits none of these columns, all that the query's tables have."""
        for name in sorted(self.columns - frozenset(columns)):
            near = difflib.get_close_matches(name, columns, n=1)
            raise FactorError(
                "no table of the query has the column of a filter",
                seen=name,
                expected="one of " + ", ".join(sorted(columns)),
                hint=f"did you mean {near[0]}?" if near else "",
                filter=name,
            )


def read_filters(filters: Mapping[str, object] | None, *, strict_end_date: bool = False) -> Filters:
    """Check the filters as a caller writes them.

    Parameters
    ----------
    filters : column -> list. On ``date`` two elements are a range, both ends inclusive; one element is that date,
        more are these dates. On any other column: these values.
    strict_end_date : a date without a time is 00:00:00; otherwise as an end it is that whole day.

    Raises
    ------
    FactorError : not a list, an empty list, a value that is no date, or a range that ends before it begins.
    """
    spans: tuple[Span, ...] = ()
    members: dict[str, tuple[object, ...]] = {}
    bare_end = False
    spelled = [name.lower() for name in filters or {}]
    if len(set(spelled)) < len(spelled):
        raise FactorError("two filters on one column", seen=list(filters or {}), expected="each column once")
    for name, given in (filters or {}).items():
        values = _values(name, given)
        if name.lower() != "date":
            members[name.lower()] = values
            continue
        moments = [read_moment(value, within=name) for value in values]
        pairs = [(moments[0], moments[1])] if len(moments) == 2 else [(moment, moment) for moment in moments]
        bare_end = not strict_end_date and any(bare for _, (_, bare) in pairs)
        spans = tuple(
            Span(start, end + _DAY - _TICK if bare and not strict_end_date else end)
            for (start, _), (end, bare) in pairs
        )
        if spans[0].end < spans[0].start:
            raise FactorError("the date filter ends before it begins", seen=given, filter=name)
    return Filters(spans, members, bare_end)


@cache
def warn_bare_end() -> None:
    """Say once per process how the end of a minute filter is read."""
    warnings.warn(
        "a date without a time ends a filter on minute bars: that whole day is kept. BigQuant reads it as 00:00:00 "
        "and loses the day. Write '2024-01-31 23:59:59' to mean the same on both, or set strict_end_date = true.",
        BareEndDateWarning,
        stacklevel=5,  # past run_query and query, to the line that calls query
    )


def _values(name: str, given: object) -> tuple[object, ...]:
    if not isinstance(given, Collection) or isinstance(given, str | bytes | Mapping) or not len(given):
        raise FactorError(
            "a filter takes a list of values",
            seen=given,
            expected="['2024-01-01', '2024-01-31']" if name.lower() == "date" else "['600519.SH', '000001.SZ']",
            filter=name,
        )
    values = cast("Collection[object]", given)
    return tuple(value.item() if isinstance(value, np.generic) else value for value in values)


def read_moment(value: object, *, within: str | None = None) -> tuple[dt.datetime, bool]:
    """The moment meant, and whether it is a date without a time (a Timestamp at midnight is one).

    Raises
    ------
    FactorError : it is no date, a number, or has a zone. ``within`` names the filter that holds it.
    """
    try:
        stamp = pd.Timestamp(value)  # type: ignore[arg-type]  # anything may be given: what is no date raises
    except (TypeError, ValueError):
        stamp = pd.NaT
    if not isinstance(stamp, pd.Timestamp) or stamp.tzinfo is not None or isinstance(value, int | float):
        raise FactorError(
            "something that is no date",
            seen=value,
            expected="'2024-01-31', '2024-01-31 14:57:00' or a Timestamp without a zone",
            filter=within,
        )
    timed = isinstance(value, str) and _TIME_OF_DAY.search(value) is not None
    return stamp.to_pydatetime(), stamp == stamp.normalize() and not timed
