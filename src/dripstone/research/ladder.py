"""The rungs a draft climbs, by rising cost. Each attempt is a Trial; an error goes back to the author word for word."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dripstone.errors import DripstoneError, FactorError
from dripstone.evaluation import Comparison, Evaluation, compare, evaluate
from dripstone.factors.check import Check
from dripstone.factors.recording import record_notebook
from dripstone.factors.registry import FactorRef
from dripstone.factors.spec import FactorSpec
from dripstone.panel import Panel
from dripstone.research.attempt import attempt
from dripstone.research.fidelity import TOLERANCE, largest_difference
from dripstone.research.researcher import Direction, Draft, Researcher, Summary
from dripstone.store.ledger import Stage
from dripstone.workspace import Workspace

__all__ = ["MAX_REPAIRS", "Climber", "Failure", "Rung", "Variant"]

MAX_REPAIRS = 2
_NAME = re.compile(r"\w[\w-]{0,99}")


@dataclass(frozen=True, slots=True)
class Failure:
    """A direction or draft that did not make it, and the error that ended it."""

    direction: str
    draft: str
    stage: Stage
    error: DripstoneError

    def as_dict(self) -> dict[str, object]:
        """JSON-able."""
        return {"direction": self.direction, "draft": self.draft, "stage": self.stage, "error": self.error.as_dict()}


@dataclass(frozen=True, eq=False, slots=True)
class Variant:
    """One measured column: by itself, against the baseline, and on shuffled minutes, each in its declared sign."""

    direction: Direction
    draft: Draft
    column: str
    evaluation: Evaluation
    comparison: Comparison
    placebo: Evaluation | None

    @property
    def label(self) -> str:
        """The column, behind a minus where it was declared that low values are good and it was read so."""
        return self.column if self.comparison.declared_sign > 0 else f"−{self.column}"


@dataclass(frozen=True, slots=True)
class Rung:
    """A draft that passed the checks, with the direction it serves and the repairs it took."""

    direction: Direction
    draft: Draft
    repairs: int = 0


Told = Callable[[str, str], None]
"""(step, text): how the ladder says what it does."""


@dataclass
class Climber:
    """Takes the drafts of one study up the ladder.

    1. check: one day in a child process.
    2. the script in dai spelling gives the same values on that day.
    3. full history of all drafts and their placebos in one pass over the bars.
    4. evaluate, and compare with the baseline on the same cells at the same smoothing.

    A FactorError at 1, 2 or 3 goes to ``researcher.repair``, at most twice a draft. Nothing that happens to one
    draft touches the others.
    """

    workspace: Workspace
    researcher: Researcher
    folder: Path
    tell: Told
    failures: list[Failure] = field(default_factory=list[Failure])

    def check(self, direction: Direction, draft: Draft, *, repairs: int = 0) -> Rung | None:
        """Rungs 1 and 2, with repairs; None when the draft is given up."""
        try:
            self._check_once(draft)
        except DripstoneError as error:
            return self._repaired(Rung(direction, draft, repairs), "check", error)
        self.tell("check", f"{draft.name}: passed")
        return Rung(direction, draft, repairs)

    def compute(self, rungs: Sequence[Rung], baseline: FactorRef) -> list[Rung]:
        """Rung 3: the drafts that have their full history; the baseline's is computed in the same pass.

        Raises
        ------
        FactorError : the baseline itself fails.
        """
        refs = _with_placebo(baseline.spec)
        done: list[Rung] = []
        waiting = list(rungs)
        while refs or waiting:
            refs += [ref for rung in waiting for ref in _with_placebo(rung.draft.spec)]
            report = self.workspace.compute(refs)
            errors = {run.fingerprint: run.error for run in report.failed}
            if error := errors.get(baseline.spec.fingerprint):
                raise error
            again: list[Rung] = []
            for rung in waiting:
                if error := errors.get(rung.draft.spec.fingerprint):
                    again += filter(None, [self._repaired(rung, "compute", error)])
                else:
                    done.append(rung)
            refs, waiting = [], again
        return done

    def judge(self, rungs: Sequence[Rung], baseline: FactorRef, values: Panel, returns: Panel) -> list[Variant]:
        """Rung 4: every column of every draft, against the baseline and its ``values``.

        A column that is the baseline itself is passed over. A verdict pays for every column that was ever compared
        with this baseline and every draft given up here.
        """
        measured: list[Variant] = []
        parent = baseline.spec.fingerprint
        for rung in rungs:
            for column in self._columns(rung.draft):
                if (rung.draft.spec.fingerprint, column) == (parent, baseline.column):
                    self.tell("judge", f"{column}: is the baseline itself")
                    continue
                try:
                    measured.append(self._measure(rung, column, values, returns, parent=parent))
                except DripstoneError as error:
                    self._give_up(rung.direction.key, f"{rung.draft.name}:{column}", "evaluate", error)
        tries = max(len(self.workspace.ledger.compared_with(parent)) + len(self.failures), 1)
        return [replace(variant, comparison=variant.comparison.after(tries)) for variant in measured]

    def write(self, direction: Direction, summary: Summary, baseline: FactorSpec) -> tuple[Draft, ...]:
        """What the researcher writes for a direction; when that fails, nothing, and the direction has failed."""
        try:
            with attempt(self.workspace, "write", direction.key) as found:
                drafts = self.researcher.write(direction, summary, baseline)
                found.metrics = {"drafts": [draft.name for draft in drafts]}
        except DripstoneError as error:
            self._give_up(direction.key, direction.key, "write", error)
            return ()
        return drafts

    def _check_once(self, draft: Draft) -> None:
        if not _NAME.fullmatch(draft.name):
            raise FactorError("a draft's name is no name", seen=draft.name, expected="letters, digits, _ and -")
        workspace = self.workspace
        day = workspace.lake.dates()[-1]
        computed = workspace.check(FactorRef(draft.spec), date=day)
        if not draft.portable:
            return
        script = self.folder / f"{draft.name}.dai.py"
        script.parent.mkdir(exist_ok=True)
        script.write_text(draft.portable, encoding="utf-8")
        with attempt(workspace, "check", draft.name, spec=draft.spec) as found:
            found.note = "the script in dai spelling against the form that is computed"
            recorded = record_notebook(script, lake=workspace.lake, date=day).check
            found.metrics = {"largest_difference": _agree(draft, computed, recorded)}

    def _repaired(self, rung: Rung, stage: Stage, error: DripstoneError) -> Rung | None:
        self.tell(stage, f"{rung.draft.name}: {error}")
        if isinstance(error, FactorError) and rung.repairs < MAX_REPAIRS:
            draft = self._repair(rung.draft, error)
            if draft is not None:
                self.tell("repair", f"{rung.draft.name}: attempt {rung.repairs + 1}")
                return self.check(rung.direction, draft, repairs=rung.repairs + 1)
        self._give_up(rung.direction.key, rung.draft.name, stage, error)
        return None

    def _repair(self, draft: Draft, error: FactorError) -> Draft | None:
        """What the researcher makes of an error; None too when that fails, and the error stands."""
        try:
            return self.researcher.repair(draft, error)
        except DripstoneError as failure:
            self.tell("repair", f"{draft.name}: {failure}")
            return None

    def _give_up(self, direction: str, draft: str, stage: Stage, error: DripstoneError) -> None:
        self.failures.append(Failure(direction, draft, stage, error))
        self.tell(stage, f"{draft}: given up: {error}")

    def _columns(self, draft: Draft) -> tuple[str, ...]:
        return draft.columns or tuple(self.workspace.store.columns(draft.spec.fingerprint))

    def _measure(self, rung: Rung, column: str, baseline: Panel, returns: Panel, *, parent: str) -> Variant:
        workspace, spec = self.workspace, rung.draft.spec
        least = workspace.settings.min_instruments
        sign = rung.draft.signs.get(column, 1)
        panel = workspace.store.panel(spec.fingerprint, column)
        window, version = (
            (str(returns.dates[0]), str(returns.dates[-1])),
            workspace.store.data_version(spec.fingerprint),
        )
        with attempt(workspace, "evaluate", rung.draft.name, spec=spec, column=column) as found:
            evaluation = evaluate(panel.with_values(sign * panel.values), returns, min_instruments=least)
            found.metrics, found.window, found.data_version = evaluation.as_dict(daily=False), window, version
        with attempt(workspace, "compare", rung.draft.name, spec=spec, column=column, parent=parent) as found:
            comparison = compare(panel, baseline, returns, min_instruments=least, sign=sign)
            found.metrics, found.window, found.data_version = comparison.as_dict(daily=False), window, version
        self.tell("judge", f"{column}: measured")
        placebo = self.placebo(spec, column, returns, sign=sign)
        return Variant(rung.direction, rung.draft, column, evaluation, comparison, placebo)

    def placebo(self, spec: FactorSpec, column: str, returns: Panel, *, sign: int = 1) -> Evaluation | None:
        """The same column on shuffled minutes: no attempt, nothing is chosen by it. None when it cannot be measured."""
        try:
            placebo = self.workspace.store.panel(spec.placebo().fingerprint, column)
            placebo = placebo.with_values(sign * placebo.values)
            return evaluate(placebo, returns, min_instruments=self.workspace.settings.min_instruments)
        except DripstoneError as error:
            self.tell("evaluate", f"placebo of {column}: {error}")
            return None


def _with_placebo(spec: FactorSpec) -> list[FactorRef]:
    return [FactorRef(spec), FactorRef(spec.placebo())]


def _agree(draft: Draft, computed: Check, recorded: Check) -> float:
    """The largest difference between the two forms over the columns that both give."""
    common = [name for name in computed.columns if name in recorded.columns]
    if not common:
        raise FactorError(
            "the script in dai spelling gives other columns than the factor",
            seen=list(recorded.columns),
            expected=", ".join(computed.columns),
            factor=draft.name,
        )
    differences = {name: largest_difference(recorded.columns[name], computed.columns[name]) for name in common}
    worst = max(differences, key=differences.__getitem__)
    if not differences[worst] <= TOLERANCE:
        raise FactorError(
            "the script in dai spelling is another factor",
            seen=differences[worst],
            expected=f"the same values within {TOLERANCE:g}",
            hint="compare the clock, the least number of bars and the length of the transform",
            factor=draft.name,
            column=worst,
        )
    return differences[worst]
