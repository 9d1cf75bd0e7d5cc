"""A failing UDF names the day and the instrument of its row."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dripstone.dai import DaiUDF, Lists
from dripstone.dai.engine import run_query
from dripstone.dai.table import MemoryTables
from dripstone.errors import FactorError


def _bars() -> pa.Table:
    minutes = [
        stamp for day in ("2024-01-02", "2024-01-03") for stamp in pd.date_range(f"{day} 09:31", periods=5, freq="min")
    ]
    rows = [(stamp, name) for name in ("A.SZ", "B.SZ", "C.SZ") for stamp in minutes]
    frame = pd.DataFrame(rows, columns=["date", "instrument"]).assign(close=np.arange(30.0))
    frame.loc[17, "close"] = -1.0  # B.SZ on 2024-01-03
    return pa.Table.from_pandas(frame, preserve_index=False)


TABLES = MemoryTables({"bars": _bars(), "again": _bars().select(["date", "instrument"])})


def numbers(given: object) -> list[float]:
    if isinstance(given, Lists):
        return list(given.values[given.mask])
    rows = given.to_pylist() if isinstance(given, pa.ChunkedArray) else np.atleast_1d(np.asarray(given, object))
    return [x for row in rows for x in np.atleast_1d(np.asarray(row, object)) if x is not None and x == x]


def native(given: object, *_: object) -> float:
    if min(numbers(given)) < 0:
        raise ValueError("negative")
    return 1.0


def columns(given: Any, *_: object) -> np.ndarray:
    return np.full(len(given), native(given))


FORMS: dict[str, Callable[..., Any]] = {"native": native, "arrow": columns, "batch": columns}
DAY, NAME = {"date": "2024-01-03"}, {"instrument": "B.SZ"}
GROUPED = "SELECT date::DATE AS date, instrument, f(array_agg(close ORDER BY date)) AS y FROM bars"


@pytest.mark.parametrize(
    ("sql", "want"),
    [
        ("SELECT date, instrument, f(close) FROM bars", DAY | NAME),
        ("SELECT f(close) FROM bars AS b", DAY | NAME),
        ("SELECT instrument FROM bars WHERE f(close) > 0", DAY | NAME),
        ("SELECT instrument, count(*) FROM bars WHERE f(close) > 0 GROUP BY instrument", DAY | NAME),
        ("SELECT instrument, sum(f(close)) FROM bars GROUP BY instrument", DAY | NAME),
        ("SELECT date, close * 2 AS c, f(c, 'x') FROM bars", DAY | NAME),
        ("SELECT date, f([close, NULL, 3]) FROM bars", DAY | NAME),
        (f"{GROUPED} GROUP BY date::DATE, instrument", DAY | NAME),
        (f"{GROUPED} GROUP BY 1, 2", DAY | NAME),
        (f"{GROUPED} GROUP BY ALL ORDER BY ALL", DAY | NAME),
        (f"{GROUPED} GROUP BY date::DATE, instrument HAVING count(*) > 2 ORDER BY y", DAY | NAME),
        ("SELECT date::DATE AS day, instrument, f(list(close), (2, 5)) FROM bars GROUP BY day, instrument", DAY | NAME),
        ("SELECT instrument, f(list(close)) FROM bars GROUP BY instrument", NAME),
        ("SELECT f(list(close)) FROM bars GROUP BY date::DATE, instrument", DAY | NAME),
        (f"WITH g AS ({GROUPED.replace('f(', '(')} GROUP BY ALL) SELECT f(y) FROM g", DAY | NAME),
        (
            "SELECT f(b.close) FROM bars b JOIN again a ON b.date = a.date AND b.instrument = a.instrument",
            DAY | NAME,
        ),
        ("SELECT date, f(close) FROM bars JOIN again USING (date, instrument)", DAY | NAME),
        ("CREATE TABLE kept AS SELECT * FROM bars; SELECT f(close) FROM kept", DAY | NAME),
        ("SELECT f(1.0) UNION ALL SELECT f(close) FROM bars", DAY | NAME),
        ("SELECT f(close) FROM bars UNION ALL SELECT f(close) FROM bars", DAY | NAME),
        ("SELECT f(list(close) OVER (PARTITION BY instrument ORDER BY date ROWS 2 PRECEDING)) FROM bars", DAY | NAME),
        ("SELECT f(x) FROM (SELECT close AS x FROM bars)", {}),
        ("SELECT f(list(close)) FROM bars", {}),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_a_failure_names_day_and_instrument(sql: str, want: dict[str, str], form: str) -> None:
    udf = DaiUDF("f", FORMS[form], return_type="double", type=form)
    with pytest.raises(FactorError, match="UDF f raised ValueError: negative") as caught:
        run_query(sql, tables=TABLES, udfs=[udf])
    found = {name: caught.value.fields[name] for name in ("date", "instrument") if name in caught.value.fields}
    assert found == want
    assert isinstance(caught.value.__cause__, ValueError)


def test_another_udf_of_the_query_goes_on() -> None:
    twice = DaiUDF("twice", lambda x: 2 * x, return_type="double")
    with pytest.raises(FactorError) as caught:
        run_query("SELECT f(twice(close)) FROM bars", tables=TABLES, udfs=[twice, DaiUDF("f", native, None, "double")])
    assert caught.value.fields["instrument"] == "B.SZ"
    assert caught.value.seen == "(-2.0,)"


def test_nan_and_texts_are_known_again() -> None:
    def read(given: list[float], day: str) -> float:
        return 1 / (given[0] + 1) + len(day)

    with pytest.raises(FactorError) as caught:
        run_query("SELECT f([close, 'nan'::DOUBLE], date::VARCHAR) FROM bars", tables=TABLES, udfs=[DaiUDF("f", read)])
    assert caught.value.fields["date"] == "2024-01-03"
    assert caught.value.seen == "([-1.0, nan], '2024-01-03 09:33:00')"


def test_a_function_that_is_right_runs_once_a_row() -> None:
    calls: list[float] = []
    udf = DaiUDF("f", lambda x: calls.append(x) or x, return_type="double")
    run_query("SELECT f(close) FROM bars", tables=TABLES, udfs=[udf])
    assert len(calls) == 30


def test_a_wrong_value_names_day_and_instrument() -> None:
    udf = DaiUDF("f", lambda x: [x] if x < 0 else x, return_type="double")
    with pytest.raises(FactorError, match="no value of its return type") as caught:
        run_query("SELECT f(close) FROM bars", tables=TABLES, udfs=[udf])
    assert caught.value.fields == {"udf": "f", "date": "2024-01-03", "instrument": "B.SZ"}
