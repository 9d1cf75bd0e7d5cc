"""A query from SQL to rows."""

import datetime as dt

import numpy as np
import pandas as pd
import polars
import pyarrow as pa
import pytest

from dripstone.dai import DaiUDF
from dripstone.dai.engine import run_query
from dripstone.dai.result import QueryResult
from dripstone.dai.table import MemoryTables
from dripstone.errors import FactorError
from dripstone.lake.day import DayBars

MINUTES = np.datetime64("2024-01-02T09:31", "ns") + np.arange(4) * np.timedelta64(1, "m")
BARS = pa.table(
    {
        "date": np.tile(MINUTES, 2),
        "instrument": pa.array(["000001.SZ"] * 4 + ["600000.SH"] * 4).dictionary_encode(),
        "close": [1.0, 2.0, float("nan"), None, 5.0, 6.0, 7.0, 8.0],
        "volume": [100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0],
    }
)
TABLES = MemoryTables({"cn_stock_bar1m": BARS})


def ask(sql: str, **options: object) -> QueryResult:
    return run_query(sql, tables=TABLES, **options)  # type: ignore[arg-type]  # passed on as given


def test_both_names_of_the_minute_table_hold_the_same_rows() -> None:
    sql = "SELECT count(*) FROM cn_stock_bar1m_c JOIN CN_STOCK_BAR1M USING (date, instrument, volume)"
    assert ask(sql).fetchall() == [(8,)]


def test_columns_have_the_platforms_types_and_nan_is_null() -> None:
    got = ask("SELECT * FROM cn_stock_bar1m ORDER BY instrument, date")
    assert got.arrow().schema.field("date").type == pa.timestamp("us")
    assert got.arrow().schema.field("volume").type == pa.int64()
    assert got.arrow()["close"].null_count == 2
    assert ask("SELECT avg(close) FROM cn_stock_bar1m WHERE instrument = '000001.SZ'").fetchall() == [(1.5,)]


def test_a_day_of_bars_is_a_table() -> None:
    day = DayBars(
        np.datetime64("2024-01-02"),
        np.array(["000001.SZ", "600000.SH"]),
        np.array([571, 572], np.int16),
        {"volume": np.array([[1.0, np.nan], [3.0, 4.0]])},
    )
    got = run_query(
        "SELECT instrument, list(volume) AS v FROM cn_stock_bar1m_c GROUP BY ALL ORDER BY ALL",
        tables=MemoryTables({"cn_stock_bar1m": day.table()}),
    )
    assert got.fetchall() == [("000001.SZ", [1]), ("600000.SH", [3, 4])]


@pytest.mark.parametrize(
    ("sql", "want"),
    [
        ("SELECT 1/0, 5%0, 1.0/0, 1//0", (None, None, None, None)),
        ("SELECT list_transform([1, 2], x -> x * 2)", ([2, 4],)),
        ("SELECT [x FOR x IN [1, 2] IF x > 1]", ([2],)),
        ("SELECT date::DATE::DATETIME FROM cn_stock_bar1m LIMIT 1", (pd.Timestamp("2024-01-02"),)),
        ("SELECT count(*) FROM cn_stock_bar1m WHERE date::TIME > '09:31' AND date::TIME <= '9:33'", (4,)),
        ("SELECT sum(volume), 1.5, [2.5], {'a': 1.5} FROM cn_stock_bar1m", (3600.0, 1.5, [2.5], {"a": 1.5})),
        ("SELECT 1 AS a, 2 AS a", (1, 2)),
        ("SELECT 1 AS shown, 2 AS _hidden", (1,)),
        ("WITH w AS (SELECT 1 AS _a, 2 AS b) SELECT _a + b AS c FROM w", (3,)),
    ],
)
def test_the_platforms_reading_of_sql(sql: str, want: tuple[object, ...]) -> None:
    assert ask(sql).fetchall() == [want]


def test_nulls_sort_first_both_ways() -> None:
    for direction, want in (("ASC", [None, 1, 2]), ("DESC", [None, 2, 1])):
        got = ask(f"SELECT * FROM (VALUES (2), (NULL), (1)) AS v(a) ORDER BY a {direction}")
        assert [row[0] for row in got.fetchall()] == want


def test_statements_run_in_order_and_leave_nothing() -> None:
    make = "CREATE TABLE x AS SELECT volume FROM cn_stock_bar1m; CREATE MACRO twice(a) AS a * 2"
    for _ in range(2):
        assert ask(f"{make}; SELECT sum(twice(volume)) FROM x").fetchall() == [(7200.0,)]
    with pytest.raises(FactorError, match="unknown table"):
        ask("SELECT * FROM x")


def test_pivot_and_describe() -> None:
    pivot = ask("FROM (PIVOT cn_stock_bar1m ON instrument USING sum(volume) GROUP BY date) ORDER BY date")
    assert pivot.arrow().column_names == ["date", "000001.SZ", "600000.SH"]
    assert ask("DESCRIBE cn_stock_bar1m").fetchall()[0][:2] == ("date", "TIMESTAMP")


def test_parameters() -> None:
    sql = "SELECT count(*) FROM cn_stock_bar1m WHERE volume > $least AND instrument = $name"
    params = {"least": np.int64(600), "name": "600000.SH", "unused": 1}
    assert ask(sql, params=params).fetchall() == [(2,)]
    with pytest.raises(FactorError, match=r"not given; saw \['least', 'name'\]"):
        ask(sql)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1.0, np.nan]}),
        polars.DataFrame({"a": [1.0, None]}),
        pa.table({"a": [1.0, None]}),
        ask("SELECT 1.0 AS a UNION ALL SELECT NULL"),
    ],
)
def test_bound_relations(frame: object) -> None:
    assert ask("SELECT sum(a), count(a) FROM mine", bind_relations={"Mine": frame}).fetchall() == [(1.0, 1)]


def test_a_bound_relation_stands_before_a_table() -> None:
    assert ask(
        "SELECT count(*) FROM cn_stock_bar1m", bind_relations={"cn_stock_bar1m": BARS.slice(0, 1)}
    ).fetchall() == [(1,)]


@pytest.mark.parametrize("frame", [[1, 2], "text", pd.DataFrame({"a": [1, "x"]})])
def test_what_cannot_be_bound_is_refused(frame: object) -> None:
    with pytest.raises(FactorError, match=r"bind|bound") as caught:
        ask("SELECT * FROM mine", bind_relations={"mine": frame})
    assert caught.value.fields["table"] == "mine"


@pytest.mark.parametrize(
    ("sql", "line", "column", "hint"),
    [
        ("SELECT date,\n  clsoe FROM cn_stock_bar1m", 2, 3, "did you mean close?"),
        ("SELECT b.volum\nFROM cn_stock_bar1m b", 1, 8, "did you mean volume?"),
        ("SELECT '中文', avgg(close) FROM cn_stock_bar1m", 1, 14, "did you mean avg?"),
        ("SELECT array_agg(close), vlume FROM cn_stock_bar1m", 1, 26, "did you mean volume?"),
        ("SELECT 1;\nSELECT energi(close) FROM cn_stock_bar1m", 2, 8, "did you mean energy?"),
        ("SELECT m_avgg(close, 5) FROM cn_stock_bar1m", 1, 8, "did you mean m_avg?"),
        ("SELECT date, sum(close) FROM cn_stock_bar1m", 1, 8, ""),
        ("SELECT sum(close, 2) FROM cn_stock_bar1m", 1, 8, ""),
        ("SELECT 'a'::INT", 1, 11, ""),
    ],
)
def test_an_error_has_a_place_and_a_neighbour(sql: str, line: int, column: int, hint: str) -> None:
    with pytest.raises(FactorError) as caught:
        ask(sql, udfs=[DaiUDF("energy", len, return_type="double")])
    assert (caught.value.fields["line"], caught.value.fields["column"]) == (line, column)
    assert hint in caught.value.hint
    assert bool(hint) == bool(caught.value.hint)


def test_too_little_memory_says_what_to_do() -> None:
    with pytest.raises(FactorError, match="more memory") as caught:
        ask("SET memory_limit = '5MB'; SELECT list(i) FROM range(9000000) AS r(i)")
    assert "memory_limit" in caught.value.hint
    with pytest.raises(FactorError, match="Memory"):
        ask("SET memory_limit = 'plenty'; SELECT 1")


def test_every_form_of_the_result() -> None:
    got = ask("SELECT date::DATE AS date, instrument, sum(volume) AS v FROM cn_stock_bar1m GROUP BY ALL ORDER BY ALL")
    assert len(got) == 2
    assert got.df()["date"].dtype.kind == "M"
    assert got.df()["v"].tolist() == got.pl()["v"].to_list() == [1000.0, 2600.0]
    assert got.fetchall()[0] == (dt.date(2024, 1, 2), "000001.SZ", 1000.0)
    assert "CN_STOCK" in got.explain().upper() or "ARROW" in got.explain().upper()
    assert "Total Time" in got.explain("analyze")


def test_an_empty_answer_keeps_its_columns() -> None:
    got = ask("SELECT date, close FROM cn_stock_bar1m WHERE volume < 0")
    assert got.fetchall() == []
    assert got.df().columns.tolist() == ["date", "close"]
