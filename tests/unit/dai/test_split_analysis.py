"""A query that the analysis splits gives on single days what it gives on all of them."""

from collections.abc import Iterator

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.dai.rewrite import translate
from dripstone.dai.script import read_script
from dripstone.dai.split.analysis import Assembly, assembly_by_day
from dripstone.dai.split.relation import Inseparable, Relation

DAYS = ("2024-01-30", "2024-01-31", "2024-02-01", "2024-02-05")
TABLES = {
    "bars": Relation(dated=True, columns=(("date", "day"), ("instrument", None), ("close", None), ("volume", None))),
    "caps": Relation(dated=True, columns=(("date", "day"), ("instrument", None), ("cap", None))),
    "info": Relation(dated=False, columns=(("instrument", None), ("name", None))),
}


def assembly(sql: str) -> Assembly:
    return assembly_by_day(read_script(sql).statements[0].tree, TABLES, functions={"f"})


def reason(sql: str) -> str:
    with pytest.raises(Inseparable) as caught:
        assembly(sql)
    return str(caught.value)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config={"default_null_order": "nulls_first", "threads": 1})
    bars = [
        (f"{day} {time}", name, i % 5 + len(name) if i % 4 else None, 100 * (i % 3))
        for i, (day, time, name) in enumerate(
            (day, time, name) for name in ("A", "B", "C") for day in DAYS for time in ("09:31", "10:00", "14:57")
        )
    ]
    caps = [
        (day, name, 10.0 * (i % 4)) for i, (day, name) in enumerate((d, n) for d in DAYS[1:] for n in ("A", "B", "D"))
    ]
    connection.execute("CREATE TABLE all_bars (date TIMESTAMP, instrument VARCHAR, close DOUBLE, volume BIGINT)")
    connection.executemany("INSERT INTO all_bars VALUES (?, ?, ?, ?)", bars)
    connection.execute("CREATE TABLE all_caps (date TIMESTAMP, instrument VARCHAR, cap DOUBLE)")
    connection.executemany("INSERT INTO all_caps VALUES (?, ?, ?)", caps)
    connection.execute(
        "CREATE TABLE info AS FROM (VALUES ('A', 'one'), ('B', 'two'), ('E', 'five')) v(instrument, name)"
    )
    yield connection
    connection.close()


def narrow(database: duckdb.DuckDBPyConnection, day: str | None) -> None:
    for name in ("bars", "caps"):
        where = f"WHERE date::DATE = '{day}'" if day else ""
        database.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM all_{name} {where}")


def rows_of(table: pd.DataFrame) -> list[tuple[str, ...]]:
    return [tuple(map(str, row)) for row in table.itertuples(index=False)]


def whole(database: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[str, ...]]:
    narrow(database, None)
    return rows_of(database.sql(sql).df())


def by_day(database: duckdb.DuckDBPyConnection, sql: str) -> list[list[tuple[str, ...]]]:
    found = []
    for day in DAYS:
        narrow(database, day)
        found.append(rows_of(database.sql(sql).df()))
    return found


MOMENTS = [
    *("date", "date::DATE", "date::TIME", "date::DATE::DATETIME", "month(date)", "strftime(date, '%Y-%m-%d')"),
    *("strftime(date, '%Y-%m')", "strftime(date, '%Y%m%d')::INT", "TRY_CAST(date AS INT)", "date + INTERVAL 1 DAY"),
    *("date_trunc('day', date)", "date_trunc('month', date)", "date_trunc('hour', date)", "hour(date)", "day(date)"),
    *("date::VARCHAR", "CASE WHEN hour(date) < 10 THEN date END", "year(date) * 100 + month(date)", "date(date)"),
]
VALUES = ["close", "volume", "volume / 100 + close", "instrument", "coalesce(close, 0)"]
AGGREGATES = [
    "count(*)",
    "sum(volume)",
    "max(date)",
    "min(close) FILTER (WHERE volume > 0)",
    "list(close ORDER BY date, instrument, close)",
]
JOINS = [
    "bars",
    "bars JOIN caps USING (date, instrument)",
    "bars LEFT JOIN (SELECT date AS d, instrument AS i, cap FROM caps) c ON date::DATE = d AND instrument = i",
    "bars LEFT JOIN (SELECT date AS d, instrument AS i, cap FROM caps) c ON instrument = i",
    "bars RIGHT JOIN (SELECT date::DATE AS d, instrument AS i FROM caps) c ON bars.date::DATE = d AND instrument = i",
    "bars FULL JOIN (SELECT date, instrument, cap FROM caps) c USING (date, instrument)",
    "bars, (SELECT date AS d, cap FROM caps) c WHERE date_trunc('day', date) = d",
    "bars, (SELECT date AS d, cap FROM caps) c WHERE month(date) = month(d)",
    "bars SEMI JOIN caps ON bars.date::DATE = caps.date AND bars.instrument = caps.instrument",
    "bars ANTI JOIN caps ON bars.instrument = caps.instrument",
    "bars LEFT JOIN info USING (instrument)",
    "bars RIGHT JOIN info USING (instrument)",
    "(SELECT date, instrument, close, volume FROM bars UNION ALL SELECT date, instrument, cap, 1 FROM caps)",
    "(SELECT date, instrument, close, volume FROM bars EXCEPT SELECT date, instrument, cap, 1 FROM caps)",
    "(SELECT DISTINCT ON (date) * FROM bars ORDER BY ALL)",
    "(SELECT * FROM bars LIMIT 5)",
    "bars WHERE instrument IN (SELECT instrument FROM info)",
    "bars WHERE close >= (SELECT avg(close) FROM bars)",
]


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A query on bars: rows, groups, windows or distinct rows over a join or a subquery."""
    source = draw(st.sampled_from(JOINS))
    moment, other, value = (draw(st.sampled_from(pool)) for pool in (MOMENTS, MOMENTS, VALUES))
    form = draw(st.sampled_from(["rows", "group", "groupall", "window", "named", "distinct", "nested", "twice"]))
    columns = f"{moment} AS k, {other} AS l, {value} AS v"
    match form:
        case "rows":
            return f"SELECT {columns} FROM {source}"
        case "distinct":
            return f"SELECT DISTINCT {columns} FROM {source}"
        case "group":
            head, keys = draw(
                st.sampled_from(
                    [
                        (f"{moment} AS k", "k"),
                        (f"{moment} AS k, {other} AS l", "1, 2"),
                        ("1", moment),
                        (f"{moment} AS k, instrument", "k, instrument"),
                        ("instrument", "instrument"),
                    ]
                )
            )
            return f"SELECT {head}, {draw(st.sampled_from(AGGREGATES))} AS a FROM {source} GROUP BY {keys}"
        case "groupall":
            return f"SELECT {moment} AS k, {draw(st.sampled_from(AGGREGATES))} AS a FROM {source} GROUP BY ALL"
        case "window":
            order = "date, instrument, close, volume"
            window = f"(PARTITION BY {moment}, {other} ORDER BY {order})"
            return f"SELECT {columns}, sum(volume) OVER {window} AS w FROM {source}"
        case "named":
            return (
                f"SELECT {columns}, count(*) OVER w AS n FROM {source} "
                f"WINDOW w AS (PARTITION BY {moment}) QUALIFY count(*) OVER w > 1"
            )
        case "nested":
            return (
                f"WITH a AS (SELECT {moment} AS k, instrument, volume FROM {source}), "
                f"b AS (SELECT k, count(*) AS n FROM a GROUP BY k) SELECT a.*, n FROM a JOIN b ON a.k = b.k"
            )
        case _:
            inner = f"SELECT {moment} AS k, {other} AS l, count(*) AS n FROM {source} GROUP BY ALL"
            return f"SELECT k, sum(n) AS s FROM ({inner}) GROUP BY k"


@settings(max_examples=100, deadline=None)
@given(sql=queries())
def test_a_split_query_gives_the_same_rows(database: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        assembly(sql)
    except Inseparable:
        return
    try:
        want = whole(database, sql)
    except duckdb.BinderException:
        return  # such as a column that a semi join does not show
    assert sorted(want) == sorted(row for rows in by_day(database, sql) for row in rows)


SPLIT = [
    "SELECT * FROM bars",
    "SELECT close, f(close) AS v FROM bars WHERE close > 1",
    "SELECT date::DATE, count(*) FROM bars GROUP BY 1 HAVING count(*) > 2",
    "SELECT min(date), count(*) FROM bars GROUP BY date_trunc('day', date), instrument",
    "SELECT date::DATE AS date, sum(close) FROM bars GROUP BY date",
    "SELECT b.date, cap FROM bars b JOIN caps c ON b.date::DATE = c.date AND b.instrument = c.instrument",
    "SELECT b.date, cap FROM bars b, caps c WHERE b.instrument = c.instrument AND c.date = b.date::DATE",
    "SELECT date, count(*) FROM bars FULL JOIN caps USING (date) GROUP BY date",
    "SELECT name, date FROM info JOIN bars USING (instrument)",
    "SELECT sum(close) OVER w FROM bars WINDOW w AS (PARTITION BY instrument, date::DATE ORDER BY date)",
    "SELECT sum(sum(close)) OVER (PARTITION BY date::DATE) FROM bars GROUP BY date, instrument",
    "SELECT date FROM bars UNION ALL SELECT date FROM caps",
    "SELECT * FROM bars WHERE instrument IN (SELECT instrument FROM info ORDER BY name LIMIT 1)",
    "WITH a(d, c) AS (SELECT date::DATE, close FROM bars) SELECT d, max(c) FROM a GROUP BY ALL",
    "SELECT DISTINCT ON (d) * FROM (SELECT date::DATE AS d, * EXCLUDE (close) FROM bars) AS t",
]


@pytest.mark.parametrize("sql", SPLIT)
def test_what_people_write_is_split(database: duckdb.DuckDBPyConnection, sql: str) -> None:
    assembly(sql)
    narrow(database, None)
    if "f(" not in sql:
        assert sorted(whole(database, sql)) == sorted(row for rows in by_day(database, sql) for row in rows)


WHOLE = {
    "SELECT count(*) FROM bars": "an aggregate over several days",
    "SELECT instrument, count(*) FROM bars GROUP BY instrument": "an aggregate over several days",
    "SELECT count(*) FROM bars GROUP BY ROLLUP (date)": "an aggregate over several days",
    "SELECT d, count(*) FROM (SELECT c.date AS d FROM bars LEFT JOIN caps c USING (date)) GROUP BY d": "an aggregate",
    "SELECT wavg(close, volume) FROM bars": "wavg()",
    "SELECT m_avg(close, 5) FROM bars": "m_avg()",
    "SELECT noise(close) FROM bars": "noise()",
    "SELECT random() FROM bars": "random()",
    "SELECT current_date FROM bars": "CurrentDate",
    "SELECT * FROM bars LIMIT 3": "LIMIT",
    "SELECT * FROM (SELECT * FROM bars ORDER BY close)": "ORDER",
    "SELECT * FROM bars TABLESAMPLE 10%": "SAMPLE",
    "SELECT DISTINCT instrument FROM bars": "DISTINCT over several days",
    "SELECT max(date) FROM caps UNION SELECT date FROM bars": "an aggregate",
    "SELECT instrument FROM bars UNION SELECT instrument FROM caps": "a set operation over several days",
    "SELECT date FROM bars UNION ALL SELECT NULL": "a set operation with a table without days",
    "SELECT date FROM bars UNION ALL BY NAME SELECT date FROM caps": "BY_NAME",
    "SELECT * FROM bars b JOIN caps c ON b.instrument = c.instrument": "the same day on both sides",
    "SELECT * FROM bars b JOIN caps c ON b.date = c.date + INTERVAL 1 DAY": "the same day on both sides",
    "SELECT * FROM bars b JOIN caps c ON b.date = c.date OR b.instrument = c.instrument": "the same day on both sides",
    "SELECT * FROM bars b ASOF JOIN caps c ON b.instrument = c.instrument AND b.date >= c.date": "ASOF",
    "SELECT * FROM bars NATURAL JOIN caps": "NATURAL",
    "SELECT * FROM info LEFT JOIN bars USING (instrument)": "kept whatever the day holds",
    "SELECT * FROM info SEMI JOIN bars USING (instrument)": "kept whatever the day holds",
    "SELECT * FROM bars WHERE close > (SELECT avg(close) FROM bars)": "a subquery in an expression",
    "SELECT * FROM bars WHERE EXISTS (FROM caps WHERE caps.instrument = bars.instrument)": "a subquery",
    "SELECT u FROM bars, unnest([1, 2]) AS t(u)": "Unnest in FROM",
    "WITH RECURSIVE r AS (SELECT date FROM bars UNION ALL SELECT date FROM r) FROM r": "WITH RECURSIVE",
    "SELECT name FROM info": "it reads no table with days",
    "FROM (PIVOT bars ON instrument USING sum(close))": "Pivot",
}


@pytest.mark.parametrize("sql", WHOLE)
def test_anything_else_is_run_whole(sql: str) -> None:
    assert WHOLE[sql] in reason(sql)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT date, c_pct_rank(close) AS r FROM bars ORDER BY date", ""),
        ("SELECT date, c_rank(m_sum(close, 3, pb:='instrument, date')) AS r FROM bars", ""),
        ("SELECT date::DATE AS d, instrument, array_agg(close) AS c FROM bars GROUP BY ALL", ""),
        ("SELECT * FROM bars QUALIFY COLUMNS(*) IS NOT NULL", ""),
        ("SELECT date, m_avg(close, 3) AS a FROM bars", "a window over several days"),
        ("SELECT date, c_rank(m_lag(close, 1)) AS a FROM bars", "a window over several days"),
        ("SELECT date, c_neutralize(close, instrument, volume) AS a FROM bars", "kernel_neutralize"),
    ],
)
def test_the_dialect_is_split_by_what_it_stands_for(sql: str, why: str) -> None:
    columns = {name: [column for column, _ in relation.columns] for name, relation in TABLES.items()}
    tree = translate(read_script(sql), columns).statements[0].tree
    if why:
        with pytest.raises(Inseparable, match=why):
            assembly_by_day(tree, TABLES)
    else:
        assert assembly_by_day(tree, TABLES) == Assembly()


@pytest.mark.parametrize("sql", [sql for sql in SPLIT if "OVER" in sql])
def test_a_window_without_the_day_is_never_split(sql: str) -> None:
    for day in ("date::DATE", "date"):
        sql = sql.replace(f"PARTITION BY {day}", "PARTITION BY close").replace(
            f"PARTITION BY instrument, {day}", "PARTITION BY instrument"
        )
    assert reason(sql) == "a window over several days"


@pytest.mark.parametrize(
    ("sql", "want"),
    [
        ("SELECT date, close FROM bars", Assembly()),
        ("SELECT date, close FROM bars ORDER BY date, close DESC", Assembly()),
        ("SELECT date AS d FROM bars ORDER BY d DESC", Assembly("descending")),
        ("SELECT close FROM bars ORDER BY date::DATE", Assembly()),
        ("SELECT strftime(date, '%Y-%m-%d') AS date FROM bars ORDER BY 1", Assembly()),
        ("SELECT date, close FROM bars ORDER BY ALL", Assembly()),
        ("SELECT date, close FROM bars ORDER BY close DESC, date", Assembly(keys=((1, " DESC"), (0, "")))),
        (
            "SELECT close c, date FROM bars ORDER BY ALL DESC NULLS LAST",
            Assembly(keys=((0, " DESC NULLS LAST"), (1, " DESC NULLS LAST"))),
        ),
        ("SELECT date::TIME AS date FROM bars ORDER BY date", Assembly(keys=((0, ""),))),
        ("SELECT date FROM bars UNION ALL SELECT date FROM caps ORDER BY date DESC", Assembly("descending")),
    ],
)
def test_how_the_rows_come_together(sql: str, want: Assembly) -> None:
    assert assembly(sql) == want


@pytest.mark.parametrize(
    "sql", ["SELECT date FROM bars ORDER BY close", "SELECT * FROM bars b, info ORDER BY close + 1"]
)
def test_an_order_that_the_rows_do_not_show_is_run_whole(sql: str) -> None:
    assert "ORDER BY" in reason(sql)
