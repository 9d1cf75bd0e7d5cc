"""One factor as tables and charts see it: its numbers by smoothing span, and what they are held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dripstone.evaluation.compare import SpanComparison
from dripstone.evaluation.span import SpanEvaluation
from dripstone.report.page import StudyPage

__all__ = ["Row", "read", "span_days", "study_rows"]


@dataclass(frozen=True, slots=True)
class Row:
    """A factor in a table or a chart.

    Parameters
    ----------
    label : its name there.
    spans, paired, placebo : smoothing span in days -> its numbers, its comparison with the baseline, its placebo.
    place : its colour's place; None is the baseline.
    best : the one the headline speaks of.
    """

    label: str
    spans: Mapping[int, SpanEvaluation]
    paired: Mapping[int, SpanComparison] = field(default_factory=dict[int, SpanComparison])
    placebo: Mapping[int, SpanEvaluation] = field(default_factory=dict[int, SpanEvaluation])
    place: int | None = None
    best: bool = False

    @property
    def strong(self) -> bool:
        """The baseline and the best stand out; the others stay behind."""
        return self.best or self.place is None


def study_rows(page: StudyPage) -> list[Row]:
    """The baseline, then the best, then the variants by falling RankIC difference at the headline's span."""
    baseline = page.baseline
    first = Row(baseline.name, baseline.evaluation.spans, placebo=baseline.placebo.spans if baseline.placebo else {})
    rows = [
        Row(
            label,
            variant.evaluation.spans,
            variant.comparison.spans if variant.comparison else {},
            variant.placebo.spans if variant.placebo else {},
            place,
            place == page.best_place,
        )
        for place, (label, variant) in enumerate(zip(page.labels, page.variants, strict=True))
    ]

    def rank(row: Row) -> tuple[bool, float]:
        difference = read(row.paired.get(page.span_days), "difference.mean")
        return not row.best, -difference if np.isfinite(difference) else np.inf

    return [first, *sorted(rows, key=rank)]


def span_days(rows: Sequence[Row]) -> list[int]:
    """Every span that any of the rows has, shortest first."""
    return sorted({span for row in rows for span in row.spans})


def read(result: object, path: str) -> float:
    """The number at a dotted path of attributes, the key of its definition; NaN where a step is None.

    ``read(span, "groups.long_excess.returns.mean")`` is NaN for a factor whose groups were refused.
    """
    for name in path.split("."):
        if result is None:
            return np.nan
        result = getattr(result, name)
    return np.nan if result is None else float(result)  # type: ignore[arg-type]  # every path used ends in a number
