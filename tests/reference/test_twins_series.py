"""Kernels of one series and of least squares equal their slow twins: gaps, ties, short series, dependent columns."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.arrays import Floats
from dripstone.kernels import regression, run, window
from tests.reference import slow_regression, slow_run, slow_window


@st.composite
def tables(draw: st.DrawFn, *, columns: int = 1, most: int = 40) -> list[Floats]:
    """Columns of one length, rounded so that values tie; some with gaps, some made of those before, and exactly so."""
    source = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    step = draw(st.sampled_from([1.0, 2.0**-3, 2.0**-9]))
    table = np.round(source.normal(size=(columns, draw(st.integers(0, most)))) / step) * step
    for column in range(1, columns):
        table[column] = draw(
            st.sampled_from([table[column], table[column], 2 * table[column - 1] + 1, table[:column].sum(axis=0)])
        )
    table *= draw(st.sampled_from([1.0, 2.0**-10, 2.0**20]))
    table[source.random(table.shape) < draw(st.sampled_from([0.0, 0.0, 0.1, 0.5]))] = np.nan
    table[source.random(table.shape) < draw(st.sampled_from([0.0, 0.0, 0.02]))] = np.inf
    return list(table)


def close(fast: Floats, slow: list[float], *, scale: float = 1.0) -> None:
    np.testing.assert_allclose(fast, np.array(slow, float), rtol=1e-9, atol=1e-9 * scale)


def size(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return max(1.0, float(np.abs(finite).max())) if len(finite) else 1.0


spans = st.integers(1, 12)


@given(table=tables(), span=spans, method=st.sampled_from(get_args(window.Ties)), ascending=st.booleans())
@settings(deadline=None, max_examples=60)
def test_rank(table: list[Floats], span: int, method: window.Ties, ascending: bool) -> None:
    (x,) = table
    slow = slow_window.rank(x.tolist(), span, method, ascending)
    close(window.rank(x, span, method=method, ascending=ascending), slow)


@given(table=tables(), span=spans)
@settings(deadline=None, max_examples=40)
def test_places_and_decay(table: list[Floats], span: int) -> None:
    (x,) = table
    close(window.place_of_largest(x, span), slow_window.place(x.tolist(), span, largest=True))
    close(window.place_of_smallest(x, span), slow_window.place(x.tolist(), span, largest=False))
    close(window.decay_linear(x, span), slow_window.decay_linear(x.tolist(), span))


@given(table=tables(columns=2, most=25), span=spans, data=st.data())
@settings(deadline=None, max_examples=60)
def test_of_k(table: list[Floats], span: int, data: st.DataObject) -> None:
    x, by = table
    k = data.draw(st.integers(1, span))
    side = data.draw(st.sampled_from(get_args(window.Side)))
    statistic = data.draw(st.sampled_from(get_args(window.Statistic)))
    slow = slow_window.of_k(x.tolist(), by.tolist(), span, k, side, statistic)
    close(window.of_k(x, by, span, k, side=side, statistic=statistic), slow)
    close(window.of_first_k(x, k, statistic=statistic), slow_window.of_first_k(x.tolist(), k, statistic))


@given(table=tables(columns=2), span=spans)
@settings(deadline=None, max_examples=40)
def test_weighted_sd(table: list[Floats], span: int) -> None:
    x, weight = table[0], np.abs(table[1])
    close(
        window.weighted_sd(x, weight, span), slow_window.weighted_sd(x.tolist(), weight.tolist(), span), scale=size(x)
    )


@given(table=tables(columns=4, most=12), span=st.integers(1, 8), k=st.integers(0, 3))
@settings(deadline=None, max_examples=30)
def test_fit_in_a_window(table: list[Floats], span: int, k: int) -> None:
    y, *regressors = table[: 1 + k]
    slow = slow_window.last_residual(y.tolist(), [x.tolist() for x in regressors], span)
    close(window.last_residual(y, *regressors, span=span), slow, scale=size(y))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_intercept_in_a_window(k: int) -> None:
    source = np.random.default_rng(k)
    y, *regressors = source.normal(3, 1, (1 + k, 40))
    y[7] = np.nan
    slow = slow_window.intercept(y.tolist(), [x.tolist() for x in regressors], 9)
    close(window.intercept(y, *regressors, span=9), slow)


@given(table=tables(columns=4, most=12), k=st.integers(1, 3))
@settings(deadline=None, max_examples=40)
def test_residual_of_a_cross_section(table: list[Floats], k: int) -> None:
    y, *regressors = table[: 1 + k]
    slow = slow_regression.residual_of_complete(y.tolist(), [x.tolist() for x in regressors])
    close(regression.residual_of_complete(y, *regressors), slow, scale=size(y))


@given(table=tables(columns=3, most=14), data=st.data())
@settings(deadline=None, max_examples=40)
def test_neutralize(table: list[Floats], data: st.DataObject) -> None:
    y, *exposures = table[: data.draw(st.integers(1, 3))]
    if not len(y):
        return
    groups = data.draw(st.lists(st.integers(0, 3), min_size=len(y), max_size=len(y)))
    slow = slow_regression.neutralize(y.tolist(), groups, [x.tolist() for x in exposures])
    close(regression.neutralize(y, np.array(groups), *exposures), slow, scale=size(y))
    close(regression.standardize(y), slow_regression.standardize(y.tolist()))


@given(table=tables(), alpha=st.sampled_from([0.01, 1 / 3, 0.9, 1.0]), equal=st.booleans())
@settings(deadline=None, max_examples=60)
def test_runs(table: list[Floats], alpha: float, equal: bool) -> None:
    (x,) = table
    close(run.exponential_mean(x, alpha), slow_run.exponential_mean(x.tolist(), alpha))
    close(run.count_rises(x, count_equal=equal), slow_run.count_rises(x.tolist(), equal))
    flags = np.where(np.isnan(x), np.nan, x > 0)
    close(run.count_true(flags), slow_run.count_true(flags.tolist()))
    there = np.isfinite(x)
    assert [(each.start, each.stop) for each in run.stretches(there)] == slow_run.stretches(there.tolist())
