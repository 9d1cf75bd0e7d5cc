"""UDFs that get a chunk of rows at once: BATCH with numpy, ARROW with Arrow columns."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.dai import DaiUDF, ExceptionHandling, FunctionNullHandling, Lists, UDFType
from dripstone.dai.engine import run_query
from dripstone.dai.table import MemoryTables
from dripstone.dai.udf.batch import batch_argument, batch_column
from dripstone.errors import FactorError

ROWS = pa.table(
    {
        "x": pa.array([1, 2, None], pa.int64()),
        "y": [0.5, -1.5, 2.5],
        "name": ["a", None, "c"],
        "day": np.arange("2024-01-02", "2024-01-05", dtype="datetime64[D]").astype("datetime64[us]"),
        "v": pa.array([[1.0, 2.0, 3.0], [4.0, None], []], pa.list_(pa.float64())),
    }
)

PAIR = "struct<a:double, b:int>"


def ask(sql: str, function: Callable[..., Any], return_type: object = "double", **options: Any) -> list[Any]:
    udf = DaiUDF("f", function, return_type=return_type, **({"type": UDFType.BATCH} | options))
    return [row[0] for row in run_query(sql, tables=MemoryTables({"t": ROWS}), udfs=[udf]).fetchall()]


def seen_by(arguments: str, **options: Any) -> tuple[Any, ...]:
    seen: list[tuple[Any, ...]] = []

    def keep(*args: Any) -> npt.NDArray[np.float64]:
        seen.append(args)
        return np.zeros(3)

    ask(f"SELECT f({arguments}) FROM t", keep, null_handling=FunctionNullHandling.SPECIAL, **options)
    assert len(seen) == 1
    return seen[0]


def test_columns_arrive_as_arrays() -> None:
    x, y, name, day, lists = seen_by("x, y::DECIMAL(5, 1), name, day, v")
    np.testing.assert_array_equal(x, [1.0, 2.0, np.nan])
    np.testing.assert_array_equal(y, [0.5, -1.5, 2.5])
    assert [x.dtype, y.dtype, day.dtype] == [np.float64, np.float64, np.dtype("datetime64[us]")]
    assert list(name) == ["a", None, "c"]
    assert isinstance(lists, Lists)
    assert len(lists) == 3


def test_lists_are_one_matrix() -> None:
    lists = seen_by("v")[0]
    np.testing.assert_array_equal(lists.values, [[1, 2, 3], [4, np.nan, np.nan], [np.nan] * 3])
    np.testing.assert_array_equal(lists.lengths, [3, 2, 0])
    np.testing.assert_array_equal(lists.mask, [[True] * 3, [True, True, False], [False] * 3])
    pieces = [(rows.tolist(), values.shape) for rows, values in lists.by_length()]
    assert pieces == [([2], (1, 0)), ([1], (1, 2)), ([0], (1, 3))]
    with pytest.raises(ValueError, match="read-only"):
        lists.values[0, 0] = 0.0


@pytest.mark.parametrize("list_", ["[x, x]", "[x, x]::DOUBLE[2]", "[y, y]::FLOAT[]", "[y::DECIMAL(5, 1), 1]"])
def test_lists_of_every_kind_of_number(list_: str) -> None:
    lists = seen_by(f"list_transform({list_}, q -> q)")[0]
    assert lists.values.shape == (3, 2)
    assert lists.values.dtype == np.float64


def test_lists_of_one_length_are_not_copied() -> None:
    flat = pa.array(np.arange(6.0))
    column = pa.ListArray.from_arrays(pa.array([0, 2, 4, 6], pa.int32()), flat)
    lists = batch_argument(column.slice(1), constant=False)
    assert isinstance(lists, Lists)
    np.testing.assert_array_equal(lists.values, [[2, 3], [4, 5]])
    assert np.shares_memory(lists.values, flat.to_numpy())


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=6), min_size=1, max_size=8),
    st.integers(0, 3),
)
def test_lists_are_what_a_loop_says(rows: list[list[float | None]], skipped: int) -> None:
    type_ = pa.list_(pa.float64())
    column = pa.array([[0.5]] * skipped + rows, type_).slice(skipped)
    lists = batch_argument(column, constant=False)
    assert isinstance(lists, Lists)
    longest = max(map(len, rows))
    for i, row in enumerate(rows):
        want = [np.nan if value is None else value for value in row] + [np.nan] * (longest - len(row))
        np.testing.assert_array_equal(lists.values[i], want)
        assert lists.lengths[i] == len(row)
    assert batch_column(lists, type_=type_, rows=len(rows)).to_pylist() == rows


@pytest.mark.parametrize(
    ("written", "want"),
    [
        ("(2, 5)", (2, 5)),
        ("20", 20),
        ("-1.5", -1.5),
        ("'text'", "text"),
        ("[1, 2]", [1, 2]),
        ("{'a': 1, 'b': [2.5]}", {"a": 1, "b": [2.5]}),
        ("(1, (2.5, 'x'))", (1, (2.5, "x"))),
        ("2 * 3", 6),
        ("true", True),
        ("DATE '2024-01-02'", dt.date(2024, 1, 2)),
    ],
)
def test_what_is_written_in_the_sql_is_a_python_value(written: str, want: object) -> None:
    got = seen_by(f"y, {written}")[1]
    assert got == want
    assert type(got) is type(want)


def test_a_parameter_is_a_python_value() -> None:
    got: list[object] = []
    udf = DaiUDF("f", lambda y, n: got.append(n) or y, return_type="double", type="batch")
    run_query("SELECT F(y, $n) FROM t", tables=MemoryTables({"t": ROWS}), udfs=[udf], params={"n": 20})
    assert got == [20]


def test_an_argument_that_is_a_column_in_one_call_is_one_in_all() -> None:
    got = ask("SELECT f(y, 2) + f(y, y) FROM t", lambda y, n: y * n)
    assert got == [1.25, -0.75, 11.25]


def test_two_calls_keep_their_own_constants() -> None:
    assert ask("SELECT f(y, 2) + f(y, 10) FROM t", lambda y, n: y * n if isinstance(n, int) else None) == [6, -18, 30]


def test_rows_with_null_are_left_out() -> None:
    sizes: list[int] = []

    def add(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        sizes.append(len(x))
        return x + y

    assert ask("SELECT f(x, y) FROM t", add) == [1.5, 0.5, None]
    assert ask("SELECT f(NULL::DOUBLE, y) FROM t", add) == [None] * 3
    assert ask("SELECT f(x, y) FROM t", add, null_handling="special") == [1.5, 0.5, None]
    assert sizes == [2, 3]


@pytest.mark.parametrize(
    ("value", "return_type", "want"),
    [
        (np.array([1.5, np.nan, np.inf]), "double", [1.5, None, np.inf]),
        (np.array([1, 2, 3]), "double", [1.0, 2.0, 3.0]),
        (np.array([1.0, 2.0, np.nan]), "bigint", [1, 2, None]),
        (np.array([True, False, True]), "boolean", [True, False, True]),
        (np.array(["a", None, "c"], object), "varchar", ["a", None, "c"]),
        (np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False]), "double", [1.0, None, 3.0]),
        (pd.Series([1.0, 2.0, np.nan]), "double", [1.0, 2.0, None]),
        (pl.Series([1.0, None, 3.0]), "double", [1.0, None, 3.0]),
        (pa.chunked_array([[1.0], [None, 3.0]]), "double", [1.0, None, 3.0]),
        ([1.0, None, 3.0], "double", [1.0, None, 3.0]),
        (np.array([[1.0, 2.0], [3.0, np.nan], [5.0, 6.0]]), "double[]", [[1.0, 2.0], [3.0, None], [5.0, 6.0]]),
        (Lists(np.array([[1.0], [np.nan], [3.0]]), np.array([1, 0, 1])), "list<double>", [[1.0], [], [3.0]]),
        (np.arange(6).reshape(3, 2), PAIR, [{"a": 0, "b": 1}, {"a": 2, "b": 3}, {"a": 4, "b": 5}]),
        ((np.arange(3.0), [1, 2, 3]), PAIR, [{"a": 0, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 3}]),
        ({"b": np.arange(3), "a": np.full(3, np.nan)}, PAIR, [{"a": None, "b": i} for i in range(3)]),
        ({"l": np.ones((3, 1))}, "struct<l:double[]>", [{"l": [1.0]}] * 3),
    ],
)  # fmt: skip
def test_what_a_batch_may_return(value: object, return_type: str, want: list[object]) -> None:
    assert ask("SELECT f(y) FROM t", lambda y: value, return_type) == want


@pytest.mark.parametrize(
    ("value", "return_type", "match"),
    [
        (np.zeros(2), "double", "another number of rows than it got.*saw 2; expected 3 values"),
        (1.0, "double", "no column.*3 values"),
        (None, "double", "no column"),
        (np.zeros((3, 2)), "double", "no column"),
        (np.array(["a", "b", "c"]), "double", "no value of its return type.*expected double"),
        (np.array([1.5, 2.0, 3.0]), "bigint", "no value of its return type.*expected int64"),
        (np.zeros(3), "double[]", r"no column.*saw \(3,\).*\(3, k\)"),
        (np.zeros((3, 3)), "struct<a:double, b:double>", r"no column.*saw \(3, 3\).*\(3, 2\)"),
        ({"a": np.zeros(3)}, "struct<a:double, b:double>", "no column.*for a, b"),
    ],
)
def test_what_a_batch_may_not_return(value: object, return_type: str, match: str) -> None:
    with pytest.raises(FactorError, match=match) as caught:
        ask("SELECT f(y) FROM t", lambda y: value, return_type)
    assert caught.value.fields["udf"] == "f"


@pytest.mark.parametrize("argument", ["{'a': y}", "[[y]]", "[name]"])
def test_columns_that_have_no_form(argument: str) -> None:
    with pytest.raises(FactorError, match="gets no such column"):
        ask(f"SELECT f({argument}) FROM t", lambda column: column, null_handling="special")


def test_annotations_of_a_batch_are_of_all_rows() -> None:
    def plain(y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return y

    def whole(y: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        return y.astype(int)

    def bare(y: np.ndarray) -> np.ndarray:
        return y

    assert ask("SELECT f(y) FROM t", plain, None) == [0.5, -1.5, 2.5]
    assert ask("SELECT f(y) FROM t", whole, None) == [0, -1, 2]
    assert ask("SELECT f(y) FROM t", bare, None) == [0.5, -1.5, 2.5]


def no_negatives(y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if (y < 0).any():
        raise ValueError("negative")
    return np.sqrt(y)


def test_a_failure_names_the_row_that_fails_alone() -> None:
    with pytest.raises(FactorError, match="UDF f raised ValueError: negative") as caught:
        ask("SELECT f(y) FROM t", no_negatives)
    assert caught.value.seen == "(-1.5,)"
    assert caught.value.fields["line"] == no_negatives.__code__.co_firstlineno + 2


def test_a_failure_of_no_row_alone_names_none() -> None:
    def crowded(y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if len(y) > 1:
            raise ValueError("crowded")
        return y

    with pytest.raises(FactorError, match="crowded") as caught:
        ask("SELECT f(y) FROM t", crowded)
    assert caught.value.seen == ""


def test_a_forgiven_batch_loses_only_the_rows_that_fail() -> None:
    got = ask("SELECT f(y * y * sign(y)) FROM t", no_negatives, exception_handling=ExceptionHandling.RETURN_NULL)
    assert got == [0.5, None, 2.5]


def test_ctrl_c_inside_a_batch_stays_ctrl_c() -> None:
    def stop(_: object) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask("SELECT f(y) FROM t", stop)


@pytest.mark.parametrize("type_", ["arrow", "batch"])
def test_a_function_of_columns_needs_one(type_: str) -> None:
    with pytest.raises(FactorError, match="needs an argument"):
        ask("SELECT f() FROM t", lambda: np.zeros(1), type=type_)


def test_an_arrow_function_gets_arrow_columns() -> None:
    seen: list[Any] = []

    def double(x: pa.ChunkedArray, pair: pa.ChunkedArray) -> pa.Array:
        seen.extend((x, pair))
        return pa.array([2.0 * value for value in x.to_pylist()])

    assert ask("SELECT f(x, (2, 5)) FROM t", double, type=UDFType.ARROW) == [2.0, 4.0, None]
    assert seen[0].to_pylist() == [1, 2]
    assert pa.types.is_struct(seen[1].type)


@pytest.mark.parametrize(
    "value",
    [
        np.ones(3),
        pd.Series(np.ones(3)),
        pl.Series(np.ones(3)),
        pa.array([1, 1, 1]),
        pa.array([1.0, 1.0, 1.0]).dictionary_encode(),
        pa.chunked_array([[1.0, 1.0], [1.0]]),
    ],
)
def test_what_an_arrow_function_may_return(value: object) -> None:
    assert ask("SELECT f(y) FROM t", lambda y: value, type="ARROW") == [1.0] * 3


def test_an_arrow_function_may_return_null_and_nan() -> None:
    assert ask("SELECT f(y) FROM t", lambda y: pa.array([1.0, None, np.nan]), type="arrow") == [1.0, None, None]
    nested = pa.array([{"a": [np.nan], "b": np.nan}, None, {"a": None, "b": 1.0}])
    got = ask("SELECT f(y) FROM t", lambda y: nested, "struct<a:double[], b:double>", type="arrow")
    assert got == [{"a": [None], "b": None}, None, {"a": None, "b": 1.0}]


@pytest.mark.parametrize(
    ("value", "match"),
    [
        (pa.array([1.0]), "another number of rows.*saw 1; expected 3"),
        (pa.array(["a", "b", "c"]), "no value of its return type"),
        (pa.table({"x": [1.0, 2.0, 3.0]}), "no column"),
        (3.0, "no column"),
        (None, "no column"),
    ],
)
def test_what_an_arrow_function_may_not_return(value: object, match: str) -> None:
    with pytest.raises(FactorError, match=match) as caught:
        ask("SELECT f(y) FROM t", lambda y: value, type="arrow")
    assert caught.value.fields["udf"] == "f"


def test_a_batch_gives_what_a_native_function_gives() -> None:
    source = np.random.default_rng(3)
    lengths = source.integers(1, 30, 5000)
    offsets = pa.array(np.concatenate([[0], lengths.cumsum()]), pa.int32())
    rows = pa.table({"v": pa.ListArray.from_arrays(offsets, pa.array(source.random(lengths.sum())))})

    def one(values: list[float], scale: float) -> float:
        return float(np.ptp(values)) * scale

    def all_(v: Lists, scale: float) -> npt.NDArray[np.float64]:
        return (np.nanmax(v.values, axis=1) - np.nanmin(v.values, axis=1)) * scale

    udfs = [DaiUDF("one", one, return_type="double"), DaiUDF("many", all_, return_type="double", type="batch")]
    got = run_query("SELECT one(v, 2.5), many(v, 2.5) FROM t", tables=MemoryTables({"t": rows}), udfs=udfs).df()
    np.testing.assert_array_equal(got.iloc[:, 0], got.iloc[:, 1])
