"""A list that looks at the order of its rows before it sorts them is the list that was asked for."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.dai.script import read_script
from dripstone.dai.split.order import add_look, looking_first


def written_out(sql: str) -> str:
    return looking_first(read_script(sql).statements[0])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT array_agg(x ORDER BY date) FROM t",  # the column has no name but its text
        "SELECT array_agg(x ORDER BY date DESC) AS a FROM t",
        "SELECT array_agg(x ORDER BY date NULLS LAST) AS a FROM t",
        "SELECT array_agg(x ORDER BY date, x) AS a FROM t",
        "SELECT array_agg(DISTINCT x ORDER BY x) AS a FROM t",
        "SELECT array_agg(x ORDER BY date) OVER (PARTITION BY g) AS a FROM t",
        "SELECT string_agg(x, ',' ORDER BY date) AS a, first(x ORDER BY date) AS b FROM t",
        "SELECT array_agg(x) AS a FROM t GROUP BY g HAVING len(list(x ORDER BY date)) > 1",
    ],
)
def test_other_lists_stay_as_they_are(sql: str) -> None:
    assert written_out(sql) == sql


def test_names_and_the_rest_of_the_text_stay() -> None:
    sql = "SELECT g, 2 * len(LIST(x + f(y, 1)  ORDER BY t.date::TIME ASC)FILTER (WHERE (x) > 1)) AS n /* 中文 */ FROM t"
    got = written_out(sql)
    assert got.startswith('SELECT g, 2 * len(CASE WHEN "in order"(list(t.date::TIME) FILTER (WHERE (x) > 1)) THEN ')
    assert got.endswith(" END) AS n /* 中文 */ FROM t")
    assert "THEN list(x + f(y, 1)) FILTER (WHERE (x) > 1) ELSE" in got


QUERIES = [
    "SELECT g, array_agg(x ORDER BY date) AS a, list(date ORDER BY date::TIME) AS b FROM t GROUP BY g",
    "SELECT g, array_agg(x ORDER BY date) FILTER (WHERE x > 0.5) AS a FROM t GROUP BY g",
    "SELECT count(*) AS g, list(x ORDER BY date ASC) AS a FROM t",
    """
    WITH c AS (SELECT g FROM t GROUP BY g HAVING max(x) > 0.9)
    SELECT g, array_agg(x ORDER BY date) AS a FROM t JOIN c USING (g) GROUP BY g
    """,
]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    rows=st.sampled_from([0, 1, 7, 300, 5000]),
    shuffled=st.booleans(),
    threads=st.sampled_from([1, 2]),
    sql=st.sampled_from(QUERIES),
)
def test_the_lists_are_equal_in_any_order_of_rows(
    tmp_path_factory: pytest.TempPathFactory, seed: int, rows: int, shuffled: bool, threads: int, sql: str
) -> None:
    """Times differ within a group, as minutes of an instrument do; values and times may be NULL."""
    source = np.random.default_rng(seed)
    groups = np.sort(source.integers(0, 1 + rows // 50, rows))
    minutes = np.arange(rows) % 86400
    order = source.permutation(rows) if shuffled else np.arange(rows)
    values = source.random(rows)
    table = pa.table(
        {
            "g": groups[order],
            "date": pa.array(np.datetime64("2024-01-02", "us") + minutes[order].astype("timedelta64[s]")),
            "x": pa.array(values[order], mask=source.random(rows) < 0.1),
        }
    )
    path = tmp_path_factory.mktemp("rows") / "t.parquet"
    pq.write_table(table, path, row_group_size=2048)
    assert ordered(path, written_out(sql), threads) == ordered(path, sql, threads)
    assert written_out(sql) != sql


def ordered(path: Path, sql: str, threads: int) -> list[tuple[object, ...]]:
    config = {"threads": threads, "default_null_order": "nulls_first"}
    with duckdb.connect(":memory:", config=config) as connection:
        add_look(connection)
        connection.execute(f"CREATE VIEW t AS FROM '{path}'")
        found = connection.sql(sql).to_arrow_table()
    return sorted(
        zip(*(column.to_pylist() for column in found.columns), strict=True), key=lambda row: (row[0] is None, row[0])
    )


@pytest.mark.parametrize("keys", ["(NULL, 3, 1)", "(3, NULL, 1)", "(1, 1, 1)", "('b', 'a', 'c')", "('a', 'b', 'c')"])
def test_any_key_will_do_and_a_null_comes_first(keys: str) -> None:
    rows = f"(SELECT unnest([1, 2, 3]) AS x, unnest({keys.replace('(', '[').replace(')', ']')}) AS k)"
    sql = f"SELECT array_agg(x ORDER BY k) AS a, array_agg(x ORDER BY k) FILTER (WHERE x > 3) AS b FROM {rows}"
    with duckdb.connect(":memory:", config={"default_null_order": "nulls_first", "threads": 1}) as connection:
        add_look(connection)
        assert connection.sql(written_out(sql)).fetchall() == connection.sql(sql).fetchall()
