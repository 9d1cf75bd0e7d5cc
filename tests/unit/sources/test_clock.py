"""Times of the vendors, and what their minute labels mean."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from dripstone.errors import DataError
from dripstone.market.session import SESSION
from dripstone.sources.clock import LabelRule, is_whole_time, time_of_day, times

RIGHT = SESSION[1:].astype(np.int64)
LEFT = RIGHT - 1
NINE_THIRTY, NINE_TWENTY_FIVE = 570, 565
MOMENT = datetime.datetime.fromisoformat("2024-01-02T09:31:00")


def column(*values: object, kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


def as_stamps(minutes):
    return np.int64(19_724) * 86_400_000_000 + np.asarray(minutes, np.int64) * 60_000_000


def as_minutes(stamps):
    return (stamps % 86_400_000_000 // 60_000_000).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-02 09:31:00",
        "2024-01-02T09:31",
        "2024-01-02 09:31:00.000000000",
        "2024/1/2 9:31",
        "20240102093100",
        "202401020931",
        "20240102 093100",
        "2024年1月2日 09:31",
    ],
)
def test_texts_are_times(text):
    assert times(column(text), source="f", name="date").to_pylist() == [MOMENT]


@pytest.mark.parametrize("value", ["2024-01-02", "20240102", "2024/1/2", 20240102, datetime.date(2024, 1, 2)])
def test_dates_are_midnights(value):
    midnight = datetime.datetime.fromisoformat("2024-01-02")
    assert times(column(value), source="f", name="date").to_pylist() == [midnight]


def test_milliseconds_since_1970_are_utc_and_become_shanghai_time():
    stamp = int(datetime.datetime.fromisoformat("2024-01-02T01:31:00+00:00").timestamp() * 1000)
    assert times(column(stamp), source="f", name="time", epoch=True).to_pylist() == [MOMENT]
    with pytest.raises(DataError, match="not a time"):
        times(column(stamp), source="f", name="time")


@pytest.mark.parametrize("text", ["noon", "2024-13-02", "2024-01-02 25:00", "1/2/2024"])
def test_what_is_no_time_is_refused_by_name(text):
    with pytest.raises(DataError, match=r"not a time.*f\.csv") as caught:
        times(column(text), source="f.csv", name="when")
    assert caught.value.seen == repr(text)
    assert caught.value.fields["column"] == "when"


@pytest.mark.parametrize(
    "zoned",
    [column("2024-01-02 09:31:00+08:00"), column("2024-01-02T01:31:00Z"), column(0, kind=pa.timestamp("us", "UTC"))],
)
def test_a_zone_is_refused(zoned):
    with pytest.raises(DataError, match="zone"):
        times(zoned, source="f", name="date")


def test_an_empty_text_is_missing():
    assert times(column("", None, "20240102"), source="f", name="date").null_count == 2


@pytest.mark.parametrize("value", ["09:31", "9:31:00", "0931", 931, 93100, "093100", datetime.time(9, 31)])
def test_times_of_day(value):
    assert time_of_day(column(value), source="f", name="time").tolist() == [571 * 60_000_000]
    assert not is_whole_time(column(value))


def test_no_time_of_day_is_refused():
    with pytest.raises(DataError, match="time of day"):
        time_of_day(column("soon"), source="f", name="time")


@pytest.mark.parametrize("value", ["2024-01-02 09:31", "20240102093100", 1_704_159_060_000, MOMENT])
def test_a_whole_time_is_told_from_a_time_of_day(value):
    assert is_whole_time(column(value))


class TestLabelRule:
    def test_ends_stay(self):
        for auction in (False, True):
            rule = LabelRule(RIGHT, auction_at_open=auction)
            assert as_minutes(rule.apply(as_stamps(RIGHT))) == RIGHT.tolist()
            assert rule.note == ""

    @pytest.mark.parametrize("auction", [False, True])
    def test_beginnings_become_ends(self, auction):
        rule = LabelRule(LEFT, auction_at_open=auction)
        assert as_minutes(rule.apply(as_stamps(LEFT))) == RIGHT.tolist()
        assert "beginning" in rule.note

    def test_the_auctions_own_bar_stays_among_beginnings(self):
        rule = LabelRule(np.append(LEFT, NINE_TWENTY_FIVE), auction_at_open=False)
        assert as_minutes(rule.apply(as_stamps([NINE_TWENTY_FIVE, NINE_THIRTY]))) == [NINE_TWENTY_FIVE, 571]

    def test_an_auction_at_the_open_becomes_0925(self):
        rule = LabelRule(np.append(RIGHT, NINE_THIRTY), auction_at_open=True)
        assert as_minutes(rule.apply(as_stamps([NINE_THIRTY, 571, 900]))) == [NINE_TWENTY_FIVE, 571, 900]
        assert "09:25" in rule.note

    def test_a_morning_of_beginnings_is_known_by_0930(self):
        morning = np.arange(570, 600)
        assert LabelRule(morning, auction_at_open=False).left
        assert not LabelRule(morning, auction_at_open=True).left

    def test_a_file_that_shows_both_is_left_alone(self):
        assert not LabelRule(np.append(LEFT, 900), auction_at_open=False).left

    def test_an_afternoon_of_ends_shows_nothing(self):
        rule = LabelRule(np.arange(800, 850), auction_at_open=False)
        assert not rule.left
        assert not rule.auction
