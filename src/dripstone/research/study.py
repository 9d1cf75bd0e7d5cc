"""One study, from a report, a baseline and a prompt to judged variants. ``research`` is the whole way."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from dripstone.errors import DataError, DripstoneError
from dripstone.evaluation import Evaluation, evaluate
from dripstone.factors.registry import factor_file
from dripstone.factors.spec import FactorSpec
from dripstone.history import Progress
from dripstone.panel import Panel
from dripstone.report import render_study
from dripstone.research.attempt import attempt
from dripstone.research.fidelity import Baseline, prove_baseline
from dripstone.research.folder import OnEvent, StudyFolder
from dripstone.research.ladder import Climber
from dripstone.research.page import study_page
from dripstone.research.playbook import Playbook
from dripstone.research.reading import ReportText, read_report
from dripstone.research.researcher import Direction, Draft, Researcher, Summary
from dripstone.research.result import Study
from dripstone.research.winner import choose_winner, winner_notebook
from dripstone.settings import Language
from dripstone.workspace import Workspace

__all__ = ["Study", "research"]


def research(
    workspace: Workspace,
    *,
    report: Path | str,
    baseline: Path | str,
    prompt: str,
    researcher: Researcher | None = None,
    language: Language | None = None,
    on_event: OnEvent | None = None,
) -> Study:
    """Read, prove the baseline, propose, write, check, compute, compare, report: one folder in ``studies/``.

    1. read the report; record the baseline; find the kernel form that gives the same values, before any change.
    2. the researcher summarises, proposes directions and writes drafts.
    3. every draft climbs the ladder (``ladder.Climber``); each attempt is a Trial, failures too.
    4. report.html and winner.ipynb. The best measured variant is called that, never confirmed.

    What was computed before is looked up, so a study that was interrupted costs little to start again.

    Parameters
    ----------
    report : a PDF with a text layer.
    baseline : a notebook or script in dai spelling; ``FILE:COLUMN`` where its result has several value columns.
    prompt : what is wanted, in Chinese or English; the answer is in its language.
    researcher : who thinks; by default the Playbook.
    language : of the report page; by default the prompt's, and for an empty prompt the workspace's.
    on_event : told of every step.

    Raises
    ------
    DataError : the lake is empty, a source is missing, or the report cannot be read as text.
    FactorError : the baseline holds no dai call, does not parse, raises or gives no values; or the researcher knows
        no direction. The folder stays, with the error in study.json.
    """
    if not len(workspace.lake.dates()):
        raise DataError(
            "the workspace holds no bars",
            seen="0 trading days",
            expected="minute bars to do research on",
            hint="dripstone ingest FILES, or dripstone simulate",
        )
    sources = {"report": Path(report), "baseline": factor_file(str(baseline))[0] or Path(baseline)}
    folder = StudyFolder.make(workspace.root / "studies", sources, prompt, on_event=on_event)
    run = _Run(workspace.within(folder.slug), researcher or Playbook(), folder)
    spoken = language or (None if prompt.strip() else workspace.settings.language)
    try:
        return run.conduct(Path(report), str(baseline), prompt, spoken)
    except DripstoneError as error:
        folder.set_state("failed", error=error.as_dict(), seconds=run.seconds)
        raise
    except BaseException:  # an interrupt or a defect: the folder must say how far it came, then both go on
        folder.set_state("interrupted", seconds=run.seconds)
        raise
    finally:
        folder.write_lines("trials.jsonl", [asdict(trial) for trial in run.workspace.trials(folder.slug)])


class _Run:
    """The steps of one study, in order, each timed."""

    def __init__(self, workspace: Workspace, researcher: Researcher, folder: StudyFolder) -> None:
        if workspace.on_progress is None:
            workspace = workspace.watched(self._progress)
        self.workspace, self.researcher, self.folder = workspace, researcher, folder
        self.seconds: dict[str, float] = {}
        self.climber = Climber(workspace, researcher, folder.path / "factors", folder.tell)

    def conduct(self, report: Path, notebook: str, prompt: str, language: Language | None) -> Study:
        """All the steps."""
        with self._step("read"):
            text = self._read(report)
        with self._step("baseline"):
            baseline = self._prove(notebook)
        with self._step("propose"):
            summary, directions = self._think(text, baseline, prompt, language)
        with self._step("check"):
            written = self._drafts(directions, summary, baseline.recorded.spec)
            rungs = [rung for direction, draft in written if (rung := self.climber.check(direction, draft))]
        with self._step("compute"):
            rungs = self.climber.compute(rungs, baseline.computed)
            label = self.workspace.returns()
        with self._step("judge"):
            values = self._panel(baseline)
            evaluation = self._evaluate(baseline, values, label.returns)
            variants = self.climber.judge(rungs, baseline.computed, values, label.returns)
        study = Study(
            folder=self.folder.path,
            report=text,
            prompt=prompt,
            summary=summary,
            baseline=baseline,
            evaluation=evaluation,
            placebo=self.climber.placebo(baseline.computed.spec, baseline.column, label.returns),
            label=label,
            simulated=self.workspace.lake.simulated or "",
            directions=directions,
            drafts=tuple((direction.key, draft) for direction, draft in written),
            variants=tuple(variants),
            failures=tuple(self.climber.failures),
            winner=choose_winner(variants),
            trials=tuple(self.workspace.trials(self.folder.slug)),
            seconds=self.seconds,
        )
        with self._step("report"):
            self._write(study)
        self.folder.set_state("finished", seconds=self.seconds)
        return study

    def _progress(self, progress: Progress) -> None:
        days = f"{progress.done_days} of {progress.total_days} days"
        self.folder.tell("compute", f"{days}, {progress.days_per_s:.1f} days/s")

    def _read(self, report: Path) -> ReportText:
        text = read_report(report)
        self.folder.write("reading.txt", text.text)
        self.folder.write_json("reading.json", {k: v for k, v in asdict(text).items() if k != "pages"})
        self.folder.tell("read", f"{text.title}: {len(text.pages)} pages, {len(text.statistics)} published figures")
        return text

    def _prove(self, notebook: str) -> Baseline:
        name = Path(notebook).name
        recorded = self.workspace.resolve(notebook)
        with attempt(self.workspace, "check", name, spec=recorded.spec) as found:
            baseline = prove_baseline(self.workspace, recorded)
            fidelity = baseline.fidelity
            found.note = "kernel form against the SQL" if fidelity else "no kernel form gives the SQL's values"
            found.metrics = {} if fidelity is None else asdict(fidelity)
        self.folder.write_json("factors/baseline.json", asdict(recorded.spec))
        equal = "no kernel form gives its values, so the SQL itself is the baseline"
        if fidelity:
            equal = (
                f"equal to the library's {baseline.column}: largest difference {fidelity.largest_difference:.1e} "
                f"over {fidelity.values} values of {fidelity.days} days"
            )
        self.folder.tell("baseline", f"{recorded.spec.name}: {equal}")
        return baseline

    def _think(
        self, text: ReportText, baseline: Baseline, prompt: str, language: Language | None
    ) -> tuple[Summary, tuple[Direction, ...]]:
        spec = baseline.recorded.spec
        summary = self.researcher.summarise(text, spec, prompt)
        summary = replace(summary, language=language or summary.language)
        self.folder.write_json("summary.json", asdict(summary))
        with attempt(self.workspace, "propose", spec.name, spec=spec) as found:
            directions = self.researcher.propose(summary, spec)
            found.metrics = {"directions": [direction.key for direction in directions]}
        self.folder.write_json("directions.json", [asdict(direction) for direction in directions])
        for line in (*summary.ambiguities, *summary.notes):
            self.folder.tell("propose", line)
        return summary, directions

    def _drafts(
        self, directions: tuple[Direction, ...], summary: Summary, spec: FactorSpec
    ) -> list[tuple[Direction, Draft]]:
        """What the researcher writes; a direction that cannot be written fails alone."""
        written: list[tuple[Direction, Draft]] = []
        for direction in directions:
            drafts = self.climber.write(direction, summary, spec)
            written += [(direction, draft) for draft in drafts]
        return written

    def _panel(self, baseline: Baseline) -> Panel:
        return self.workspace.store.panel(baseline.computed.spec.fingerprint, baseline.column)

    def _evaluate(self, baseline: Baseline, values: Panel, returns: Panel) -> Evaluation:
        spec = baseline.computed.spec
        with attempt(self.workspace, "evaluate", spec.name, spec=spec, column=baseline.column) as found:
            evaluation = evaluate(values, returns, min_instruments=self.workspace.settings.min_instruments)
            found.metrics = evaluation.as_dict(daily=False)
        return evaluation

    def _write(self, study: Study) -> None:
        language = study.summary.language
        self.folder.write("report.html", render_study(study_page(study), language=language))
        if study.winner:
            self.folder.write("winner.ipynb", winner_notebook(study.winner, language=language))
            self.folder.tell("report", study.winner.words.in_language(language))
        self.folder.write_json("result.json", study.as_dict())

    @contextmanager
    def _step(self, name: str) -> Generator[None]:
        began = time.monotonic()
        self.folder.tell(name, "begins")
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - began, 3)
        self.folder.tell(name, "done", self.seconds[name])
