import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.errors import FactorError
from dripstone.kernels import window

NAN = np.nan
X = np.array([3.0, 1.0, 2.0, 2.0, NAN, 5.0, 4.0, 4.0])


@pytest.mark.parametrize(
    ("method", "ascending", "ranks"),
    [
        ("min", True, [NAN, NAN, 2, 2, NAN, NAN, NAN, 1]),
        ("max", True, [NAN, NAN, 2, 3, NAN, NAN, NAN, 2]),
        ("avg", True, [NAN, NAN, 2, 2.5, NAN, NAN, NAN, 1.5]),
        ("min", False, [NAN, NAN, 2, 1, NAN, NAN, NAN, 2]),
    ],
)
def test_rank(method: window.Ties, ascending: bool, ranks: list[float]) -> None:
    np.testing.assert_array_equal(window.rank(X, 3, method=method, ascending=ascending), ranks)


def test_places_count_from_the_oldest_row_and_take_the_oldest_of_equals() -> None:
    np.testing.assert_array_equal(window.place_of_largest(X, 3), [NAN, NAN, 0, 1, NAN, NAN, NAN, 0])
    np.testing.assert_array_equal(window.place_of_smallest(X, 3), [NAN, NAN, 1, 0, NAN, NAN, NAN, 1])


def test_decay_weighs_the_current_row_most() -> None:
    np.testing.assert_allclose(window.decay_linear(np.array([1.0, 2.0, 6.0]), 3), [NAN, NAN, (1 + 4 + 18) / 6])


@pytest.mark.parametrize(
    ("side", "statistic", "expected"),
    [
        ("greatest", "sum", 50.0),
        ("least", "sum", 30.0),
        ("least", "avg", 15.0),
        ("greatest", "var_pop", 25.0),
        ("greatest", "var_samp", 50.0),
        ("greatest", "std_pop", 5.0),
    ],
)
def test_of_k(side: window.Side, statistic: window.Statistic, expected: float) -> None:
    arg, val = np.array([10.0, 20.0, 30.0]), np.array([1.0, 2.0, 2.0])
    found = window.of_k(arg, val, 3, 2, side=side, statistic=statistic)
    np.testing.assert_allclose(found, [NAN, NAN, expected])


def test_of_one_row_there_is_no_sample_deviation() -> None:
    found = window.of_k(X, X, 2, 1, side="greatest", statistic="std_samp")
    assert np.isnan(found).all()


def test_first_k_are_the_same_on_every_row() -> None:
    np.testing.assert_array_equal(window.of_first_k(X, 2, statistic="avg"), np.full(8, 2.0))
    assert np.isnan(window.of_first_k(X, 5, statistic="sum")).all()
    assert np.isnan(window.of_first_k(X, 9, statistic="sum")).all()


def test_weights_without_a_sum_have_no_deviation() -> None:
    np.testing.assert_allclose(window.weighted_sd(np.array([1.0, 3.0]), np.array([3.0, 1.0]), 2), [NAN, np.sqrt(0.75)])
    assert np.isnan(window.weighted_sd(np.array([1.0, 3.0]), np.zeros(2), 2)).all()


def test_a_straight_line_leaves_no_residual() -> None:
    line = np.arange(10.0) * 3 + 7
    np.testing.assert_allclose(window.last_residual(line, span=4)[3:], 0, atol=1e-12)
    np.testing.assert_allclose(window.intercept(line, np.arange(10.0), span=4)[3:], 7)


def test_a_constant_regressor_has_no_constant_beside_it() -> None:
    assert np.isnan(window.intercept(X[:4], np.ones(4), span=3)).all()


def test_blocks_of_windows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(0).normal(size=500).round(1)
    whole = window.rank(x, 20, method="avg")
    monkeypatch.setattr(window, "_BLOCK_CELLS", 64)
    np.testing.assert_array_equal(window.rank(x, 20, method="avg"), whole)


@pytest.mark.parametrize("n", range(4))
def test_short_series_are_missing_throughout(n: int) -> None:
    x = np.ones(n)
    for found in (
        window.rank(x, 4),
        window.decay_linear(x, 4),
        window.place_of_largest(x, 4),
        window.of_k(x, x, 4, 2, side="least", statistic="avg"),
        window.weighted_sd(x, x, 4),
        window.last_residual(x, x, span=4),
        window.intercept(x, x, span=4),
    ):
        assert found.shape == (n,)
        assert np.isnan(found).all()


@given(seed=st.integers(0, 2**32 - 1), cut=st.integers(0, 20), span=st.integers(1, 6))
@settings(deadline=None, max_examples=30)
def test_later_rows_change_nothing_before_them(seed: int, cut: int, span: int) -> None:
    source = np.random.default_rng(seed)
    x, y = source.normal(size=(2, 25)).round(1)
    for statistic in (
        lambda x, y: window.rank(x, span, method="avg"),
        lambda x, y: window.decay_linear(x, span),
        lambda x, y: window.of_k(x, y, span, 1, side="least", statistic="sum"),
        lambda x, y: window.last_residual(x, y, span=span),
    ):
        np.testing.assert_array_equal(statistic(x[:cut], y[:cut]), statistic(x, y)[:cut])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(FactorError, match="no such way to rank ties"):
        window.rank(X, 3, method="first")  # type: ignore[arg-type]  # a method of pandas
    with pytest.raises(FactorError, match="no such window"):
        window.rank(X, 0)
    for k in (0, 4):
        with pytest.raises(FactorError, match="no such number of rows"):
            window.of_k(X, X, 3, k, side="least", statistic="sum")
    with pytest.raises(FactorError, match="differ in shape"):
        window.last_residual(X, X[:3], span=2)
