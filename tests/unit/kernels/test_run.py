import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.errors import FactorError
from dripstone.kernels import run

NAN = np.nan


def test_trues_up_to_the_row() -> None:
    x = np.array([0, 0, 0, 1, 1, 0, 1, 1, 1, 0, NAN, 2])
    np.testing.assert_array_equal(run.count_true(x), [0, 0, 0, 1, 2, 0, 1, 2, 3, 0, NAN, 1])


@pytest.mark.parametrize(
    ("count_equal", "counts"), [(False, [0, 1, 2, 0, 1, NAN, 0, 1]), (True, [0, 1, 2, 3, 4, NAN, 0, 1])]
)
def test_rises_up_to_the_row(count_equal: bool, counts: list[float]) -> None:
    x = np.array([1.0, 2.0, 3.0, 3.0, 4.0, NAN, 5.0, 6.0])
    np.testing.assert_array_equal(run.count_rises(x, count_equal=count_equal), counts)


def test_the_mean_begins_anew_after_a_gap() -> None:
    x = np.array([NAN, 1.0, 2.0, NAN, 3.0, 4.0, np.inf, 5.0])
    np.testing.assert_array_equal(run.exponential_mean(x, 0.5), [NAN, 1, 1.5, NAN, 3, 3.5, NAN, 5])


@given(seed=st.integers(0, 2**32 - 1), alpha=st.floats(0.001, 1.0))
@settings(deadline=None, max_examples=40)
def test_the_mean_is_that_of_pandas(seed: int, alpha: float) -> None:
    x = np.random.default_rng(seed).normal(100, 1, 200)
    np.testing.assert_allclose(run.exponential_mean(x, alpha), pd.Series(x).ewm(alpha=alpha, adjust=False).mean())


@pytest.mark.parametrize("alpha", [0.0, -1.0, 1.5, NAN])
def test_a_weight_that_is_none(alpha: float) -> None:
    with pytest.raises(FactorError, match="no such weight"):
        run.exponential_mean(np.ones(3), alpha)


def test_stretches() -> None:
    there = np.array([True, True, False, False, True, False, True])
    assert run.stretches(there) == [slice(0, 2), slice(4, 5), slice(6, 7)]
    assert run.stretches(np.zeros(0, bool)) == []


@pytest.mark.parametrize("x", [np.zeros(0), np.full(3, NAN)])
def test_nothing_gives_nothing(x: np.ndarray) -> None:
    for found in (run.count_true(x), run.count_rises(x), run.exponential_mean(x, 0.5)):
        assert found.shape == x.shape
        assert np.isnan(found).all()
