"""Charts as ECharts option dicts: arrays in, plain JSON-able data out.

An option holds no function and no NaN, so the same dict draws in the page, in a notebook and in a web view.
Text and line colours of axes come from the page's theme, light or dark; a factor keeps its own colour everywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from dripstone.arrays import Dates, Floats

__all__ = [
    "Ink",
    "Interval",
    "Option",
    "Path",
    "Scale",
    "Trace",
    "bar_chart",
    "common_scale",
    "day_bars",
    "day_lines",
    "factor_ink",
    "frontier",
    "group_chart",
    "group_inks",
    "intervals",
]

Option = dict[str, object]

# Distinguishable without red against green, and readable on white and on near-black.
PALETTE = ("#2f7fc1", "#d9822b", "#17947f", "#b0619f", "#a3911f", "#5aa9dd", "#c5573a", "#8a7355")
BASELINE = "#7d8590"
_MARK = "#7f56d9"
_WHISKER = "#6f7885"
_DASHES = ("solid", "dashed", "dotted")
_GRID = {"left": 12, "right": 18, "top": 14, "bottom": 12, "outerBoundsMode": "same", "outerBoundsContain": "all"}


@dataclass(frozen=True, slots=True)
class Ink:
    """How something is drawn: its colour, its dash, and whether it stands out."""

    colour: str = BASELINE
    dash: str = "solid"
    strong: bool = False


def factor_ink(place: int | None, *, strong: bool = False) -> Ink:
    """The ink of the variant at ``place``; the baseline (None) is grey and dashed."""
    if place is None:
        return Ink(BASELINE, "dashed", strong)
    return Ink(PALETTE[place % len(PALETTE)], _DASHES[place // len(PALETTE) % len(_DASHES)], strong)


def group_inks(count: int) -> list[Ink]:
    """Blue for the lowest group through grey to orange for the highest; the two ends stand out."""
    ramp = np.array([_channels(c) for c in (PALETTE[0], BASELINE, PALETTE[1])])
    places = np.linspace(0, 1, count)
    mixed = [np.interp(places, (0, 0.5, 1), channel) for channel in ramp.T]
    colours = ("#{:02x}{:02x}{:02x}".format(*rgb) for rgb in np.rint(mixed).astype(int).T)
    return [Ink(colour, strong=group in (0, count - 1)) for group, colour in enumerate(colours)]


class Scale(NamedTuple):
    """The range of a value axis and the step of its ticks."""

    low: float
    high: float
    step: float


@dataclass(frozen=True, slots=True)
class Trace:
    """A named line or set of bars: one value a day, or one a group."""

    name: str
    values: Floats
    ink: Ink


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its interval ``low``..``high``; ``text`` is the hover."""

    name: str
    value: float
    low: float
    high: float
    text: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class Path:
    """One factor's points from the shortest smoothing span to the longest; ``texts`` are the hovers."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    texts: Sequence[str]
    ink: Ink


def day_lines(dates: Dates, traces: Sequence[Trace], *, share: bool = False) -> Option:
    """Lines over trading days; ``share`` takes fractions of a whole and draws them up to 100 %."""
    scale = 100.0 if share else 1.0
    top: Option = {"max": 100} if share else {}
    series: list[Option] = [
        {
            "type": "line",
            "name": trace.name,
            "data": _numbers(trace.values * scale),
            "showSymbol": False,
            "color": trace.ink.colour,
            "lineStyle": _line(trace.ink),
            "z": 3 if trace.ink.strong else 2,
        }
        for trace in traces
    ]
    return _by_day(dates, series, {"type": "value", "scale": True, "axisLabel": _axis_label(percent=share), **top})


def day_bars(dates: Dates, trace: Trace) -> Option:
    """One bar a trading day."""
    bars: Option = {"type": "bar", "name": trace.name, "data": _numbers(trace.values), "color": trace.ink.colour}
    return _by_day(dates, [bars], {"type": "value"})


def group_chart(traces: Sequence[Trace]) -> Option:
    """Mean return a day of each group, lowest factor values first, in basis points, side by side by factor."""
    series: list[Option] = [
        {
            "type": "bar",
            "name": trace.name,
            "data": _numbers(trace.values * 1e4),
            "color": trace.ink.colour,
            "barGap": "15%",
        }
        for trace in traces
    ]
    groups = max((len(trace.values) for trace in traces), default=0)
    return _framed(
        xAxis={"type": "category", "data": [str(g + 1) for g in range(groups)], "axisLine": {"onZero": True}},
        yAxis={"type": "value"},
        series=series,
        tooltip={"trigger": "axis", "confine": True},
    )


def bar_chart(rows: Sequence[Interval], marks: Sequence[float], *, scale: Scale, mark_name: str) -> Option:
    """A bar and its interval for each row, and a hollow diamond where the mark it is held against stands."""
    bars = [{"name": row.text, "value": _number(row.value), "itemStyle": {"color": row.ink.colour}} for row in rows]
    diamonds = [
        {"name": f"{row.name} · {mark_name} {mark:+.4f}", "value": [_number(mark), place]}
        for place, (row, mark) in enumerate(zip(rows, marks, strict=True))
        if np.isfinite(mark)
    ]
    hollow = {"color": "#ffffff", "borderColor": _MARK, "borderWidth": 1.6}
    ranges = [replace(row, ink=Ink(_WHISKER)) for row in rows]
    return _rows(
        [row.name for row in rows],
        scale,
        [
            {"type": "bar", "data": bars, "barMaxWidth": 14, "z": 1},
            _whiskers(ranges, width=1.4),
            {"type": "scatter", "data": diamonds, "symbol": "diamond", "symbolSize": 10, "itemStyle": hollow, "z": 5},
        ],
    )


def intervals(rows: Sequence[Interval], *, scale: Scale) -> Option:
    """Differences from zero, one row each: a point and its interval."""
    points = [
        {"name": row.text, "value": [_number(row.value), place], "itemStyle": {"color": row.ink.colour}}
        for place, row in enumerate(rows)
        if np.isfinite(row.value)
    ]
    return _rows(
        [row.name for row in rows],
        scale,
        [_whiskers(rows, width=2.2), {"type": "scatter", "data": points, "symbolSize": 9, "z": 4}],
    )


def frontier(paths: Sequence[Path], *, x_name: str, y_name: str) -> Option:
    """Correlation against turnover, one line a factor, one point a smoothing span."""
    series: list[Option] = []
    for path in paths:
        points = [
            {"name": text, "value": [_number(x * 100), _number(y)], "symbolSize": 5 + 3 * place}
            for place, (x, y, text) in enumerate(zip(path.x, path.y, path.texts, strict=True))
            if np.isfinite(x) and np.isfinite(y)
        ]
        series.append(
            {
                "type": "line",
                "name": path.name,
                "data": points,
                "color": path.ink.colour,
                "lineStyle": _line(path.ink),
                "symbol": "circle",
            }
        )
    titled = {"nameLocation": "middle", "nameGap": 30, "type": "value", "scale": True, "axisTick": {"show": False}}
    return _framed(
        xAxis={**titled, "name": x_name, "axisLine": {"onZero": False}, "axisLabel": _axis_label(percent=True)},
        yAxis={**titled, "name": y_name, "nameGap": 48},
        series=series,
        tooltip={"trigger": "item", "formatter": "{a}<br>{b}", "confine": True},
    )


def common_scale(values: Iterable[float]) -> Scale:
    """The range that holds zero and every finite value, outward to whole steps of 1, 2 or 5; about four of them."""
    finite = [value for value in values if np.isfinite(value)]
    low, high = min([0.0, *finite]), max([0.0, *finite])
    rough = max(high - low, 1e-6) / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999))
    return Scale(float(np.floor(low / step) * step), float(np.ceil(high / step) * step), step)


def _by_day(dates: Dates, series: Sequence[Option], axis: Option) -> Option:
    return _framed(
        grid={**_GRID, "right": 36},  # half a date, which stands below the last day
        xAxis={"type": "category", "data": [str(d) for d in dates], "axisLabel": {"hideOverlap": True}},
        yAxis=axis,
        series=list(series),
        tooltip={"trigger": "axis", "confine": True, "order": "valueDesc"},
    )


def _framed(**parts: object) -> Option:
    # The page has its own legend; a hidden one keeps the series switchable, and another view may show it.
    return {"animation": False, "grid": dict(_GRID), "legend": {"show": False}, **parts}


def _rows(names: Sequence[str], scale: Scale, series: Sequence[Option]) -> Option:
    return {
        "animation": False,
        "grid": dict(_GRID),
        "xAxis": {
            "type": "value",
            "min": _number(scale.low),
            "max": _number(scale.high),
            "interval": _number(scale.step),
            "axisLabel": {"hideOverlap": True},
        },
        "yAxis": {
            "type": "category",
            "data": list(names),
            "inverse": True,
            "axisTick": {"show": False},
            "axisLabel": {"interval": 0, "width": 150, "overflow": "truncate"},
        },
        "series": list(series),
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
    }


def _whiskers(rows: Sequence[Interval], *, width: float) -> Option:
    data = [
        {
            "name": row.text,
            "coords": [[_number(row.low), place], [_number(row.high), place]],
            "lineStyle": {"color": row.ink.colour, "width": width, "opacity": 1},
        }
        for place, row in enumerate(rows)
        if np.isfinite(row.low) and np.isfinite(row.high)
    ]
    return {"type": "lines", "coordinateSystem": "cartesian2d", "data": data, "z": 3}


def _line(ink: Ink) -> Option:
    return {"width": 2.4 if ink.strong else 1.2, "type": ink.dash, "opacity": 1 if ink.strong else 0.75}


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _axis_label(*, percent: bool) -> Option:
    return {"formatter": "{value}%", "hideOverlap": True} if percent else {"hideOverlap": True}


def _numbers(values: Floats) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: float) -> float | None:
    """Five significant digits, enough for a screen and short in the page; None where there is no number."""
    return float(f"{value:.5g}") if np.isfinite(value) else None
