"""The first rung for a new factor: one day, and what is wrong with it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

import numpy as np

from dripstone.arrays import Labels, PerInstrument
from dripstone.errors import FactorError
from dripstone.factors.compile import compile_factor
from dripstone.factors.spec import Factor, FactorSpec
from dripstone.lake.day import DayBars
from dripstone.lake.lake import BarLake
from dripstone.sandbox.child import run_child

__all__ = ["Check", "check", "check_apart", "checked"]


@dataclass(frozen=True, eq=False, slots=True)
class Check:
    """One day of a factor.

    Parameters
    ----------
    instruments : (n,) ascending.
    columns : name -> (n,) float64, NaN where there is no value.
    seconds : wall time of the computation.
    """

    instruments: Labels
    columns: Mapping[str, PerInstrument]
    seconds: float

    @property
    def coverage(self) -> dict[str, float]:
        """Column -> share of the instruments that have a value, 0..1."""
        return {name: float(np.isfinite(values).mean()) for name, values in self.columns.items()}

    @property
    def tie_share(self) -> dict[str, float]:
        """Column -> share of its values in the largest block of equal ones, 0..1; 1 in a column that is constant."""
        return {name: _tie_share(values[np.isfinite(values)]) for name, values in self.columns.items()}

    @property
    def constant(self) -> tuple[str, ...]:
        """The columns that give every instrument the same value, so that they rank nothing."""
        return tuple(name for name, values in self.columns.items() if _spread(values[np.isfinite(values)]) == 0)

    def as_dict(self) -> dict[str, object]:
        """JSON-able; ``from_dict`` reads it back."""
        columns = {name: values.tolist() for name, values in self.columns.items()}
        return {"instruments": self.instruments.tolist(), "columns": columns, "seconds": self.seconds}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The check that ``as_dict`` wrote, also after a trip through JSON."""
        columns = {name: np.array(values, np.float64) for name, values in data["columns"].items()}
        return cls(np.array(data["instruments"], np.str_), columns, data["seconds"])


def check(spec: FactorSpec, day: DayBars) -> Check:
    """Compute one day and look at it.

    Raises
    ------
    FactorError : the factor raised, returned something of another shape, gave other values the second time, or has
        no value for any instrument.
    """
    [found] = _checks(spec, [day])
    return found


def check_apart(
    spec: FactorSpec, *, lake: BarLake, dates: Sequence[np.datetime64 | str], timeout_s: float = 120
) -> list[Check]:
    """``check`` on days of the lake, all in one child process: code that never ran before is run there first.

    Raises
    ------
    FactorError : as ``check``, no value meaning none on any of the days; or it took too long, or ended the process.
    DataError : the lake lacks a day, or something that the factor needs.
    """
    payload: dict[str, object] = {
        "spec": spec.as_dict(),
        "lake": str(lake.root.resolve()),
        "dates": [str(date) for date in dates],
    }
    answer = run_child("dripstone.factors.check:checked", payload, timeout_s=timeout_s, data=[lake.root])
    return [Check.from_dict(data) for data in cast("Sequence[Mapping[str, Any]]", answer["checks"])]


def checked(payload: Mapping[str, object]) -> dict[str, object]:
    """The child's side of ``check_apart``."""
    spec = FactorSpec.from_dict(cast("Mapping[str, Any]", payload["spec"]))
    lake = BarLake(Path(str(payload["lake"])), readonly=True)
    days = [lake.day(date, spec.needs) for date in cast("Sequence[str]", payload["dates"])]
    return {"checks": [found.as_dict() for found in _checks(spec, days)]}


def _checks(spec: FactorSpec, days: Sequence[DayBars]) -> list[Check]:
    factor = compile_factor(spec)
    found = [_computed(factor, day) for day in days]
    if not any(np.isfinite(values).any() for one in found for values in one.columns.values()):
        raise _no_value(spec, days[-1], found[-1])
    return found


def _computed(factor: Factor, day: DayBars) -> Check:
    if not len(day.instruments):
        raise FactorError("the day holds no instrument", seen=str(day.date), factor=factor.spec.name)
    start = time.perf_counter()
    columns = factor.compute(day)
    seconds = time.perf_counter() - start
    again = factor.compute(day)
    for name, values in columns.items():
        if not np.array_equal(values, again[name], equal_nan=True):
            raise FactorError(
                "the factor gives other values the second time",
                seen=float(np.nanmax(np.abs(values - again[name]))),
                expected="the same values on the same bars",
                hint="leave out random numbers, the clock and anything kept from call to call",
                factor=factor.spec.name,
                date=day.date,
                column=name,
            )
    return Check(day.instruments, dict(columns), seconds)


def _no_value(spec: FactorSpec, day: DayBars, found: Check) -> FactorError:
    return FactorError(
        "the factor has no value for any instrument",
        seen=f"NaN in {', '.join(found.columns)} for all {len(day.instruments)} instruments",
        expected="a number for at least one",
        hint=f"instruments have {np.median(day.bar_count):g} of {len(day.minutes)} minutes in the middle; "
        "look for a bar count that is never reached, a field that is not held, a comparison with NaN",
        factor=spec.name,
        date=day.date,
    )


def _tie_share(values: PerInstrument) -> float:
    _, counts = np.unique(values, return_counts=True)
    return float(counts.max() / len(values)) if len(values) else np.nan


def _spread(values: PerInstrument) -> float:
    """Largest less smallest; NaN of nothing."""
    return float(np.ptp(values)) if len(values) else np.nan
