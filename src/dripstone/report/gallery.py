"""Which charts a report shows, made from rows: numbers come from the evaluation, charts only draw them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dripstone.arrays import Dates, PerDay
from dripstone.evaluation.span import SpanEvaluation
from dripstone.report import chart
from dripstone.report.chart import Ink, Interval, Option, Path, Trace
from dripstone.report.markup import Markup, element
from dripstone.report.number import printed
from dripstone.report.phrase import Phrasebook
from dripstone.report.row import Row, read, span_days

__all__ = ["Picture", "drawn", "pictures"]

_Z95 = 1.96
_TURNOVER = "groups.long_excess.turnover_per_day.mean"


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its caption.

    Parameters
    ----------
    key : its id in the page.
    path : the definition of what it shows.
    legend : series names and their inks, where there is more than one; it wraps and prints, as a canvas legend
        does not.
    """

    key: str
    caption: str
    note: str
    path: str
    option: Option
    legend: Sequence[tuple[str, Ink]] = ()
    width: Literal["third", "half", "wide"] = "half"
    height_px: int = 300


def pictures(rows: Sequence[Row], *, span: int, words: Phrasebook) -> list[Picture]:
    """Every chart that the rows can fill; charts by day are drawn at smoothing span ``span``.

    ``rows`` begins with the baseline where there is one. Groups and books are drawn for the rows that stand out.
    """
    measured = [row for row in rows if span in row.spans]
    strong = [row for row in measured if row.strong]
    grouped = [row for row in strong if row.spans[span].groups is not None]
    made = [*_rank_ic(rows, words), *_differences(rows, words)]
    if len(rows) == 1:
        made.append(_daily(rows[0], span, words))
    if measured:
        made.append(_over_days("cumulative", measured, span, "rank_ic.values", words))
    made.append(_frontier(rows, words))
    if grouped:
        made.append(_groups(grouped, span, words))
        made += [_group_nav(row, span, words) for row in grouped]
        made.append(_over_days("excess", grouped, span, "groups.long_excess.nav", words))
        made.append(_over_days("long_short", grouped, span, "groups.long_short.nav", words))
    if measured:
        made.append(_over_days("coverage", measured, span, "coverage.values", words))
    return made


def drawn(picture: Picture, words: Phrasebook) -> Markup:
    """The figure around a chart's box; the script fills the box."""
    caption = element("figcaption", picture.caption, element("small", picture.note))
    box = element(
        "div",
        id=picture.key,
        class_="chart",
        style=f"height:{picture.height_px}px",
        role="img",
        aria_label=picture.caption,
    )
    return element("figure", caption, box, _legend(picture), data_width=picture.width, title=words.define(picture.path))


def _legend(picture: Picture) -> Markup | None:
    """One button a series, which hides and shows it."""
    if len(picture.legend) < 2:
        return None
    keys = (
        element(
            "button",
            element("i", style=f"border-top:{3 if ink.strong else 2}px {ink.dash} {ink.colour}"),
            name,
            type="button",
            aria_pressed="true",
            value=name,
        )
        for name, ink in picture.legend
    )
    return element("div", *keys, class_="legend")


def _inks(traces: Sequence[Trace | Path]) -> list[tuple[str, Ink]]:
    return [(trace.name, trace.ink) for trace in traces]


def _rank_ic(rows: Sequence[Row], words: Phrasebook) -> list[Picture]:
    shown = {span: [row for row in rows if span in row.spans] for span in span_days(rows)}
    means = {span: [_mean(row, span) for row in some] for span, some in shown.items()}
    placebos = {span: [read(row.placebo.get(span), "rank_ic.mean") for row in some] for span, some in shown.items()}
    scale = chart.common_scale([*_ends(means), *(mark for some in placebos.values() for mark in some)])
    return [
        Picture(
            f"rank_ic-{span}",
            words("chart.rank_ic", span=span),
            words("chart.rank_ic.note"),
            "rank_ic.mean",
            chart.bar_chart(some, placebos[span], scale=scale, mark_name=words("column.placebo")),
            width="third",
            height_px=_row_height(len(some)),
        )
        for span, some in means.items()
    ]


def _mean(row: Row, span: int) -> Interval:
    rank_ic = row.spans[span].rank_ic
    reach = _Z95 * rank_ic.standard_error
    text = f"{row.label}  {printed(rank_ic.mean, 'correlation')} ± {printed(reach, 'correlation').lstrip('+')}"
    ink = chart.factor_ink(row.place)
    return Interval(row.label, rank_ic.mean, rank_ic.mean - reach, rank_ic.mean + reach, text, ink)


def _ends(intervals: Mapping[int, Sequence[Interval]]) -> Iterator[float]:
    return (end for some in intervals.values() for row in some for end in (row.low, row.value, row.high))


def _differences(rows: Sequence[Row], words: Phrasebook) -> list[Picture]:
    found = {span: [_interval(row, span) for row in rows if span in row.paired] for span in span_days(rows)}
    scale = chart.common_scale(_ends(found))
    return [
        Picture(
            f"difference-{span}",
            words("chart.difference", span=span),
            words("chart.difference.note"),
            "difference.mean",
            chart.intervals(some, scale=scale),
            width="third",
            height_px=_row_height(len(some)),
        )
        for span, some in found.items()
        if some
    ]


def _interval(row: Row, span: int) -> Interval:
    paired = row.paired[span]
    low, high = paired.difference_low, paired.difference_high
    value, *ends = (printed(x, "correlation") for x in (paired.difference.mean, low, high))
    text = f"{row.label}  {value} [{', '.join(ends)}]"
    return Interval(row.label, paired.difference.mean, low, high, text, chart.factor_ink(row.place))


def _daily(row: Row, span: int, words: Phrasebook) -> Picture:
    measured = row.spans[span]
    bars = Trace(row.label, measured.rank_ic.values, chart.factor_ink(row.place or 0))
    return _at_span("daily", "rank_ic.values", chart.day_bars(measured.dates, bars), [], span, words)


_SERIES: dict[str, Callable[[SpanEvaluation], PerDay]] = {
    "rank_ic.values": lambda measured: _running_sum(measured.rank_ic.values),
    "coverage.values": lambda measured: measured.coverage.values,
    "groups.long_excess.nav": lambda measured: _nav(measured, "long_excess"),
    "groups.long_short.nav": lambda measured: _nav(measured, "long_short"),
}


def _over_days(kind: str, rows: Sequence[Row], span: int, path: str, words: Phrasebook) -> Picture:
    """One line a row: what ``_SERIES`` draws of the series at ``path``."""
    dates = _all_days(rows, span)
    traces = [
        Trace(
            row.label,
            _on(dates, row.spans[span].dates, _SERIES[path](row.spans[span])),
            chart.factor_ink(row.place, strong=row.strong),
        )
        for row in rows
    ]
    option = chart.day_lines(dates, traces, share=kind == "coverage")
    return _at_span(kind, path, option, traces, span, words)


def _at_span(kind: str, path: str, option: Option, traces: Sequence[Trace], span: int, words: Phrasebook) -> Picture:
    return Picture(kind, words(f"chart.{kind}", span=span), words(f"chart.{kind}.note"), path, option, _inks(traces))


def _groups(rows: Sequence[Row], span: int, words: Phrasebook) -> Picture:
    traces = [
        Trace(row.label, groups.mean_return, Ink(chart.factor_ink(row.place).colour, strong=True))
        for row in rows
        if (groups := row.spans[span].groups) is not None
    ]
    return _at_span("groups", "groups.mean_return", chart.group_chart(traces), traces, span, words)


def _group_nav(row: Row, span: int, words: Phrasebook) -> Picture:
    measured = row.spans[span]
    nav = measured.groups.nav if measured.groups is not None else np.empty((len(measured.dates), 0))
    inks = chart.group_inks(nav.shape[1])
    traces = [Trace(words("group", n=g + 1), nav[:, g], ink) for g, ink in enumerate(inks)]
    key = f"nav-{'baseline' if row.place is None else row.place}"
    caption = words("chart.nav", factor=row.label, span=span)
    option = chart.day_lines(measured.dates, traces)
    return Picture(key, caption, words("chart.nav.note"), "groups.nav", option, _inks(traces))


def _frontier(rows: Sequence[Row], words: Phrasebook) -> Picture:
    spans = span_days(rows)
    paths = [_path(row, spans, words) for row in rows]
    option = chart.frontier(paths, x_name=words("axis.turnover"), y_name=words("head.rank_ic.mean"))
    note = words("chart.frontier.note", spans=words("list.separator").join(str(span) for span in spans))
    return Picture("frontier", words("chart.frontier"), note, _TURNOVER, option, _inks(paths))


def _path(row: Row, spans: Sequence[int], words: Phrasebook) -> Path:
    x = [read(row.spans.get(span), _TURNOVER) for span in spans]
    y = [read(row.spans.get(span), "rank_ic.mean") for span in spans]
    texts = [
        f"{words('days', n=span)}: {printed(a, 'percent')}, {printed(b, 'correlation')}"
        for span, a, b in zip(spans, x, y, strict=True)
    ]
    return Path(row.label, x, y, texts, chart.factor_ink(row.place, strong=row.strong))


def _running_sum(values: PerDay) -> PerDay:
    return np.where(np.isfinite(values), np.nancumsum(values), np.nan)


def _nav(measured: SpanEvaluation, book: Literal["long_excess", "long_short"]) -> PerDay:
    return np.full(len(measured.dates), np.nan) if measured.groups is None else getattr(measured.groups, book).nav


def _all_days(rows: Sequence[Row], span: int) -> Dates:
    return np.unique(np.concatenate([row.spans[span].dates for row in rows]))


def _on(dates: Dates, own: Dates, values: PerDay) -> PerDay:
    """The values on ``dates``, which hold all of ``own``; NaN on the others."""
    result = np.full(len(dates), np.nan)
    result[np.searchsorted(dates, own)] = values
    return result


def _row_height(count: int) -> int:
    return 56 + 26 * max(count, 1)
