"""Results in, one self-contained HTML string out."""

from dripstone.report.page import (
    BaselineCard,
    Direction,
    Fidelity,
    LedgerLine,
    ReportSummary,
    Sample,
    Statistic,
    StudyPage,
    Timing,
    Variant,
)
from dripstone.report.study import render_study
from dripstone.report.tearsheet import render_evaluation

__all__ = [
    "BaselineCard",
    "Direction",
    "Fidelity",
    "LedgerLine",
    "ReportSummary",
    "Sample",
    "Statistic",
    "StudyPage",
    "Timing",
    "Variant",
    "render_evaluation",
    "render_study",
]
