import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dripstone.evaluation.series import (
    annual_return,
    average,
    compound,
    estimate,
    max_drawdown,
    newey_west_error,
    newey_west_lag,
)


@pytest.mark.parametrize(("n_days", "lag"), [(0, 0), (1, 0), (2, 1), (60, 3), (100, 4), (242, 4), (480, 5), (2000, 7)])
def test_the_lag_follows_the_rule_and_stays_below_the_days(n_days: int, lag: int) -> None:
    assert newey_west_lag(n_days) == lag


def test_newey_west_error_by_hand() -> None:
    """Deviations 1, -1, 1, -1: g0 = 1, g1 = -3/4; L = 1 gives variance 1 - 3/4 and an error of sqrt(1/4 / 4)."""
    assert newey_west_lag(4) == 1
    assert newey_west_error(np.array([3.0, 1.0, 3.0, 1.0])) == pytest.approx(0.25)


@settings(deadline=None, max_examples=50)
@given(hnp.arrays(np.float64, st.integers(2, 60), elements=st.floats(-1, 1)), st.floats(0.1, 10), st.floats(-5, 5))
def test_newey_west_error_scales_and_ignores_the_level(x: np.ndarray, scale: float, shift: float) -> None:
    assert newey_west_error(scale * x + shift) == pytest.approx(scale * newey_west_error(x), rel=1e-6, abs=1e-8)


def test_an_estimate_skips_missing_days() -> None:
    x = np.array([0.1, np.nan, -0.2, 0.4])
    result = estimate(x)
    assert (result.n_days, result.win_rate) == (3, pytest.approx(2 / 3))
    assert result.mean == pytest.approx(0.1)
    assert result.sd == pytest.approx(0.3)
    assert result.ratio_annual == pytest.approx(0.1 / 0.3 * np.sqrt(242))
    assert result.values is x
    assert estimate(x, sign=-1).win_rate == pytest.approx(1 / 3)


@pytest.mark.parametrize("x", [[], [np.nan], [0.3], [0.2, 0.2, 0.2]])
def test_a_series_without_variation_has_no_t(x: list[float]) -> None:
    result = estimate(np.array(x))
    assert np.isnan(result.t)
    assert np.isnan(result.ratio)


def test_average_of_nothing_is_missing() -> None:
    assert np.isnan(average(np.array([np.nan, np.nan])).mean)
    assert average(np.array([1.0, np.nan, 2.0])).mean == 1.5


def test_a_path_compounds_and_rests_on_missing_days() -> None:
    nav = compound(np.array([0.1, np.nan, -0.5]))
    assert nav == pytest.approx([1.1, 1.1, 0.55])
    assert max_drawdown(nav) == pytest.approx(0.5)
    assert annual_return(nav, 2) == pytest.approx(0.55 ** (242 / 2) - 1)


def test_a_loss_from_the_first_day_is_a_drawdown() -> None:
    assert max_drawdown(compound(np.array([-0.2, 0.1]))) == pytest.approx(0.2)
    assert max_drawdown(compound(np.array([0.1, 0.1]))) == 0.0


def test_a_loss_of_more_than_all_leaves_nothing_for_good() -> None:
    """A second such loss must not turn a debt into a gain."""
    nav = compound(np.array([0.1, -1.2, -1.5, 0.3]))
    assert nav.tolist() == pytest.approx([1.1, 0.0, 0.0, 0.0])
    assert max_drawdown(nav) == 1.0


def test_nothing_left_has_no_yearly_rate() -> None:
    assert np.isnan(annual_return(compound(np.array([-1.2])), 1))
