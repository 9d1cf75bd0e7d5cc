"""A factor written as a Python function of a day's bars."""

import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from dripstone.arrays import PerInstrument
from dripstone.errors import FactorError
from dripstone.factors.blame import author_code, remember_source
from dripstone.factors.spec import FactorFunction, FactorSpec
from dripstone.factors.values import checked_columns, declared_bars
from dripstone.lake.day import DayBars

__all__ = ["KernelFactor", "compile_kernel", "declared", "marked_factors", "run_source"]


@dataclass(frozen=True, slots=True)
class KernelFactor:
    """A function of a day's bars, from the source of its spec."""

    spec: FactorSpec
    function: FactorFunction
    filename: str

    def compute(self, day: DayBars) -> Mapping[str, PerInstrument]:
        """See ``Factor.compute``. Arrays are read-only; dividing by an absent value is no error, it gives NaN."""
        spec = self.spec
        bars = declared_bars(day, spec.needs)
        if spec.shuffle_seed is not None:
            bars = bars.shuffled(spec.shuffle_seed)
        with author_code(self.filename, factor=spec.name, date=str(day.date)):
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # numpy on an all-NaN row: missing, not wrong
                returned = self.function(bars)
            return checked_columns(returned, bars, name=spec.entry, columns=spec.columns)


def compile_kernel(spec: FactorSpec) -> KernelFactor:
    """Execute the spec's source once and find its entry.

    Raises
    ------
    FactorError : the source does not parse, raises, or marks no such function with ``@factor``.
    """
    filename = f"<factor {spec.entry} {spec.fingerprint[:8]}>"
    found = vars(run_source(spec.source, filename=filename)).get(spec.entry)
    if not isinstance(found, FactorFunction):
        raise FactorError(
            "the source defines no such factor",
            seen=spec.entry,
            expected="a function marked @factor(...) at the top level",
            factor=spec.name,
        )
    return KernelFactor(spec, found, filename)


def run_source(source: str, *, filename: str) -> ModuleType:
    """Execute a factor file in a fresh module.

    Raises
    ------
    FactorError : it does not parse, or raises while it is executed.
    """
    remember_source(filename, source)
    module = ModuleType(filename)
    module.__file__ = filename
    sys.modules[filename] = module  # dataclasses and annotations look their module up here
    with author_code(filename):
        exec(compile(source, filename, "exec"), vars(module))  # noqa: S102  running the author's file is the point
    return module


def marked_factors(module: ModuleType, source: str) -> list[FactorSpec]:
    """A kernel spec for each ``@factor`` function that the module itself defines."""
    marked = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, FactorFunction) and value.function.__module__ == module.__name__
    }
    return [
        FactorSpec(value.name, "kernel", source, name, value.needs, value.columns) for name, value in marked.items()
    ]


def declared(payload: Mapping[str, object]) -> dict[str, object]:
    """The child's side of ``registry.read_factors``: run the source, tell what it declares."""
    source = str(payload["source"])
    return {"specs": [spec.as_dict() for spec in marked_factors(run_source(source, filename="<factor file>"), source)]}
