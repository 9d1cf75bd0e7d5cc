"""How functions of the dialect are called: by place and by name, with keys, windows, and what is refused."""

from collections.abc import Sequence

import pytest
from sqlglot import exp

from dripstone.dai.dialect import FUNCTIONS, WINDOWED, expand
from dripstone.dai.grammar import GRAMMAR
from dripstone.errors import FactorError


class Plain:
    """A scope in which every name is clear."""

    def column(self, name: str, beside: Sequence[exp.Expr]) -> exp.Column:
        return exp.column(name)


class Joined:
    """A scope of joined tables: a default key takes the table of the first column beside it."""

    def column(self, name: str, beside: Sequence[exp.Expr]) -> exp.Column:
        tables = [column.table for each in beside for column in each.find_all(exp.Column) if column.table]
        return exp.column(name, table=tables[0])


def written(sql: str, binding: Plain | Joined | None = None) -> str:
    tree = GRAMMAR.parse("SELECT " + sql)[0]
    for call in reversed(list(tree.find_all(exp.Anonymous, bfs=False))):
        expansion = expand(call, binding or Plain())
        if expansion is not None:
            call.replace(expansion)
    return tree.selects[0].sql(GRAMMAR, normalize_functions=False)


def over(call: str, window: str) -> str:
    return f"{call} OVER ({window})"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("m_shift(close, 2)", "lag(close, 2) OVER (PARTITION BY instrument ORDER BY date)"),
        ("M_Shift(close, n := 2)", "lag(close, 2) OVER (PARTITION BY instrument ORDER BY date)"),
        ("m_shift(n => 2, x => close)", "lag(close, 2) OVER (PARTITION BY instrument ORDER BY date)"),
        ("m_shift(close, -2)", "lag(close, -2) OVER (PARTITION BY instrument ORDER BY date)"),
        ("m_lag(close, 1, 0)", "lag(close, 1, 0) OVER (PARTITION BY instrument ORDER BY date)"),
        ("m_lag(close, 1, default_val := 0)", "lag(close, 1, 0) OVER (PARTITION BY instrument ORDER BY date)"),
        ("c_avg(收盘价)", "avg(收盘价) OVER (PARTITION BY date)"),
        ("c_scale(x, 2)", "(x / sum(abs(x)) OVER (PARTITION BY date) * 2)"),
        ("all_quantile_disc(x, 0.5)", "quantile_disc(x, 0.5) OVER ()"),
        ("c_group_avg(industry, x)", "avg(x) OVER (PARTITION BY date, industry)"),
        ("constant(13)", "13"),
    ],
)
def test_a_call_is_replaced_by_standard_sql(call: str, expected: str) -> None:
    assert written(call) == expected


@pytest.mark.parametrize(
    ("keys", "window"),
    [
        ("pb := board", "PARTITION BY board ORDER BY date"),
        ("pb := 'board, t.\"行 业\"'", 'PARTITION BY board, t."行 业" ORDER BY date'),
        ("pb := (board, sector)", "PARTITION BY board, sector ORDER BY date"),
        ("pb := [board, sector]", "PARTITION BY board, sector ORDER BY date"),
        ("pb := null", "ORDER BY date"),
        ("pb := ''", "ORDER BY date"),
        ("pb := year(date)", "PARTITION BY year(date) ORDER BY date"),
        ("ob := 'A,-B,C'", "PARTITION BY instrument ORDER BY A, B DESC, C"),
        ("ob := -a.date", "PARTITION BY instrument ORDER BY a.date DESC"),
        ("ob => '-t.date', pb => t.instrument", "PARTITION BY t.instrument ORDER BY t.date DESC"),
    ],
)
def test_keys(keys: str, window: str) -> None:
    assert written(f"m_shift(x, 1, {keys})") == f"lag(x, 1) OVER ({window})"


def test_a_default_key_takes_the_table_of_the_arguments() -> None:
    expected = "lag(b.close, 1) OVER (PARTITION BY b.instrument ORDER BY b.date)"
    assert written("m_shift(b.close, 1)", Joined()) == expected


def test_a_given_key_is_left_as_it_is() -> None:
    assert written("c_avg(b.close, pb := date)", Joined()) == "avg(b.close) OVER (PARTITION BY date)"


def test_ranks_by_keys() -> None:
    assert written("rank('A, -B')") == "rank() OVER (ORDER BY A, B DESC)"
    assert written("rank(close, ascending := false)") == "rank() OVER (ORDER BY close DESC)"
    assert written("rank_by(D, '-A, C')") == "rank() OVER (PARTITION BY D ORDER BY A DESC, C)"
    assert written("rank_by(D, '-A, C', ascending := false)") == "rank() OVER (PARTITION BY D ORDER BY A, C DESC)"
    assert written("ntile_by(5, date, close)") == "ntile(5) OVER (PARTITION BY date ORDER BY close)"


def test_a_flag_that_is_known_settles_the_template_and_one_that_is_not_stays() -> None:
    assert written("c_rank(x, ascending := false)") == "rank() OVER (PARTITION BY date ORDER BY x DESC)"
    assert written("c_rank(x, $up)").startswith("if($up, rank() OVER (PARTITION BY date ORDER BY x), rank()")


@pytest.mark.parametrize(("w", "rows"), [("5", 5), ("8.6911", 8), ("1", 1), ("1.99", 1), ("2e1", 20)])
def test_a_window_counts_the_current_row_and_loses_its_fraction(w: str, rows: int) -> None:
    window = f"PARTITION BY instrument ORDER BY date ROWS BETWEEN {rows - 1} PRECEDING AND CURRENT ROW"
    expected = f"CASE WHEN {over('count(x)', window)} = {rows} THEN {over('avg(x)', window)} END"
    assert written(f"m_avg(x, {w})") == expected


def test_a_window_may_be_a_parameter() -> None:
    assert "ROWS BETWEEN CAST(floor($w) AS BIGINT) - 1 PRECEDING AND CURRENT ROW" in written("m_avg(x, $w)")


def test_arguments_and_results_keep_their_meaning_in_any_place() -> None:
    inner = "((a - b) - lag(a - b, 1) OVER (PARTITION BY instrument ORDER BY date))"
    assert written("2 * m_delta(a - b, 1)") == f"2 * {inner}"
    expected = "CASE WHEN (a + 1) < (b - 1) THEN (b - 1) WHEN (a + 1) > c THEN c ELSE (a + 1) END"
    assert written("clip(a + 1, b - 1, c)") == expected


def test_calls_stand_in_each_other() -> None:
    inner = "avg(close) OVER (PARTITION BY date)"
    assert written("c_sum(close - c_avg(close))") == f"sum(close - {inner}) OVER (PARTITION BY date)"


def test_a_function_inside_a_template_works_over_the_keys_of_the_call() -> None:
    assert "OVER (PARTITION BY board)" in written("c_normalize(x, pb := board)")
    assert "PARTITION BY board ORDER BY minute" in written("m_delta(x, 1, pb := board, ob := minute)")


def test_a_column_with_the_name_of_a_parameter_is_a_column() -> None:
    assert written("m_shift(n, 3, pb := x, ob := n)") == "lag(n, 3) OVER (PARTITION BY x ORDER BY n)"
    assert written("clip(hi, lo, x)") == "CASE WHEN hi < lo THEN lo WHEN hi > x THEN x ELSE hi END"


def test_bare_infinity_in_a_list() -> None:
    assert "[-CAST('inf' AS DOUBLE), 70, CAST('inf' AS DOUBLE)]" in written("cut(close, [-inf, 70, inf])")


def test_the_author_s_own_window_stays() -> None:
    assert written("cumsum(x) OVER (PARTITION BY a ORDER BY b)") == "sum(x) OVER (PARTITION BY a ORDER BY b)"
    assert written("nanavg(x) FILTER (WHERE y > 1) OVER w").endswith("FILTER(WHERE y > 1) OVER w")
    assert written("rank() OVER (ORDER BY x)") == "rank() OVER (ORDER BY x)"


def test_the_size_of_the_author_s_frame_is_a_constant_of_the_function() -> None:
    row = WINDOWED["decay_linear"]
    assert row.looks_at_frame
    assert written("decay_linear(x) OVER (ORDER BY b ROWS 9 PRECEDING)").startswith("kernel_decay_linear(x, 10) OVER (")
    named = written("decay_linear(x) OVER w FROM t WINDOW w AS (ORDER BY b ROWS $n PRECEDING)")
    assert named == "kernel_decay_linear(x, ($n) + 1) OVER w"


def test_what_the_dialect_does_not_know_is_left_alone() -> None:
    assert written("avg(x) + m_nothing(y)") == "avg(x) + m_nothing(y)"


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("m_avg(x)", "m_avg needs w"),
        ("m_avg(x, 5, 6)", "m_avg takes no such argument by place"),
        ("m_avg(x, 5, industry)", "m_avg takes no such argument by place"),
        ("m_avg(x, 5, window := 6)", "m_avg takes no such argument window"),
        ("m_avg(x, 5, w := 6)", "m_avg takes no such argument w"),
        ("m_avg(x, 0)", "m_avg needs a window of at least one row"),
        ("m_avg(x, 0.9)", "m_avg needs a window of at least one row"),
        ("m_avg(x, -5)", "m_avg needs a window of at least one row"),
        ("m_avg(x, '5')", "m_avg needs a window of at least one row"),
        ("m_avg(x, null)", "m_avg needs a window of at least one row"),
        ("m_avg(x, 5) OVER (ORDER BY date)", "m_avg has a window of its own"),
        ("m_avg(x, 5, pb := 'a + b')", "m_avg needs columns as its keys"),
        ("m_avg(x, 5, pb := '*')", "m_avg needs columns as its keys"),
        ("m_avg(x, 5, ob := 'a b')", "m_avg needs columns as its keys"),
        ("m_avg(x, 5, ob := '(SELECT 1)')", "m_avg needs columns as its keys"),
        ("decay_linear(x) OVER (ORDER BY date)", "decay_linear needs a number of rows to look at"),
        ("imax(x) OVER (ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING)", "imax needs a number of rows to look at"),
        ("imax(x) OVER (ORDER BY date ROWS UNBOUNDED PRECEDING)", "imax needs a number of rows to look at"),
    ],
)
def test_refused(call: str, what: str) -> None:
    with pytest.raises(FactorError) as caught:
        written("a,\n  " + call)
    assert str(caught.value).startswith(what)
    assert (caught.value.fields["line"], caught.value.fields["column"]) == (2, 3)


def test_what_was_expected_is_the_signature() -> None:
    with pytest.raises(FactorError) as caught:
        written("m_corr(x, 5)")
    assert caught.value.expected == "m_corr(y, x, w, pb:=instrument, ob:=date)"


def test_no_function_is_there_twice() -> None:
    names = [row.name for row in FUNCTIONS.values()]
    assert len(names) == len(set(names))
    assert all(name == row.name == name.lower() for name, row in FUNCTIONS.items())
