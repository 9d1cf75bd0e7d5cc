from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from dripstone.errors import DataError, SettingsError
from dripstone.evaluation import evaluate
from dripstone.evaluation.evaluate import group_count
from dripstone.evaluation.span import SpanEvaluation
from dripstone.panel import Panel

RNG = np.random.default_rng(20250101)
FACTOR = RNG.normal(size=(30, 120))
RETURNS = 0.02 * RNG.standard_t(4, size=(30, 120)).clip(-8, 8)


def one(factor: Panel, returns: Panel, **settings: int) -> SpanEvaluation:
    return evaluate(factor, returns, spans=(1,), **settings).spans[1]


def test_rank_ic_is_scipys_spearman_of_what_both_have(make_panel: Callable[..., Panel]) -> None:
    factor, returns = np.round(FACTOR, 1), RETURNS.copy()
    factor[3, :20], returns[3, 10:30] = np.nan, np.nan
    got = one(make_panel(factor), make_panel(returns)).rank_ic.values
    for day in range(len(factor)):
        expected = spearmanr(factor[day], returns[day], nan_policy="omit").statistic
        assert got[day] == pytest.approx(expected, abs=1e-12)


def test_ic_does_not_see_the_size_of_an_outlier(make_panel: Callable[..., Panel]) -> None:
    wild = FACTOR.copy()
    wild[:, 0] = 50.0
    wilder = FACTOR.copy()
    wilder[:, 0] = 5000.0
    one_ic = one(make_panel(wild), make_panel(RETURNS)).ic.values
    assert one(make_panel(wilder), make_panel(RETURNS)).ic.values == pytest.approx(one_ic, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.floats(1e-6, 1e6), st.floats(-1e3, 1e3))
def test_the_unit_of_a_factor_does_not_matter(make_panel: Callable[..., Panel], scale: float, shift: float) -> None:
    """Not even one so small that its deviations are below 1e-8."""
    plain = one(make_panel(FACTOR), make_panel(RETURNS))
    other = one(make_panel(FACTOR * scale + shift * scale), make_panel(RETURNS))
    assert other.ic.values == pytest.approx(plain.ic.values, abs=1e-8)
    assert other.rank_ic.values == pytest.approx(plain.rank_ic.values, abs=1e-12)


def test_foresight_is_seen_for_what_it_is(make_panel: Callable[..., Panel]) -> None:
    result = one(make_panel(RETURNS), make_panel(RETURNS))
    assert result.rank_ic.mean == pytest.approx(1.0)
    assert result.rank_ic.win_rate == 1.0
    assert np.isnan(result.rank_ic.t)  # it does not vary, so nothing says how sure it is
    assert result.groups is not None
    assert result.groups.monotonicity == 1.0
    assert result.groups.long_short.max_drawdown == 0.0


def test_the_sign_is_told_and_nothing_is_turned_round(make_panel: Callable[..., Panel]) -> None:
    planted = FACTOR + 10 * RETURNS
    up, down = (one(make_panel(sign * planted), make_panel(RETURNS)) for sign in (1, -1))
    assert (up.sign, down.sign) == (1, -1)
    assert down.rank_ic.mean == pytest.approx(-up.rank_ic.mean)
    assert down.rank_ic.win_rate == up.rank_ic.win_rate
    assert up.groups is not None
    assert down.groups is not None
    assert down.groups.long_short.returns.mean == pytest.approx(-up.groups.long_short.returns.mean)


def test_the_same_factor_every_day_trades_only_the_drift(make_panel: Callable[..., Panel]) -> None:
    result = one(make_panel(np.tile(FACTOR[0], (30, 1))), make_panel(RETURNS))
    assert result.rank_autocorrelation.mean == pytest.approx(1.0)
    assert result.groups is not None
    assert result.groups.new_names.mean == 0.0
    assert 0 < result.groups.long_excess.turnover_per_day.mean < 0.05


def test_turnover_by_hand(make_panel: Callable[..., Panel]) -> None:
    """The top half {5..9} becomes {0, 6, 7, 8, 9} after instrument 9 has earned 50 % and drifted to 1.5 / 5.5."""
    first = np.arange(10.0)
    second = np.array([9.5, 1, 2, 3, 4, 5, 6, 7, 8, 10])
    returns = np.zeros((2, 10))
    returns[0, 9], returns[1, 0] = 0.5, 0.01
    result = one(make_panel([first, second]), make_panel(returns), groups=2, min_instruments=10)
    assert result.groups is not None
    top = result.groups.long_excess.turnover_per_day.values
    assert top[1] == pytest.approx((1 / 5.5 + 0.2 + 3 * (0.2 - 1 / 5.5) + (1.5 / 5.5 - 0.2)) / 2)
    assert np.isnan(top[0])
    assert result.groups.new_names.values[1] == pytest.approx(0.2)


def test_white_noise_turns_over_as_chance_has_it(make_panel: Callable[..., Panel]) -> None:
    result = one(make_panel(FACTOR), make_panel(RETURNS))
    assert result.groups is not None
    assert result.groups.group_count == 5
    assert result.groups.new_names.mean == pytest.approx(0.8, abs=0.03)
    assert result.groups.long_excess.turnover_per_day.mean == pytest.approx(0.8, abs=0.03)
    assert result.groups.long_short.turnover_per_day.mean == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(("instruments", "groups"), [(499, 5), (500, 10)])
def test_ten_groups_take_five_hundred_instruments(
    make_panel: Callable[..., Panel], instruments: int, groups: int
) -> None:
    assert group_count(make_panel(np.zeros((2, instruments))), None) == groups


def test_a_factor_that_fails_as_zero_is_degenerate(make_panel: Callable[..., Panel]) -> None:
    factor = FACTOR.copy()
    factor[:, : int(0.4 * 120)] = 0.0
    result = one(make_panel(factor), make_panel(RETURNS))
    assert result.degenerate
    assert result.groups is None
    assert "degenerate on 30 of 30 days" in result.groups_refused
    assert result.tie_share.mean == pytest.approx(0.4)
    assert np.isfinite(result.rank_ic.t)


def test_a_few_tied_days_go_without_groups(make_panel: Callable[..., Panel]) -> None:
    factor = FACTOR.copy()
    factor[7] = np.round(factor[7])
    result = one(make_panel(factor), make_panel(RETURNS))
    assert not result.degenerate
    assert result.degenerate_days == 1
    assert result.groups is not None
    assert result.groups.n_days == 29
    assert np.isnan(result.groups.returns[7]).all()
    assert np.isnan(result.groups.new_names.values[[0, 7, 8]]).all()
    assert result.groups.nav[7] == pytest.approx(result.groups.nav[6])


def test_days_left_out_are_counted_by_reason(make_panel: Callable[..., Panel]) -> None:
    factor, returns = FACTOR.copy(), RETURNS.copy()
    returns[-2:] = np.nan
    factor[4, 30:] = np.nan
    factor[5, :60], returns[5, 60:] = np.nan, np.nan
    factor[6] = 3.0
    result = one(make_panel(factor), make_panel(returns))
    assert result.excluded_days == {"no_return": 2, "no_factor": 1, "few_pairs": 1, "constant": 1}
    assert result.n_days == 25
    assert np.isnan(result.rank_ic.values[[4, 5, 6, 28, 29]]).all()
    assert result.coverage.values[4] == pytest.approx(0.25)
    assert np.isnan(result.coverage.values[-1])


def test_a_day_the_factor_lacks_counts_against_it(make_panel: Callable[..., Panel]) -> None:
    whole, returns = make_panel(FACTOR), make_panel(RETURNS)
    keep = np.arange(30) != 9
    holed = Panel(whole.dates[keep], whole.instruments, whole.values[keep], "x")
    result = one(holed, returns)
    assert result.excluded_days["no_factor"] == 1
    assert result.coverage.values[9] == 0.0


def test_infinite_values_are_missing_and_counted(make_panel: Callable[..., Panel]) -> None:
    factor = FACTOR.copy()
    factor[:, 0] = np.inf
    missing = FACTOR.copy()
    missing[:, 0] = np.nan
    got, expected = (evaluate(make_panel(x), make_panel(RETURNS), spans=(5,)) for x in (factor, missing))
    assert (got.infinite_values, expected.infinite_values) == (30, 0)
    assert got.spans[5].rank_ic.mean == expected.spans[5].rank_ic.mean


def test_smoothing_waits_for_half_its_span(make_panel: Callable[..., Panel]) -> None:
    result = evaluate(make_panel(FACTOR), make_panel(RETURNS), spans=(1, 5, 20))
    assert [s.n_days for s in result.spans.values()] == [30, 28, 21]
    fifth = result.spans[5]
    assert fifth.excluded_days == {"no_return": 0, "no_factor": 0, "few_pairs": 0, "constant": 0}
    expected = spearmanr(FACTOR[5:10].mean(axis=0), RETURNS[9]).statistic
    assert fifth.rank_ic.values[7] == pytest.approx(expected)


def test_smoothing_uses_factor_days_before_the_returns(make_panel: Callable[..., Panel]) -> None:
    returns = make_panel(RETURNS).between("2025-01-11", None)
    result = evaluate(make_panel(FACTOR), returns, spans=(5,)).spans[5]
    assert result.n_days == 20
    assert result.rank_ic.values[0] == pytest.approx(spearmanr(FACTOR[6:11].mean(axis=0), RETURNS[10]).statistic)


def test_a_span_longer_than_the_history_is_refused_alone(make_panel: Callable[..., Panel]) -> None:
    result = evaluate(make_panel(FACTOR[:6]), make_panel(RETURNS[:6]))
    assert sorted(result.spans) == [1, 5]
    assert "no day in common" in result.refused_spans[20]


def test_later_days_change_nothing_earlier(make_panel: Callable[..., Panel]) -> None:
    whole = evaluate(make_panel(FACTOR), make_panel(RETURNS), spans=(5,)).spans[5]
    cut = evaluate(make_panel(FACTOR[:20]), make_panel(RETURNS[:20]), spans=(5,)).spans[5]
    n = len(cut.dates)
    np.testing.assert_array_equal(whole.rank_ic.values[:n], cut.rank_ic.values)
    assert whole.groups is not None
    assert cut.groups is not None
    np.testing.assert_array_equal(whole.groups.nav[:n], cut.groups.nav)


def test_instruments_the_returns_do_not_know_are_left_out(make_panel: Callable[..., Panel]) -> None:
    returns = make_panel(RETURNS)
    fewer = returns.reindex(returns.dates, returns.instruments[:100])
    assert one(make_panel(FACTOR), fewer).pairs.mean == 100


def test_wrong_input_says_what_to_do(make_panel: Callable[..., Panel]) -> None:
    factor, returns = make_panel(FACTOR, "f"), make_panel(RETURNS)
    with pytest.raises(DataError, match=r"no day in common.*2030-01-01"):
        evaluate(factor, make_panel(RETURNS, first="2030-01-01"))
    with pytest.raises(DataError, match="no day in common"):
        evaluate(factor.between("2040-01-01", None), returns)
    with pytest.raises(DataError, match=r"no day can be measured.*at least 121.*lower min_instruments") as caught:
        evaluate(factor, returns, min_instruments=121)
    assert caught.value.fields["factor"] == "f"
    with pytest.raises(DataError, match="divide by 100"):
        evaluate(factor, make_panel(RETURNS * 100))
    for wrong in ({"spans": ()}, {"spans": (0,)}, {"groups": 1}, {"min_instruments": 2}):
        with pytest.raises(SettingsError):
            evaluate(factor, returns, **wrong)  # type: ignore[arg-type]  # one setting at a time
