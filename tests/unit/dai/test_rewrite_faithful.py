"""A statement that is rewritten says outside of the change what its author said: DuckDB reads the same from both."""

import json
from pathlib import Path

import duckdb
import pytest

from dripstone.dai.rewrite.mark import write
from dripstone.dai.script import read_script

CASES = [
    case.strip() for case in Path(__file__).with_name("rewrite_faithful.sql").read_text(encoding="utf-8").split("\n;\n")
]
SYNONYMS = {"datetime": "timestamp", "varchar": "text", "position": "strpos"}


def understood(sql: str) -> object:
    """DuckDB's own syntax tree, with places and ways of spelling left out."""
    with duckdb.connect(config={"lambda_syntax": "ENABLE_SINGLE_ARROW"}) as connection:
        (text,) = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone() or ("",)
    tree = json.loads(text)
    assert not tree["error"], (sql, tree)
    return _plain(tree)


def _plain(node: object) -> object:
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if isinstance(node, dict):
        return {
            key: _plain(value)
            for key, value in node.items()
            if not key.startswith("query_location") and key != "syntax_type"
        }
    return SYNONYMS.get(node.lower(), node.lower()) if isinstance(node, str) else node


@pytest.mark.parametrize("sql", CASES)
def test_what_is_written_again_is_understood_the_same(sql: str) -> None:
    (statement,) = read_script(sql).statements
    again = write(statement.tree.copy()).text
    assert understood(again) == understood(statement.text)


TYPES = [
    "hugeint",
    "uint8",
    "int8",
    "int1",
    "int2",
    "int4",
    "int",
    "integer",
    "bigint",
    "float4",
    "float8",
    "real",
    "float",
    "double",
    "text",
    "string",
    "varchar",
    "varchar(3)",
    "char",
    "bpchar",
    "nvarchar",
    "numeric",
    "decimal",
    "bool",
    "boolean",
    "logical",
    "long",
    "short",
    "tinyint",
    "smallint",
    "utinyint",
    "usmallint",
    "uinteger",
    "ubigint",
    "int128",
    "signed",
    "double[]",
]
VALUES = [
    *(f"typeof(NULL::{name})" for name in TYPES),
    "typeof(NULL::struct(a int, b double)[]), typeof(NULL::decimal(10, 2)), typeof(NULL::double[3])",
    "typeof(NULL::timestamp_ns), typeof(NULL::timestamp_s), typeof(NULL::timestamptz), typeof(NULL::time)",
    "typeof(NULL::blob), typeof(NULL::bytea), typeof(NULL::uuid), typeof(NULL::bit), typeof(NULL::interval)",
    "typeof(NULL::enum('a', 'b')), typeof(NULL::date), typeof(NULL::datetime), typeof(NULL::map(int, varchar))",
    "i NOT IN [1, 2], i IN [1, NULL], i NOT IN (1, NULL)",
    "INTERVAL 3 DAY, INTERVAL '3' DAYS, INTERVAL 90 MINUTES, INTERVAL '1' YEAR + INTERVAL 2 MONTHS",
    "d + INTERVAL 1 WEEK, d - INTERVAL '2 h', INTERVAL (i) DAY, d + INTERVAL (i || ' days')",
    "sum(i) OVER (ORDER BY d RANGE BETWEEN INTERVAL 3 DAY PRECEDING AND CURRENT ROW)",
    "s ^@ 'x', s ~ 'x.*', s !~ 'x', s ~~ 'x%', s SIMILAR TO 'x.*'",
    "i > 2 IS NOT FALSE, NULL IS NOT FALSE, NULL IS NOT TRUE, i IS UNKNOWN",
    "1_000 + 1, .5, 1e3, +1, 0.1e-3",
    "-i ** 2, 2 ** 3 ** 2, i ^ 2, i ** -1, @(-i), i // 2, -i // 2, -i % 2, i / 2, ~i, i << 2, 5 & i, 5 | i",
    "'{\"x\": 1}'::json ->> 'x', '{\"x\": [1]}'::json -> '$.x[0]'",
    "sum(i) FILTER (i > 1) OVER (ORDER BY d), count(*) FILTER (WHERE i > 1) OVER ()",
    "first(NULLIF(i, 1) IGNORE NULLS) OVER (ORDER BY d), last(NULLIF(i, 3) IGNORE NULLS) OVER (ORDER BY d)",
    "row_number() OVER (ORDER BY NULLIF(i, 2) DESC NULLS LAST), row_number() OVER (ORDER BY NULLIF(i, 2))",
    "list_sort([3, NULL, 1]), [a * 2 FOR a IN [1, 2, 3] IF a > i], list_transform([1], x -> x + i), [1, 2, 3][2:]",
    "{'a': {'b': i}}.a.b, {'a': i}['a'], struct_pack(a := i).a, row(1, i), MAP {'a': i}['a'], (i, s)",
    "CASE i WHEN 1 THEN 'x' ELSE 'y' END, if(NULL, 1, 2), ifnull(NULL, i), coalesce(NULL, i), nullif(i, 1)",
    "E'a\\nb', 'it''s', $$do'llar$$, $q$a$b$q$, 'a\\b', '中文'",
    "extract(year FROM d), date_part('month', d), date_trunc('month', d), strftime(d, '%Y-%m'), d::DATE::DATETIME",
    "position('x' IN s), substring(s FROM 1 FOR 1), trim(BOTH 'x' FROM s), s[1], overlay(s PLACING 'b' FROM 1)",
]


@pytest.mark.parametrize("values", VALUES)
def test_what_is_spelled_otherwise_gives_the_same(values: str) -> None:
    sql = f"SELECT {values} FROM t ORDER BY i"
    again = write(read_script(sql).statements[0].tree.copy()).text
    with duckdb.connect(config={"lambda_syntax": "ENABLE_SINGLE_ARROW", "default_null_order": "nulls_first"}) as run:
        run.execute(
            "CREATE TABLE t AS SELECT i, d::TIMESTAMP AS d, 'x' || i AS s FROM (VALUES "
            "(1, '2024-01-02'), (2, '2024-01-03'), (3, '2024-01-09')) AS v(i, d)"
        )
        assert run.execute(again).fetchall() == run.execute(sql).fetchall()
