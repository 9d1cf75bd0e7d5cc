import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.errors import FactorError
from dripstone.report import (
    Direction,
    Fidelity,
    LedgerLine,
    ReportSummary,
    Statistic,
    StudyPage,
    Timing,
    render_study,
)
from dripstone.report.phrase import PHRASES
from dripstone.report.row import read, study_rows
from dripstone.settings import Language

ReadHtml = Callable[[str], Any]
HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)>\"'&\x00\u202e"


def body(html: str) -> str:
    return html[html.index("<main>") : html.index("</main>")]


def options(html: str) -> dict[str, Any]:
    found = re.search(r'id="options">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_is_one_small_well_formed_file_without_outside_links(
    page: StudyPage, language: Language, read_html: ReadHtml
) -> None:
    html = render_study(page, language=language)
    reading = read_html(html)
    assert len(html.encode("utf-8")) <= 700_000
    assert reading.unbalanced == []
    links = [value for _, a in reading.elements for name, value in a.items() if name in ("src", "href", "srcset")]
    assert links
    assert all(link.startswith("#") for link in links)
    assert not reading.named("link")
    assert "url(" not in reading.text("style")
    assert "@import" not in reading.text("style")


def test_links_to_definitions_lead_somewhere_and_ids_are_unique(page: StudyPage, read_html: ReadHtml) -> None:
    reading = read_html(render_study(page, language="zh"))
    ids = [a["id"] for _, a in reading.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in reading.named("a")} <= set(ids)


def test_every_chart_box_has_its_option_and_the_other_way_round(page: StudyPage, read_html: ReadHtml) -> None:
    html = render_study(page, language="en")
    boxes = [a["id"] for a in read_html(html).named("div") if a.get("class") == "chart"]
    assert boxes == list(options(html))
    kinds = {key.partition("-")[0] for key in boxes}
    assert kinds == {
        *("rank_ic", "difference", "cumulative", "frontier", "groups", "nav", "excess", "long_short", "coverage"),
    }


def test_same_page_same_string(page: StudyPage) -> None:
    assert render_study(page, language="zh") == render_study(replace(page), language="zh")


def test_language_changes_all_words(page: StudyPage) -> None:
    zh, en = render_study(page, language="zh"), render_study(page, language="en")
    assert 'lang="zh-CN"' in zh
    assert 'lang="en"' in en
    for key in ("results", "charts", "ledger", "definitions", "timings", "sample", "directions", "baseline.section"):
        assert f"<h2>{PHRASES[key].zh}</h2>" in zh
        assert f"<h2>{PHRASES[key].en}</h2>" in en


def test_headline_counts_the_tries_and_claims_no_more(page: StudyPage) -> None:
    html = render_study(page, language="en")
    assert "Measured after 9 variants were tried on this sample, failures included" in html
    assert "not confirmed on a holdout" in html
    assert "Corrected for 27 tests, this sample finds a true difference of" in html
    assert "says nothing about earning money" in html
    assert "Candidate: " in html
    assert "drip_stone_net" in html[html.index("Candidate: ") :][:120]


def test_no_evidence_is_said_in_plain_words(page: StudyPage) -> None:
    html = render_study(replace(page, best="drip_stone_sell"), language="en")
    assert "No evidence that a variant is better than the baseline." in html
    assert "Candidate: " not in html


def test_rows_are_baseline_best_then_by_difference(page: StudyPage) -> None:
    rows = study_rows(page)
    assert [rows[0].label, rows[1].label] == ["drip_stone", "drip_stone_net"]
    differences = [read(row.paired[page.span_days], "difference.mean") for row in rows[2:]]
    assert differences == sorted(differences, reverse=True)


def test_numbers_of_the_evaluation_stand_in_the_table(page: StudyPage) -> None:
    measured = page.variants[0].evaluation.spans[5]
    html = body(render_study(page, language="en"))
    assert f'<td class="edge">{measured.rank_ic.mean:+.4f}</td>' in html


def test_missing_numbers_are_dashes(page: StudyPage) -> None:
    variant = page.variants[0]
    span = variant.evaluation.spans[1]
    blank = replace(span.rank_ic, values=np.full_like(span.rank_ic.values, np.nan), mean=np.nan, t=np.nan, ratio=np.nan)
    spans = {1: replace(span, rank_ic=blank, groups=None, groups_refused="too tied")}
    evaluation = replace(variant.evaluation, spans=spans, refused_spans={5: "no day", 20: "no day"})
    shown = replace(page, variants=(replace(variant, evaluation=evaluation, comparison=None, placebo=None),), best="")
    html = body(render_study(shown, language="en"))
    assert "–" in html
    assert not re.search(r"\b(nan|NaN|inf|None)\b", html)
    assert f"no groups, as {span.degenerate_days} of {span.n_days} days are degenerate" in html
    assert "no day" in html
    assert "No variant could be compared with the baseline." in html


def test_a_study_with_nothing_but_a_baseline_still_prints(page: StudyPage, read_html: ReadHtml) -> None:
    bare = StudyPage(
        title="",
        prompt="",
        created="2026-02-10",
        summary=ReportSummary(idea=""),
        baseline=replace(page.baseline, code="", fidelity=None, placebo=None),
        sample=page.sample,
        tries=0,
    )
    reading = read_html(render_study(bare, language="zh"))
    assert reading.unbalanced == []


@pytest.mark.parametrize(("equal", "words"), [(True, "SQL form agree"), (False, "SQL form differ")])
def test_fidelity_says_how_far(page: StudyPage, equal: bool, words: str) -> None:
    fidelity = Fidelity(
        equal=equal, largest_difference=0.0 if equal else 0.25, days=3, instruments=2, values=6, note="n"
    )
    html = render_study(replace(page, baseline=replace(page.baseline, fidelity=fidelity)), language="en")
    assert words in html
    assert ("difference 0 " if equal else "difference 2.5e-01 ") in html


def test_without_an_equal_kernel_form_it_says_so(page: StudyPage) -> None:
    shown = replace(page, baseline=replace(page.baseline, fidelity=None))
    assert "No kernel form in the library gives the SQL&#x27;s values" in render_study(shown, language="en")


@pytest.mark.parametrize(("language", "words"), [("zh", "模拟市场（planted, seed 1）"), ("en", "(planted, seed 1)")])
def test_a_synthetic_market_is_named_before_the_verdict(page: StudyPage, language: Language, words: str) -> None:
    sample = replace(page.sample, simulated="planted, seed 1")
    html = render_study(replace(page, sample=sample), language=language)
    assert html.index('<p class="synthetic">') < html.index(words) < html.index('<div class="verdict')
    assert '<p class="synthetic">' not in render_study(page, language=language)


def test_texts_that_are_the_same_in_every_study_are_in_the_language_of_the_page(page: StudyPage) -> None:
    zh = body(render_study(page, language="zh"))
    assert "生成于 2026-02-10 09:30 UTC+08:00" in zh
    assert "收益：下一交易日（d+1）" in zh
    assert "VWAP of" not in zh
    assert "复现基准因子" in zh
    assert "<th>variants</th>" in zh  # a step that is not known stands for itself


def test_a_column_that_two_factors_share_is_told_apart_by_its_draft(page: StudyPage) -> None:
    first, second, third = page.variants[:3]
    twins = (replace(first, name="one", column="same"), replace(second, name="two", column="same"), third)
    shown = replace(page, variants=twins, best="two:same")
    assert shown.labels == ("one:same", "two:same", third.column)
    assert [row.label for row in study_rows(shown) if row.best] == ["two:same"]
    assert "two:same" in re.findall(r"<strong>.*</strong>", render_study(shown, language="en"))[0]
    as_baseline = replace(page, variants=(replace(first, name="one", column="drip_stone"),), best="drip_stone")
    assert as_baseline.labels == ("one:drip_stone",)
    assert as_baseline.best_place == 0


def test_factors_that_no_name_tells_apart_are_refused(page: StudyPage) -> None:
    twin = page.variants[0]
    with pytest.raises(FactorError, match="share one name"):
        replace(page, variants=(twin, twin), best="")
    pair = (replace(twin, name="one"), replace(twin, name="two"))
    for best in (twin.column, "nobody"):
        with pytest.raises(FactorError, match="not one of the variants"):
            replace(page, variants=pair, best=best)


def test_failed_direction_shows_its_error_and_code(page: StudyPage, read_html: ReadHtml) -> None:
    reading = read_html(render_study(page, language="en"))
    assert "ZeroDivisionError('division by zero')" in reading.text("pre")
    assert "FROM cn_stock_bar1m" in reading.text("code")


def hostile(page: StudyPage, text: str) -> StudyPage:
    """The page with ``text`` wherever a report, a model or a factor's author can write."""
    variant = replace(page.variants[0], name=text, column=text)
    return replace(
        page,
        title=text,
        prompt=text,
        created=text,
        best=variant.column,
        summary=ReportSummary(text, text, (Statistic(text, text, 1),), text, text),
        baseline=replace(page.baseline, name=text + "_", code=text, fidelity=None),
        sample=replace(page.sample, simulated=text, start=text, end=text),
        directions=(Direction(text, text, text, "failed", text),),
        variants=(variant,),
        ledger=(LedgerLine(text, "check", "failed", text, text),),
        timings=(Timing(text, 1.0),),
    )


@settings(deadline=None, max_examples=12)
@given(st.text(alphabet=st.one_of(st.sampled_from("<>&\"'/!-"), st.characters()), min_size=1, max_size=40))
def test_no_text_becomes_markup(small_page: StudyPage, read_html: ReadHtml, text: str) -> None:
    for words in (text, HOSTILE):
        html = render_study(hostile(small_page, words), language="en")
        html.encode("utf-8")
        reading = read_html(html)
        assert reading.unbalanced == []
        assert not {tag for tag, _ in reading.elements} & {"img", "iframe", "object", "svg", "link", "base", "form"}
        assert len(reading.named("script")) == 4
        assert not [name for _, a in reading.elements for name in a if name.startswith("on")]
