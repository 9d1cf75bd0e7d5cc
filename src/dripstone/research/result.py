"""What a study found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from dripstone.evaluation import Evaluation, Label
from dripstone.research.fidelity import Baseline
from dripstone.research.ladder import Failure, Variant
from dripstone.research.reading import ReportText
from dripstone.research.researcher import Direction, Draft, Summary
from dripstone.research.winner import Winner
from dripstone.store import Trial

__all__ = ["Study"]


@dataclass(frozen=True, eq=False, slots=True)
class Study:
    """A study that went all the way.

    Parameters
    ----------
    folder : ``studies/<slug>``.
    report, prompt, summary : what was read, what was asked, what the researcher made of it.
    baseline, evaluation, placebo : the factor to beat, proven and measured.
    label : the returns everything was measured on.
    simulated : which synthetic market the bars are of; "" for real ones.
    directions, drafts, variants, failures : proposed, written (by direction key), measured, given up.
    winner : best measured, never confirmed; None when nothing was measured.
    trials : its lines of the ledger.
    seconds : step -> how long it took.
    """

    folder: Path
    report: ReportText
    prompt: str
    summary: Summary
    baseline: Baseline
    evaluation: Evaluation
    placebo: Evaluation | None
    label: Label
    simulated: str
    directions: tuple[Direction, ...]
    drafts: tuple[tuple[str, Draft], ...]
    variants: tuple[Variant, ...]
    failures: tuple[Failure, ...]
    winner: Winner | None
    trials: tuple[Trial, ...]
    seconds: Mapping[str, float]

    @property
    def slug(self) -> str:
        """Its name in ``studies/`` and in the ledger."""
        return self.folder.name

    @property
    def page(self) -> Path:
        """The report, one HTML file."""
        return self.folder / "report.html"

    @property
    def notebook(self) -> Path | None:
        """The winner in dai spelling."""
        return self.folder / "winner.ipynb" if self.winner else None

    def as_dict(self) -> dict[str, object]:
        """JSON-able, without the numbers by day."""
        winner, fidelity = self.winner, self.baseline.fidelity
        return {
            "study": self.slug,
            "folder": str(self.folder),
            "report": str(self.page),
            "notebook": None if self.notebook is None else str(self.notebook),
            "baseline": self.baseline.column,
            "fidelity": None if fidelity is None else asdict(fidelity),
            "variants": {v.column: v.comparison.as_dict(daily=False) for v in self.variants},
            "failures": [failure.as_dict() for failure in self.failures],
            "winner": None if winner is None else {"column": winner.variant.column, **asdict(winner.words)},
            "trials": len(self.trials),
            "seconds": dict(self.seconds),
        }
