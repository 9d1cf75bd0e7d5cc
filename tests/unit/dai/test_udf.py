"""Python functions called from SQL."""

import threading
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dripstone.dai import DaiUDF, ExceptionHandling, FunctionNullHandling, UDFType
from dripstone.dai.engine import run_query
from dripstone.dai.table import MemoryTables
from dripstone.errors import FactorError

TABLES = MemoryTables({"t": pa.table({"x": pa.array([1, 2, None], pa.int64()), "y": [0.5, None, 1.5]})})


def ask(expression: str, *udfs: DaiUDF) -> Any:
    return run_query(f"SELECT {expression} AS got", tables=TABLES, udfs=udfs).fetchall()[0][0]


def returning(function: Callable[..., Any], return_type: object = "double", **options: Any) -> DaiUDF:
    return DaiUDF("f", function, return_type=return_type, **options)


@pytest.mark.parametrize(
    ("sql", "want"),
    [
        ("[1.5::DOUBLE, 2]", [1.5, 2.0]),
        ("[1.5, NULL]", [1.5, None]),
        ("[[1.5], NULL]", [[1.5], None]),
        ("[[NULL], [1.5]]", [[None], [1.5]]),
        ("[{'a': 1.5}]", [{"a": 1.5}]),
        ("[]", []),
        ("(2, 5)", (2, 5)),
        ("(2.5, 'x')", (2.5, "x")),
        ("1.5", 1.5),
        ("7::HUGEINT", 7),
        ("{'a': 1.5, 'b': [2.5]}", {"a": 1.5, "b": [2.5]}),
        ("'text'", "text"),
    ],
)
def test_values_arrive_as_plain_python(sql: str, want: object) -> None:
    seen: list[object] = []
    ask(f"f({sql})", returning(lambda value: seen.append(value) or 1.0))
    assert seen[0] == want
    assert type(seen[0]) is type(want)
    assert "Decimal" not in repr(seen[0])


@pytest.mark.parametrize(
    ("value", "return_type", "want"),
    [
        (np.float64(1.5), "double", 1.5),
        (np.float32(1.5), "double", 1.5),
        (np.int64(3), "double", 3.0),
        (np.bool_("yes"), "boolean", True),
        (np.array(2.5), "double", 2.5),
        (Decimal("1.5"), "double", 1.5),
        (float("nan"), "double", None),
        (np.nan, "double", None),
        (None, "double", None),
        (float("inf"), "double", float("inf")),
        (np.array([1.0, np.nan]), "double[]", [1.0, None]),
        ([np.int64(1), None], "bigint[]", [1, None]),
        ((1, np.float32(2.5)), "struct<a:double, b:double>", {"a": 1.0, "b": 2.5}),
        ({"a": None, "b": np.nan}, "struct<a: double, b: double>", {"a": None, "b": None}),
        ([(1.0,)], "list<struct<a:double>>", [{"a": 1.0}]),
        ((1.0, 2.0), "STRUCT(a DOUBLE, b DOUBLE)", {"a": 1.0, "b": 2.0}),
        (3, int, 3),
        ([1.0], list[float], [1.0]),
        ([1.0], Iterable[float], [1.0]),
    ],
)
def test_values_come_back(value: object, return_type: object, want: object) -> None:
    assert ask("f(1)", returning(lambda _: value, return_type)) == want


def test_a_field_of_a_struct() -> None:
    assert ask("f(1).b", returning(lambda _: (1.0, 2.0), "struct<a:double, b:double>")) == 2.0


def test_defaults_may_be_left_out() -> None:
    def band(values: list[float], period: tuple[int, int] = (2, 5), scale=1.0) -> float:
        return sum(values) * period[1] * scale

    udf = DaiUDF("f", band)
    assert ask("[f([1, 2]), f([1, 2], (2, 3)), f([1, 2], (2, 3), 2)]", udf) == [15.0, 9.0, 18.0]
    with pytest.raises(FactorError, match="takes from 1 to 3 positional arguments but 4 were given"):
        ask("f([1], (2, 3), 2, 2)", udf)


def test_return_type_is_read_from_the_annotation() -> None:
    def count(x) -> "int":
        return x + 1

    assert ask("f(1)", DaiUDF("f", count)) == 2


def test_no_return_type_is_the_platforms_message() -> None:
    with pytest.raises(FactorError, match="Could not infer the return type, please set it explicitly") as caught:
        ask("f(1)", DaiUDF("f", lambda x: x))
    assert caught.value.fields["udf"] == "f"


@pytest.mark.parametrize("type_", ["doubel", "struct<a:doubel>", "struct<a"])
def test_an_unknown_type_names_the_udf(type_: str) -> None:
    with pytest.raises(FactorError) as caught:
        ask("f(1)", returning(lambda x: x, type_))
    assert caught.value.fields["udf"] == "f"


@pytest.mark.parametrize("parameters", [["double[]", "double"], [list[float], float], [Iterable[float], "double"]])
def test_parameters_cast_the_arguments(parameters: list[object]) -> None:
    seen: list[object] = []
    ask("f([1, 2], 3)", returning(lambda *given: seen.append(given) or 1.0, parameters=parameters))
    assert seen[0] == ([1.0, 2.0], 3.0)
    assert type(seen[0][1]) is float


def test_null_arguments() -> None:
    sql = "SELECT list(f(x, y) ORDER BY coalesce(x, 9)) FROM t"
    for handling, want in ((None, [1.5, None, None]), (FunctionNullHandling.SPECIAL, [1.5, -1.0, -1.0])):
        udf = DaiUDF(
            "f",
            lambda x, y: -1.0 if x is None or y is None else x + y,
            return_type="double",
            null_handling=handling,
        )
        assert run_query(sql, tables=TABLES, udfs=[udf]).fetchall() == [(want,)]


def crooked(values: list[float]) -> float:
    def inner(first: float) -> float:
        return 1 / (first - first)

    return inner(values[0])


def test_an_exception_comes_back_with_its_own_line() -> None:
    with pytest.raises(FactorError, match="UDF f raised ZeroDivisionError: float division by zero") as caught:
        ask("f([4.0::DOUBLE])", returning(crooked))
    line = crooked.__code__.co_firstlineno + 2
    assert caught.value.fields == {"udf": "f", "exception": "ZeroDivisionError", "line": line}
    assert f"line {line} of {__file__}, in inner: return 1 / (first - first)" in caught.value.hint
    assert caught.value.seen == "([4.0],)"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_exception_deep_in_a_library_is_shown_at_the_authors_line() -> None:
    def shape(values: list[float]) -> float:
        return float(np.reshape(values, (2, 2))[0, 0])

    with pytest.raises(FactorError) as caught:
        ask("f([4.0])", returning(shape))
    assert caught.value.fields["line"] == shape.__code__.co_firstlineno + 1


def test_exceptions_may_be_asked_to_be_null() -> None:
    assert ask("f([1])", returning(crooked, exception_handling=ExceptionHandling.RETURN_NULL)) is None


def test_ctrl_c_inside_a_function_stays_ctrl_c() -> None:
    def stop(_: object) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask("f(1)", returning(stop))


@pytest.mark.parametrize("value", ["text", [1.0], {"a": 1}, object()])
def test_a_value_of_another_type_names_the_udf(value: object) -> None:
    with pytest.raises(FactorError) as caught:
        run_query("SELECT f(x) FROM t", tables=TABLES, udfs=[returning(lambda _: value)])
    assert caught.value.fields["udf"] == "f"


def test_an_arrow_udf_gets_columns() -> None:
    def double(column: pa.ChunkedArray) -> pa.Array:
        return pa.array([2.0 * value for value in column.to_pylist()])

    got = run_query(
        "SELECT f(x) FROM t WHERE x > 0 ORDER BY x",
        tables=TABLES,
        udfs=[DaiUDF("f", double, parameters=["bigint"], return_type="double", type=UDFType.ARROW)],
    )
    assert got.fetchall() == [(2.0,), (4.0,)]


@pytest.mark.parametrize("name", ["abs", "SUM", "list_transform"])
def test_duckdbs_own_names_are_refused(name: str) -> None:
    with pytest.raises(FactorError, match="name of a DuckDB function"):
        ask("1", DaiUDF(name, lambda x: x, return_type="double"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "no name"},
        {"function": 3},
        {"type": "vector"},
        {"null_handling": "sometimes"},
        {"exception_handling": "never"},
    ],
)
def test_a_wrong_argument_is_refused_at_once(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"name": "f", "function": len, "return_type": "double"} | wrong
    with pytest.raises(FactorError):
        DaiUDF(**given)


def test_one_name_in_two_threads_does_not_disturb() -> None:
    got: dict[int, set[object]] = {}
    start = threading.Barrier(2)

    def work(number: int) -> None:
        start.wait()
        got[number] = {ask("f(1)", returning(lambda _: number, "bigint")) for _ in range(5)}

    threads = [threading.Thread(target=work, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {1: {1}, 2: {2}}
