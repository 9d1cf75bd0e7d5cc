import numpy as np
import pytest

from dripstone.errors import FactorError
from dripstone.kernels import rolling

NAN = np.nan


def test_the_mean_skips_missing_days_and_wants_half_of_them() -> None:
    x = np.array([[1.0], [NAN], [3.0], [NAN], [NAN], [5.0]])
    assert np.array_equal(rolling.mean(x, 4)[:, 0], [NAN, NAN, 2.0, 2.0, NAN, 4.0], equal_nan=True)
    assert np.array_equal(rolling.mean(x, 4, min_days=1)[:, 0], [1.0, 1.0, 2.0, 2.0, 3.0, 4.0], equal_nan=True)


def test_a_span_of_one_day_is_the_day() -> None:
    x = np.array([[1.5, NAN], [2.5, 4.0]])
    assert np.array_equal(rolling.mean(x, 1), x, equal_nan=True)


def test_sd_is_of_the_sample_and_needs_two() -> None:
    x = np.array([2.0, 4.0, NAN, 4.0])
    np.testing.assert_allclose(rolling.sd(x, 3, min_days=1), [NAN, np.sqrt(2), np.sqrt(2), 0.0])
    assert np.nanmax(rolling.sd(np.full(9, 0.1), 5)) < 1e-16


def test_a_window_forgets_everything_before_it_to_the_last_bit() -> None:
    source = np.random.default_rng(1)
    x = source.standard_normal((80, 5)) * 10.0 ** source.integers(-6, 9, (80, 5))
    for statistic in (rolling.mean, rolling.sd):
        late = statistic(x[40:], 20)
        assert np.array_equal(late[19:], statistic(x, 20)[59:])


def test_later_days_change_nothing_earlier() -> None:
    x = np.random.default_rng(2).standard_normal((30, 4))
    for statistic in (rolling.mean, rolling.sd):
        assert np.array_equal(statistic(x[:20], 7), statistic(x, 7)[:20], equal_nan=True)


def test_fewer_days_than_the_span_and_none_at_all() -> None:
    assert rolling.mean(np.ones((3, 2)), 20, min_days=3)[-1].tolist() == [1.0, 1.0]
    assert rolling.mean(np.empty((0, 2)), 5).shape == (0, 2)
    assert rolling.sd(np.empty((0, 2)), 5).shape == (0, 2)


@pytest.mark.parametrize(("span", "least"), [(0, None), (5, 0), (5, 6)])
def test_a_window_that_cannot_be_is_refused(span: int, least: int | None) -> None:
    with pytest.raises(FactorError, match="no such window"):
        rolling.mean(np.ones((9, 2)), span, min_days=least)
