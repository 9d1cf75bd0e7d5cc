"""What a worker does on one visit: a few days of several factors, bars decoded once per distinct needs.

A chunk and its result are JSON-able, so they travel to any worker, and what comes back from a process that ran
somebody's factor is data and never code.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from dripstone.arrays import Floats, Labels
from dripstone.errors import FactorError, SettingsError
from dripstone.factors.compile import compile_factor
from dripstone.factors.spec import Factor, FactorSpec
from dripstone.lake import BarLake, DayBars
from dripstone.sandbox.report import revive
from dripstone.store import write_part

__all__ = ["Chunk", "ChunkResult", "FactorDays", "FactorResult", "compute_chunk"]


class FactorDays(TypedDict):
    """One factor of a chunk: what it is, and day (ISO) -> data version of its bars."""

    fingerprint: str
    spec: dict[str, Any]
    versions: dict[str, str]


class Chunk(TypedDict):
    """One visit: the two roots, and the factors with their days."""

    lake: str
    store: str
    factors: list[FactorDays]


class FactorResult(TypedDict):
    """What a visit made of one factor: the part written (``Part.to_dict``), the error it stopped at, its seconds."""

    fingerprint: str
    part: dict[str, Any] | None
    error: dict[str, Any] | None
    seconds: float


class ChunkResult(TypedDict):
    """What a visit made of its chunk: how many days it had, and the factors in the order of the chunk."""

    days: int
    factors: list[FactorResult]


def compute_chunk(chunk: Chunk) -> ChunkResult:
    """Compute the days of a chunk and write one part a factor; nothing is committed.

    A factor that raises a FactorError stops at that day; its earlier days are written, the other factors go on.

    Raises
    ------
    DataError : the lake cannot serve a day.
    SettingsError : this process runs other factor code than the one that made the chunk.
    """
    lake = BarLake(Path(chunk["lake"]), readonly=True)
    visits = [_Visit(order) for order in chunk["factors"]]
    dates = sorted({date for visit in visits for date in visit.versions})
    for date in dates:
        for needs in dict.fromkeys(visit.spec.needs for visit in visits):
            wanting = [visit for visit in visits if visit.spec.needs == needs and visit.wants(date)]
            if wanting:
                bars = lake.day(date, needs)
                for visit in wanting:
                    visit.add(bars, date)
    return {"days": len(dates), "factors": [visit.result(Path(chunk["store"])) for visit in visits]}


class _Visit:
    """One factor while its days of the chunk are computed."""

    def __init__(self, order: FactorDays) -> None:
        self.spec = FactorSpec.from_dict(order["spec"])
        self.fingerprint = order["fingerprint"]
        if self.spec.fingerprint != self.fingerprint:
            raise SettingsError(
                "a worker runs other factor code than the process that planned the work",
                seen=self.spec.fingerprint,
                expected=self.fingerprint,
                hint="install the same dripstone on every machine; after an upgrade, start again",
            )
        self.versions = order["versions"]
        self.error: FactorError | None = None
        self.seconds = 0.0
        self._days: dict[str, tuple[Labels, Mapping[str, Floats]]] = {}
        self._factor: Factor | None = None

    def wants(self, date: str) -> bool:
        return self.error is None and date in self.versions

    def add(self, bars: DayBars, date: str) -> None:
        began = time.perf_counter()
        try:
            self._factor = self._factor or compile_factor(self.spec)
            values = self._factor.compute(bars)
            self._check_columns(values)
            self._days[date] = (bars.instruments, values)
        except FactorError as error:
            self.error = error
            self._failed_on = date
        self.seconds += time.perf_counter() - began

    def result(self, store: Path) -> FactorResult:
        error = self.error and revive(self.error.as_dict(), factor=self.spec.name, date=self._failed_on).as_dict()
        return {"fingerprint": self.fingerprint, "part": self._part(store), "error": error, "seconds": self.seconds}

    def _check_columns(self, values: Mapping[str, Floats]) -> None:
        _, before = next(iter(self._days.values()), (None, values))
        if tuple(values) != tuple(before):
            raise FactorError(
                "the factor's columns differ between days", seen=tuple(values), expected=str(tuple(before))
            )

    def _part(self, store: Path) -> dict[str, Any] | None:
        if not self._days:
            return None
        days = np.array(list(self._days), "datetime64[D]")
        labels = [instruments for instruments, _ in self._days.values()]
        columns = next(iter(self._days.values()))[1]
        part = write_part(
            store,
            self.fingerprint,
            np.repeat(days, [len(instruments) for instruments in labels]),
            np.concatenate(labels),
            {name: np.concatenate([values[name] for _, values in self._days.values()]) for name in columns},
            {day: self.versions[str(day)] for day in days},
        )
        return part.to_dict()
