"""Trading days of the exchanges."""

import datetime

import numpy as np
import pytest

from dripstone.errors import DataError
from dripstone.market.calendar import FIRST_DAY, as_day, is_trading_day, last_known_day, trading_days


def test_years_have_their_known_number_of_days():
    assert [len(trading_days(f"{year}-01-01", f"{year}-12-31")) for year in (2024, 2025, 2026)] == [242, 243, 242]


def test_both_ends_are_inclusive():
    days = trading_days("2026-02-13", "2026-02-24")
    assert [str(day) for day in days] == ["2026-02-13", "2026-02-24"]
    assert days.dtype == np.dtype("datetime64[D]")


def test_the_first_day_is_known():
    assert is_trading_day(FIRST_DAY)
    assert not is_trading_day("1990-12-18")
    assert trading_days("1980-01-01", "1990-12-19").tolist() == [datetime.date(1990, 12, 19)]


@pytest.mark.parametrize(("day", "is_open"), [("2026-01-05", True), ("2026-01-04", False), ("2026-02-17", False)])
def test_weekends_and_holidays_are_closed(day, is_open):
    assert is_trading_day(day) is is_open


def test_beyond_the_published_years_is_an_error_not_a_guess():
    beyond = last_known_day() + np.timedelta64(1, "D")
    with pytest.raises(DataError, match="all_trading_days"):
        is_trading_day(beyond)
    with pytest.raises(DataError, match="all_trading_days"):
        trading_days("2026-01-01", beyond)


@pytest.mark.parametrize("date", ["2026-01-05", datetime.date(2026, 1, 5), np.datetime64("2026-01-05T09:31")])
def test_as_day_takes_what_people_give(date):
    assert as_day(date) == np.datetime64("2026-01-05", "D")


@pytest.mark.parametrize("date", ["today's", "2026-13-01", np.datetime64("NaT"), ""])
def test_as_day_refuses_what_is_no_date(date):
    with pytest.raises(DataError, match="not a date"):
        as_day(date)


@pytest.mark.parametrize(
    "text", ["2025-01", "2025", "20250105", "today", "2025-01-05T09:31", " 2025-01-05", "2025-02-30"]
)
def test_only_a_whole_day_is_a_date(text: str) -> None:
    """numpy reads 2025-01 as its first day, and 20250105 as a year."""
    with pytest.raises(DataError, match=r"not a date.*YYYY-MM-DD"):
        as_day(text)
