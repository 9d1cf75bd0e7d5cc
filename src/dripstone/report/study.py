"""The report on a study: the verdict, every variant against the baseline, and all that led to them."""

from collections.abc import Iterator

from dripstone.evaluation.definition import IN_SAMPLE_WARNING
from dripstone.report.document import document
from dripstone.report.gallery import pictures
from dripstone.report.markup import Markup, element, joined, paragraphs
from dripstone.report.number import MISSING, printed, printed_p, printed_time
from dripstone.report.page import BaselineCard, Direction, Fidelity, LedgerLine, ReportSummary, StudyPage
from dripstone.report.phrase import Phrasebook
from dripstone.report.row import Row, read, study_rows
from dripstone.report.section import (
    charts,
    code_block,
    count_table,
    day_table,
    definitions,
    footer,
    headline,
    results,
    section,
    synthetic,
    tiles,
)
from dripstone.report.table import plain_table
from dripstone.settings import Language

__all__ = ["render_study"]


def render_study(page: StudyPage, *, language: Language) -> str:
    """A study's report as one self-contained HTML file; the same page gives the same string.

    Results come first, best variant first below the baseline; then what was asked, the report's idea, the
    baseline's fidelity, the directions with their code and errors, the ledger, timings, sample and definitions.
    """
    words = Phrasebook(language)
    rows = study_rows(page)
    drawings = pictures(rows, span=page.span_days, words=words)
    body = joined(
        (
            element("h1", page.title),
            element(
                "p", words("created", when=printed_time(page.created)), " · ", _sample_line(page, words), class_="meta"
            ),
            synthetic(page.sample.simulated, words),
            _verdict(page, rows, words),
            _tiles(page, rows, words),
            section(words("results"), *results(rows, _refused(page), words)),
            charts(drawings, words),
            *_account(page, rows, words),
            definitions(words),
            footer(words),
        )
    )
    options = {picture.key: picture.option for picture in drawings}
    return document(body, title=page.title, options=options, language=language)


def _sample_line(page: StudyPage, words: Phrasebook) -> str:
    sample = page.sample
    instruments, days = printed(sample.instruments, "count"), printed(sample.days, "count")
    return words("sample.line", instruments=instruments, days=days, start=sample.start, end=sample.end)


def _verdict(page: StudyPage, rows: list[Row], words: Phrasebook) -> Markup:
    caveats = [words("verdict.caveat", tries=printed(page.tries, "count"))]
    comparison = None if page.best_place is None else page.variants[page.best_place].comparison
    if comparison is None or page.span_days not in comparison.spans:
        return headline(words("verdict.none"), caveats, candidate=False)
    paired = comparison.spans[page.span_days]
    difference = printed(paired.difference.mean, "correlation")
    said = words(
        f"verdict.{paired.verdict}",
        variant=next(row.label for row in rows if row.best),
        span=page.span_days,
        difference=difference.lstrip("+") if paired.verdict == "candidate" else difference,
        low=printed(paired.difference_low, "correlation"),
        high=printed(paired.difference_high, "correlation"),
        p=printed_p(paired.p_bonferroni),
    )
    minimum = printed(paired.minimum_detectable, "correlation").lstrip("+")
    caveats += [
        words("verdict.detectable", minimum=minimum, looks=printed(comparison.looks, "count")),
        IN_SAMPLE_WARNING[words.language],
    ]
    return headline(said, caveats, candidate=paired.verdict == "candidate")


def _tiles(page: StudyPage, rows: list[Row], words: Phrasebook) -> Markup:
    failed = sum(direction.state == "failed" for direction in page.directions)
    span = page.span_days
    facts = [
        (words("tile.tries"), printed(page.tries, "count")),
        (words("tile.variants"), printed(len(page.variants), "count")),
        (words("tile.failed"), printed(failed, "count")),
        (words("tile.baseline", span=span), printed(read(rows[0].spans.get(span), "rank_ic.mean"), "correlation")),
    ]
    facts += [
        (
            words("tile.best", variant=row.label, span=span),
            printed(read(row.spans.get(span), "rank_ic.mean"), "correlation"),
        )
        for row in rows
        if row.best
    ]
    return tiles(facts)


def _refused(page: StudyPage) -> dict[str, dict[int, str]]:
    evaluations = (page.baseline.evaluation, *(variant.evaluation for variant in page.variants))
    names = (page.baseline.name, *page.labels)
    return {name: dict(found.refused_spans) for name, found in zip(names, evaluations, strict=True)}


def _account(page: StudyPage, rows: list[Row], words: Phrasebook) -> Iterator[Markup]:
    """How the results came about; a part that has nothing to tell is left out."""
    if page.prompt:
        yield section(words("prompt"), element("blockquote", paragraphs(page.prompt)))
    yield _idea(page.summary, words)
    yield _baseline(page.baseline, words)
    if page.directions:
        yield section(words("directions"), *(_direction(direction, words) for direction in page.directions))
    if page.ledger:
        yield _ledger(page, words)
    if page.timings:
        steps = [(words.step(timing.step), printed(timing.seconds, "seconds")) for timing in page.timings]
        head = (words("column.step"), words("column.seconds"))
        yield section(words("timings"), plain_table(head, steps, label=words("timings"), numbers=True))
    sample = page.sample
    yield section(
        words("sample"),
        element("p", _sample_line(page, words)),
        element("p", words("sample.label", label=words.define("label"))),
        count_table(sample.excluded, words),
        day_table(rows, page.span_days, words),
    )


def _baseline(card: BaselineCard, words: Phrasebook) -> Markup:
    parts = (element("h3", card.name), *_fidelity(card.fidelity, words), code_block(card.code, words))
    return section(words("baseline.section"), *parts)


def _idea(summary: ReportSummary, words: Phrasebook) -> Markup:
    origin = " · ".join(text for text in (summary.title, summary.source) if text)
    parts: list[Markup | None] = [
        element("p", words("idea.source", source=origin), class_="note") if origin else None,
        paragraphs(summary.idea),
    ]
    if summary.formula:
        parts += [element("h3", words("formula")), element("pre", summary.formula, class_="formula")]
    if summary.statistics:
        lines = [(s.name, s.value, MISSING if s.page is None else str(s.page)) for s in summary.statistics]
        head = (words("column.statistic"), words("column.value"), words("column.page"))
        parts += [
            element("h3", words("published")),
            element("p", words("published.note"), class_="note"),
            plain_table(head, lines, label=words("published"), numbers=True),
        ]
    return section(words("idea"), *parts)


def _fidelity(fidelity: Fidelity | None, words: Phrasebook) -> Iterator[Markup]:
    if fidelity is None:
        yield element("p", words("fidelity.none"))
        return
    yield element(
        "p",
        words(
            "fidelity.equal" if fidelity.equal else "fidelity.differs",
            difference=printed(fidelity.largest_difference, "tiny"),
            tolerance=printed(fidelity.tolerance, "tiny"),
            days=printed(fidelity.days, "count"),
            instruments=printed(fidelity.instruments, "count"),
            values=printed(fidelity.values, "count"),
        ),
    )
    if fidelity.note:
        yield paragraphs(fidelity.note)


def _direction(direction: Direction, words: Phrasebook) -> Markup:
    state = element("span", words(f"direction.{direction.state}"), class_=f"state {direction.state}")
    error = element("pre", direction.error, class_="error") if direction.error else None
    return element(
        "article",
        element("h3", direction.name, state),
        paragraphs(direction.reason),
        error,
        code_block(direction.code, words),
    )


def _ledger(page: StudyPage, words: Phrasebook) -> Markup:
    head = tuple(words(f"column.{name}") for name in ("trial", "stage", "outcome", "factor", "note"))
    lines = [
        (line.trial, words(f"stage.{line.stage}"), _outcome(line, words), line.factor, line.note)
        for line in page.ledger
    ]
    note = element("p", words("ledger.note", tries=printed(page.tries, "count")), class_="note")
    return section(words("ledger"), note, plain_table(head, lines, label=words("ledger")))


def _outcome(line: LedgerLine, words: Phrasebook) -> Markup | str:
    text = words(f"outcome.{line.outcome}")
    return text if line.outcome == "ok" else element("span", text, class_="state failed")
