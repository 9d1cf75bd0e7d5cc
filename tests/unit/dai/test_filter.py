"""Filters against a pandas twin written from their definition."""

import datetime as dt
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.dai.engine import run_query
from dripstone.dai.filter import BareEndDateWarning, read_filters, warn_bare_end
from dripstone.dai.reading import Reading
from dripstone.dai.table import MemoryTables
from dripstone.errors import FactorError

BARS = pd.DataFrame(
    [
        {"date": pd.Timestamp(2024, 1, day, hour, 30), "instrument": name, "volume": day * hour}
        for day in (2, 3, 4, 5)
        for hour in (9, 11, 14)
        for name in ("000001.SZ", "600000.SH", "O'HARE")
    ]
)
TABLES = MemoryTables({"bars": pa.Table.from_pandas(BARS, preserve_index=False)})

days = st.dates(dt.date(2023, 12, 31), dt.date(2024, 1, 7))
moments = st.one_of(
    days.map(str),
    days.map(pd.Timestamp),
    days,
    st.builds("{} {:02d}:30:00".format, days, st.integers(9, 14)),
    st.builds("{} {:02d}:00".format, days, st.integers(0, 23)),
)
names = st.sampled_from(["000001.SZ", "600000.SH", "O'HARE", "999999.SZ"])


def is_bare(value: object) -> bool:
    return len(value) == 10 if isinstance(value, str) else True


def passes(rows: pd.DataFrame, filters: dict[str, list], *, strict: bool) -> pd.Series:
    """Row by row, as the definition reads."""
    kept = pd.Series(np.ones(len(rows), bool))
    for column, values in filters.items():
        if column != "date":
            kept &= rows[column].isin(values)
            continue
        pairs = [tuple(values)] if len(values) == 2 else [(value, value) for value in values]
        inside = pd.Series(np.zeros(len(rows), bool))
        for first, last in pairs:
            end = pd.Timestamp(last)
            if is_bare(last) and not strict:
                inside |= (rows["date"] >= pd.Timestamp(first)) & (rows["date"] < end + pd.Timedelta(days=1))
            else:
                inside |= (rows["date"] >= pd.Timestamp(first)) & (rows["date"] <= end)
        kept &= inside
    return kept


@settings(deadline=None, max_examples=25)
@given(
    dates=st.lists(moments, min_size=1, max_size=4),
    instruments=st.none() | st.lists(names, min_size=1, max_size=3),
    strict=st.booleans(),
)
def test_filters_keep_what_the_twin_keeps(dates: list, instruments: list[str] | None, strict: bool) -> None:
    if len(dates) == 2 and pd.Timestamp(dates[1]) < pd.Timestamp(dates[0]):
        dates.reverse()
    filters: dict[str, list] = {"date": dates} | ({"instrument": instruments} if instruments else {})
    got = run_query(
        "SELECT * FROM bars ORDER BY date, instrument",
        tables=TABLES,
        filters=filters,
        reading=Reading(strict_end_date=strict),
    )
    want = BARS[passes(BARS, filters, strict=strict)].sort_values(["date", "instrument"])
    assert got.fetchall() == [tuple(row) for row in want.itertuples(index=False)]


def test_filters_apply_to_every_table_that_has_the_column() -> None:
    tables = MemoryTables(
        {
            "bars": TABLES.tables["bars"],
            "names": pa.table({"instrument": ["000001.SZ", "600000.SH"], "name": ["a", "b"]}),
            "limits": pa.table({"exchange": ["SZ"], "limit": [0.1]}),
        }
    )
    sql = (
        "SELECT (SELECT count(*) FROM bars) AS bars, (SELECT count(*) FROM names) AS names,"
        " (SELECT count(*) FROM limits) AS limits"
    )
    filters = {"date": ["2024-01-02", "2024-01-03"], "instrument": ["600000.SH"]}
    assert run_query(sql, tables=tables, filters=filters).fetchall() == [(6, 1, 1)]


def test_a_bound_relation_is_taken_as_it_is() -> None:
    frame = pd.DataFrame({"date": pd.to_datetime(["2020-01-01"]), "x": [1.0]})
    got = run_query(
        "SELECT x FROM mine, bars LIMIT 1",
        tables=TABLES,
        filters={"date": ["2024-01-02"]},
        bind_relations={"mine": frame},
    )
    assert got.fetchall() == [(1.0,)]


def test_days_bound_what_is_read() -> None:
    chosen = read_filters({"date": ["2024-01-03", np.datetime64("2024-01-09"), "2024-01-05 10:00:00"]})
    assert chosen.days == (dt.date(2024, 1, 3), dt.date(2024, 1, 9))
    assert read_filters({"instrument": ["600000.SH"]}).days == (None, None)


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"date": "2024-01-01"}, "takes a list"),
        ({"date": []}, "takes a list"),
        ({"instrument": "600000.SH"}, "takes a list"),
        ({"date": ["yesterday-ish", "2024-01-01"]}, "no date"),
        ({"date": [20240101, 20240102]}, "no date"),
        ({"date": [None]}, "no date"),
        ({"date": ["2024-01-01T09:30+08:00"]}, "no date"),
        ({"date": ["2024-01-05", "2024-01-02"]}, "ends before it begins"),
        ({"instrumnt": ["600000.SH"]}, "did you mean instrument"),
    ],
)
def test_a_wrong_filter_is_named(filters: dict[str, object], message: str) -> None:
    with pytest.raises(FactorError, match=message) as caught:
        run_query("SELECT * FROM bars", tables=TABLES, filters=filters)
    assert caught.value.fields["filter"] == next(iter(filters))


def test_the_warning_about_a_bare_end_comes_once() -> None:
    warn_bare_end.cache_clear()
    with pytest.warns(BareEndDateWarning, match="whole day is kept"):
        warn_bare_end()
    with warnings.catch_warnings(record=True) as later:
        warnings.simplefilter("always")
        warn_bare_end()
    assert later == []


def test_two_spellings_of_one_column_are_refused():
    with pytest.raises(FactorError, match="two filters on one column"):
        read_filters({"Date": ["2024-01-02"], "date": ["2024-01-03"]})
