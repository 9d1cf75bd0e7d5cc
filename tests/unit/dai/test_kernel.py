"""Kernels as DuckDB calls them: lists of any numeric type in, lists out, one list a partition."""

import re
from collections.abc import Iterator

import duckdb
import numpy as np
import pytest

from dripstone.dai.dialect import FUNCTIONS, WINDOWED
from dripstone.dai.dialect.kernel import KERNELS, register_kernels
from dripstone.errors import FactorError


@pytest.fixture
def failures() -> list[BaseException]:
    return []


@pytest.fixture
def database(failures: list[BaseException]) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    register_kernels(connection, KERNELS, failures.append)
    yield connection
    connection.close()


def one(database: duckdb.DuckDBPyConnection, expression: str, **params: object) -> object:
    ((value,),) = database.execute(f"SELECT {expression}", params or None).fetchall()
    return value


def test_every_kernel_is_called_by_a_function_and_every_call_finds_its_kernel() -> None:
    templates = " ".join(row.template for row in (*FUNCTIONS.values(), *WINDOWED.values()))
    assert set(re.findall(r"kernel_\w+", templates)) == set(KERNELS)


@pytest.mark.parametrize("type_", ["TINYINT", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL(9, 2)"])
def test_numbers_of_any_type(database: duckdb.DuckDBPyConnection, type_: str) -> None:
    assert one(database, f"kernel_decay_linear([1, 2, NULL, 4, 7]::{type_}[], 2)") == [None, 5 / 3, None, None, 6.0]


def test_booleans_are_numbers(database: duckdb.DuckDBPyConnection) -> None:
    assert one(database, "kernel_true_count([true, true, NULL, true, false])") == [1, 2, None, 1, 0]


def test_partitions_do_not_meet(database: duckdb.DuckDBPyConnection) -> None:
    database.execute("CREATE TABLE bars AS SELECT range % 3000 AS i, range // 3000 AS t FROM range(9000)")
    rows = database.execute(
        "SELECT i, kernel_rank(list(10 * i + t ORDER BY t), 2, 'min', true), kernel_imax(list(i ORDER BY t), 1) "
        "FROM bars GROUP BY i ORDER BY i"
    ).fetchall()
    assert len(rows) == 3000
    assert all(row == (i, [None, 2.0, 2.0], [0, 0, 0]) for i, row in enumerate(rows))


def test_empty_and_missing_lists_give_no_row(database: duckdb.DuckDBPyConnection) -> None:
    assert one(database, "kernel_ewm([]::DOUBLE[], 0.5)") == []
    assert (
        database.execute("SELECT unnest(kernel_ewm(list(x), 0.5)) FROM (SELECT 1.0 AS x WHERE false)").fetchall() == []
    )
    assert database.execute("SELECT kernel_ewm(x, 0.5) FROM (VALUES ([]), (NULL), ([1.0])) AS t(x)").fetchall() == [
        ([],),
        ([],),
        ([1.0],),
    ]
    assert one(database, "kernel_ewm([NULL, NULL], 0.5)") == [None, None]
    assert one(database, "kernel_ta_macd([]::DOUBLE[], 12, 26, 9)") == []


def test_a_row_of_several_numbers_is_null_where_all_are(database: duckdb.DuckDBPyConnection) -> None:
    upper_to_lower = one(database, "kernel_ta_bbands([1, 3, NULL, 5], 2, 1.0, 2.0, 0)")
    assert upper_to_lower == [None, [3.0, 2.0, 0.0], None, None]


@pytest.mark.parametrize("labels", ["['b', 'a', 'b']", "[2, 1, 2]", "[801010.5, 801020, 801010.5]"])
def test_labels_of_any_type(database: duckdb.DuckDBPyConnection, labels: str) -> None:
    assert one(database, f"kernel_indneutralize_resid([1, 5, 2], {labels})") == [-0.5, 0.0, 0.5]


def test_a_member_without_a_label_spoils_the_section(database: duckdb.DuckDBPyConnection) -> None:
    assert one(database, "kernel_indneutralize_resid([1, 5, 2], ['a', NULL, 'b'])") == [None, None, None]


def test_a_market_value_has_a_logarithm(database: duckdb.DuckDBPyConnection) -> None:
    y, industry = "[1, 2, 4, 3, 9]", "['a', 'a', 'b', 'b', 'b']"
    logs = np.log([3.0, 1.0, 4.0, 1.0, 5.0]).tolist()
    prepared = one(database, f"kernel_neutralize({y}, {industry}, [3, 1, 4, 1, 5])")
    from_logs = one(database, f"kernel_neutralize_resid($z, {industry}, $logs)", z=_standardized(), logs=logs)
    np.testing.assert_allclose(prepared, from_logs)
    assert one(database, f"kernel_neutralize({y}, {industry}, [3, 1, 0, 1, 5])") == [None] * 5


def _standardized() -> list[float]:
    clipped = np.array([1, 2, 4, 3, 3 + 3 * 1.4826])
    return ((clipped - clipped.mean()) / clipped.std(ddof=1)).tolist()


def test_constants_of_any_spelling(database: duckdb.DuckDBPyConnection) -> None:
    for window in ("2", "2.9", "2.9::DOUBLE", "$w"):
        params = {"w": 2} if window == "$w" else {}
        assert one(database, f"kernel_imax([1, 3, 2], {window})", **params) == [None, 1.0, 0.0]
    assert one(database, "kernel_rank([1, 1], 2, $how, $up)", how="max", up=False) == [None, 2.0]
    assert one(database, "kernel_ewm([1, 3], 1 / 2)") == [1.0, 2.0]


@pytest.mark.parametrize(
    ("call", "what", "expected"),
    [
        ("kernel_rank([1], 0, 'min', true)", "rank: no such window, 0", "1 row or more"),
        ("kernel_rank([1], 2, 'x', true)", "rank: no such way to rank ties, 'x'", "min or max or avg"),
        ("kernel_rank([1], NULL, 'min', true)", "rank: a constant is of the wrong type, None", "a number"),
        ("kernel_rank([1], 'two', 'min', true)", "rank: a constant is of the wrong type, 'two'", "a number"),
        ("kernel_rank(['x'], 2, 'min', true)", "rank: argument 1 is no number, 'string'", ""),
        ("kernel_ewm([DATE '2024-01-02'], 0.5)", "ewm: argument 1 is no number, 'date32[day]'", ""),
        ("kernel_ewm([1], 3)", "ewm: no such weight, 3.0", "above 0 and at most 1"),
        (
            "kernel_sum_least_k([1], [1], 2, 3)",
            "sum_least_k: no such number of rows of a window, 3",
            "1 to the window, 2",
        ),
        ("kernel_ta_rsi([1, 2], 0)", "ta_rsi: TA-Lib refuses the parameters, (0,)", ""),
    ],
)
def test_what_a_kernel_refuses_names_it(
    database: duckdb.DuckDBPyConnection, failures: list[BaseException], call: str, what: str, expected: str
) -> None:
    with pytest.raises(duckdb.Error):
        one(database, call)
    failure = failures[0]  # DuckDB tries more than once to fold a call of constants
    assert isinstance(failure, FactorError)
    assert (failure.what, failure.expected) == (what, expected)
    assert failure.fields["function"] == what.partition(":")[0]


def test_an_unknown_kernel_cannot_be_registered(database: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(KeyError):
        register_kernels(database, ["kernel_of_nothing"], print)
