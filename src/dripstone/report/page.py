"""What a study's report shows, as values: the research room fills these in, ``render_study`` prints them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dripstone.errors import FactorError
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
    """The bars that everything was measured on.

    Parameters
    ----------
    instruments, days : that have a return.
    start, end : ISO dates of the first and the last such day.
    excluded : reason -> instrument-days without a return, as ``Label.excluded``.
    simulated : which synthetic market the bars are ("planted, seed 1"); "" for real bars.
    """

    instruments: int
    days: int
    start: str
    end: str
    excluded: Mapping[str, int] = field(default_factory=dict[str, int])
    simulated: str = ""


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
    """One column of the draft ``name``, measured: by itself, against the baseline, and on shuffled minutes."""

    name: str
    column: str
    evaluation: Evaluation
    comparison: Comparison | None = None
    placebo: Evaluation | None = None

    @property
    def minus(self) -> str:
        """A minus where low values were declared to be good before measuring; all its numbers are read so."""
        return "−" if self.comparison is not None and self.comparison.declared_sign < 0 else ""


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
    best : column of the variant the headline speaks of, or ``name:column`` where two share the column; "" when
        none was measured.
    span_days : smoothing span the headline and the charts by day speak of.
    tries : variants that the verdict pays for.

    Raises
    ------
    FactorError : two factors that no label tells apart, or a ``best`` that is not exactly one of the variants.
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

    def __post_init__(self) -> None:
        labels = [self.baseline.name, *self.labels]
        if len(set(labels)) < len(labels):
            raise FactorError(
                "two factors of a study share one name", seen=labels, expected="draft and column to tell each apart"
            )
        if self.best and sum(self._is_best(variant) for variant in self.variants) != 1:
            raise FactorError(
                "the best is not one of the variants", seen=self.best, expected="one of " + ", ".join(self.labels)
            )

    @property
    def labels(self) -> tuple[str, ...]:
        """What each variant is called in tables and legends: its column, behind its draft where others share
        that, and behind a minus where it is read the other way.
        """
        shared = Counter([self.baseline.name, *(variant.column for variant in self.variants)])
        names = (v.column if shared[v.column] == 1 else f"{v.name}:{v.column}" for v in self.variants)
        return tuple(v.minus + name for v, name in zip(self.variants, names, strict=True))

    @property
    def best_place(self) -> int | None:
        """Where the variant the headline speaks of stands among the variants."""
        return next((place for place, variant in enumerate(self.variants) if self._is_best(variant)), None)

    def _is_best(self, variant: Variant) -> bool:
        return self.best in (variant.column, f"{variant.name}:{variant.column}")
