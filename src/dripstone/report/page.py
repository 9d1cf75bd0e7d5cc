"""What a study's report shows, as values: the research room fills these in, ``render_study`` prints them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dripstone.evaluation import Comparison, Evaluation

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
]


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number the report publishes: its name, its text as printed there, the page it stands on."""

    name: str
    value: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What the report says. ``source`` is the file's name, never its path."""

    idea: str
    formula: str = ""
    statistics: tuple[Statistic, ...] = ()
    source: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Fidelity:
    """The baseline's kernel form against its SQL form, value for value.

    Parameters
    ----------
    equal : whether they agree within ``tolerance``.
    largest_difference : largest absolute difference over all cells where both have a value; NaN when there is none.
    days, instruments, values : what was compared.
    tolerance : absolute.
    note : where and why one form has a value and the other has none, in words.
    """

    equal: bool
    largest_difference: float
    days: int
    instruments: int
    values: int
    tolerance: float = 1e-12
    note: str = ""


@dataclass(frozen=True, slots=True)
class BaselineCard:
    """The factor that every variant is measured against."""

    name: str
    code: str
    evaluation: Evaluation
    fidelity: Fidelity | None = None
    placebo: Evaluation | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """The bars that everything was measured on; ``start`` and ``end`` are ISO dates, both inclusive.

    ``label`` says what the returns are, ``excluded`` counts by reason what was left out of them.
    """

    instruments: int
    days: int
    start: str
    end: str
    label: str = ""
    excluded: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Direction:
    """One proposed improvement: why, the code that was run, and the error when it failed."""

    name: str
    reason: str
    code: str
    state: Literal["ok", "failed"] = "ok"
    error: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """One column of one direction, measured. ``comparison`` is with the baseline, ``placebo`` on shuffled minutes."""

    name: str
    column: str
    evaluation: Evaluation
    comparison: Comparison | None = None
    placebo: Evaluation | None = None

    @property
    def label(self) -> str:
        """The name in tables and legends."""
        return self.column or self.name


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One attempt as the ledger holds it."""

    trial: str
    stage: Literal["propose", "write", "check", "compute", "evaluate", "compare"]
    outcome: Literal["ok", "failed"]
    factor: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one step took."""

    step: str
    seconds: float


@dataclass(frozen=True, slots=True)
class StudyPage:
    """A whole study, ready to print.

    Parameters
    ----------
    created : ISO time.
    best : label of the variant the headline speaks of; "" when none was measured.
    span_days : smoothing span the headline and the charts by day speak of.
    tries : the ledger's count of attempts.
    """

    title: str
    prompt: str
    created: str
    summary: ReportSummary
    baseline: BaselineCard
    sample: Sample
    tries: int
    best: str = ""
    span_days: int = 1
    directions: tuple[Direction, ...] = ()
    variants: tuple[Variant, ...] = ()
    ledger: tuple[LedgerLine, ...] = ()
    timings: tuple[Timing, ...] = ()
