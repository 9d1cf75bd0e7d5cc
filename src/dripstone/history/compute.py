"""A factor over many days.

1. The days of the lake in start..end, less those the store already serves at their data version, are missing.
2. A day whose look-back reaches before the lake is recorded as computed without a row.
3. The missing days of all factors are cut into chunks of at most ten; a worker computes all factors of a chunk in
   one visit, decoding the bars once per distinct needs, and writes one file a factor.
4. The coordinator commits a chunk as soon as it is back. An interrupt loses the chunks under way and nothing else;
   the next run starts again at 1.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from typing import TypeAlias

import numpy as np

from dripstone.arrays import Dates
from dripstone.errors import DataError, DripstoneError, FactorError
from dripstone.factors.spec import FactorSpec, Needs
from dripstone.history.chunk import Chunk, FactorDays, FactorResult, compute_chunk
from dripstone.history.executor import Executor
from dripstone.lake import BarLake
from dripstone.market.calendar import as_day
from dripstone.sandbox.report import revive
from dripstone.store import FactorStore, Part, PartDay

__all__ = ["ComputeReport", "FactorRun", "Progress", "compute"]

Day: TypeAlias = np.datetime64 | str | None
VersionOf: TypeAlias = Callable[[np.datetime64, Needs], str]

_CHUNK_DAYS = 10
_CHUNKS_PER_WORKER = 8
_OUT_OF_REACH = "look-back reaches before the lake"
"""The data version of a day without its whole look-back; earlier bars, once ingested, give it another."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a computation is.

    Parameters
    ----------
    done_days, total_days : distinct days to compute, of all factors together.
    rows : (day, instrument) pairs written, summed over the factors.
    seconds : since the work began.
    factor : the factors' names.
    """

    done_days: int
    total_days: int
    rows: int
    seconds: float
    factor: str

    @property
    def days_per_s(self) -> float:
        """The rate so far; 0 before the first day is done."""
        return self.done_days / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class FactorRun:
    """What a computation did for one factor, in days.

    Parameters
    ----------
    computed : computed and stored now.
    reused : served by the store already.
    short : without their whole look-back in the lake, recorded without a row.
    revised : computed and thrown away, because their bars changed meanwhile; the next run computes them.
    rows : (day, instrument) pairs written.
    seconds : spent inside the factor, summed over the workers.
    error : why it stopped, or why its values are useless; what was computed before stays stored.
    """

    name: str
    fingerprint: str
    computed: int = 0
    reused: int = 0
    short: int = 0
    revised: int = 0
    rows: int = 0
    seconds: float = 0.0
    error: DripstoneError | None = None

    @property
    def days_per_s(self) -> float:
        """Days computed a second spent inside the factor; 0 when none was."""
        return self.computed / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class ComputeReport:
    """One run a factor, in the order asked for (the same factor asked for twice is one), and the wall time."""

    factors: tuple[FactorRun, ...]
    days: int
    seconds: float

    @property
    def failed(self) -> tuple[FactorRun, ...]:
        """The runs that carry an error."""
        return tuple(run for run in self.factors if run.error is not None)

    def raise_failure(self) -> None:
        """Raise the first factor's error, if there is one."""
        for run in self.factors:
            if run.error is not None:
                raise run.error

    @property
    def days_per_s(self) -> float:
        """Distinct days computed a second of wall time; 0 when there was nothing to do."""
        return self.days / self.seconds if self.days else 0.0


def compute(
    specs: Sequence[FactorSpec],
    *,
    lake: BarLake,
    store: FactorStore,
    start: Day = None,
    end: Day = None,
    executor: Executor,
    on_progress: Callable[[Progress], None] | None = None,
) -> ComputeReport:
    """Bring factors up to date over start..end: what the store lacks at the bars' present version is computed.

    Parameters
    ----------
    specs : factors; one that appears twice is computed once.
    start, end : both inclusive; None leaves that side open.
    on_progress : called at the beginning and after every chunk.

    Returns
    -------
    ComputeReport. A FactorError of one factor stands in its run and does not hold up the others.

    Raises
    ------
    DataError : the lake is empty, holds no day of the range, or cannot serve a day.
    FactorError : a factor ends its worker process again and again.
    KeyboardInterrupt : with a note on how much is stored.
    """
    began = time.monotonic()
    held = lake.dates()
    window = _window(held, start, end)
    jobs = {spec.fingerprint: _Job(spec, store) for spec in specs}
    version_of = cache(lake.version)
    for job in jobs.values():
        job.plan(window, held, version_of)
    total = len({day for job in jobs.values() for day in job.todo})
    chunks = _chunks(list(jobs.values()), lake, store, executor.workers)
    if chunks:
        store.sweep()
    progress = Progress(0, total, 0, 0.0, ", ".join(job.spec.name for job in jobs.values()))
    report = on_progress or (lambda _: None)
    report(progress)
    foreign = any(job.spec.form != "library" for job in jobs.values())
    with _resumable(list(jobs.values())), closing(executor.map(compute_chunk, chunks, apart=foreign)) as results:
        for result in results:
            version_of = cache(lake.version)
            for found in result["factors"]:
                jobs[found["fingerprint"]].take(found, version_of)
            rows = sum(job.rows for job in jobs.values())
            done = progress.done_days + result["days"]
            progress = replace(progress, done_days=done, rows=rows, seconds=time.monotonic() - began)
            report(progress)
    for job in jobs.values():
        job.judge()
    return ComputeReport(tuple(job.run() for job in jobs.values()), progress.done_days, time.monotonic() - began)


class _Job:
    """One factor while its history is computed: what is to do, and what has been done."""

    def __init__(self, spec: FactorSpec, store: FactorStore) -> None:
        self.spec, self.fingerprint = spec, spec.fingerprint
        self._store = store
        self.todo: dict[np.datetime64, str] = {}
        self.computed = self.reused = self.short = self.revised = self.rows = 0
        self.seconds = 0.0
        self.error: DripstoneError | None = None

    def plan(self, window: Dates, held: Dates, version_of: VersionOf) -> None:
        """Find the days to compute and record those whose look-back the lake does not hold."""
        in_reach = np.searchsorted(held, window) >= self.spec.needs.lookback_days - 1
        self.short = int(np.sum(~in_reach))
        try:
            versions = {day: version_of(day, self.spec.needs) for day in window[in_reach]}
        except FactorError as error:
            self.error = error
            return
        out_of_reach = self._store.missing(self.fingerprint, dict.fromkeys(window[~in_reach], _OUT_OF_REACH))
        if out_of_reach:
            days = tuple(PartDay(day, _OUT_OF_REACH, 0, 0) for day in out_of_reach)
            self._store.commit(self.spec, [Part(None, (), days)])
        self.todo = {day: versions[day] for day in self._store.missing(self.fingerprint, versions)}
        self.reused = len(versions) - len(self.todo)

    def take(self, found: FactorResult, version_of: VersionOf) -> None:
        """Commit what a worker brings, but for days whose bars have changed since the plan."""
        self.seconds += found["seconds"]
        if found["error"] is not None:
            self._fail(revive(found["error"]))
        if found["part"] is None:
            return
        part = Part.from_dict(found["part"])
        days = tuple(day for day in part.days if version_of(day.date, self.spec.needs) == day.version)
        try:
            self._store.commit(self.spec, [replace(part, days=days)])
        except FactorError as error:  # other columns than on days before
            self._fail(error)
            return
        self.computed += len(days)
        self.revised += len(part.days) - len(days)
        self.rows += sum(day.row_count for day in days)

    def judge(self) -> None:
        """A factor without a value on any day is an error, though its days are stored."""
        if self.error is not None or not self.computed + self.reused + self.short:
            return
        stored = self._store.factor(self.fingerprint)
        if not stored.rows:
            self.error = DataError(
                "the look-back reaches before the lake on every day",
                seen=f"{self.spec.needs.lookback_days} days",
                expected="that many days in the lake",
                hint="ingest earlier days",
                factor=self.spec.name,
            )
        elif not stored.values:
            self.error = FactorError(
                "the factor has no value on any day",
                seen=f"{stored.rows} rows on {stored.n_days} days, all NaN",
                expected="at least one number",
                hint="look at the least number of bars it asks for, and at its fields",
                factor=self.spec.name,
            )

    def _fail(self, error: DripstoneError) -> None:
        """Keep the error of the earliest day, so that the report does not depend on which worker was faster."""
        if self.error is None or str(error.fields["date"]) < str(self.error.fields["date"]):
            self.error = error

    def run(self) -> FactorRun:
        """What has been done."""
        return FactorRun(
            self.spec.name,
            self.fingerprint,
            computed=self.computed,
            reused=self.reused,
            short=self.short,
            revised=self.revised,
            rows=self.rows,
            seconds=self.seconds,
            error=self.error,
        )

    def order(self, days: Sequence[np.datetime64]) -> FactorDays:
        """This factor's share of a chunk."""
        versions = {str(day): self.todo[day] for day in days if day in self.todo}
        return {"fingerprint": self.fingerprint, "spec": self.spec.as_dict(), "versions": versions}


def _window(held: Dates, start: Day, end: Day) -> Dates:
    if not len(held):
        raise DataError(
            "the lake holds no bars", expected="at least one trading day", hint="run ingest or simulate first"
        )
    first = held[0] if start is None else as_day(start)
    last = held[-1] if end is None else as_day(end)
    window = held[(held >= first) & (held <= last)]
    if not len(window):
        raise DataError(
            "the lake holds no day of the range",
            seen=f"{start or 'first day held'}..{end or 'last day held'}",
            expected=f"a range that meets {held[0]}..{held[-1]}",
            hint="choose another start or end, or ingest those days",
        )
    return window


def _chunks(jobs: Sequence[_Job], lake: BarLake, store: FactorStore, workers: int) -> list[Chunk]:
    days = sorted({day for job in jobs for day in job.todo})
    size = min(_CHUNK_DAYS, ceil(len(days) / (_CHUNKS_PER_WORKER * workers)))
    chunks: list[Chunk] = []
    for at in range(0, len(days), size or 1):
        orders = [job.order(days[at : at + size]) for job in jobs]
        wanted = [order for order in orders if order["versions"]]
        chunks.append({"lake": str(lake.root.resolve()), "store": str(store.root), "factors": wanted})
    return chunks


@contextmanager
def _resumable(jobs: Sequence[_Job]) -> Generator[None]:
    try:
        yield
    except KeyboardInterrupt as interrupt:
        done, total = sum(job.computed for job in jobs), sum(len(job.todo) for job in jobs)
        interrupt.add_note(f"{done} of {total} days are stored; run the same again and only the rest is computed")
        raise
    except FactorError as error:  # a worker died: which factor ended it, the dead do not say
        raise revive(error.as_dict(), factor=" or ".join(job.spec.name for job in jobs)) from error
