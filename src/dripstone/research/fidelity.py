"""Is dripstone's own kernel form the same factor as the SQL that was handed in? Asked before anything is changed."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dripstone.arrays import Dates, PerInstrument
from dripstone.errors import FactorError
from dripstone.factors.check import Check, check, check_apart
from dripstone.factors.registry import FactorRef, library
from dripstone.report import Fidelity
from dripstone.workspace import Workspace

__all__ = ["TOLERANCE", "Baseline", "largest_difference", "prove_baseline"]

TOLERANCE = 1e-9
_DAYS = 4
"""Days a kernel form must hold on: the newest, the oldest and two between."""
_NOT_A_MODEL = ("execution",)
"""Library factors that are prices and no idea."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The factor to beat.

    Parameters
    ----------
    recorded : the SQL as handed in, and its column.
    computed : what stands for it from here on: the equal kernel form, or the SQL itself.
    fidelity : how equal they are; None when no kernel form was found.
    """

    recorded: FactorRef
    computed: FactorRef
    fidelity: Fidelity | None

    @property
    def column(self) -> str:
        """The column that is measured."""
        return self.computed.column or self.computed.spec.name


def prove_baseline(workspace: Workspace, recorded: FactorRef) -> Baseline:
    """Find the library column that gives the recorded SQL's values, on the newest day and on three others.

    The candidates are all library columns. Equal means: wherever the SQL has a value the kernel has one, and the
    largest absolute difference is at most 1e-9. The SQL runs in a child process.

    Parameters
    ----------
    recorded : the SQL, and its column where it has several.

    Raises
    ------
    FactorError, DataError : the SQL itself cannot be computed on one of the days, or has several columns.
    """
    column = _single_column(recorded)
    days = list(_spread(workspace.lake.dates(), _DAYS))
    by_sql = dict(zip(days, check_apart(recorded.spec, lake=workspace.lake, dates=days), strict=True))
    for candidate in _candidates(workspace, by_sql[days[-1]].columns[column], days[-1]):
        fidelity = _held_against(workspace, by_sql, column, candidate)
        if fidelity.equal:
            return Baseline(FactorRef(recorded.spec, column), candidate, fidelity)
    own = FactorRef(recorded.spec, column)
    return Baseline(own, own, None)


def largest_difference(one: PerInstrument, other: PerInstrument) -> float:
    """The largest absolute difference where ``one`` has a value; infinite when ``other`` lacks one of them."""
    there = np.isfinite(one)
    if not np.isfinite(other[there]).all():
        return float("inf")
    return float(np.max(np.abs(one - other)[there], initial=0.0))


def _single_column(recorded: FactorRef) -> str:
    columns = recorded.spec.columns
    if recorded.column is None and len(columns) != 1:
        raise FactorError(
            "the baseline has several columns",
            seen=list(columns),
            expected="one of them",
            hint=f"name the one to be improved: FILE:{columns[0]}",
            factor=recorded.spec.name,
        )
    return recorded.column or columns[0]


def _spread(dates: Dates, count: int) -> Dates:
    """``count`` of the dates, the first and the last among them."""
    places = np.linspace(0, len(dates) - 1, min(count, len(dates))).round().astype(int)
    return dates[np.unique(places)]


def _candidates(workspace: Workspace, wanted: PerInstrument, day: np.datetime64) -> Iterable[FactorRef]:
    """The library columns that give those values on that day."""
    for name, spec in library().items():
        if name in _NOT_A_MODEL or spec.needs.lookback_days > len(workspace.lake.dates()):
            continue
        for column, values in _kernel(workspace, FactorRef(spec), day).columns.items():
            if len(values) == len(wanted) and largest_difference(wanted, values) <= TOLERANCE:
                yield FactorRef(spec, column)


def _kernel(workspace: Workspace, candidate: FactorRef, day: np.datetime64) -> Check:
    return check(candidate.spec, workspace.lake.day(day, candidate.spec.needs))


def _held_against(
    workspace: Workspace, by_sql: dict[np.datetime64, Check], column: str, candidate: FactorRef
) -> Fidelity:
    differences: list[float] = []
    values = surplus = 0
    for day, sql in by_sql.items():
        ours = sql.columns[column]
        kernel = _kernel(workspace, candidate, day).columns[candidate.column or ""]
        differences.append(largest_difference(ours, kernel))
        values += int(np.isfinite(ours).sum())
        surplus += int((np.isfinite(kernel) & ~np.isfinite(ours)).sum())
    return Fidelity(
        equal=max(differences) <= TOLERANCE,
        largest_difference=max(differences),
        days=len(by_sql),
        instruments=len({name for sql in by_sql.values() for name in sql.instruments.tolist()}),
        values=values,
        tolerance=TOLERANCE,
        note=f"{surplus} values only in the kernel form" if surplus else "",
    )
