"""What query SQL may be, and where in it an error is."""

import pytest

from dripstone.dai.script import read_script
from dripstone.errors import FactorError


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "FROM t SELECT a,",
        "WITH x AS (SELECT 1 AS a) FROM x",
        "(SELECT 1) UNION ALL SELECT 2",
        "VALUES (1)",
        "CREATE TABLE x AS SELECT 1 AS a; SELECT * FROM x;",
        "CREATE OR REPLACE TEMP VIEW v AS SELECT 1 AS a; SELECT a FROM v",
        "CREATE MACRO plus(a) AS a + 1; SELECT plus(1)",
        "PIVOT t ON a USING sum(b)",
        "DESCRIBE SELECT 1",
        "SUMMARIZE t",
        "SELECT * FROM range(3), generate_series(1, 2), unnest([1, 2])",
        "SELECT * FROM t, LATERAL (SELECT t.a)",
        "-- a comment; with a semicolon\nSELECT ';'",
    ],
)
def test_queries_pass_letter_by_letter(sql: str) -> None:
    assert all(statement.text in sql for statement in read_script(sql).statements)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO 'x.csv'",
        "COPY t FROM 'x.csv'",
        "ATTACH 'x.db' AS x",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "CHECKPOINT",
        "EXPLAIN SELECT 1",
        "SET threads = 1; SELECT 1",
        "SET GLOBAL memory_limit = '1GB'; SELECT 1",
        "SET VARIABLE full_db_scan = 1; SELECT 1",
        "RESET memory_limit; SELECT 1",
        "INSERT INTO t VALUES (1)",
        "UPDATE t SET a = 1",
        "DELETE FROM t",
        "DROP TABLE t",
        "ALTER TABLE t ADD COLUMN x INT",
        "CREATE INDEX i ON t(a)",
        "CREATE SECRET s (TYPE s3)",
        "CREATE TYPE e AS ENUM ('a')",
        "BEGIN; SELECT 1; COMMIT",
        "WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM x",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet(['a', 'b'])",
        "SELECT * FROM (FROM read_text('/etc/passwd'))",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM t, LATERAL read_csv('x')",
        "PIVOT read_csv('x') ON a",
        "CREATE MACRO m(a) AS TABLE SELECT * FROM read_csv(a); SELECT 1",
        "SELECT 1; SELECT * FROM sniff_csv('x')",
    ],
)
def test_everything_else_is_refused(sql: str) -> None:
    with pytest.raises(FactorError, match="not allowed in query SQL"):
        read_script(sql)


def test_a_refusal_is_an_error_and_no_line_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(FactorError, match="not allowed"):
        read_script("CALL pragma_version()")
    assert not caplog.records


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM '/etc/passwd'", 'FROM "x.parquet"', "FROM information_schema.tables", "DESCRIBE 'x.csv'"]
)
def test_a_file_or_catalogue_is_an_unknown_table(sql: str) -> None:
    with pytest.raises(FactorError, match="unknown table"):
        read_script(sql).check_tables({"cn_stock_bar1m"})


def test_an_unknown_table_has_a_place_and_a_neighbour() -> None:
    with pytest.raises(FactorError) as caught:
        read_script("SELECT 1;\nSELECT *\n  FROM cn_stok_bar1m").check_tables({"cn_stock_bar1m", "cn_stock_bar1d"})
    assert (caught.value.fields["line"], caught.value.fields["column"]) == (3, 8)
    assert caught.value.hint == "did you mean cn_stock_bar1m?"


def test_names_made_by_the_script_are_known_from_then_on() -> None:
    known = {"t"}
    read_script("CREATE TABLE x AS SELECT * FROM t; WITH y AS (FROM X) FROM y").check_tables(known)
    with pytest.raises(FactorError, match="unknown table"):
        read_script("CREATE TABLE z AS SELECT * FROM x; CREATE TABLE x AS FROM t").check_tables(known)


@pytest.mark.parametrize(
    ("sql", "full", "memory"),
    [
        ("SELECT 1", False, None),
        ("set full_db_scan=true; SELECT 1", True, None),
        ("SET full_db_scan = 1; SELECT 1", True, None),
        ("SET full_db_scan = false; SELECT 1", False, None),
        ("set memory_limit='1GB';SELECT 1", False, "1GB"),
    ],
)
def test_the_platforms_two_switches(sql: str, full: bool, memory: str | None) -> None:
    script = read_script(sql)
    assert (script.full_db_scan, script.memory_limit, len(script.statements)) == (full, memory, 1)


@pytest.mark.parametrize(
    ("sql", "line", "column"),
    [
        ("SELECT a\nFROM t WHERE WHERE", 2, 14),
        ("SELECT (1", 1, 9),
        ("SELECT 1;\nSELECT 1 1", 2, 10),
        ("SELECT 1,\n 'open\nFROM t", 2, None),
    ],
)
def test_what_does_not_parse_has_a_place(sql: str, line: int, column: int | None) -> None:
    with pytest.raises(FactorError, match="does not parse") as caught:
        read_script(sql)
    assert (caught.value.fields["line"], caught.value.fields.get("column")) == (line, column)


@pytest.mark.parametrize("sql", ["", "  \n", "-- nothing", ";;", "SET full_db_scan = true"])
def test_no_statement_is_an_error(sql: str) -> None:
    with pytest.raises(FactorError, match="holds no statement"):
        read_script(sql)
