"""The folder, opened: every verb of dripstone, in data-flow order. Start reading here.

    ws = Workspace.init("ws")                                   a folder: dripstone.toml, lake/, store/, studies/
    ws.ingest(["bars.parquet"], preset="bigquant")              bars in, one file a day
    ws.compute(["drip_stone"])                                  values by day, resumable
    ws.evaluate("drip_stone")                                   measured against tradable returns
    ws.compare("drip_stone_net", baseline="drip_stone")         paired, by day and instrument
    ws.report("drip_stone_net", baseline="drip_stone")          one HTML file

A factor argument is a library name, a column of a library factor, ``file.py[:name]``, or a notebook or script in dai
spelling, ``file.ipynb[:column]``; or a ``FactorRef``. Every attempt to check, compute, evaluate or compare a factor
is a Trial in the ledger, failures too. ``research.research`` stands on these verbs and makes a Study of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self, TypeAlias

import numpy as np

from dripstone.dai.listing import KnownTable, known_table, known_tables
from dripstone.dai.table import LakeTables
from dripstone.errors import DataError, DripstoneError, FactorError, SettingsError
from dripstone.evaluation import Comparison, Evaluation, Label
from dripstone.evaluation import compare as compare_panels
from dripstone.evaluation import evaluate as evaluate_panel
from dripstone.evaluation.evaluate import SPANS
from dripstone.factors.check import Check, check_apart
from dripstone.factors.registry import FactorRef, factor_file, library, resolve
from dripstone.factors.spec import FactorSpec
from dripstone.history import ComputeReport, LocalExecutor, Progress, compute, tradable_returns
from dripstone.lake import BarLake, IngestReport, ingest_table, simulate
from dripstone.lake.shelf import Shelf
from dripstone.panel import Panel
from dripstone.report import render_evaluation
from dripstone.settings import FILE_NAME, TEMPLATE, Language, Settings, find_workspace, load_settings
from dripstone.sources import read_files
from dripstone.store import Export, FactorStore, Ledger, StoredFactor, Trial, write_panel
from dripstone.store.ledger import Stage

__all__ = ["KnownFactor", "Status", "TableHeld", "Workspace"]

Factor: TypeAlias = str | FactorRef
Day: TypeAlias = np.datetime64 | str | None


@dataclass(frozen=True, slots=True)
class TableHeld:
    """The days of one table that a lake holds."""

    name: str
    days: int
    first_day: str
    last_day: str


@dataclass(frozen=True, slots=True)
class KnownFactor:
    """A factor that can be asked for by name, and the days of it that the store holds."""

    name: str
    columns: tuple[str, ...]
    about: str
    days: int = 0
    first_day: str | None = None
    last_day: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What a workspace holds; ``simulated`` names the synthetic market its bars are of, None for real bars."""

    root: Path
    simulated: str | None
    tables: tuple[TableHeld, ...]
    factors: int
    trials: int
    studies: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Workspace:
    """One folder of bars, values and studies.

    Parameters
    ----------
    study : the study whose attempts are being recorded, "" for none.
    on_progress : told of every computation's progress, whichever verb asked for it.
    """

    root: Path
    settings: Settings
    lake: BarLake
    store: FactorStore
    ledger: Ledger
    study: str = ""
    on_progress: Callable[[Progress], None] | None = None

    @classmethod
    def init(cls, path: Path | str) -> Self:
        """Make ``path`` a workspace, or open it when it is one already."""
        root = Path(path)
        if root.exists() and not root.is_dir():
            raise SettingsError("a workspace is a folder", seen=str(root), expected="a folder, new or existing")
        (root / "studies").mkdir(parents=True, exist_ok=True)
        if not (root / FILE_NAME).exists():
            (root / FILE_NAME).write_text(TEMPLATE, encoding="utf-8")
        return cls.open(root)

    @classmethod
    def open(cls, path: Path | str | None = None) -> Self:
        """Open ``path``, or without one the workspace that ``settings.find_workspace`` finds."""
        root = (find_workspace() if path is None else Path(path)).resolve()
        settings = load_settings(root)
        return cls(root, settings, BarLake(root / "lake"), FactorStore(root / "store"), Ledger(root / "store"))

    def within(self, study: str) -> Self:
        """The same workspace, with every attempt recorded under ``study``."""
        return replace(self, study=study)

    def watched(self, on_progress: Callable[[Progress], None]) -> Self:
        """The same workspace, with the progress of every computation told to ``on_progress``."""
        return replace(self, on_progress=on_progress)

    def status(self) -> Status:
        """What is here: days of each table, factors with values, trials, studies."""
        held = [(name, self.lake.dates(name)) for name in self.lake.table_names()]
        tables = tuple(TableHeld(name, len(days), str(days[0]), str(days[-1])) for name, days in held)
        studies = sorted(folder.name for folder in (self.root / "studies").glob("*/"))
        return Status(
            self.root, self.lake.simulated, tables, len(self.store.specs()), self.ledger.count(), tuple(studies)
        )

    def tables(self) -> list[KnownTable]:
        """Every table that SQL may name: held, made of others, empty, yours."""
        return known_tables(self._tables())

    def table(self, name: str) -> KnownTable:
        """One of them with its columns, their types and units."""
        return known_table(self._tables(), name)

    def ingest(
        self, files: Sequence[Path | str], *, preset: str = "bigquant", table: str = "cn_stock_bar1m"
    ) -> IngestReport:
        """Bring vendor files into the lake; all of them or, on the first fault, none."""
        batches = read_files([Path(file) for file in files], preset=preset, table=table)
        return ingest_table(self.lake, batches, table=table, source=preset)

    def simulate(
        self, *, twin: Literal["planted", "null"] = "planted", instruments: int = 200, days: int = 60, seed: int = 1
    ) -> IngestReport:
        """Fill the lake with a synthetic market: periodic buyers whose direction pays later (planted) or not (null)."""
        return simulate(self.lake, twin=twin, instruments=instruments, days=days, seed=seed)

    def factors(self) -> list[KnownFactor]:
        """The library, and what of it the store holds."""
        held = {stored.fingerprint: stored for stored in self.store.specs()}
        return [_known(spec, held.get(spec.fingerprint)) for spec in library().values()]

    def resolve(self, factor: Factor) -> FactorRef:
        """The factor meant by a name or a file. A file that cannot be made a factor is a failed attempt."""
        if isinstance(factor, FactorRef):
            return factor
        try:
            return resolve(factor, lake=self.lake)
        except FactorError as error:
            file, _ = factor_file(factor)
            if file is not None:
                self.ledger.append(Trial(self.study, file.name, "check", "failed", error=error.as_dict()))
            raise

    def check(self, factor: Factor, *, date: Day = None) -> Check:
        """Run a factor on one day (by default the newest) in a child process, before it costs more."""
        ref = self.resolve(factor)
        with self.ledger.attempt(self._trial("check", ref)) as found:
            [result] = check_apart(ref.spec, lake=self.lake, dates=[date or self._newest_day()])
            found.metrics = {"coverage": result.coverage, "tie_share": result.tie_share}
        return result

    def compute(self, factors: Sequence[Factor], *, start: Day = None, end: Day = None) -> ComputeReport:
        """Compute every day that has no value yet, all factors in one pass; interrupted, it goes on where it was.

        A factor that fails stands in the report with its error and does not hold up the others.
        """
        refs = [self.resolve(factor) for factor in factors]
        try:
            report = compute(
                [ref.spec for ref in refs],
                lake=self.lake,
                store=self.store,
                start=start,
                end=end,
                executor=self._executor(),
                on_progress=self.on_progress,
            )
        except DripstoneError as error:
            self._record_failure(refs, error)
            raise
        self._record_runs(refs, report)
        return report

    def panel(self, factor: Factor, *, start: Day = None, end: Day = None) -> Panel:
        """The values of one factor column, day by instrument; what is missing is computed first."""
        ref = self.resolve(factor)
        self.compute([ref], start=start, end=end).raise_failure()
        return self.store.panel(ref.spec.fingerprint, self._column(ref), start=start, end=end)

    def export(self, factor: Factor, out: Path | str, *, start: Day = None, end: Day = None) -> Export:
        """Write one factor column as rows date, instrument, value, to ``.parquet`` or ``.csv``."""
        return write_panel(self.panel(factor, start=start, end=end), Path(out))

    def returns(self, *, start: Day = None, end: Day = None) -> Label:
        """The label: for each day and instrument the return that a value known that day could have been traded for."""
        return tradable_returns(self.lake, self.store, self._executor(), start=start, end=end)

    def evaluate(self, factor: Factor, *, start: Day = None, end: Day = None) -> Evaluation:
        """Measure one factor column against the tradable returns of start..end."""
        ref = self.resolve(factor)
        with self.ledger.attempt(self._trial("evaluate", ref)) as found:
            result = self._measured(ref, start=start, end=end)
            found.column, found.metrics = result.factor, result.as_dict(daily=False)
            found.window = str(result.first_day), str(result.last_day)
            found.data_version = self.store.data_version(ref.spec.fingerprint, start=self._warm_start(start), end=end)
        return result

    def placebo(self, factor: Factor, *, start: Day = None, end: Day = None) -> Evaluation:
        """The same factor on bars with shuffled minutes, measured the same way. No attempt: nothing is chosen by it."""
        ref = self.resolve(factor)
        return self._measured(replace(ref, spec=ref.spec.placebo()), start=start, end=end)

    def compare(self, factor: Factor, *, baseline: Factor, start: Day = None, end: Day = None) -> Comparison:
        """Measure the paired difference to a baseline, by day and instrument, at the same smoothing.

        The verdict pays for every factor column that the ledger saw compared with this baseline, this one included.
        """
        ref, base = self.resolve(factor), self.resolve(baseline)
        parent = base.spec.fingerprint
        with self.ledger.attempt(self._trial("compare", ref, parent=parent)) as found:
            variant, other = (self.panel(each, start=self._warm_start(start), end=end) for each in (ref, base))
            returns = self.returns(start=start, end=end).returns
            result = compare_panels(variant, other, returns, min_instruments=self.settings.min_instruments)
            tried = self.ledger.compared_with(parent) | {(ref.spec.fingerprint, result.variant)}
            result = result.after(len(tried))
            found.column, found.metrics = result.variant, result.as_dict(daily=False)
            found.window = str(returns.dates[0]), str(returns.dates[-1])
            found.data_version = self.store.data_version(ref.spec.fingerprint, start=self._warm_start(start), end=end)
        return result

    def report(
        self,
        factor: Factor,
        *,
        baseline: Factor | None = None,
        out: Path | str | None = None,
        language: Language | None = None,
    ) -> Path:
        """Write the evaluation, its placebo, and the comparison where a baseline is named, as one HTML file."""
        ref = self.resolve(factor)
        page = render_evaluation(
            self.evaluate(ref),
            language=language or self.settings.language,
            comparison=None if baseline is None else self.compare(ref, baseline=baseline),
            placebo=self.placebo(ref),
            simulated=self.lake.simulated or "",
        )
        path = self.root / f"{self._column(ref)}.html" if out is None else Path(out)
        path.write_text(page, encoding="utf-8")
        return path

    def trials(self, study: str | None = None) -> list[Trial]:
        """The ledger: every attempt so far, failures too, oldest first."""
        return self.ledger.trials(study)

    def _tables(self) -> LakeTables:
        return LakeTables(self.lake, shelf=Shelf(self.root / "tables"))

    def _executor(self) -> LocalExecutor:
        return LocalExecutor(self.settings.worker_count)

    def _column(self, ref: FactorRef) -> str:
        columns = self.store.columns(ref.spec.fingerprint)
        if ref.column is not None or len(columns) == 1:
            return ref.column or columns[0]
        raise FactorError(
            "the factor has several columns",
            seen=ref.spec.name,
            expected="one of " + ", ".join(columns),
            hint=f"name one: {columns[0]}, or FILE:{columns[0]}; a factor file declares them in @factor(columns=...)",
        )

    def _measured(self, ref: FactorRef, *, start: Day, end: Day) -> Evaluation:
        values = self.panel(ref, start=self._warm_start(start), end=end)
        returns = self.returns(start=start, end=end).returns
        return evaluate_panel(values, returns, min_instruments=self.settings.min_instruments)

    def _newest_day(self) -> np.datetime64:
        days = self.lake.dates()
        if not len(days):
            raise DataError("the lake holds no bars", expected="at least one day", hint="run ingest or simulate first")
        return days[-1]

    def _warm_start(self, start: Day) -> Day:
        """So many days held before ``start`` that the longest smoothing has its full span on the first day."""
        if start is None:
            return None
        before = self.lake.dates()
        before = before[before < np.asarray(start, "datetime64[D]")][-(max(SPANS) - 1) :]
        return before[0] if len(before) else start

    def _trial(self, stage: Stage, ref: FactorRef, *, parent: str | None = None) -> Trial:
        spec = ref.spec
        return Trial(
            self.study, spec.name, stage, "ok", ref.column, fingerprint=spec.fingerprint, parent=parent or spec.parent
        )

    def _record_failure(self, refs: Sequence[FactorRef], error: DripstoneError) -> None:
        for ref in refs:
            if ref.spec.shuffle_seed is None:
                self.ledger.append(replace(self._trial("compute", ref), outcome="failed", error=error.as_dict()))

    def _record_runs(self, refs: Sequence[FactorRef], report: ComputeReport) -> None:
        """One trial a factor that had something to compute or failed; a placebo is none."""
        known = {ref.spec.fingerprint: ref for ref in refs}
        for run in report.factors:
            ref = known[run.fingerprint]
            if ref.spec.shuffle_seed is None and (run.computed or run.error):
                error = None if run.error is None else run.error.as_dict()
                trial = replace(self._trial("compute", ref), outcome="failed" if error else "ok", error=error)
                metrics = {"computed_days": run.computed, "reused_days": run.reused, "rows": run.rows}
                self.ledger.append(replace(trial, metrics=metrics, seconds=run.seconds))


def _known(spec: FactorSpec, stored: StoredFactor | None) -> KnownFactor:
    about = spec.about
    if stored is None:
        return KnownFactor(spec.name, spec.columns, about)
    days = str(stored.first_day), str(stored.last_day)
    return KnownFactor(spec.name, spec.columns, about, stored.n_days, *days)
