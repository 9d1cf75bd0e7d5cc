import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.report import chart
from dripstone.report.chart import Ink, Interval, Path, Trace

INK = Ink("#2f7fc1")
DATES = np.arange("2026-01-05", "2026-01-08", dtype="datetime64[D]")
GAPS = np.array([0.0123456789, np.nan, np.inf])
NAN = float("nan")


def strict_json(option: chart.Option) -> str:
    return json.dumps(option, allow_nan=False)


@pytest.mark.parametrize(
    "option",
    [
        chart.day_lines(DATES, [Trace("a", GAPS, INK)]),
        chart.day_lines(DATES, [Trace("a", GAPS, INK)], share=True),
        chart.day_bars(DATES, Trace("a", GAPS, INK)),
        chart.group_chart([Trace("a", GAPS, INK), Trace("b", np.empty(0), INK)]),
        chart.group_chart([]),
        chart.bar_chart([Interval("a", NAN, NAN, NAN, "", INK)], [NAN], scale=chart.common_scale([]), mark_name="m"),
        chart.intervals([Interval("a", NAN, 0.0, NAN, "", INK)], scale=chart.common_scale([NAN])),
        chart.frontier([Path("a", [NAN, 0.5], [0.1, NAN], ["", ""], INK)], x_name="x", y_name="y"),
    ],
)
def test_missing_numbers_are_null_or_left_out(option: chart.Option) -> None:
    text = strict_json(option)
    assert "NaN" not in text
    assert "Infinity" not in text


def test_lines_keep_five_digits_and_gaps() -> None:
    (line,) = chart.day_lines(DATES, [Trace("a", GAPS, INK)])["series"]
    assert line["data"] == [0.012346, None, None]


def test_shares_are_drawn_in_percent() -> None:
    (line,) = chart.day_lines(DATES, [Trace("a", GAPS, INK)], share=True)["series"]
    assert line["data"][0] == 1.2346


def test_groups_are_in_basis_points_lowest_first() -> None:
    option = chart.group_chart([Trace("a", np.array([-0.001, 0.002]), INK)])
    assert option["series"][0]["data"] == [-10.0, 20.0]
    assert option["xAxis"]["data"] == ["1", "2"]


def test_interval_runs_from_low_to_high_on_its_row() -> None:
    rows = [Interval("a", NAN, NAN, NAN, "", INK), Interval("b", 0.1, -0.1, 0.3, "t", INK)]
    whiskers, points = chart.intervals(rows, scale=chart.common_scale([0.3]))["series"]
    assert [d["coords"] for d in whiskers["data"]] == [[[-0.1, 1], [0.3, 1]]]
    assert [d["value"] for d in points["data"]] == [[0.1, 1]]


@settings(deadline=None)
@given(st.lists(st.floats(-1, 1), max_size=6))
def test_a_scale_holds_zero_and_every_value(values: list[float]) -> None:
    scale = chart.common_scale(values)
    room = 1e-9
    assert scale.low <= 0 <= scale.high
    assert all(scale.low - room <= value <= scale.high + room for value in values)
    assert 1 <= round((scale.high - scale.low) / scale.step) <= 6 or not any(values)


def test_inks_tell_factors_apart_beyond_the_palette() -> None:
    inks = [chart.factor_ink(place) for place in (None, *range(2 * len(chart.PALETTE)))]
    assert len({(ink.colour, ink.dash) for ink in inks}) == len(inks)


@pytest.mark.parametrize("count", [1, 5, 10])
def test_group_inks_run_from_blue_to_orange(count: int) -> None:
    inks = chart.group_inks(count)
    assert len(inks) == count
    assert inks[0].colour == chart.PALETTE[0]
    assert count == 1 or inks[-1].colour == chart.PALETTE[1]
