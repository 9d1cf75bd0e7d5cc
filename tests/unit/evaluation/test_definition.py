"""Every number has a definition, and every definition a number."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from dripstone.evaluation import DEFINITIONS, compare, evaluate, forward_return
from dripstone.evaluation.definition import IN_SAMPLE_WARNING
from dripstone.panel import Panel

PAGE = Path(__file__).resolve().parents[3] / "docs" / "evaluation.md"
NOT_NUMBERS = {"factor", "label", "variant", "baseline", "first_day", "last_day", "dates", "groups_refused"}


def number_paths(record: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Dotted paths of all leaves but texts and days, without the steps that only say which span or which factor."""
    if isinstance(record, Mapping):
        for key, item in record.items():
            if key in NOT_NUMBERS and not isinstance(item, Mapping):
                continue
            step = () if key in {"spans", "refused_spans", "variant", "baseline"} or key.isdigit() else (key,)
            yield from number_paths(item, path + step)
    else:
        yield ".".join(path)


@pytest.fixture(scope="module")
def records(make_panel: Callable[..., Panel]) -> list[dict[str, object]]:
    rng = np.random.default_rng(3)
    one, two, returns = (make_panel(scale * rng.normal(size=(20, 60))) for scale in (1, 1, 0.01))
    prices = make_panel(10 + rng.random((20, 60)))
    columns = ("vwap_open30", "first_open", "last_close", "adjust_factor")
    label = forward_return(dict.fromkeys(columns, prices), calendar=prices.dates, limit=np.full(60, 0.1))
    counts = {"label": {"excluded": label.as_dict()["excluded"]}}
    comparison = compare(one, two, returns, spans=(1,)).as_dict()
    comparison.pop("warning")
    return [evaluate(one, returns, spans=(1,)).as_dict(), comparison, counts]


def test_numbers_and_definitions_are_one_to_one(records: list[dict[str, object]]) -> None:
    found = {path for record in records for path in number_paths(record)}
    assert found | {"label"} == set(DEFINITIONS)


def test_a_definition_speaks_both_languages() -> None:
    for key, definition in DEFINITIONS.items():
        texts = (definition.name_zh, definition.name_en, definition.zh, definition.en, definition.unit)
        assert all(text and "{" not in text for text in texts), key
        assert not definition.en.endswith("\n")
    assert set(IN_SAMPLE_WARNING) == {"zh", "en"}


def test_the_page_has_every_number() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for key, definition in DEFINITIONS.items():
        assert f"`{key}`" in page, key
        assert definition.name_zh in page, key
        assert definition.name_en in page, key


def test_a_record_is_strict_json(records: list[dict[str, object]]) -> None:
    for record in records:
        json.dumps(record, allow_nan=False)
