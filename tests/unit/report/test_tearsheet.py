import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dripstone.report import StudyPage, render_evaluation
from dripstone.settings import Language

ReadHtml = Callable[[str], Any]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_factor_alone(page: StudyPage, language: Language, read_html: ReadHtml) -> None:
    evaluation = page.variants[0].evaluation
    html = render_evaluation(evaluation, language=language)
    reading = read_html(html)
    boxes = [a["id"] for a in reading.named("div") if a.get("class") == "chart"]
    assert reading.unbalanced == []
    assert len(html.encode("utf-8")) <= 700_000
    assert "daily" in boxes
    assert not [box for box in boxes if box.startswith("difference")]
    assert reading.text("h1") == "drip_stone_mad"


def test_with_baseline_and_placebo_it_is_compared(page: StudyPage, read_html: ReadHtml) -> None:
    variant = page.variants[3]
    html = render_evaluation(
        variant.evaluation, language="en", title="Net", comparison=variant.comparison, placebo=variant.placebo
    )
    boxes = [a["id"] for a in read_html(html).named("div") if a.get("class") == "chart"]
    assert "<h1>Net</h1>" in html
    assert "difference-1" in boxes
    assert "Paired with the baseline drip_stone: a candidate (corrected for 9 tries, 27 tests)." in html
    assert "nobody has looked at" in html
    rows = re.findall(r'<tr class="(best|baseline)"><th title="(\w+)"', html)
    assert rows[:2] == [("baseline", "drip_stone"), ("best", "drip_stone_net")]
    assert variant.placebo
    assert f"{variant.placebo.spans[1].rank_ic.mean:+.4f}" in html


def test_nothing_is_turned_into_a_yearly_return(page: StudyPage) -> None:
    evaluation = page.variants[3].evaluation
    html = render_evaluation(evaluation, language="en")
    groups = evaluation.spans[1].groups
    assert groups
    assert f"{groups.long_excess.annual_return * 100:+.2f}%" not in html
    assert "annual long-only excess" not in html


def test_every_key_figure_is_defined(page: StudyPage, read_html: ReadHtml) -> None:
    html = render_evaluation(page.variants[3].evaluation, language="zh")
    tiles, rest = html[html.index('class="tiles"') :].split("</dl>", 1)
    for name in re.findall("<dt>(.*?)</dt>", tiles):
        assert f">{name}</dt><dd>" in rest


def test_a_synthetic_market_is_named_before_the_verdict(page: StudyPage) -> None:
    html = render_evaluation(page.variants[3].evaluation, language="en", simulated="null, seed 3")
    assert html.index("A synthetic market (null, seed 3), not real bars") < html.index('<div class="verdict')
    assert "synthetic" not in render_evaluation(page.variants[3].evaluation, language="en").partition("<main>")[2]


def test_the_window_is_that_of_the_days_measured(page: StudyPage) -> None:
    evaluation = page.variants[3].evaluation
    span = evaluation.spans[1]
    ranks = span.rank_ic.values.copy()
    ranks[-2:] = np.nan
    cut = replace(span, rank_ic=replace(span.rank_ic, values=ranks))
    html = render_evaluation(replace(evaluation, spans={1: cut}), language="en")
    assert f"2025-11-12 to {span.dates[-3]}" in html


def test_same_arguments_same_string(page: StudyPage) -> None:
    evaluation = page.variants[0].evaluation
    assert render_evaluation(evaluation, language="en") == render_evaluation(evaluation, language="en")
