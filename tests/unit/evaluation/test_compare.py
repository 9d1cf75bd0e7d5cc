from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import t as student

from dripstone.errors import DataError, SettingsError
from dripstone.evaluation import compare, evaluate
from dripstone.panel import Panel

RNG = np.random.default_rng(7)
RETURNS = 0.02 * RNG.normal(size=(80, 150))
BASELINE = RNG.normal(size=(80, 150)) + 2 * RETURNS
BETTER = BASELINE + 5 * RETURNS + 0.3 * RNG.normal(size=(80, 150))


def test_a_planted_improvement_is_a_candidate(make_panel: Callable[..., Panel]) -> None:
    result = compare(make_panel(BETTER, "new"), make_panel(BASELINE, "old"), make_panel(RETURNS), spans=(1,))
    one = result.spans[1]
    assert (result.variant, result.baseline, result.verdict) == ("new", "old", "candidate")
    assert one.difference_low > 0
    assert one.difference.mean == pytest.approx(one.variant.rank_ic.mean - one.baseline.rank_ic.mean)
    error = max(one.difference.standard_error, one.difference.sd / np.sqrt(80))
    assert one.difference_error == pytest.approx(error)
    assert one.p_value == pytest.approx(2 * student.sf(one.difference.mean / error, 79))
    half = student.ppf(0.975, 79) * error
    assert (one.difference_low, one.difference_high) == pytest.approx(
        (one.difference.mean - half, one.difference.mean + half)
    )
    assert one.minimum_detectable == pytest.approx((student.ppf(0.975, 79) + 0.8416) * error)
    assert one.rank_correlation.mean > 0.9


def test_worse_is_no_evidence_however_sure(make_panel: Callable[..., Panel]) -> None:
    result = compare(make_panel(BASELINE), make_panel(BETTER), make_panel(RETURNS), spans=(1,))
    assert result.spans[1].p_bonferroni < 0.05
    assert result.verdict == "no evidence"


def test_a_factor_is_no_better_than_itself(make_panel: Callable[..., Panel]) -> None:
    panel = make_panel(BASELINE)
    result = compare(panel, panel, make_panel(RETURNS))
    assert result.verdict == "no evidence"
    for one in result.spans.values():
        assert one.difference.mean == 0.0
        assert one.difference.win_rate == 0.0
        assert np.isnan(one.p_bonferroni)
        assert one.rank_correlation.mean == pytest.approx(1.0)


def test_tries_are_paid_for(make_panel: Callable[..., Panel]) -> None:
    first = compare(make_panel(BETTER), make_panel(BASELINE), make_panel(RETURNS), spans=(1, 5))
    assert (first.tries, first.looks) == (1, 2)
    tried = first.after(40)
    assert (tried.tries, tried.looks) == (40, 80)
    for span, one in tried.spans.items():
        assert one.p_value == first.spans[span].p_value
        assert one.p_bonferroni == pytest.approx(min(1.0, 80 * one.p_value))
        threshold = student.isf(0.025 / 80, one.difference.n_days - 1)
        assert one.minimum_detectable == pytest.approx((threshold + 0.8416) * one.difference_error)
    assert first.verdict == "candidate"
    assert first.after(10**60).verdict == "no evidence"
    with pytest.raises(SettingsError, match="tries"):
        first.after(0)


def test_the_declared_sign_reads_both_the_other_way(make_panel: Callable[..., Panel]) -> None:
    new, old, returns = make_panel(-BETTER), make_panel(-BASELINE), make_panel(RETURNS)
    plain = compare(make_panel(BETTER), make_panel(BASELINE), returns, spans=(1,))
    turned = compare(new, old, returns, spans=(1,), sign=-1, baseline_sign=-1)
    assert (turned.declared_sign, turned.baseline_sign) == (-1, -1)
    np.testing.assert_array_equal(turned.spans[1].difference.values, plain.spans[1].difference.values)
    assert compare(new, old, returns, spans=(1,)).verdict == "no evidence"


def test_only_common_cells_count(make_panel: Callable[..., Panel]) -> None:
    """A variant that gives up on hard instruments is measured where the baseline is, and on nothing else."""
    new, old = BETTER.copy(), BASELINE.copy()
    new[:, :40], old[:, 40:50] = np.nan, np.nan
    one = compare(make_panel(new), make_panel(old), make_panel(RETURNS), spans=(1,)).spans[1]
    assert one.variant.pairs.mean == one.baseline.pairs.mean == 100
    cut = make_panel(BASELINE[:, 50:])
    alone = evaluate(cut, make_panel(RETURNS[:, 50:]), spans=(1,)).spans[1]
    np.testing.assert_allclose(one.baseline.rank_ic.values, alone.rank_ic.values, atol=1e-12)


def test_only_common_days_count(make_panel: Callable[..., Panel]) -> None:
    late = make_panel(BETTER).between("2025-01-21", None)
    result = compare(late, make_panel(BASELINE), make_panel(RETURNS), spans=(1, 5))
    assert result.spans[1].difference.n_days == 60
    assert result.spans[5].difference.n_days == 58


def test_a_day_only_one_can_be_measured_on_is_no_pair(make_panel: Callable[..., Panel]) -> None:
    flat = BETTER.copy()
    flat[3] = 1.0
    one = compare(make_panel(flat), make_panel(BASELINE), make_panel(RETURNS), spans=(1,)).spans[1]
    assert one.difference.n_days == 79
    assert np.isnan(one.rank_correlation.values[3])


def test_few_days_are_said_to_show_little(make_panel: Callable[..., Panel]) -> None:
    many, few = (
        compare(make_panel(BETTER[:n]), make_panel(BASELINE[:n]), make_panel(RETURNS[:n]), spans=(1,)).spans[1]
        for n in (80, 10)
    )
    assert few.minimum_detectable > many.minimum_detectable
    single = compare(make_panel(BETTER[:1]), make_panel(BASELINE[:1]), make_panel(RETURNS[:1]), spans=(1,)).spans[1]
    assert np.isnan([single.p_value, single.p_bonferroni, single.difference_low, single.minimum_detectable]).all()
    assert single.verdict == "no evidence"


def test_wrong_input_says_what_to_do(make_panel: Callable[..., Panel]) -> None:
    new, old, returns = make_panel(BETTER), make_panel(BASELINE), make_panel(RETURNS)
    with pytest.raises(DataError, match="variant and baseline have no day in common"):
        compare(new.between(None, "2025-01-10"), old.between("2025-01-20", None), returns)
    odd, even = BETTER.copy(), BASELINE.copy()
    odd[::2], even[1::2] = 1.0, 1.0
    with pytest.raises(DataError, match="no day on which both"):
        compare(make_panel(odd), make_panel(even), returns, spans=(1,))
    with pytest.raises(SettingsError, match="spans"):
        compare(new, old, returns, spans=(1, 5, 5))
    with pytest.raises(SettingsError, match="sign"):
        compare(new, old, returns, sign=0)
    empty = Panel(new.dates, new.instruments, np.full(new.shape, np.nan), "none")
    with pytest.raises(DataError, match="no day can be measured"):
        compare(empty, old, returns)


def test_a_variant_declared_to_point_down_is_read_so_alone(make_panel: Callable[..., Panel]) -> None:
    old, returns = make_panel(BASELINE), make_panel(RETURNS)
    plain = compare(make_panel(BETTER), old, returns, spans=(1,))
    turned = compare(make_panel(-BETTER), old, returns, spans=(1,), sign=-1)
    np.testing.assert_array_equal(turned.spans[1].difference.values, plain.spans[1].difference.values)


def test_few_days_are_evidence_of_nothing(make_panel: Callable[..., Panel]) -> None:
    """However large the difference: 19 days give no candidate, 20 may."""
    strong = RETURNS + 0.1 * BETTER
    found = {
        days: compare(make_panel(strong[:days]), make_panel(BASELINE[:days]), make_panel(RETURNS[:days]), spans=(1,))
        for days in (19, 20)
    }
    assert found[19].spans[1].p_bonferroni < 0.001
    assert [found[19].verdict, found[20].verdict] == ["no evidence", "candidate"]
