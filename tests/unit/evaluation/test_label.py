from collections.abc import Callable

import numpy as np
import pytest

from dripstone.errors import DataError
from dripstone.evaluation import forward_return
from dripstone.panel import Panel

DAYS = np.datetime64("2025-01-01") + np.arange(4)
LIMIT = np.array([0.1])


def prices(make: Callable[..., Panel], **columns: list[float]) -> dict[str, Panel]:
    """One instrument; what is not given follows the VWAP, without an adjust factor."""
    vwap = columns["vwap_open30"]
    given = {"first_open": vwap, "last_close": vwap, "adjust_factor": [np.nan] * len(vwap)} | columns
    return {name: make([[v] for v in values], name) for name, values in given.items()}


def test_bought_tomorrow_sold_the_day_after(make_panel: Callable[..., Panel]) -> None:
    label = forward_return(prices(make_panel, vwap_open30=[7.0, 10.0, 10.5, 10.0]), calendar=DAYS, limit=LIMIT)
    assert label.returns.values[:, 0] == pytest.approx([0.05, 10 / 10.5 - 1, np.nan, np.nan], nan_ok=True)
    assert label.excluded == {
        "after_last_day": 2, "day_not_held": 0, "no_trade": 0, "gap_unchecked": 0, "ex_right": 0,
    }  # fmt: skip
    assert "09:31-10:00" in label.definition
    assert label.as_dict()["excluded"] == label.excluded


def test_a_hole_in_the_lake_is_a_hole_in_the_label(make_panel: Callable[..., Panel]) -> None:
    """Three days held of four: the return over the hole is missing, not a return of two days."""
    calendar = np.datetime64("2025-01-01") + np.arange(6)
    execution = {
        name: Panel(calendar[[0, 1, 3, 4, 5]], panel.instruments, panel.values, name)
        for name, panel in prices(make_panel, vwap_open30=[10.0, 10.0, 10.0, 10.5, 10.5]).items()
    }
    label = forward_return(execution, calendar=calendar, limit=LIMIT)
    assert label.returns.values[:, 0] == pytest.approx([np.nan, np.nan, 0.0, np.nan, np.nan], nan_ok=True)
    assert (label.excluded["day_not_held"], label.excluded["after_last_day"]) == (2, 2)


def test_no_trade_in_the_window_is_counted(make_panel: Callable[..., Panel]) -> None:
    columns = prices(make_panel, vwap_open30=[10.0, np.nan, 10.0, 10.0], first_open=[10.0] * 4, last_close=[10.0] * 4)
    label = forward_return(columns, calendar=DAYS, limit=LIMIT)
    assert np.isnan(label.returns.values).sum() == 3
    assert label.excluded["no_trade"] == 1


def test_a_day_without_a_bar_has_no_label_and_no_count(make_panel: Callable[..., Panel]) -> None:
    columns = prices(make_panel, vwap_open30=[np.nan, 10.0, 10.5, 10.0])
    label = forward_return(columns, calendar=DAYS, limit=LIMIT)
    assert np.isnan(label.returns.values[0, 0])
    assert sum(label.excluded.values()) + np.isfinite(label.returns.values).sum() == 3


@pytest.mark.parametrize(
    ("opened", "kept"),
    [(11.0, True), (11.01, True), (11.02, False), (9.0, True), (8.99, True), (8.98, False), (5.0, False)],
)
def test_a_gap_beyond_the_limit_is_an_ex_right_day(make_panel: Callable[..., Panel], opened: float, kept: bool) -> None:
    columns = prices(make_panel, vwap_open30=[10.0, 10.0, opened, opened])
    label = forward_return(columns, calendar=DAYS, limit=LIMIT)
    assert np.isfinite(label.returns.values[0, 0]) == kept
    assert label.excluded["ex_right"] == (not kept)


def test_with_the_adjust_factor_an_ex_right_day_is_a_day_like_others(make_panel: Callable[..., Panel]) -> None:
    columns = prices(make_panel, vwap_open30=[10.0, 10.0, 5.1, 5.1], adjust_factor=[1.0, 1.0, 2.0, 2.0])
    label = forward_return(columns, calendar=DAYS, limit=LIMIT)
    assert label.returns.values[0, 0] == pytest.approx(0.02)
    assert label.excluded["ex_right"] == 0


def test_one_adjust_factor_of_two_is_none(make_panel: Callable[..., Panel]) -> None:
    columns = prices(make_panel, vwap_open30=[10.0, 10.0, 5.1, 5.1], adjust_factor=[1.0, 1.0, np.nan, 2.0])
    assert forward_return(columns, calendar=DAYS, limit=LIMIT).excluded["ex_right"] == 1


def test_a_gap_that_cannot_be_checked_is_not_trusted(make_panel: Callable[..., Panel]) -> None:
    columns = prices(make_panel, vwap_open30=[10.0] * 4)
    label = forward_return(columns, calendar=DAYS, limit=np.array([np.nan]))
    assert label.excluded["gap_unchecked"] == 2


def test_the_limit_may_change_by_day(make_panel: Callable[..., Panel]) -> None:
    """The limit that counts is that of the day of the gap."""
    columns = prices(make_panel, vwap_open30=[10.0, 10.0, 11.5, 13.2])
    label = forward_return(columns, calendar=DAYS, limit=make_panel([[0.1], [0.1], [0.2], [0.1]]))
    assert np.isfinite(label.returns.values[:, 0]).tolist() == [True, False, False, False]


def test_the_past_does_not_enter(make_panel: Callable[..., Panel]) -> None:
    """A label of day d is made of days d+1 and d+2 alone."""
    columns = prices(make_panel, vwap_open30=[10.0, 10.0, 10.3, 10.1])
    later = {name: panel.between("2025-01-02", None) for name, panel in columns.items()}
    whole = forward_return(columns, calendar=DAYS, limit=LIMIT).returns
    cut = forward_return(later, calendar=DAYS, limit=LIMIT).returns
    np.testing.assert_array_equal(whole.between("2025-01-02", None).values, cut.values)


@pytest.mark.parametrize("price", [0.0, -1.0, np.inf])
def test_no_price_is_refused_by_name(make_panel: Callable[..., Panel], price: float) -> None:
    columns = prices(make_panel, vwap_open30=[10.0, price, 10.0, 10.0])
    with pytest.raises(DataError, match="is no price") as caught:
        forward_return(columns, calendar=DAYS, limit=LIMIT)
    assert str(caught.value.fields["date"]) == "2025-01-02"
    assert caught.value.fields["instrument"] == "000000.SZ"


def test_wrong_input_says_what_was_seen(make_panel: Callable[..., Panel]) -> None:
    columns = prices(make_panel, vwap_open30=[10.0] * 4)
    with pytest.raises(DataError, match="lacks columns"):
        forward_return({"vwap_open30": columns["vwap_open30"]}, calendar=DAYS, limit=LIMIT)
    with pytest.raises(DataError, match=r"2025-01-03.*trading days only"):
        forward_return(columns, calendar=DAYS[[0, 1, 3]], limit=LIMIT)
    with pytest.raises(DataError, match="limit does not fit"):
        forward_return(columns, calendar=DAYS, limit=np.array([0.1, 0.1]))
    empty = {name: panel.between("2030-01-01", None) for name, panel in columns.items()}
    with pytest.raises(DataError, match="no day to make labels of"):
        forward_return(empty, calendar=DAYS, limit=LIMIT)


@pytest.mark.parametrize("days", [1, 2, 3])
def test_a_few_days_give_few_labels(make_panel: Callable[..., Panel], days: int) -> None:
    columns = prices(make_panel, vwap_open30=[10.0] * days)
    label = forward_return(columns, calendar=DAYS[:days], limit=LIMIT)
    assert np.isfinite(label.returns.values).sum() == max(days - 2, 0)
