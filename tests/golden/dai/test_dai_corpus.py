"""A corpus of queries as quants write them, over a workspace, and the rows each gives (``corpus/*.sql``, ``*.txt``).

Lines ``-- name: {...}`` at the head of a file are arguments of ``dai.query``: filters, params, bind_relations
(frames of this file by name) and full_db_scan. Together the files use every function of the dialect and every
construct that the platform adds to SQL.
"""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dripstone import dai
from dripstone.dai import DaiUDF, QueryResult
from dripstone.dai.dialect import FUNCTIONS, WINDOWED
from tests.golden.dai.market import write_workspace

CORPUS = Path(__file__).parent / "corpus"
QUERIES = sorted(CORPUS.glob("*.sql"))
DIGITS = 10
"""Printed of a float: fewer than the last bits, which depend on the order of a sum."""

FRAMES = {
    "universe": pd.DataFrame({"instrument": ["000001.SZ", "600519.SH", "688981.SH"], "weight": [0.5, 0.3, 0.2]}),
    "events": pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-02-21 10:07", "2024-02-27 14:30", "2024-03-01 00:00"]),
            "instrument": ["000001.SZ", "000001.SZ", "600519.SH"],
            "event": ["buy-back", "pledge", "report"],
        }
    ),
}


def late_share(volumes: list, minutes: int = 30) -> float:
    return sum(volumes[-minutes:]) / sum(volumes)


def slope(values: list) -> float:
    return float(np.polyfit(np.arange(len(values)), values, 1)[0])


def doubled(column: pa.Array) -> pa.Array:
    return pc.multiply(column, 2.0)


def entropies(volumes: dai.Lists) -> np.ndarray:
    share = volumes.values / np.nansum(volumes.values, axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.nansum(np.where(share > 0, share * np.log(share), 0.0), axis=1)


def range_of(prices: list, at: tuple = (0.1, 0.9)) -> tuple:
    low, high = np.quantile(prices, at)
    return low, high


UDFS = [
    DaiUDF("late_share", late_share),
    DaiUDF("slope", slope, ["double[]"], "double"),
    DaiUDF("doubled", doubled, ["double"], "double", type="arrow"),
    DaiUDF("entropies", entropies, return_type="double", type="batch"),
    DaiUDF("range_of", range_of, return_type="struct<low:double, high:double>"),
]

CONSTRUCTS = {
    "filters": r"^-- filters:",
    "a filter on one day": r'"date": \["[^",]*"\]',
    "a filter on instruments alone": r'^-- filters: \{"instrument"',
    "params": r"\$\w+",
    "bind_relations": r"^-- bind_relations:",
    "several statements": r";\s*\n[^-\s]",
    "CREATE TABLE": r"CREATE TABLE",
    "CREATE MACRO": r"CREATE MACRO",
    "full_db_scan as an argument": r"^-- full_db_scan:",
    "set full_db_scan": r"SET full_db_scan *= *true",
    "WHERE in the place of filters": r"\A(?!-- filters)(?:.|\n)*WHERE date",
    "LIMIT without a filter": r"\ASELECT[^;]*\nLIMIT",
    "hidden columns": r"AS _\w+",
    "QUALIFY": r"QUALIFY (?!COLUMNS)",
    "QUALIFY COLUMNS(*) IS NOT NULL": r"QUALIFY COLUMNS\(\*\) IS NOT NULL",
    "a window in ORDER BY": r"ORDER BY [^)\n]*m_\w+\([^)]*\)",
    "an alias in WHERE": r"WHERE gap",
    "an alias in GROUP BY": r"GROUP BY month",
    "an aggregate's alias in HAVING": r"HAVING days",
    "a window over GROUP BY": r"m_\w+\(sum\(",
    "GROUP BY ALL": r"GROUP BY ALL",
    "a named window": r"WINDOW \w+ AS",
    "a window nested in a window": r"m_\w+\(c_\w+\(",
    "a window of a window's alias": r"AS ranked,(?:.|\n)*m_avg\(ranked",
    "a fractional window": r"m_\w+\([^()]*, \d+\.\d+\)",
    "a parameter as window": r"m_\w+\([^()]*, \$\w+\)",
    "pb as a list": r"pb *:= *'[^']*,[^']*'",
    "ob descending": r"ob *:= *'[^']*-[^']*'",
    "pb with a table's name": r"pb *:= *\w+\.\w+",
    "a function's name in capitals": r"M_AVG\(",
    "x -> lambda": r"\w -> ",
    "a list comprehension": r"\[[^\]]* FOR \w+ IN [^\]]*\]",
    "division by zero": r"/ 0\b",
    "PRUNE JOIN": r"PRUNE JOIN",
    "ASOF JOIN": r"ASOF (LEFT )?JOIN",
    "JOIN USING": r"JOIN \w+ USING",
    "JOIN ON": r"JOIN \w+ \w+ ON",
    "CTEs": r"WITH \w+ AS \(",
    "a subquery": r"FROM \(SELECT",
    "a correlated subquery": r"\(SELECT [^()]*\([^()]*\)[^()]* WHERE \w+\.\w+ = \w+\.\w+",
    "PIVOT": r"PIVOT ",
    "UNPIVOT": r"UNPIVOT ",
    "UNION BY NAME": r"UNION ALL BY NAME",
    "FROM first": r"^FROM \w+",
    "a trailing comma": r",\s*\nFROM",
    "COLUMNS of a pattern": r"COLUMNS\('",
    "EXCLUDE": r"EXCLUDE",
    "REPLACE": r"REPLACE *\(",
    "FILTER": r"FILTER \(WHERE",
    "DISTINCT ON": r"DISTINCT ON",
    "IGNORE NULLS": r"IGNORE NULLS",
    "array_agg without ORDER BY": r"array_agg\(\w+\)",
    "NULLs first": r"ORDER BY pe",
    "== and **": r"==(?:.|\n)*\*\*|\*\*(?:.|\n)*==",
    "struct": r"\{'\w+':",
    "a Chinese alias": r'AS "?[\u4e00-\u9fff]',
    "rank() with NULLs": r"rank\(\) OVER",
    "percent_rank()": r"percent_rank\(\) OVER",
    "minute bars": r"FROM cn_stock_bar1m\b",
    "bars merged with the auction": r"cn_stock_bar1m_derived",
    "bars of 5 minutes": r"cn_stock_bar5m",
    "bars of 30 minutes": r"cn_stock_bar30m",
    "raw daily bars made of minutes": r"cn_stock_real_bar1d",
    "prefactors": r"cn_stock_prefactors",
    "trading days": r"all_trading_days",
    "a table with another name of storage": r"cn_stock_bar1m_c",
    "a native UDF": r"late_share\(",
    "a UDF of a struct": r"range_of\(",
    "an ARROW UDF": r"doubled\(",
    "a BATCH UDF": r"entropies\(",
    "a UDF above windows": r"slope\(list\(|slope\(array_agg\(",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("corpus")
    write_workspace(root)
    return root


def arguments(sql: str) -> dict[str, Any]:
    given = {name: json.loads(value) for name, value in re.findall(r"^-- (\w+): (.*)$", sql, re.MULTILINE)}
    if "bind_relations" in given:
        given["bind_relations"] = {name: FRAMES[name] for name in given["bind_relations"]}
    return given


def cell(value: Any) -> str:
    if isinstance(value, float):
        return repr(float(f"{value:.{DIGITS}g}"))
    if isinstance(value, list):
        return f"[{', '.join(map(cell, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {cell(one)}' for name, one in value.items())}}}"
    return str(value)


def shown(result: QueryResult) -> str:
    header = " | ".join(f"{field.name}: {field.type}" for field in result.arrow().schema)
    return "\n".join([header, *(" | ".join(map(cell, row)) for row in result.fetchall())]) + "\n"


@pytest.mark.filterwarnings("ignore::dripstone.dai.table.NoRowsWarning")
@pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.stem)
def test_corpus(query: Path, workspace: Path, rewrite_golden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIPSTONE_WORKSPACE", str(workspace))
    sql = query.read_text(encoding="utf-8")
    got = shown(dai.query(sql, udf_list=UDFS, **arguments(sql)))
    golden = query.with_suffix(".txt")
    if rewrite_golden:
        golden.write_text(got, encoding="utf-8")
    assert got == golden.read_text(encoding="utf-8")


def test_the_corpus_uses_every_function() -> None:
    texts = "\n".join(query.read_text(encoding="utf-8") for query in QUERIES)
    over = {name.lower() for name in re.findall(r"(\w+)\((?:[^()]|\([^()]*\))*\)\s+OVER\b", texts)}
    called = {name.lower() for name in re.findall(r"(\w+)\s*\(", texts)}
    assert not FUNCTIONS.keys() - called
    assert not WINDOWED.keys() - over


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_the_corpus_uses_every_construct(construct: str) -> None:
    pattern = re.compile(CONSTRUCTS[construct], re.MULTILINE)
    assert any(pattern.search(query.read_text(encoding="utf-8")) for query in QUERIES)
