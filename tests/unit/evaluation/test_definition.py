"""Every number has a definition, and every definition a number."""

import json
import re
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
    for key, d in DEFINITIONS.items():
        texts = (d.name_zh, d.name_en, d.zh, d.en, d.unit_zh, d.unit_en)
        assert all(text and "{" not in text for text in texts), key
        assert bool(d.null_zh) == bool(d.null_en), key
        for chinese, english in ((d.unit_zh, d.unit_en), (d.null_zh, d.null_en)):
            assert not re.search("[\u3000-\u9fff\uff00-\uffef]", english), key
            assert not re.search("[A-Za-z]{2,}", chinese), key
    assert set(IN_SAMPLE_WARNING) == {"zh", "en"}


def test_chinese_is_set_like_chinese() -> None:
    """One space between a character and a Latin letter or digit, none before a per cent sign, full-width stops."""
    texts = [
        *IN_SAMPLE_WARNING.values(),
        *(t for d in DEFINITIONS.values() for t in (d.name_zh, d.zh, d.en, d.null_zh)),
    ]
    wrong = "[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]|\\d %|[\u4e00-\u9fff][,;:?!]"
    assert not [text for text in texts if re.search(wrong, text)]


def test_the_page_says_of_every_number_what_the_definition_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for key, d in DEFINITIONS.items():
        unit, null = (
            zh if zh == en else f"{zh}<br>{en}" for zh, en in ((d.unit_zh, d.unit_en), (d.null_zh, d.null_en))
        )
        cells = (f"`{key}`", f"{d.name_zh}<br>{d.name_en}", f"{d.zh}<br>{d.en}", unit, null or "–")
        row = " | ".join(cell.replace("|", "\\|") for cell in cells)
        assert f"| {row} |" in page, key


def test_a_record_is_strict_json(records: list[dict[str, object]]) -> None:
    for record in records:
        json.dumps(record, allow_nan=False)
