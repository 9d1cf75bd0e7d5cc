"""Every function of the dialect: it is described, its template holds together, DuckDB takes what it stands for."""

import re
from collections.abc import Iterator, Mapping, Sequence

import duckdb
import pytest
from sqlglot import exp

from dripstone.dai.dialect import FUNCTIONS, WINDOWED, Row, expand
from dripstone.dai.dialect.kernel import KERNELS
from dripstone.dai.grammar import GRAMMAR

SAMPLES: Mapping[str, str] = {
    "w": "3", "n": "1", "k": "2", "m": "2", "alpha": "0.5", "pos": "0.5", "lower": "0.1", "upper": "0.9",
    "bins": "3", "num_buckets": "2", "sample_size": "10", "edges": "[-inf, 2, inf]",
    "head": "1", "items": "[2]", "tail": "3",
    "pb": "date", "ob": "'date, -x'", "key": "industry", "grp": "industry", "industry": "industry",
}  # fmt: skip
"""Parameter -> what the call of a test gives for it; of another name it is a column of numbers."""

SETTINGS = {"default_null_order": "nulls_first", "error_on_division_by_zero": False, "ieee_floating_point_ops": False}


class Plain:
    def column(self, name: str, beside: Sequence[exp.Expr]) -> exp.Column:
        return exp.column(name)


def call_of(row: Row) -> str:
    """A call with every argument that must be given."""
    given = [SAMPLES.get(each.name, "x") for each in row.signature.parameters if each.default is None]
    if "_bit_" in row.name:
        given[0] = "count"
    if "_bool_" in row.name or "true_count" in row.name:
        given[0] = "flag"
    return f"{row.name}({', '.join(given)})"


def tree_of(call: str) -> exp.Expr:
    tree = GRAMMAR.parse(f"SELECT {call} AS result")[0]
    for inner in reversed(list(tree.find_all(exp.Anonymous, bfs=False))):
        expansion = expand(inner, Plain())
        if expansion is not None:
            inner.replace(expansion)
    return tree


def run(database: duckdb.DuckDBPyConnection, call: str, *, rows: str = "bars", **params: object) -> list[object]:
    """What a call gives for each row, in the order of its number; windows in windows are layered one by one."""
    tree, names = tree_of(call), iter(range(1000))
    while inner := {each.sql("duckdb"): each for each in tree.find_all(exp.Window) if _is_inner(each)}:
        hoisted = {text: f"_w{next(names)}" for text in inner}
        rows = f"(SELECT *, {', '.join(f'{text} AS {name}' for text, name in hoisted.items())} FROM {rows})"
        for window in [each for each in tree.find_all(exp.Window) if each.sql("duckdb") in inner]:
            window.replace(exp.column(hoisted[window.sql("duckdb")]))
    sql = f"{tree.sql('duckdb')} FROM {rows} ORDER BY row"
    return [row[0] for row in database.execute(sql, params or None).fetchall()]


def _is_inner(window: exp.Window) -> bool:
    return window.find_ancestor(exp.Window) is not None and len(list(window.find_all(exp.Window))) == 1


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """``bars``: instruments a (four dates), b (one) and c (four, with NULLs and ties); ``nothing``: no row."""
    connection = duckdb.connect(config=SETTINGS)
    connection.execute(
        """
        CREATE TABLE bars AS
        SELECT row_number() OVER () AS row, instrument, ('2024-01-0' || day)::TIMESTAMP AS date, x, industry,
               (x * 100)::BIGINT AS count, (x / 8)::DECIMAL(9, 3) AS price, x > 2 AS flag, x AS "收 盘"
        FROM (VALUES ('a', 1, 1.0, 'i'), ('a', 2, 2.0, 'i'), ('a', 3, 4.0, 'i'), ('a', 4, 8.0, 'i'), ('b', 1, 5.0, 'j'),
                     ('c', 1, 3.0, 'j'), ('c', 2, NULL, 'j'), ('c', 3, 3.0, 'j'), ('c', 4, 3.0, 'j')
             ) AS t(instrument, day, x, industry)
        """
    )
    connection.execute("CREATE TABLE nothing AS FROM bars LIMIT 0")
    yield connection
    connection.close()


def kernels_in(tree: exp.Expr) -> set[str]:
    return {each.name for each in tree.find_all(exp.Anonymous) if each.name.startswith("kernel_")}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_described(name: str) -> None:
    row = FUNCTIONS[name]
    assert re.search(r"[\u3000-\u9fff\uff00-\uffef]|^[-+*/() 0-9a-z]+$", row.zh)
    assert row.en
    assert not re.search(r"[。.]$|\n", row.zh + row.en)
    assert row.spelling.startswith(f"{name}(")


@pytest.mark.parametrize("name", sorted({**FUNCTIONS, **WINDOWED}))
def test_a_template_names_parameters_and_known_windows_only(name: str) -> None:
    for row in {FUNCTIONS.get(name), WINDOWED.get(name)} - {None}:
        known = {each.name for each in row.signature.parameters} | ({"w"} if name in WINDOWED else set())
        assert {each.name for each in row.expression.find_all(exp.Column)} <= known
        assert {each.alias for each in row.expression.find_all(exp.Window)} <= {"part", "run", "back", "roll"}
        assert kernels_in(row.expression) <= KERNELS.keys()


PLAIN = sorted(name for name, row in FUNCTIONS.items() if not kernels_in(tree_of(call_of(row))))
"""The functions that DuckDB works out alone; a kernel over a window is the translation's to lay out."""


@pytest.mark.parametrize("name", PLAIN)
def test_duckdb_takes_what_a_function_stands_for(database: duckdb.DuckDBPyConnection, name: str) -> None:
    call = call_of(FUNCTIONS[name]) + (" OVER ()" if name in WINDOWED else "")
    assert len(run(database, call)) == 9
    assert run(database, call, rows="nothing") == []


def test_a_rolling_window_is_null_until_full_and_while_it_holds_a_null(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "m_sum(x, 2)") == [None, 3.0, 6.0, 12.0, None, None, None, None, 6.0]
    assert run(database, "m_max(x, 3, ob := '-date')") == [4.0, 8.0, None, None, None, None, None, None, None]
    assert run(database, "m_corr(x, count, 2)") == [None, 1.0, 1.0, 1.0, None, None, None, None, None]


def test_a_window_of_one_row_and_one_longer_than_the_partition(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "m_avg(x, 1)") == run(database, "x")
    assert run(database, "m_stddev(x, 1)") == [None] * 9
    assert run(database, "m_avg(x, 5)") == [None] * 9


def test_a_window_that_is_a_parameter(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "m_sum(x, $w)", w=2.9) == run(database, "m_sum(x, 2)")
    assert run(database, "m_lag(x, $n)", n=1) == run(database, "m_lag(x, 1)")


def test_null_as_an_argument(database: duckdb.DuckDBPyConnection) -> None:
    for call in ("m_avg(null, 2)", "m_corr(null, x, 2)", "m_entropy(null, 2)", "c_zscore(null)", "m_delta(null, 1)"):
        assert run(database, call) == [None] * 9


def test_the_functions_that_pass_over_nulls(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "m_nanavg(x, 2)") == [1.0, 1.5, 3.0, 6.0, 5.0, 3.0, 3.0, 3.0, 3.0]
    assert run(database, "m_count(x, 2)") == [1, 2, 2, 2, 1, 1, 1, 1, 2]
    assert run(database, "m_cumsum(x)") == [1.0, 3.0, 7.0, 15.0, 5.0, 3.0, 3.0, 6.0, 9.0]


def test_integers_decimals_and_quoted_names(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "m_avg(count, 2)") == [None, 150.0, 300.0, 600.0, None, None, None, None, 300.0]
    assert run(database, "m_avg(price * 8, 2)") == run(database, 'm_avg("收 盘", 2)') == run(database, "m_avg(x, 2)")
    assert run(database, "c_zscore(price)") == pytest.approx(run(database, "c_zscore(x)"))
    assert run(database, "c_preprocess(price, 3)") == pytest.approx(run(database, "c_preprocess(x, 3)"))


def test_a_value_between_two_decimals_keeps_its_places(database: duckdb.DuckDBPyConnection) -> None:
    for call in ("m_median({}, 2)", "m_mad({}, 2)", "m_quantile_cont({}, 0.3, 2)", "c_median({})", "c_mad({})"):
        assert run(database, call.format("price")) == run(database, call.format("price::DOUBLE"))
    assert run(database, "all_quantile_cont(price, 0.3)") == run(database, "all_quantile_cont(price::DOUBLE, 0.3)")
    assert run(database, "cut_outliers(price, 0.1)") == run(database, "cut_outliers(price::DOUBLE, 0.1)")


def test_shifts(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "m_lag(x, 1)") == [None, 1.0, 2.0, 4.0, None, None, 3.0, None, 3.0]
    assert run(database, "m_lag(x, 1, default_val := 0)") == [0.0, 1.0, 2.0, 4.0, 0.0, 0.0, 3.0, None, 3.0]
    assert run(database, "m_lead(x, 1)") == [2.0, 4.0, 8.0, None, None, None, 3.0, 3.0, None]
    assert run(database, "m_shift(x, -1)") == run(database, "m_lead(x, 1)")
    assert run(database, "m_delta(x, 1)") == [None, 1.0, 2.0, 4.0, None, None, None, None, 0.0]


def test_ties_go_to_the_earliest_row(database: duckdb.DuckDBPyConnection) -> None:
    assert [str(date)[:10] for date in run(database, "m_arg_max(date, x, 2)") if date] == [
        *("2024-01-02", "2024-01-03", "2024-01-04", "2024-01-03")
    ]
    assert run(database, "m_mode(count, 2)") == [None, 100, 200, 400, None, None, None, None, 300]


def test_a_constant_series_has_no_correlation(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "m_corr(x, x * 0, 2)") == [None] * 9
    assert run(database, "m_regr_slope(x, x * 0, 2)") == [None] * 9


def test_a_cross_section_skips_nulls_and_divides_by_zero_to_null(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "c_avg(x)") == [3.0, 2.0, 3.5, 5.5, 3.0, 3.0, 2.0, 3.5, 5.5]
    assert run(database, "c_std(x)")[1] is None
    assert run(database, "c_zscore(x)")[1] is None
    assert run(database, "c_zscore(x)")[6] is None
    assert run(database, "c_scale(x)") == pytest.approx([1 / 9, 1.0, 4 / 7, 8 / 11, 5 / 9, 3 / 9, None, 3 / 7, 3 / 11])
    assert run(database, "c_min_max_scalar(x, 1, 3)")[:2] == [1.0, None]
    assert run(database, "c_avg(x, pb := 'date, industry')")[4] == 4.0
    assert run(database, "c_group_sum(industry, x)")[4] == 8.0
    assert run(database, "group_neutralize(x, industry)")[4] == 1.0


def test_bins_are_numbered_from_zero(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "all_wbins(x, 7)") == [0, 1, 3, 6, 4, 2, None, 2, 2]
    assert run(database, "cut(x, [1, 2, 4, inf])") == [None, 0, 1, 2, 2, 1, None, 1, 1]
    assert run(database, "all_cbins(coalesce(x, 3), 3)") == [0, 0, 2, 2, 2, 0, 0, 0, 0]


def test_percent_ranks_share_the_mean_of_equal_values(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "c_pct_rank(x)") == [1 / 3, 1.0, 1.0, 1.0, 1.0, 2 / 3, None, 0.5, 0.5]
    assert run(database, "c_pct_rank(x, ascending := false)")[:6] == [1.0, 1.0, 0.5, 0.5, 1 / 3, 2 / 3]
    everywhere = run(database, "c_pct_rank(x, pb := null)")
    assert everywhere == [each and each / 8 for each in (1, 2, 6, 8, 7, 4, None, 4, 4)]


def test_scalars(database: duckdb.DuckDBPyConnection) -> None:
    assert run(database, "clip(x, 2, 4)") == [2, 2, 4, 4, 4, 3, None, 3, 3]
    assert run(database, "nullifgt(x, 4)") == [1.0, 2.0, 4.0, None, None, 3.0, None, 3.0, 3.0]
    assert run(database, "nulliflt(x, 4)") == [None, None, 4.0, 8.0, 5.0, None, None, None, None]
    assert run(database, "signedpower(-2, 4)")[0] == -16
    assert run(database, "list_add_head_tail(2017, [2018, 2019], 2020)")[0] == [2017, 2018, 2019, 2020]
    assert run(database, "sigmoid(-800)")[0] == 0.0
