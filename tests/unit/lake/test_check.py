"""What the lake refuses, and how it says so."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from dripstone.errors import DataError
from dripstone.lake import TABLES, BarLake, ingest_table

BARS = "cn_stock_bar1m"


def refused(lake: BarLake, rows: pa.Table, *, table: str = BARS) -> DataError:
    """The refusal of these rows; nothing of them is in the lake."""
    with pytest.raises(DataError) as caught:
        ingest_table(lake, rows, table=table, source="file.csv")
    assert lake.table_names() == ()
    return caught.value


def changed(rows: pa.Table, column: str, at: int, value: object) -> pa.Table:
    values = rows[column].to_pylist()
    values[at] = value
    return rows.set_column(rows.column_names.index(column), column, pa.array(values))


@pytest.fixture
def day(make_bars):
    return make_bars(days=["2026-01-05"])


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("volume", -1, "volume is negative"),
        ("amount", -0.5, "amount is negative"),
        ("amount", np.inf, "amount is infinite"),
        ("low", -1.0, "low is not positive"),
        ("open", 0.0, "open is not positive"),
        ("high", 1.0, "high is below low"),
        ("open", 99.0, "open is outside of low..high"),
        ("close", 9.0, "close is outside of low..high"),
        ("volume", 100.5, "a count is not whole"),
        ("instrument", "600519", "not an instrument code"),
        ("instrument", "600519.XSHG", "not an instrument code"),
        ("instrument", None, "instrument is missing"),
    ],
)
def test_a_value_that_cannot_be_true_is_named_with_its_place(lake, day, column, value, what):
    error = refused(lake, changed(day, column, 3, value))
    assert error.what == what
    assert error.fields["path"] == "file.csv"
    assert str(error.fields["date"]) == "2026-01-05"
    assert error.fields["minute"] == "09:33"
    assert error.fields["column"] == column
    assert error.seen == repr(value)
    if column != "instrument":
        assert error.fields["instrument"] == "000001.SZ"


@pytest.mark.parametrize(
    ("when", "what"),
    [
        ("2026-01-05T09:30:00", "not a minute of the session"),
        ("2026-01-05T13:00:00", "not a minute of the session"),
        ("2026-01-05T15:01:00", "not a minute of the session"),
        ("2026-01-05T09:31:30", "not a minute of the session"),
        ("2026-01-04T09:31:00", "not a trading day"),
        ("2026-10-01T09:31:00", "not a trading day"),
        (None, "date is missing"),
    ],
)
def test_a_time_outside_of_the_market_is_refused(lake, day, when, what):
    when = when and datetime.datetime.fromisoformat(when)
    error = refused(lake, changed(day, "date", 3, when))
    assert error.what == what
    assert error.seen == repr(when and str(when))
    assert error.fields["instrument"] == "000001.SZ"


def test_a_zone_is_refused(lake, day):
    zoned = day.set_column(0, "date", day["date"].cast(pa.timestamp("us", "Asia/Shanghai")))
    error = refused(lake, zoned)
    assert error.what == "the time has a zone"
    assert "tz_localize" in str(error)


@pytest.mark.parametrize(("column", "kind"), [("close", "double"), ("volume", "int64"), ("date", "timestamp")])
def test_text_where_a_number_or_time_belongs_is_refused(lake, day, column, kind):
    texts = [f"x{i}" for i in range(len(day))]
    error = refused(lake, day.set_column(day.column_names.index(column), column, [texts]))
    assert error.what == "a column has the wrong type"
    assert "'x0'" in error.seen
    assert kind in error.expected


def test_a_number_where_a_text_belongs_is_refused(lake, day):
    error = refused(lake, day.set_column(1, "instrument", [np.full(len(day), 600519)]))
    assert error.what == "a column has the wrong type"


def test_a_missing_column_is_named(lake, day):
    error = refused(lake, day.drop_columns("amount"))
    assert error.what == "a required column is missing"
    assert error.fields["column"] == "amount"


def test_an_unknown_table_is_named(lake, day):
    error = refused(lake, day, table="cn_stock_bar1n")
    assert "cn_stock_bar1n" in str(error)
    assert "cn_stock_bar1" in error.hint


def test_rounding_beyond_high_is_no_error(lake, day):
    high = day["high"].to_numpy()
    ingest_table(lake, changed(day, "close", 3, float(high[3] * (1 + 1e-9))), table=BARS, source="file.csv")


@pytest.mark.parametrize(
    "kind", [pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("ns"), pa.dictionary(pa.int8(), pa.string())]
)
def test_other_types_of_the_same_values_are_welcome(lake, day, kind):
    column = "date" if pa.types.is_timestamp(kind) else "instrument"
    ingest_table(lake, day, table=BARS, source="file.csv")
    before = lake.paths(BARS)[0].read_bytes()
    cast = day.set_column(day.column_names.index(column), column, day[column].cast(kind))
    assert ingest_table(lake, cast, table=BARS, source="file.csv").changed_days == 0
    assert lake.paths(BARS)[0].read_bytes() == before


def test_whole_numbers_as_floats_are_a_count(lake, day):
    ingest_table(lake, day, table=BARS, source="file.csv")
    floats = day.set_column(6, "volume", day["volume"].cast(pa.float64()))
    assert ingest_table(lake, floats, table=BARS, source="file.csv").changed_days == 0


def test_a_daily_table_with_a_time_of_day_is_refused(lake):
    rows = pa.table(
        {
            "date": np.array(["2026-01-05T09:31"], "datetime64[us]"),
            "instrument": ["600519.SH"],
            "upper_limit": [11.0],
            "lower_limit": [9.0],
        }
    )
    assert refused(lake, rows, table="cn_stock_limit_price").what == "a daily table has a time of day"


@pytest.mark.parametrize("spec", TABLES.values(), ids=lambda spec: spec.name)
def test_every_table_has_a_key_among_its_required_columns(spec):
    assert set(spec.key) <= {column.name for column in spec.columns if column.required}
    assert spec.schema.names == list(spec.names)


def test_a_row_of_plain_dates_is_named(lake):
    rows = pa.table(
        {
            "date": pa.array([datetime.date(2026, 1, 5)]),
            "instrument": ["600519.SH"],
            **dict.fromkeys(("open", "high", "low", "close", "amount"), pa.array([1.0])),
            "volume": [1.5],
        }
    )
    with pytest.raises(DataError, match=r"a count is not whole.*600519.SH.*date=2026-01-05\b"):
        ingest_table(lake, rows, table="cn_stock_real_bar1d", source="test")


def test_a_date_beyond_pythons_own_is_named(lake, day):
    far = pa.chunked_array([pa.array(np.full(len(day), np.datetime64("29999-01-05T09:30", "us")))])
    error = refused(lake, day.set_column(day.schema.get_field_index("date"), "date", far))
    assert error.seen == "'29999-01-05 09:30:00'"
