"""What a study found, as the values its report page shows."""

import json

import numpy as np

from dripstone import report as paper
from dripstone.factors.spec import FactorSpec
from dripstone.research.researcher import Direction
from dripstone.research.result import Study
from dripstone.research.statistic import NAMES

__all__ = ["study_page"]


def study_page(study: Study) -> paper.StudyPage:
    """The page of a study, in the language of its summary."""
    winner = study.winner
    created = json.loads((study.folder / "study.json").read_text(encoding="utf-8"))["created"]
    return paper.StudyPage(
        title=study.report.title,
        prompt=study.prompt,
        created=created,
        summary=_summary(study),
        baseline=paper.BaselineCard(
            study.baseline.column,
            _code(study.baseline.recorded.spec),
            study.evaluation,
            study.baseline.fidelity,
            study.placebo,
        ),
        sample=_sample(study),
        tries=winner.tries if winner else len(study.failures),
        best=f"{winner.variant.draft.name}:{winner.variant.column}" if winner else "",
        span_days=winner.span_days if winner else min(study.evaluation.spans),
        directions=tuple(_direction(study, direction) for direction in study.directions),
        variants=tuple(
            paper.Variant(v.draft.name, v.column, v.evaluation, v.comparison, v.placebo) for v in study.variants
        ),
        ledger=_ledger(study),
        timings=tuple(paper.Timing(step, seconds) for step, seconds in study.seconds.items()),
    )


def _summary(study: Study) -> paper.ReportSummary:
    """The idea, what the report leaves open and what of the prompt was not understood, formula and statistics."""
    summary, report = study.summary, study.report
    place = 0 if summary.language == "zh" else 1
    statistics = [paper.Statistic(NAMES[s.key][place], s.value, s.page) for s in summary.statistics]
    idea = "\n".join((summary.idea, *summary.ambiguities, *summary.notes))
    return paper.ReportSummary(idea, summary.formula, tuple(statistics), report.source, report.title)


def _sample(study: Study) -> paper.Sample:
    """The days and instruments that have a return."""
    label = study.label
    returns = label.returns
    there = np.isfinite(returns.values)
    days = returns.dates[there.any(axis=1)]
    return paper.Sample(
        instruments=int(there.any(axis=0).sum()),
        days=len(days),
        start=str(days[0]) if len(days) else "",
        end=str(days[-1]) if len(days) else "",
        excluded=label.excluded,
        simulated=study.simulated,
    )


def _direction(study: Study, direction: Direction) -> paper.Direction:
    """A direction with its code; failed as soon as one of its drafts was given up."""
    language = study.summary.language
    failed = [failure for failure in study.failures if failure.direction == direction.key]
    code = [draft.portable or _code(draft.spec) for key, draft in study.drafts if key == direction.key]
    return paper.Direction(
        name=direction.title.in_language(language),
        reason=f"{direction.reason.in_language(language)}\n{direction.expected.in_language(language)}",
        code="\n\n".join(code),
        state="failed" if failed else "ok",
        error="\n".join(f"{failure.draft}: {failure.error}" for failure in failed),
    )


def _ledger(study: Study) -> tuple[paper.LedgerLine, ...]:
    """The study's lines of the ledger; of a failure, what happened."""
    return tuple(
        paper.LedgerLine(
            str(trial.id),
            trial.stage,
            trial.outcome,
            trial.factor if trial.column is None else f"{trial.factor}:{trial.column}",
            trial.note if trial.error is None else str(trial.error.get("message", "")),
        )
        for trial in study.trials
    )


def _code(spec: FactorSpec) -> str:
    """The source of a factor as people read it: the UDFs, then the SQL."""
    return "\n\n".join((*(udf.source for udf in spec.udfs), spec.source))
