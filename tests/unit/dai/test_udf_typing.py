"""How SQL types are written for a UDF, and what annotations say."""

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, TypedDict  # noqa: UP035  as people write them

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pytest

import dai
from dai.udf.functional import UDFType
from dai.udf.typing import DOUBLE, INTEGER, TIMESTAMP_TZ, VARCHAR
from dripstone.dai import DaiUDF
from dripstone.dai.engine import run_query
from dripstone.dai.table import MemoryTables
from dripstone.dai.udf.typing import sql_type
from dripstone.errors import FactorError

TABLES = MemoryTables(
    {"t": pa.table({"i": [1], "day": np.array(["2024-01-02"], "datetime64[us]"), "d": pa.array([[1, 2]])})}
)


class Pair(NamedTuple):
    a: float
    b: list[int]


class Record(TypedDict):
    a: float


@dataclass
class Plain:
    a: str


@pytest.mark.parametrize(
    ("given", "want"),
    [
        ("double", "DOUBLE"),
        ("Double[]", "DOUBLE[]"),
        ("list<double>", "DOUBLE[]"),
        ("array<int>[]", "INTEGER[][]"),
        ("struct<a:double, B: list<int>>", 'STRUCT(a DOUBLE, B INTEGER[])'),
        ("struct<涨: double>", 'STRUCT("涨" DOUBLE)'),
        ("map<varchar, struct<a:decimal(10, 2)>>", "MAP(VARCHAR, STRUCT(a DECIMAL(10,2)))"),
        ("STRUCT(a DOUBLE)", "STRUCT(a DOUBLE)"),
        ("string", "VARCHAR"),
        ("datetime", "TIMESTAMP"),
        ("timestamp with time zone", "TIMESTAMP WITH TIME ZONE"),
        ("decimal(10,2)", "DECIMAL(10,2)"),
        (DOUBLE, "DOUBLE"),
        (TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE"),
        (float, "DOUBLE"),
        (int, "BIGINT"),
        (str, "VARCHAR"),
        (bool, "BOOLEAN"),
        (dt.date, "DATE"),
        (dt.datetime, "TIMESTAMP"),
        (np.float32, "FLOAT"),
        (np.ndarray, "DOUBLE[]"),
        (npt.NDArray[np.int64], "BIGINT[]"),
        (list[float], "DOUBLE[]"),
        (List[List[float]], "DOUBLE[][]"),  # noqa: UP006
        (Iterable[float], "DOUBLE[]"),
        (Sequence[str], "VARCHAR[]"),
        (tuple[float, ...], "DOUBLE[]"),
        (Optional[float], "DOUBLE"),  # noqa: UP045
        (list[float] | None, "DOUBLE[]"),
        (Dict[str, float], "MAP(VARCHAR, DOUBLE)"),  # noqa: UP006
        (Pair, "STRUCT(a DOUBLE, b BIGINT[])"),
        (Record, "STRUCT(a DOUBLE)"),
        (Plain, "STRUCT(a VARCHAR)"),
    ],
)  # fmt: skip
def test_a_type_is_read(given: object, want: str) -> None:
    assert sql_type(given) == want


def test_duckdbs_own_type_is_read() -> None:
    assert sql_type(duckdb.sqltype("double[]")) == "DOUBLE[]"


@pytest.mark.parametrize(
    "given",
    ["doubel", "struct<a>", "struct<a:int", "list<>", "map<int>", "", 3, None, list, Any, tuple[int, int], float | str],
)  # fmt: skip
def test_what_is_no_type(given: object) -> None:
    with pytest.raises(FactorError, match=r"unknown SQL type.*list"):
        sql_type(given)


def test_the_platforms_paths() -> None:
    assert dai.udf.typing.VARCHAR == VARCHAR == "VARCHAR"
    assert UDFType is dai.UDFType is dai.udf.functional.UDFType
    assert dai.udf.DaiUDF is dai.DaiUDF


def asked(function: Callable[..., Any], call: str, **options: Any) -> Any:
    return run_query(f"SELECT {call} FROM t", tables=TABLES, udfs=[DaiUDF("f", function, **options)]).fetchall()[0][0]


def test_annotated_arguments_are_cast_as_duckdb_does() -> None:
    def kinds(x: float, s: str, v: list[float], w: List[float], p: Tuple[int, int], o) -> str:  # noqa: UP006
        return " ".join(type(value).__name__ for value in (x, s, v[0], w[0], p, o))

    assert asked(kinds, "f(i, day::VARCHAR, d, d, (2, 5), i)") == "float str float int tuple int"


def test_an_argument_that_cannot_be_cast_is_duckdbs_error() -> None:
    def whole(n: int) -> int:
        return n

    with pytest.raises(FactorError, match=r"No function matches.*f\(DOUBLE\).*expected f\(.*BIGINT.*\) -> BIGINT"):
        asked(whole, "f(1.5::DOUBLE)")


def test_annotations_in_quotes() -> None:
    def quoted(x: "float") -> "Optional[list[float]]":  # noqa: UP045
        return [x]

    def unknown(x: "Nowhere") -> "float":  # type: ignore[name-defined]  # noqa: F821  it is the case tested
        return x

    assert asked(quoted, "f(i)") == [1.0]
    with pytest.raises(FactorError, match="Could not infer the return type"):
        asked(unknown, "f(i)")
    assert asked(unknown, "f(i)", return_type="double") == 1.0


class Scaled:
    def __init__(self, scale: float) -> None:
        self.scale = scale

    def __call__(self, x: float) -> float:
        return x * self.scale

    def method(self, x: float, y: float = 1.0) -> float:
        return x * self.scale * y


def add(x: float, y: float = 1.0) -> float:
    return x + y


@functools.cache
def cached(x: float) -> float:
    return x + 1


@functools.wraps(add)
def wrapped(*args: float) -> float:
    return add(*args) * 10


@pytest.mark.parametrize(
    ("function", "options", "want"),
    [
        (lambda x: x + 1, {"return_type": DOUBLE}, 2),
        (functools.partial(add, y=5.0), {}, 6),
        (functools.partial(add, 5.0), {}, 6),
        (Scaled(3.0), {}, 3),
        (Scaled(3.0).method, {}, 3),
        (np.vectorize(lambda x: x * 7), {"return_type": "double"}, 7),
        (np.sqrt, {"return_type": "double"}, 1),
        (abs, {"return_type": "double"}, 1),
        (cached, {}, 2),
        (wrapped, {}, 20),
        (add, {"parameters": [INTEGER], "return_type": INTEGER}, 2.0),
        (float.hex, {"parameters": ["double"], "return_type": "varchar"}, "0x1.0000000000000p+0"),
        (type("Odd", (), {"__call__": staticmethod(lambda x: x)})(), {"return_type": "int"}, 1),
    ],
)
def test_whatever_can_be_called(function: Callable[..., Any], options: dict[str, Any], want: object) -> None:
    assert asked(function, "f(i::INTEGER)", **options) == want


def test_series_come_back() -> None:
    assert asked(lambda v: pd.Series(v) * 2, "f(d)", return_type="double[]") == [2.0, 4.0]


@pytest.mark.parametrize(
    ("value", "return_type", "expected"),
    [
        ([1.0], "double", "one value of DOUBLE"),
        ({"a": 1}, "double", "one value of DOUBLE"),
        (1.0, "double[]", "a list: DOUBLE"),
        ((1.0,), "struct<a:double, b:double>", "a tuple of 2 or a dict of a, b"),
        ({"a": 1.0}, "struct<a:double, b:double>", "a tuple of 2 or a dict of a, b"),
        (1.0, "struct<a:double>", "a tuple of 1"),
        ([1.0], "map<varchar, double>", "a dict"),
    ],
)
def test_what_a_function_may_not_return(value: object, return_type: str, expected: str) -> None:
    with pytest.raises(FactorError, match="no value of its return type") as caught:
        asked(lambda _: value, "f(i)", return_type=return_type)
    assert expected in caught.value.expected
    assert caught.value.fields["udf"] == "f"


def test_a_named_tuple_is_a_struct() -> None:
    def pair(x: float) -> Pair:
        return Pair(x, [2])

    assert asked(pair, "f(i)") == {"a": 1.0, "b": [2]}


def test_two_of_one_name() -> None:
    udfs = [DaiUDF("f", len, return_type="int"), DaiUDF("F", len, return_type="int")]
    with pytest.raises(FactorError, match="cannot be registered"):
        run_query("SELECT f('a')", tables=TABLES, udfs=udfs)
