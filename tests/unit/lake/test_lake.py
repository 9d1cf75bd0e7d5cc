"""The lake serves what was put in, as arrays."""

import pickle
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from dripstone.errors import DataError, FactorError
from dripstone.factors.spec import Needs
from dripstone.lake import BAR_FIELDS, BarLake, ingest_table
from dripstone.lake.dayfile import day_path
from dripstone.market.session import SESSION, session_minutes

BARS = "cn_stock_bar1m"
LAST = "2026-01-07"


@pytest.fixture
def held(lake, make_bars):
    ingest_table(lake, make_bars(), table=BARS, source="test")
    return lake


def valuation(instruments, days, caps):
    n = len(days)
    return pa.table(
        {
            "date": pa.array(np.repeat(np.array(days, "datetime64[us]"), len(instruments))),
            "instrument": list(instruments) * n,
            "total_market_cap": np.ravel(caps) * 2.0,
            "float_market_cap": np.ravel(caps) * 1.0,
        }
    )


class TestDay:
    def test_gives_fields_at_the_minutes_of_the_session(self, held):
        bars = held.day(LAST, Needs(fields=("volume", "close"), session=("09:31", "14:57")))
        assert bars.date == np.datetime64(LAST)
        assert bars.instruments.tolist() == ["000001.SZ", "600519.SH"]
        assert bars.minutes.tolist() == session_minutes("09:31", "14:57").tolist()
        at = np.searchsorted(SESSION, bars.minutes)
        assert bars.volume.dtype == np.float64
        np.testing.assert_array_equal(bars.volume[1], 100.0 * (1 + 2 * 7 + 3 + at))
        np.testing.assert_allclose(bars.close[0], 10.01 + at / 1000)

    def test_a_column_the_vendor_does_not_give_is_missing_never_one(self, held):
        assert np.isnan(held.day(LAST, Needs(fields=("adjust_factor",))).adjust_factor).all()

    def test_minutes_without_a_bar_are_missing(self, lake, make_bars):
        bars = make_bars(days=[LAST])
        keep = np.ones(len(bars), bool)
        keep[[5, 300]] = False
        ingest_table(lake, bars.filter(pa.array(keep)), table=BARS, source="test")
        volume = lake.day(LAST, Needs(session=("09:25", "15:00"))).volume
        assert np.argwhere(np.isnan(volume)).tolist() == [[0, 5], [1, 300 - 241]]
        assert volume[0, 6] == 100 * 7

    def test_minutes_that_no_instrument_has_are_missing(self, lake, make_bars):
        ingest_table(lake, make_bars(days=[LAST], minutes=[571, 573]), table=BARS, source="test")
        volume = lake.day(LAST, Needs(session=("09:31", "09:34"))).volume
        np.testing.assert_array_equal(volume[0], [100, np.nan, 200, np.nan])

    def test_a_look_back_stacks_days_oldest_first_on_the_last_days_instruments(self, lake, make_bars):
        ingest_table(lake, make_bars(["000001.SZ", "000002.SZ"], ["2026-01-05"]), table=BARS, source="test")
        ingest_table(lake, make_bars(["000002.SZ", "600519.SH"], ["2026-01-06"]), table=BARS, source="test")
        bars = lake.day("2026-01-06", Needs(session=("09:31", "09:32"), lookback_days=2))
        assert bars.instruments.tolist() == ["000002.SZ", "600519.SH"]
        np.testing.assert_array_equal(bars.volume, [[[500, 600], [np.nan, np.nan]], [[200, 300], [500, 600]]])

    def test_a_window_may_cross_a_year(self, lake, make_bars):
        days = ["2025-12-30", "2025-12-31", "2026-01-05"]
        ingest_table(lake, make_bars(days=days), table=BARS, source="test")
        assert lake.day("2026-01-05", Needs(lookback_days=3)).volume.shape == (3, 2, 240)
        assert [str(day) for day in lake.dates()] == days

    @pytest.mark.parametrize(
        ("needs", "error", "words"),
        [
            (Needs(fields=("bid",)), FactorError, "'bid'"),
            (Needs(lookback_days=4), DataError, "3 days up to 2026-01-07"),
            (Needs(lookback_days=0), FactorError, "look-back"),
            (Needs(session=("09:31", "16:00")), FactorError, "16:00"),
            (Needs(daily=("float_market_cap",)), DataError, "ingest cn_stock_valuation"),
            (Needs(daily=("nonsense",)), DataError, "'nonsense'"),
            (Needs(tables=("nonsense",)), DataError, "'nonsense'"),
        ],
    )
    def test_says_what_it_cannot_give(self, held, needs, error, words):
        with pytest.raises(error, match=words):
            held.day(LAST, needs)

    def test_names_the_range_held_for_a_day_it_does_not_hold(self, held, lake):
        with pytest.raises(DataError, match=r"2026-01-05\.\.2026-01-07"):
            held.day("2026-01-08", Needs())
        with pytest.raises(DataError, match="ingest or simulate first"):
            BarLake(lake.root / "nowhere").day(LAST, Needs())
        with pytest.raises(DataError, match="not a date"):
            held.day("yesterday", Needs())


class TestDaily:
    NAMES = ("000001.SZ", "600519.SH")

    def test_columns_are_as_known_by_that_day(self, held):
        caps = valuation(self.NAMES, ["2025-12-31", "2026-01-06"], [[1, 2], [3, 4]])
        ingest_table(held, caps, table="cn_stock_valuation", source="test")
        wants = Needs(daily=("float_market_cap",))
        assert held.day("2026-01-05", wants).float_market_cap.tolist() == [1, 2]
        assert held.day("2026-01-07", wants).float_market_cap.tolist() == [3, 4]
        stacked = held.day("2026-01-06", Needs(daily=("float_market_cap",), lookback_days=2))
        assert stacked.float_market_cap.tolist() == [[1, 2], [3, 4]]

    def test_nothing_known_by_that_day_is_refused(self, held):
        caps = valuation(self.NAMES, ["2026-01-06"], [[3, 4]])
        ingest_table(held, caps, table="cn_stock_valuation", source="test")
        with pytest.raises(DataError, match="a day from 2026-01-06 on"):
            held.day("2026-01-05", Needs(daily=("float_market_cap",)))

    def test_an_instrument_that_the_table_does_not_list_is_missing(self, held):
        caps = valuation(["600519.SH", "688001.SH"], ["2026-01-05"], [[3, 4]])
        ingest_table(held, caps, table="cn_stock_valuation", source="test")
        np.testing.assert_array_equal(
            held.day("2026-01-05", Needs(daily=("float_market_cap",))).float_market_cap, [np.nan, 3]
        )

    def test_a_column_of_two_tables_needs_its_table(self, held, make_bars):
        limits = {"date": np.array(["2026-01-05"], "datetime64[us]"), "instrument": ["600519.SH"]}
        limits |= {"upper_limit": [11.0], "lower_limit": [9.0]}
        ingest_table(held, pa.table(limits), table="cn_stock_limit_price", source="test")
        assert held.day("2026-01-05", Needs(daily=("upper_limit",))).daily["upper_limit"][1] == 11
        bars = make_bars(days=["2026-01-05"], minutes=[0]).append_column("upper_limit", [[12.0, 13.0]])
        ingest_table(held, bars, table="cn_stock_real_bar1d", source="test")
        with pytest.raises(DataError, match=r"cn_stock_limit_price\.upper_limit"):
            held.day("2026-01-05", Needs(daily=("upper_limit",)))
        named = held.day("2026-01-05", Needs(daily=("cn_stock_real_bar1d.upper_limit",)))
        assert named.daily["cn_stock_real_bar1d.upper_limit"].tolist() == [12, 13]

    def test_whole_tables_come_for_the_window(self, held):
        caps = valuation(self.NAMES, ["2026-01-05", "2026-01-06", "2026-01-07"], [[1, 2], [3, 4], [5, 6]])
        ingest_table(held, caps, table="cn_stock_valuation", source="test")
        rows = held.day("2026-01-06", Needs(tables=("cn_stock_valuation",), lookback_days=2)).tables[
            "cn_stock_valuation"
        ]
        assert rows["float_market_cap"].to_pylist() == [1, 2, 3, 4]
        assert rows.schema == held.schema("cn_stock_valuation")


class TestVersion:
    def test_changes_with_any_file_that_is_read_and_with_no_other(self, held, make_bars):
        one, two = Needs(), Needs(lookback_days=2)
        before = held.version(LAST, one), held.version(LAST, two)
        ingest_table(
            held,
            make_bars(days=["2026-01-06"], close=make_bars(days=["2026-01-06"])["open"]),
            table=BARS,
            source="test",
        )
        after = held.version(LAST, one), held.version(LAST, two)
        assert before[0] == after[0]
        assert before[1] != after[1]

    def test_counts_the_daily_tables(self, held):
        wants = Needs(daily=("float_market_cap",))
        caps = valuation(TestDaily.NAMES, ["2026-01-05"], [[1, 2]])
        ingest_table(held, caps, table="cn_stock_valuation", source="test")
        before = held.version(LAST, wants)
        caps = valuation(TestDaily.NAMES, ["2026-01-06"], [[1, 3]])
        ingest_table(held, caps, table="cn_stock_valuation", source="test")
        assert held.version(LAST, wants) != before


class TestFolder:
    def test_lists_tables_days_paths_and_instruments(self, held):
        assert held.table_names() == (BARS,)
        assert [str(day) for day in held.dates()] == ["2026-01-05", "2026-01-06", "2026-01-07"]
        assert held.dates("cn_stock_valuation").size == 0
        assert held.paths(BARS, "2026-01-06", None) == held.paths(BARS)[1:]
        assert held.paths(BARS, None, date(2026, 1, 5)) == held.paths(BARS)[:1]
        assert held.instruments(LAST).tolist() == ["000001.SZ", "600519.SH"]

    def test_survives_pickling(self, held):
        again = pickle.loads(pickle.dumps(held))
        assert again.root == held.root
        assert again.version(LAST, Needs()) == held.version(LAST, Needs())

    def test_read_only_refuses_to_write(self, held, make_bars):
        closed = BarLake(held.root, readonly=True)
        assert closed.day(LAST, Needs()).volume.shape == (2, 240)
        with pytest.raises(DataError, match="reading only"):
            ingest_table(closed, make_bars(), table=BARS, source="test")
        with pytest.raises(DataError, match="reading only"):
            closed.write_day(BARS, LAST, make_bars(days=[LAST]))

    def test_write_day_replaces_the_whole_day(self, held, make_bars):
        rows = make_bars(["300001.SZ"], [LAST], adjust_factor=np.full(241, 2.0)).select(held.schema(BARS).names)
        digest = held.write_day(BARS, LAST, rows)
        assert held.instruments(LAST).tolist() == ["300001.SZ"]
        assert held.day(LAST, Needs(fields=BAR_FIELDS)).adjust_factor[0, 0] == 2
        assert len(digest) == 64
        with pytest.raises(DataError, match="another day"):
            held.write_day(BARS, "2026-01-06", rows)

    def test_a_damaged_day_is_named(self, held):
        path = day_path(held.root, BARS, np.datetime64(LAST))
        path.write_bytes(path.read_bytes()[:200])
        for read in (held.day, held.version):
            with pytest.raises(DataError, match=r"damaged.*2026-01-07.parquet"):
                read(LAST, Needs())

    def test_a_file_that_dripstone_did_not_write_is_named(self, held, make_bars):
        import pyarrow.parquet as pq

        pq.write_table(make_bars(days=[LAST]), held.paths(BARS)[-1])
        with pytest.raises(DataError, match="not a day file"):
            held.version(LAST, Needs())
