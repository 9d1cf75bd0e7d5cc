"""Where the truth is known, the numbers say so."""

from collections.abc import Callable

import numpy as np

from dripstone.evaluation import compare, evaluate
from dripstone.panel import Panel


def test_noise_on_noise_has_a_t_of_standard_deviation_one(make_panel: Callable[..., Panel]) -> None:
    rng = np.random.default_rng(11)
    t: list[float] = []
    for _ in range(200):
        factor, returns = rng.normal(size=(120, 60)), 0.02 * rng.normal(size=(120, 60))
        t.append(evaluate(make_panel(factor), make_panel(returns), spans=(1,)).spans[1].rank_ic.t)
    assert np.max(np.abs(t)) < 4
    assert abs(np.mean(t)) < 0.25
    assert 0.9 < np.std(t) < 1.2


def test_noise_made_to_last_is_noise_still(make_panel: Callable[..., Panel]) -> None:
    """Smoothing makes the factor persistent, not its ICs: with a label of one day they do not overlap."""
    rng = np.random.default_rng(12)
    t: list[float] = []
    for _ in range(60):
        factor, returns = rng.normal(size=(120, 60)), 0.02 * rng.normal(size=(120, 60))
        t.append(evaluate(make_panel(factor), make_panel(returns), spans=(20,)).spans[20].rank_ic.t)
    assert 0.8 < np.std(t) < 1.3


def test_a_planted_correlation_is_found(make_panel: Callable[..., Panel]) -> None:
    """Normal pairs of correlation 0.05 have a Spearman correlation of 6 / pi asin(0.025) = 0.0478."""
    rng = np.random.default_rng(13)
    hidden = rng.normal(size=(120, 500))
    factor = 0.05 * hidden + np.sqrt(1 - 0.05**2) * rng.normal(size=hidden.shape)
    result = evaluate(make_panel(factor), make_panel(0.02 * hidden.clip(-4, 4)), spans=(1,)).spans[1]
    assert abs(result.rank_ic.mean - 0.0478) < 0.012
    assert result.rank_ic.t > 8
    assert result.groups is not None
    assert result.groups.monotonicity > 0.8
    # Top-decile excess of a normal factor: 1.755 x IC x cross-sectional deviation.
    assert abs(result.groups.long_excess.returns.mean / (1.755 * 0.05 * 0.02) - 1) < 0.25


def test_the_paired_test_keeps_its_level_on_few_days(make_panel: Callable[..., Panel]) -> None:
    """With Newey-West's error alone 8% of the p-values would be below 0.05 on 30 days."""
    rng = np.random.default_rng(15)
    p: list[float] = []
    for _ in range(600):
        new, old, returns = rng.normal(size=(30, 12)), rng.normal(size=(30, 12)), 0.02 * rng.normal(size=(30, 12))
        panels = (make_panel(new), make_panel(old), make_panel(returns))
        p.append(compare(*panels, spans=(1,), min_instruments=10).spans[1].p_value)
    assert 0.02 < np.mean(np.array(p) < 0.05) < 0.06


def test_the_minimum_detectable_difference_is_found_four_times_in_five(make_panel: Callable[..., Panel]) -> None:
    rng = np.random.default_rng(16)
    found: list[bool] = []
    for _ in range(300):
        new, old, returns = rng.normal(size=(60, 12)), rng.normal(size=(60, 12)), 0.02 * rng.normal(size=(60, 12))
        panels = (make_panel(new), make_panel(old), make_panel(returns))
        result = compare(*panels, spans=(1,), min_instruments=10).after(27).spans[1]
        threshold = result.minimum_detectable - 0.8416 * result.difference_error
        true = 4.10 * np.sqrt(2 / 11 / 60)  # t quantile of 1 - 0.025 / 27 on 59 days + 0.84, x the true error
        found.append(result.difference.mean + true > threshold)
    assert 0.73 < np.mean(found) < 0.87


def test_variants_that_know_nothing_are_rarely_candidates(make_panel: Callable[..., Panel]) -> None:
    rng = np.random.default_rng(14)
    found = 0
    for _ in range(100):
        returns, baseline = 0.02 * rng.normal(size=(120, 60)), rng.normal(size=(120, 60))
        variant = baseline + rng.normal(size=baseline.shape)
        verdict = compare(make_panel(variant), make_panel(baseline), make_panel(returns), spans=(1,)).verdict
        found += verdict == "candidate"
    assert found <= 8
