import json
from collections.abc import Callable

import numpy as np
import pytest

from dripstone.evaluation import compare, evaluate
from dripstone.evaluation.record import as_record
from dripstone.panel import Panel


def test_values_become_plain() -> None:
    days = np.array(["2025-01-02", "2025-01-03"], "datetime64[D]")
    assert as_record(days) == ["2025-01-02", "2025-01-03"]
    assert as_record(days[0]) == "2025-01-02"
    assert as_record(np.array([[1.0, np.nan], [np.inf, 2.0]])) == [[1.0, None], [None, 2.0]]
    assert as_record({5: np.float64("nan")}) == {"5": None}
    assert as_record(np.float64(0.5)) == 0.5
    assert as_record({"degenerate": False}) == {"degenerate": False}


def test_what_results_do_not_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="no plain form for object"):
        as_record(object())


def test_a_summary_has_the_numbers_without_the_days(make_panel: Callable[..., Panel]) -> None:
    rng = np.random.default_rng(1)
    factor, returns = make_panel(rng.normal(size=(12, 60)), "f"), make_panel(0.01 * rng.normal(size=(12, 60)))
    whole = evaluate(factor, returns, spans=(1,)).as_dict()
    short = evaluate(factor, returns, spans=(1,)).as_dict(daily=False)
    assert (whole["factor"], whole["first_day"]) == ("f", "2025-01-01")
    span, brief = whole["spans"]["1"], short["spans"]["1"]  # type: ignore[index]  # JSON by design
    assert len(span["rank_ic"]["values"]) == len(span["dates"]) == 12
    assert "values" not in brief["rank_ic"]
    assert "dates" not in brief
    assert brief["rank_ic"]["mean"] == span["rank_ic"]["mean"]
    assert len(brief["groups"]["mean_return"]) == 5
    assert len(json.dumps(short)) < 4000


def test_a_comparison_carries_its_warning(make_panel: Callable[..., Panel]) -> None:
    rng = np.random.default_rng(1)
    one, two, returns = (make_panel(0.01 * rng.normal(size=(12, 60))) for _ in range(3))
    record = compare(one, two, returns, spans=(1,)).as_dict(daily=False)
    assert "not confirmed" in record["warning"]["en"]  # type: ignore[index]  # JSON by design
    json.dumps(record, allow_nan=False)
