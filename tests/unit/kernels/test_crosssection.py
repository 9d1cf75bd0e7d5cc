import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dripstone.arrays import Floats
from dripstone.errors import FactorError
from dripstone.kernels.crosssection import (
    correlation_by_row,
    group_by_rank,
    rank_average,
    rank_correlation_by_row,
    zscore,
)

NAN = np.nan


def rows(seed: int) -> Floats:
    source = np.random.default_rng(seed)
    x = np.round(source.standard_normal((4, 30)), 1)
    x[source.random(x.shape) < 0.1] = NAN
    return x


def test_ties_share_the_mean_rank() -> None:
    assert rank_average(np.array([[3.0, 1.0, 3.0, NAN, 2.0]])).tolist()[0][:3] == [3.5, 1.0, 3.5]
    assert rank_average(np.array([5.0, 5.0, 5.0])).tolist() == [2.0, 2.0, 2.0]


def test_an_infinity_is_no_measurement() -> None:
    assert np.array_equal(rank_average(np.array([np.inf, 1.0, 2.0])), [NAN, 1.0, 2.0], equal_nan=True)
    assert np.isnan(correlation_by_row(np.array([[1.0, 2.0, np.inf]]), np.array([[1.0, 2.0, 3.0]])))


def test_correlations_are_scipys() -> None:
    x, y = rows(1), rows(2)
    for i in range(len(x)):
        both = np.isfinite(x[i]) & np.isfinite(y[i])
        pearson = stats.pearsonr(x[i][both], y[i][both]).statistic
        spearman = stats.spearmanr(x[i][both], y[i][both]).statistic
        assert correlation_by_row(x, y)[i] == pytest.approx(pearson, abs=1e-14)
        assert rank_correlation_by_row(x, y)[i] == pytest.approx(spearman, abs=1e-14)


def test_ranks_are_taken_among_the_common_cells() -> None:
    """The cell that y lacks must not leave a hole in the ranks of x."""
    x, y = np.array([[1.0, 2.0, 3.0, 4.0, 9.0]]), np.array([[1.0, NAN, 2.0, 4.0, 3.0]])
    assert rank_correlation_by_row(x, y)[0] == pytest.approx(0.8)


@pytest.mark.parametrize("y", [[1.0, 2.0, NAN, NAN], [0.3, 0.3, 0.3, 0.3], [NAN, NAN, NAN, NAN]])
def test_no_correlation_without_pairs_or_variation(y: list[float]) -> None:
    x = np.array([[1.0, 2.0, 3.0, 4.0]])
    assert np.isnan(correlation_by_row(x, np.array([y])))
    assert np.isnan(rank_correlation_by_row(x, np.array([y])))


def test_shapes_must_agree() -> None:
    with pytest.raises(FactorError, match="differ in shape"):
        correlation_by_row(np.ones((2, 3)), np.ones((2, 4)))


def test_groups_by_position() -> None:
    """Eleven values in five groups: the two edges of a group are both its own, so the first holds one more."""
    groups = group_by_rank(np.arange(1.0, 12.0), 5)
    assert groups.tolist() == [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert group_by_rank(np.arange(1.0, 101.0), 10).max() == 9


def test_groups_of_ties_and_of_too_few() -> None:
    assert group_by_rank(rank_average(np.array([1.0, 2.0, 2.0, 2.0, 3.0])), 5).tolist() == [0, 2, 2, 2, 4]
    assert np.isnan(group_by_rank(np.array([1.0, NAN]), 5)).all()
    with pytest.raises(FactorError, match="too few groups"):
        group_by_rank(np.arange(5.0), 1)


def test_zscore() -> None:
    scores = zscore(np.array([[1.0, 2.0, NAN, 3.0], [0.1, 0.1, 0.1, NAN]]))
    assert scores[0].tolist()[:2] == [-1.0, 0.0]
    assert np.isnan(scores[1]).all()


@given(seed=st.integers(0, 10**6), scale=st.sampled_from([1e-6, 3.0, 1e9]), shift=st.integers(-1000, 1000))
@settings(deadline=None, max_examples=25)
def test_scale_and_shift_change_nothing(seed: int, scale: float, shift: int) -> None:
    x, y = rows(seed), rows(seed + 1)
    moved = scale * (x + shift)
    np.testing.assert_allclose(correlation_by_row(moved, y), correlation_by_row(x, y), atol=1e-9)
    np.testing.assert_allclose(zscore(moved), zscore(x), atol=1e-9)
    assert np.array_equal(rank_average(scale * x), rank_average(x), equal_nan=True)


@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=25)
def test_the_order_of_instruments_does_not_matter(seed: int) -> None:
    x, y = rows(seed), rows(seed + 1)
    order = np.random.default_rng(seed).permutation(x.shape[1])
    assert np.array_equal(rank_average(x[:, order]), rank_average(x)[:, order], equal_nan=True)
    np.testing.assert_allclose(
        rank_correlation_by_row(x[:, order], y[:, order]), rank_correlation_by_row(x, y), atol=1e-14
    )


@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=25)
def test_correlation_is_symmetric_and_bounded(seed: int) -> None:
    x, y = rows(seed), rows(seed + 1)
    assert np.array_equal(correlation_by_row(x, y), correlation_by_row(y, x), equal_nan=True)
    np.testing.assert_allclose(rank_correlation_by_row(x, x), 1.0)
    assert np.all(np.abs(correlation_by_row(x, 2 * x + 1)) <= 1)
