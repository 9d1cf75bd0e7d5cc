"""What a factor *is*, as data: enough to compute it anywhere and to know it again."""

import ast
import hashlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Literal, Protocol, Self

from dripstone.arrays import PerInstrument
from dripstone.lake.day import DayBars

__all__ = ["Factor", "FactorFunction", "FactorSpec", "Needs", "UdfSource", "factor"]

Form = Literal["library", "kernel", "sql"]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a factor asks of the lake for one day.

    Parameters
    ----------
    fields : minute fields, of ``lake.day.BAR_FIELDS``.
    session : first and last bar end, both inclusive; ("09:31", "14:57") is 237 minutes.
    lookback_days : trading days of minutes, the day itself included; 1 gives (n, t), k > 1 gives (k, n, t).
    daily : columns of daily tables, as known that day.
    tables : whole daily tables by name (factors written in SQL).
    """

    fields: tuple[str, ...] = ("volume",)
    session: tuple[str, str] = ("09:31", "15:00")
    lookback_days: int = 1
    daily: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UdfSource:
    """One Python UDF of a SQL factor: everything needed to register it in another process.

    Parameters
    ----------
    name : the name the SQL calls.
    function : the Python name that ``source`` defines.
    source : self-contained Python: imports, constants, helpers and the function.
    return_type : as given to DaiUDF ("double", "struct<a:double, b:double>"), or None when annotated.
    options : the other DaiUDF arguments that were given, by name, as JSON-able text.
    """

    name: str
    function: str
    source: str
    return_type: str | None = None
    options: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class FactorSpec:
    """A factor as JSON-able data. Two specs with one ``fingerprint`` give the same values on the same bars.

    Parameters
    ----------
    name : how people call it; a single-column factor's column carries this name.
    form : "library" (a module of this package), "kernel" (Python source), "sql" (dai SQL with UDF sources).
    source : the text: Python for library and kernel, SQL for sql.
    entry : the name the source gives to the factor function (library, kernel).
    needs : what it asks of the lake.
    columns : output columns when known before running, else ().
    udfs : the UDFs of a SQL factor.
    params : SQL ``$params`` and the filters other than date, JSON-able.
    shuffle_seed : None, or compute on bars with shuffled minutes: the placebo of the same factor.
    origin, parent : where it came from, and the fingerprint of what it improves; not part of the identity.
    notes : what its making left to say (code of the notebook that was not run); not part of the identity.
    """

    name: str
    form: Form
    source: str
    entry: str = ""
    needs: Needs = Needs()
    columns: tuple[str, ...] = ()
    udfs: tuple[UdfSource, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict[str, object])
    shuffle_seed: int | None = None
    origin: str = ""
    parent: str | None = None
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The spec as JSON-able data; ``from_dict`` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The spec that ``as_dict`` wrote, also after a trip through JSON."""
        needs: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list | tuple) else value for key, value in data["needs"].items()
        }
        changed: dict[str, Any] = {
            "needs": Needs(**needs),
            "columns": tuple(data["columns"]),
            "udfs": tuple(UdfSource(**udf) for udf in data["udfs"]),
            "notes": tuple(data["notes"]),
        }
        return cls(**{**data, **changed})

    @property
    def fingerprint(self) -> str:
        """64 hex digits over everything that decides the values, the code beneath included."""
        identity = {
            "form": self.form,
            "source": self.source,
            "entry": self.entry,
            "needs": asdict(self.needs),
            "udfs": [asdict(udf) for udf in self.udfs],
            "params": dict(self.params),
            "shuffle_seed": self.shuffle_seed,
            "engine": engine_version(self.form),
        }
        text = json.dumps(identity, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def about(self) -> str:
        """The first line of the factor function's docstring; "" for SQL, and where there is none."""
        if self.form == "sql":
            return ""
        defined = [node for node in ast.walk(ast.parse(self.source)) if isinstance(node, ast.FunctionDef)]
        docs = [ast.get_docstring(node) for node in defined if node.name == self.entry]
        return (docs[0] or "").partition("\n")[0] if docs else ""

    def placebo(self, seed: int = 1) -> Self:
        """The same factor on bars whose minutes are shuffled within the day."""
        return replace(self, name=f"{self.name}__placebo", shuffle_seed=seed, parent=self.fingerprint)


class Factor(Protocol):
    """A compiled factor: SQL and kernel are the two makes."""

    @property
    def spec(self) -> FactorSpec:
        """What it is."""
        ...

    def compute(self, day: DayBars) -> Mapping[str, PerInstrument]:
        """Column -> (n_instrument,) float64 in the order of ``day.instruments``; NaN where there is no value.

        Raises
        ------
        FactorError : the code raised, or returned something of another shape.
        """
        ...


@dataclass(frozen=True, slots=True)
class FactorFunction:
    """What ``@factor`` makes of a function: the function, its name and its needs."""

    function: Callable[[DayBars], PerInstrument | Mapping[str, PerInstrument]]
    name: str
    needs: Needs
    columns: tuple[str, ...]
    doc: str

    def __call__(self, bars: DayBars) -> PerInstrument | Mapping[str, PerInstrument]:
        """Run the function on a day's bars."""
        return self.function(bars)


def factor(
    *,
    fields: tuple[str, ...] = ("volume",),
    session: tuple[str, str] = ("09:31", "15:00"),
    lookback_days: int = 1,
    daily: tuple[str, ...] = (),
    columns: tuple[str, ...] = (),
) -> Callable[[Callable[[DayBars], PerInstrument | Mapping[str, PerInstrument]]], FactorFunction]:
    """Declare a function of one day's bars to be a factor.

    The function gets a ``DayBars`` with just what is declared here and returns (n_instrument,), or a dict of
    such arrays for several columns (name them in ``columns`` to let others ask for one before it has run).
    """
    needs = Needs(tuple(fields), (session[0], session[1]), lookback_days, tuple(daily))

    def mark(function: Callable[[DayBars], PerInstrument | Mapping[str, PerInstrument]]) -> FactorFunction:
        name = getattr(function, "__name__", "factor")
        return FactorFunction(function, name, needs, tuple(columns) or (), inspect.getdoc(function) or "")

    return mark


@cache
def engine_version(form: Form) -> str:
    """A hash over the source text beneath a form of factor: another kernel, another fingerprint."""
    package = resources.files("dripstone")
    beneath = dict(_modules(package / "kernels", "kernels"))  # dai's functions over a whole series are kernels too
    if form == "sql":
        beneath |= _modules(package / "dai", "dai")
    for name in ("sql.py" if form == "sql" else "kernel.py", "values.py"):
        beneath[f"factors/{name}"] = package / "factors" / name
    beneath["lake/day.py"] = package / "lake" / "day.py"
    digest = hashlib.sha256()
    for name, entry in sorted(beneath.items()):
        digest.update(name.encode() + b"\0" + entry.read_bytes())
    return digest.hexdigest()


def _modules(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    """The modules of a room and of the packages in it, by their path."""
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            yield from _modules(entry, path)
        elif entry.name.endswith(".py"):
            yield path, entry
