"""The report on one factor."""

import numpy as np

from dripstone.evaluation import Comparison, Evaluation
from dripstone.evaluation.definition import IN_SAMPLE_WARNING
from dripstone.report.document import document
from dripstone.report.gallery import pictures
from dripstone.report.markup import Markup, element, joined
from dripstone.report.number import Style, printed
from dripstone.report.phrase import Phrasebook
from dripstone.report.row import Row, read
from dripstone.report.section import (
    charts,
    day_table,
    definitions,
    footer,
    headline,
    results,
    section,
    synthetic,
    tiles,
)
from dripstone.settings import Language

__all__ = ["render_evaluation"]

# No yearly return: before cost and from one sample it would read like a promise.
_TILES: tuple[tuple[str, Style], ...] = (
    ("rank_ic.mean", "correlation"),
    ("rank_ic.ratio_annual", "ratio"),
    ("rank_ic.t", "ratio"),
    ("ic.mean", "correlation"),
    ("groups.long_excess.turnover_per_day.mean", "percent"),
    ("groups.monotonicity", "ratio"),
    ("coverage.mean", "percent"),
)


def render_evaluation(
    evaluation: Evaluation,
    *,
    language: Language,
    title: str = "",
    comparison: Comparison | None = None,
    placebo: Evaluation | None = None,
    simulated: str = "",
) -> str:
    """One factor's report as one self-contained HTML file.

    Charts by day are drawn at the shortest smoothing span measured, so that the span is not chosen by its result.

    Parameters
    ----------
    evaluation : the factor.
    language : "zh" or "en".
    title : heading; the factor's name when empty.
    comparison : with a baseline, which then stands first in tables and charts, measured on the common cells.
    placebo : the same factor on shuffled minutes.
    simulated : which synthetic market the bars are ("planted, seed 1"); "" for real bars.
    """
    words = Phrasebook(language)
    span = min(evaluation.spans)
    rows = _rows(evaluation, comparison, placebo)
    drawings = pictures(rows, span=span, words=words)
    refused = {evaluation.factor: evaluation.refused_spans}
    body = joined(
        (
            element("h1", title or evaluation.factor),
            element("p", _window(evaluation, span, words), class_="meta"),
            synthetic(simulated, words),
            _verdict(evaluation, comparison, span, words),
            _tiles(evaluation, span, words),
            section(words("results"), *results(rows, refused, words)),
            charts(drawings, words),
            section(words("sample"), day_table(rows, span, words)),
            definitions(words),
            footer(words),
        )
    )
    options = {picture.key: picture.option for picture in drawings}
    return document(body, title=title or evaluation.factor, options=options, language=language)


def _rows(evaluation: Evaluation, comparison: Comparison | None, placebo: Evaluation | None) -> list[Row]:
    paired = comparison.spans if comparison else {}
    own = Row(evaluation.factor, evaluation.spans, paired, placebo.spans if placebo else {}, place=0, best=True)
    if comparison is None:
        return [own]
    return [Row(comparison.baseline, {span: pair.baseline for span, pair in paired.items()}), own]


def _window(evaluation: Evaluation, span: int, words: Phrasebook) -> str:
    measured = evaluation.spans[span]
    days = measured.dates[np.isfinite(measured.rank_ic.values)]
    return words(
        "sample.line",
        instruments=printed(evaluation.n_instruments, "count"),
        days=printed(measured.n_days, "count"),
        start=days[0],
        end=days[-1],
    )


def _verdict(evaluation: Evaluation, comparison: Comparison | None, span: int, words: Phrasebook) -> Markup:
    rank_ic = evaluation.spans[span].rank_ic
    said = words(
        "verdict.evaluation",
        factor=evaluation.factor,
        span=span,
        mean=printed(rank_ic.mean, "correlation"),
        t=printed(rank_ic.t, "ratio"),
        days=rank_ic.n_days,
    )
    caveats = [words("verdict.evaluation.caveat")]
    if comparison is not None:
        key = "verdict.compared.candidate" if comparison.verdict == "candidate" else "verdict.compared.no evidence"
        compared = words(key, baseline=comparison.baseline, tries=comparison.tries, looks=comparison.looks)
        caveats = [compared, *caveats, IN_SAMPLE_WARNING[words.language]]
    return headline(said, caveats, candidate=comparison is not None and comparison.verdict == "candidate")


def _tiles(evaluation: Evaluation, span: int, words: Phrasebook) -> Markup:
    measured = evaluation.spans[span]
    return tiles([(words.name(path), printed(read(measured, path), style)) for path, style in _TILES])
