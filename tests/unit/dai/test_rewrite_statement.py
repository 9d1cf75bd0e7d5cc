"""Whole statements: places of errors, ranks, kernels, macros, whose function a name is, what is read and repeated."""

import numpy as np
import pyarrow as pa
import pytest

from dripstone.dai import DaiUDF
from dripstone.dai.engine import run_query
from dripstone.dai.reading import Reading
from dripstone.dai.result import QueryResult
from dripstone.dai.rewrite import translate
from dripstone.dai.script import read_script
from dripstone.dai.table import MemoryTables
from dripstone.errors import FactorError

DATES = np.datetime64("2024-01-02", "us") + np.arange(4) * np.timedelta64(1, "D")
BARS = pa.table(
    {
        "date": np.repeat(DATES, 2),
        "instrument": ["a", "b"] * 4,
        "close": pa.array([1.0, 5.0, 3.0, None, 2.0, 7.0, None, 6.0]),
        "Open": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
    }
)
TABLES = MemoryTables({"bars": BARS})


def ask(sql: str, **options: object) -> QueryResult:
    return run_query(sql, tables=TABLES, **options)  # type: ignore[arg-type]  # passed on as given


def column(sql: str, **options: object) -> list[object]:
    return [row[0] for row in ask(sql, **options).fetchall()]


@pytest.mark.parametrize(
    ("sql", "line", "at", "said"),
    [
        ("SELECT m_avg(clsoe, 2) AS f,\n 1 FROM bars", 1, 14, "clsoe"),
        ("SELECT '中文',\n  c_rank(m_avg(close, 2)) AS 排名,\n  bars.clos FROM bars", 3, 3, "clos"),
        ("SELECT c_rank(m_avg(b.close, 2)) AS f FROM bars b\nWHERE instrment = 'a'", 2, 7, "instrment"),
        ("SELECT c_rank(close),\n avgg(close) FROM bars", 2, 2, "avgg"),
        ("SELECT c_rank(close),\n m_avg(instrument, 2) FROM bars", 2, 2, "avg(VARCHAR)"),
        ("SELECT c_rank(m_lag(close, 1)) AS f FROM bars\nQUALIFY f > 1 AND g > 2", 2, 19, "g"),
        ("CREATE TABLE x AS SELECT m_lag(close, 1) AS l FROM bars;\nSELECT c_rank(k) FROM x", 2, 15, "k"),
        ("SELECT c_rank(m_avg(close)) FROM bars", 1, 15, "m_avg needs w"),
        ("SELECT 1,\n c_rank(close, up:=true) FROM bars", 2, 2, "no such argument up"),
        ("SELECT m_avg(close, 0) FROM bars", 1, 8, "at least one row"),
        ("SELECT m_avg(close, 2) OVER (ORDER BY date) FROM bars", 1, 8, "window of its own"),
        ("SELECT m_rank(close, Open) AS r FROM bars", 1, 8, "same on every row"),
        ("(SELECT close FROM bars UNION SELECT 1)\nLIMIT 2 BY date", 2, 7, "LIMIT n BY"),
        ("CREATE MACRO f(x) AS x + c_rank(x); SELECT f(close) FROM bars", 1, 26, "macro"),
        ("SELECT COLUMNS(c -> c > 'd'), c_rank(m_lag(close, 1)) FROM bars", 1, 8, "name the columns"),
    ],
)
def test_an_error_is_where_its_author_wrote_it(sql: str, line: int, at: int, said: str) -> None:
    with pytest.raises(FactorError) as caught:
        ask(sql)
    assert said in str(caught.value)
    assert (caught.value.fields["line"], caught.value.fields["column"]) == (line, at)


def test_a_function_that_is_near_is_named() -> None:
    for wrong, right in (("m_avgg(close, 2)", "m_avg"), ("c_ranks(close)", "c_rank"), ("medain(close)", "median")):
        with pytest.raises(FactorError) as caught:
            ask(f"SELECT {wrong} FROM bars")
        assert right in caught.value.hint


@pytest.mark.parametrize(
    ("expression", "want"),
    [
        ("rank() OVER (ORDER BY close)", [1.0, 4.0, 3.0, None, 2.0, 6.0, None, 5.0]),
        ("rank() OVER (ORDER BY close DESC)", [6.0, 3.0, 4.0, None, 5.0, 1.0, None, 2.0]),
        ("rank() OVER w", [1.0, 1.0, 3.0, None, 2.0, 3.0, None, 2.0]),
        ("percent_rank() OVER w", [1 / 3, 1 / 3, 1.0, None, 2 / 3, 1.0, None, 2 / 3]),
        ("rank() OVER (PARTITION BY instrument ORDER BY close IS NULL, date)", [1, 1, 2, 4, 3, 2, 4, 3]),
        ("rank() OVER (PARTITION BY date ORDER BY instrument, close)", [1, 2, 1, None, 1, 2, None, 1]),
        ("percent_rank() OVER (ORDER BY instrument, close DESC)", [1 / 2, 1, 1 / 6, None, 1 / 3, 2 / 3, None, 5 / 6]),
        ("dense_rank() OVER (ORDER BY close)", [2, 5, 4, 1, 3, 7, 1, 6]),
        ("rank() OVER ()", [1] * 8),
    ],
)
def test_a_row_without_a_value_has_no_rank_and_takes_no_place(expression: str, want: list[float | None]) -> None:
    window = "WINDOW w AS (PARTITION BY instrument ORDER BY close)"
    got = ask(f"SELECT {expression} AS r FROM bars {window} ORDER BY date, instrument").df().r
    np.testing.assert_allclose(got.astype(float), np.array(want, float))


def test_kernels_stand_in_windows_and_over_them() -> None:
    lagged = "SELECT *, lag(close) OVER (PARTITION BY instrument ORDER BY date) AS l FROM bars"
    whole = column("SELECT m_rank(m_lag(close, 1), 2) AS f FROM bars ORDER BY instrument, date")
    assert whole == column(f"SELECT m_rank(l, 2) AS f FROM ({lagged}) ORDER BY instrument, date")
    ranked = f"SELECT *, m_rank(Open, 2) AS m FROM ({lagged})"
    both = "SELECT c_rank(m_rank(Open, 2)) + m_ta_ewm(close, 2, 1) AS f FROM bars ORDER BY instrument, date"
    steps = f"SELECT c_rank(m) + m_ta_ewm(close, 2, 1) AS f FROM ({ranked}) ORDER BY instrument, date"
    assert column(both) == column(steps)
    grouped = "SELECT m_rank(sum(Open), 2, pb:=NULL) AS f FROM bars GROUP BY date ORDER BY date"
    assert column(grouped) == [None, 2.0, 2.0, 2.0]
    assert column("SELECT m_rank(close, 2) AS f FROM bars WHERE close < 0") == []
    qualified = (
        "SELECT instrument FROM bars QUALIFY m_rank(Open, 2) = 2 ORDER BY m_rank(Open, 3) DESC, date, instrument"
    )
    assert column(qualified) == ["a", "b", "a", "b", "a", "b"]
    assert column("SELECT m_rank(Open, $w) AS f FROM bars ORDER BY date LIMIT 1", params={"w": 2}) == [None]


def test_the_callers_functions_stand_before_the_dialects() -> None:
    udf = DaiUDF("m_avg", lambda x, n: x * n, return_type="double")
    assert column("SELECT m_avg(Open, 3) FROM bars ORDER BY 1", udfs=[udf])[0] == 3.0
    macro = "CREATE MACRO c_rank(x) AS x + 1; SELECT c_rank(Open) AS f FROM bars ORDER BY 1"
    assert column(macro)[0] == 2.0
    assert column("CREATE MACRO f(x) AS if(x > 7, sigmoid(0), x); SELECT f(Open) AS g FROM bars ORDER BY 1")[0] == 0.5
    table = "CREATE MACRO f(n) AS TABLE SELECT c_rank(m_lag(Open, 1)) AS r FROM bars WHERE Open > n; SELECT 1"
    assert column(table) == [1]


@pytest.mark.parametrize(
    ("frame", "plain", "full"),
    [
        ("ROWS 1 PRECEDING", [5.0, 5.0, 7.0, 13.0], [None, None, None, 13.0]),
        ("ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", [5.0, 5.0, 7.0, 13.0], [None, None, None, 13.0]),
        ("ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", [5.0, 12.0, 13.0, 13.0], [5.0, 12.0, 13.0, 13.0]),
        ("ROWS UNBOUNDED PRECEDING", [5.0, 5.0, 12.0, 18.0], [5.0, 5.0, 12.0, 18.0]),
    ],
)
def test_frames_written_out_may_need_to_be_full(frame: str, plain: list[float], full: list[float | None]) -> None:
    sql = f"SELECT sum(close) OVER (ORDER BY date {frame}) AS s FROM bars WHERE instrument = 'b' ORDER BY date"
    assert column(sql) == plain
    assert column(sql, reading=Reading(full_frames=True)) == full


def test_hidden_columns_are_tested_where_the_reading_says_so() -> None:
    sql = "SELECT instrument, m_lag(Open, 1) AS _before FROM bars QUALIFY COLUMNS(*) IS NOT NULL"
    assert len(ask(sql)) == 8
    assert len(ask(sql, reading=Reading(qualify_tests_hidden=True))) == 6
    inner = f"SELECT count(*) FROM ({sql})"
    assert column(inner) == [6]  # there they are columns as any other


def test_the_result_says_what_ran() -> None:
    assert ask("select  close from bars").sql == "select  close from bars"
    got = ask("SELECT m_lag(close, 1) FROM bars")
    assert got.arrow().column_names == ['m_lag("close", 1)']
    assert got.sql.startswith("SELECT lag(close, 1, NULL) OVER (PARTITION BY instrument ORDER BY date)")
    assert "WINDOW" in got.explain().upper()


def test_the_same_text_is_worked_out_once() -> None:
    script = read_script("SELECT c_rank(m_avg(close, 2)) FROM bars")
    columns = {"bars": ["date", "instrument", "close"]}
    assert read_script("SELECT c_rank(m_avg(close, 2)) FROM bars") is script
    assert translate(script, columns) is translate(script, columns)
    assert translate(script, columns, reading=Reading(full_frames=True)) is not translate(script, columns)


def test_only_what_is_used_is_read() -> None:
    tables = {"bars": ["date", "instrument", *(f"c{i}" for i in range(50))]}
    script = translate(read_script("SELECT date, c_rank(m_avg(c7, 2)) AS f FROM bars"), tables)
    assert {f"c{i}" for i in range(50) if f"c{i}" in script.statements[0].text} == {"c7"}
