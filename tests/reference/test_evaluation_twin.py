"""The fast evaluation against loops written from the definitions."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.errors import DataError
from dripstone.evaluation import compare, evaluate, forward_return
from dripstone.evaluation.record import as_record
from dripstone.panel import Panel
from tests.reference import evaluation_twin as twin

FIRST = np.datetime64("2025-01-01")


def panel(values: np.ndarray, name: str = "x") -> Panel:
    days = FIRST + np.arange(len(values))
    return Panel(days, np.array([f"{i:06d}.SZ" for i in range(values.shape[1])]), values, name)


def assert_same(fast: object, slow: object, path: str = "") -> None:
    """Every number of the twin is in the fast result, to 1e-12 of its size; None stands for NaN."""
    if isinstance(slow, Mapping):
        assert isinstance(fast, Mapping), path
        for key, item in slow.items():
            assert_same(fast[key], item, f"{path}.{key}")
    elif isinstance(slow, Sequence):
        assert isinstance(fast, Sequence), path
        assert len(fast) == len(slow), path
        for i, (a, b) in enumerate(zip(fast, slow, strict=True)):
            assert_same(a, b, f"{path}[{i}]")
    elif slow is None or (isinstance(slow, float) and math.isnan(slow)):
        assert fast is None, path
    elif path.endswith((".t", ".ratio", ".ratio_annual", "annual_return")) or "annual_return" in path:
        assert fast == pytest.approx(slow, rel=1e-9, abs=1e-12), path  # a quotient by, or a power of, small numbers
    else:
        assert fast == pytest.approx(slow, rel=1e-12, abs=1e-12), path


@st.composite
def markets(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """A factor and returns with holes, ties, days without anything and constant days."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    days, n = draw(st.integers(1, 12)), draw(st.integers(8, 45))
    factor, returns = rng.normal(size=(days, n)), 0.02 * rng.standard_t(4, size=(days, n)).clip(-8, 8)
    if draw(st.booleans()):
        steps = draw(st.sampled_from([1, 4, 32]))  # sums of halves of halves are exact: ties stay ties when smoothed
        factor = np.round(factor * steps) / steps
    if draw(st.booleans()):
        returns = np.round(returns, 2)
    holes = draw(st.sampled_from([0.0, 0.05, 0.4]))
    factor[rng.random(factor.shape) < holes] = np.nan
    returns[rng.random(returns.shape) < holes] = np.nan
    for array, value in ((factor, np.nan), (returns, np.nan), (factor, 1.0), (factor, np.inf)):
        if draw(st.integers(0, 3)) == 0:
            array[draw(st.integers(0, days - 1))] = value
    return factor, returns


@settings(deadline=None, max_examples=30)
@given(markets(), st.sampled_from([1, 2, 5]), st.sampled_from([2, 3, 5]))
def test_evaluate_equals_its_twin(market: tuple[np.ndarray, np.ndarray], span: int, groups: int) -> None:
    factor, returns = market
    if math.ceil(span / 2) > len(factor):
        return
    slow = twin.evaluate(factor.tolist(), returns.tolist(), span=span, groups=groups, least=6)
    if not slow["n_days"]:
        with pytest.raises(DataError, match="no day can be measured"):
            evaluate(panel(factor), panel(returns), spans=(span,), groups=groups, min_instruments=6)
        return
    fast = evaluate(panel(factor), panel(returns), spans=(span,), groups=groups, min_instruments=6)
    assert_same(as_record(fast.spans[span]), slow)


@settings(deadline=None, max_examples=20)
@given(markets(), st.integers(0, 2**32 - 1), st.sampled_from([1, -1]))
def test_compare_equals_its_twin(market: tuple[np.ndarray, np.ndarray], seed: int, sign: int) -> None:
    baseline, returns = market
    rng = np.random.default_rng(seed)
    variant = np.where(rng.random(baseline.shape) < 0.05, np.nan, baseline + rng.normal(size=baseline.shape))
    both = np.isfinite(variant) & np.isfinite(baseline)
    new, old = (sign * np.where(both, x, np.nan) for x in (variant, baseline))
    ours, theirs = (twin.evaluate(x.tolist(), returns.tolist(), span=1, groups=5, least=6) for x in (new, old))
    series = [np.array(e["rank_ic"]["values"]) for e in (ours, theirs)]  # type: ignore[index]  # the twin's plain dict
    difference = twin.estimate((series[0] - series[1]).tolist())
    if not difference["n_days"]:
        with pytest.raises(DataError):
            compare(
                panel(variant),
                panel(baseline),
                panel(returns),
                spans=(1,),
                min_instruments=6,
                sign=sign,
                baseline_sign=sign,
            )
        return
    fast = compare(
        panel(variant), panel(baseline), panel(returns), spans=(1,), min_instruments=6, sign=sign, baseline_sign=sign
    ).spans[1]
    assert_same(as_record(fast.variant), ours)
    assert_same(as_record(fast.baseline), theirs)
    assert_same(as_record(fast.difference), difference)
    iid_error = difference["sd"] / math.sqrt(difference["n_days"])
    error = math.nan if math.isnan(iid_error) else max(difference["standard_error"], iid_error)
    assert fast.difference_error == pytest.approx(error, rel=1e-9, abs=1e-12, nan_ok=True)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.sampled_from(["all", "none", "some"]))
def test_label_equals_its_twin(seed: int, days: int, adjusted: str) -> None:
    rng = np.random.default_rng(seed)
    n = 7
    close = 10 * np.exp(np.cumsum(0.08 * rng.normal(size=(days, n)), axis=0))
    opened = np.vstack([close[:1], close[:-1]]) * np.exp(0.08 * rng.normal(size=(days, n)))
    vwap = opened * np.exp(0.01 * rng.normal(size=(days, n)))
    factor = 1 + rng.integers(0, 3, size=(days, n)) / 10
    suspended = rng.random((days, n)) < 0.1
    for values in (close, opened, vwap):
        values[suspended] = np.nan
    vwap[rng.random((days, n)) < 0.1] = np.nan
    factor[rng.random((days, n)) < {"all": 0.0, "none": 1.1, "some": 0.3}[adjusted]] = np.nan
    held = rng.random(days) > 0.2
    held[[0, -1]] = True
    limit = rng.choice([0.1, 0.2, 0.3, np.nan], n)
    columns = {"vwap_open30": vwap, "first_open": opened, "last_close": close, "adjust_factor": factor}
    calendar = FIRST + np.arange(days)
    execution = {
        name: Panel(calendar[held], panel(values).instruments, values[held], name) for name, values in columns.items()
    }
    label = forward_return(execution, calendar=calendar, limit=limit)
    rows, counts = twin.forward_return({k: v.tolist() for k, v in columns.items()}, held.tolist(), limit.tolist())
    np.testing.assert_allclose(label.returns.values, np.array(rows)[held], rtol=1e-12, atol=1e-12)
    assert label.excluded == counts
    has_bar = np.isfinite(close[held]).sum()
    assert np.isfinite(label.returns.values).sum() + sum(counts.values()) == has_bar
