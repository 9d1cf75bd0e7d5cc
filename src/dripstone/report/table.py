"""The table of factors: one block a smoothing span, one line a factor, the baseline first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dripstone.report.markup import Content, Markup, element
from dripstone.report.number import Style, printed
from dripstone.report.phrase import Phrasebook
from dripstone.report.row import Row, read, span_days

__all__ = ["COLUMNS", "anchor", "factor_table", "plain_table"]


@dataclass(frozen=True, slots=True)
class Column:
    """A number of the table: where it is found (which is also the key of its definition) and how it is printed."""

    path: str
    style: Style
    part: Literal["itself", "paired", "placebo"] = "itself"


COLUMNS = (
    Column("rank_ic.mean", "correlation"),
    Column("rank_ic.ratio", "ratio"),
    Column("rank_ic.t", "ratio"),
    Column("rank_ic.win_rate", "percent"),
    Column("groups.long_excess.returns.mean", "bp"),
    Column("groups.long_excess.turnover_per_day.mean", "percent"),
    Column("rank_autocorrelation.mean", "ratio"),
    Column("coverage.mean", "percent"),
    Column("tie_share.mean", "percent"),
    Column("difference.mean", "correlation", "paired"),
    Column("difference_low", "correlation", "paired"),
    Column("difference_high", "correlation", "paired"),
    Column("difference.t", "ratio", "paired"),
    Column("p_bonferroni", "probability", "paired"),
    Column("rank_ic.mean", "correlation", "placebo"),
)
_PARTS = ("itself", "paired", "placebo")


def anchor(key: str) -> str:
    """The id of a definition in the page."""
    return f"def-{key}"


def factor_table(rows: Sequence[Row], words: Phrasebook) -> Markup:
    """All spans of all rows; columns that no row can fill are left out."""
    columns = [c for c in COLUMNS if c.part == "itself" or any(getattr(row, c.part) for row in rows)]
    body = [element("tbody", *_block(rows, span, columns, words)) for span in span_days(rows)]
    table = element("table", element("thead", *_head(columns, words)), *body, class_="numbers")
    return _scrolling(table, words("results"))


def plain_table(
    head: Sequence[str], lines: Iterable[Sequence[Content]], *, label: str, numbers: bool = False
) -> Markup:
    """A table of text; with ``numbers`` the first column names the line and the others are numbers."""
    first = "th" if numbers else "td"
    body = [element("tr", element(first, line[0]), *(element("td", cell) for cell in line[1:])) for line in lines]
    top = element("thead", element("tr", *(element("th", text) for text in head)))
    return _scrolling(
        element("table", top, element("tbody", *body), class_="numbers short" if numbers else "plain"), label
    )


def _head(columns: Sequence[Column], words: Phrasebook) -> Iterator[Markup]:
    counts = {part: sum(c.part == part for c in columns) for part in _PARTS}
    over = (element("th", words(f"column.{part}"), colspan=str(n), class_="edge") for part, n in counts.items() if n)
    yield element("tr", element("th"), *over, class_="over")
    cells = (
        element(
            "th",
            element("a", words(f"head.{c.path}"), href=f"#{anchor(c.path)}"),
            title=_meaning(c, words),
            class_=_edge(columns, place),
        )
        for place, c in enumerate(columns)
    )
    yield element("tr", element("th", words("column.factor")), *cells)


def _block(rows: Sequence[Row], span: int, columns: Sequence[Column], words: Phrasebook) -> Iterator[Markup]:
    title = element("th", words("span.head", span=span), class_="span", colspan=str(len(columns) + 1))
    yield element("tr", title)
    for row in rows:
        parts = {"itself": row.spans.get(span), "paired": row.paired.get(span), "placebo": row.placebo.get(span)}
        cells = (
            element("td", printed(read(parts[c.part], c.path), c.style), class_=_edge(columns, place))
            for place, c in enumerate(columns)
        )
        kind = "best" if row.best else "baseline" if row.place is None else None
        yield element("tr", element("th", row.label, title=row.label), *cells, class_=kind)


def _meaning(column: Column, words: Phrasebook) -> str:
    meaning = words.define(column.path)
    return f"{words('placebo.what')}\n{meaning}" if column.part == "placebo" else meaning


def _edge(columns: Sequence[Column], place: int) -> str | None:
    return "edge" if place == 0 or columns[place].part != columns[place - 1].part else None


def _scrolling(table: Markup, label: str) -> Markup:
    """A box that scrolls sideways where the page is narrow, reachable by keyboard."""
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label=label)
