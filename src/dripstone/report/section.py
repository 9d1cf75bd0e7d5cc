"""The parts that every report has: headline, tiles, results, charts, code, counts, definitions."""

from collections.abc import Mapping, Sequence

from dripstone.report.gallery import Picture, drawn
from dripstone.report.markup import Content, Markup, element, joined
from dripstone.report.number import printed
from dripstone.report.phrase import Phrasebook
from dripstone.report.row import Row, span_days
from dripstone.report.table import COLUMNS, anchor, factor_table, plain_table

__all__ = [
    "charts",
    "code_block",
    "count_table",
    "day_table",
    "definitions",
    "footer",
    "headline",
    "results",
    "section",
    "synthetic",
    "tiles",
]

_DAY_REASONS = ("no_return", "no_factor", "few_pairs", "constant")
DEFINED = (
    "label",
    "span_days",
    *dict.fromkeys(column.path for column in COLUMNS),
    "difference_error",
    "minimum_detectable",
    "tries",
    "looks",
    "rank_ic.ratio_annual",
    "ic.mean",
    "groups.monotonicity",
    "degenerate",
    "degenerate_days",
    "groups.group_count",
    "groups.mean_return",
    "groups.nav",
    "groups.long_excess.nav",
    "groups.long_short.nav",
    "n_days",
    *(f"excluded_days.{reason}" for reason in _DAY_REASONS),
)


def section(heading: str, *children: Content) -> Markup:
    """A part of the page under its heading."""
    return element("section", element("h2", heading), *children)


def headline(verdict: str, caveats: Sequence[str], *, candidate: bool) -> Markup:
    """The judgement in words, with what must be said beside it."""
    said = element("strong", verdict)
    return element(
        "div", said, *(element("p", text) for text in caveats), class_="verdict candidate" if candidate else "verdict"
    )


def synthetic(market: str, words: Phrasebook) -> Markup | None:
    """The line that no reader may miss where the bars are no real ones; None where they are."""
    return element("p", words("synthetic", market=market), class_="synthetic") if market else None


def tiles(facts: Sequence[tuple[str, str]]) -> Markup:
    """Key figures, each a name and its printed value."""
    return element(
        "dl", *(element("div", element("dt", name), element("dd", value)) for name, value in facts), class_="tiles"
    )


def results(rows: Sequence[Row], refused: Mapping[str, Mapping[int, str]], words: Phrasebook) -> tuple[Markup, ...]:
    """The table of factors and, below it, what could not be measured and why; ``refused`` is by factor and span."""
    lines = [
        words("span.refused", factor=factor, span=span, why=why)
        for factor, spans in refused.items()
        for span, why in spans.items()
    ]
    lines += [
        words("groups.refused", factor=row.label, span=span, bad=found.degenerate_days, days=found.n_days)
        for span in span_days(rows)
        for row in rows
        if (found := row.spans.get(span)) is not None and found.groups is None
    ]
    note = element("p", words("results.note"), class_="note")
    return note, factor_table(rows, words), *(element("p", line, class_="note") for line in lines)


def charts(pictures: Sequence[Picture], words: Phrasebook) -> Markup:
    """The figures, and a line for readers whose browser cannot draw them."""
    missing = element("p", words("charts.missing"), class_="note chartless")
    grid = element("div", *(drawn(picture, words) for picture in pictures), class_="charts")
    return section(words("charts"), missing, grid)


def code_block(code: str, words: Phrasebook) -> Markup | None:
    """Code behind a line to click on; None where there is none."""
    if not code.strip():
        return None
    title = words("code", lines=len(code.splitlines()))
    return element("details", element("summary", title), element("pre", element("code", code)))


def day_table(rows: Sequence[Row], span: int, words: Phrasebook) -> Markup:
    """Days measured and days left out by reason, one line a factor, at one smoothing span."""
    keys = ("n_days", *(f"excluded_days.{reason}" for reason in _DAY_REASONS))
    lines = [
        (
            row.label,
            printed(row.spans[span].n_days, "count"),
            *(printed(row.spans[span].excluded_days.get(reason), "count") for reason in _DAY_REASONS),
        )
        for row in rows
        if span in row.spans
    ]
    heading = words("days.excluded", span=span)
    head = (words("column.factor"), *(words.name(key) for key in keys))
    return joined((element("h3", heading), plain_table(head, lines, label=heading, numbers=True)))


def count_table(excluded: Mapping[str, int], words: Phrasebook) -> Markup | None:
    """Cells without a return, by reason; None where nothing was counted."""
    if not excluded:
        return None
    heading = words("sample.excluded")
    lines = [
        (words.name(f"label.excluded.{reason}"), printed(count, "count"), words.define(f"label.excluded.{reason}"))
        for reason, count in excluded.items()
    ]
    head = (words("column.reason"), words("column.count"), words("column.note"))
    return joined((element("h3", heading), plain_table(head, lines, label=heading)))


def definitions(words: Phrasebook) -> Markup:
    """What every number in the page is."""
    placebo = (element("dt", words("column.placebo")), element("dd", words("placebo.what")))
    entries = (
        item
        for key in DEFINED
        for item in (element("dt", words.name(key), id=anchor(key)), element("dd", words.define(key)))
    )
    note = element("p", words("definitions.note"), class_="note")
    return section(words("definitions"), note, element("dl", *entries, *placebo, class_="definitions"))


def footer(words: Phrasebook) -> Markup:
    """What made the page."""
    return element("footer", words("made.with"))
