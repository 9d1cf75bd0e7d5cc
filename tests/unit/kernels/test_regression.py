import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.kernels import regression

NAN = np.nan


def section(seed: int, n: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    source = np.random.default_rng(seed)
    return source.standard_t(3, n), source.integers(0, 12, n), source.lognormal(23, 1.5, n)


def test_neutralize_is_the_regression_on_dummies() -> None:
    y, industry, cap = section(1)
    dummies = (industry[:, np.newaxis] == np.arange(12)).astype(float)
    design = np.column_stack([dummies, np.log(cap), np.ones(len(y))])
    prepared = regression.standardize(y)
    beta, *_ = np.linalg.lstsq(design, prepared, rcond=None)
    left = regression.neutralize(prepared, industry, np.log(cap))
    np.testing.assert_allclose(left, prepared - design @ beta, atol=1e-12)
    np.testing.assert_allclose(dummies.T @ left, 0, atol=1e-11)
    np.testing.assert_allclose(np.log(cap) @ left, 0, atol=1e-9)


def test_one_gap_makes_the_section_missing() -> None:
    y, industry, cap = section(2)
    for gap in (NAN, np.inf):
        broken = np.concatenate([[gap], y[1:]])
        assert np.isnan(regression.standardize(broken)).all()
        assert np.isnan(regression.neutralize(broken, industry)).all()
        assert np.isnan(regression.neutralize(y, industry, broken)).all()
    assert np.isnan(regression.neutralize(y, np.concatenate([[-1], industry[1:]]), cap)).all()


def test_standardize() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0, 100.0])
    clipped = np.array([1.0, 2.0, 3.0, 4.0, 3 + 3 * 1.4826])
    np.testing.assert_allclose(regression.standardize(x), (clipped - clipped.mean()) / clipped.std(ddof=1))
    assert np.isnan(regression.standardize(np.array([1.0, 1.0, 1.0, 9.0]))).all()  # a MAD of 0 leaves nothing to vary
    assert np.isnan(regression.standardize(np.array([4.0]))).all()


def test_residual_of_those_that_have_everything() -> None:
    y, x = np.array([1.0, 2.0, NAN, 4.0, 6.0]), np.array([1.0, 2.0, 3.0, NAN, 5.0])
    slope, constant = np.polyfit([1, 2, 5], [1, 2, 6], 1)
    expected = [y[0] - slope - constant, y[1] - 2 * slope - constant, NAN, NAN, y[4] - 5 * slope - constant]
    np.testing.assert_allclose(regression.residual_of_complete(y, x), expected, atol=1e-12)
    assert np.isnan(regression.residual_of_complete(np.full(3, NAN), np.ones(3))).all()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_as_many_coefficients_as_members_leave_nothing(n: int) -> None:
    x = np.arange(n) * 1.7
    np.testing.assert_allclose(regression.residual_of_complete(x**2, x), np.zeros(n), atol=1e-12)


@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-6, 1.0, 1e9]), shift=st.sampled_from([0.0, -3.0]))
@settings(deadline=None, max_examples=30)
def test_scale_origin_and_order_of_regressors_do_not_matter(seed: int, scale: float, shift: float) -> None:
    y, a, b = np.random.default_rng(seed).normal(size=(3, 40))
    left = regression.residual(y, a, b)
    np.testing.assert_allclose(regression.residual(y, b, scale * (a + shift)), left, atol=1e-9)
    np.testing.assert_allclose(regression.residual(y, a, b, a - 2 * b), left, atol=1e-9)  # explained already
    np.testing.assert_allclose([left.sum(), left @ a, left @ b], 0, atol=1e-9)


def test_fits_stand_alone() -> None:
    y, x = np.random.default_rng(4).normal(size=(2, 5, 12))
    y[1, 3] = NAN
    together = regression.residual(y, x)
    assert np.isnan(together[1]).all()
    for row in (0, 2, 3, 4):
        np.testing.assert_array_equal(together[row], regression.residual(y[row], x[row]))
        np.testing.assert_array_equal(regression.intercept(y, x)[row], regression.intercept(y[row], x[row]))
