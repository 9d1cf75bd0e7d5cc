"""SQL in the platform's spelling and the rows it gives: each ``*.sql`` beside its ``*.txt``.

The first line of a file may be ``-- {"date": [...]}``, the filters of its query.
"""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from dripstone.dai import DaiUDF, QueryResult
from dripstone.dai.engine import run_query
from dripstone.dai.table import MemoryTables

HERE = Path(__file__).parent
QUERIES = sorted(HERE.glob("*.sql"))


def minute_bars() -> pa.Table:
    """Two instruments, two days, six minutes, newest first, with a bar and a price missing."""
    days = np.array(["2024-01-02", "2024-01-03"], "datetime64[m]")
    minutes = np.array([565, 571, 572, 690, 781, 900], "timedelta64[m]")
    dates = (days[:, None] + minutes).ravel()
    n = len(dates)
    step = np.arange(2 * n)
    table = pa.table(
        {
            "date": np.tile(dates, 2).astype("datetime64[us]"),
            "instrument": np.repeat(["000001.SZ", "600000.SH"], n),
            "open": 10.0 + step % 5,
            "close": np.where(step == 8, np.nan, 10.0 + step % 7),
            "volume": 100 * (step % 9),
        }
    )
    return table.take(pa.array(np.delete(step, 15)[::-1]))


def industries() -> pa.Table:
    days = np.repeat(np.array(["2024-01-02", "2024-01-03"], "datetime64[us]"), 2)
    return pa.table(
        {"date": days, "instrument": ["000001.SZ", "600000.SH"] * 2, "industry": ["bank", None, "bank", "bank"]}
    )


def swing(values, bounds=(0, 1000)) -> float:
    inside = [value for value in values if bounds[0] <= value <= bounds[1]]
    return max(inside) - min(inside)


def ends(values):
    return values[0], values[-1]


TABLES = MemoryTables({"cn_stock_bar1m": minute_bars(), "cn_stock_industry_component": industries()})
UDFS = [DaiUDF("swing", swing), DaiUDF("ends", ends, return_type="struct<first_value:double, last_value:double>")]


def shown(result: QueryResult) -> str:
    header = " | ".join(f"{field.name}: {field.type}" for field in result.arrow().schema)
    return "\n".join([header, *(" | ".join(map(str, row)) for row in result.fetchall())]) + "\n"


@pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.stem)
def test_golden(query: Path, rewrite_golden: bool) -> None:
    sql = query.read_text(encoding="utf-8")
    first = sql.partition("\n")[0]
    filters = json.loads(first.removeprefix("-- ")) if first.startswith("-- {") else None
    got = shown(run_query(sql, tables=TABLES, filters=filters, udfs=UDFS, params={"least": 300}))
    golden = query.with_suffix(".txt")
    if rewrite_golden:
        golden.write_text(got, encoding="utf-8")
    assert got == golden.read_text(encoding="utf-8")
