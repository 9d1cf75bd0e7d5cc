"""From what people type to a factor: a library name, a column, a factor file, a notebook."""

import ast
import difflib
import importlib
import inspect
import pkgutil
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from dripstone.errors import DataError, DripstoneError, FactorError
from dripstone.factors import library as library_package
from dripstone.factors.kernel import marked_factors
from dripstone.factors.recording import record_notebook
from dripstone.factors.spec import FactorSpec
from dripstone.lake.lake import BarLake
from dripstone.sandbox.child import run_child
from dripstone.sandbox.report import revive

__all__ = ["FactorRef", "factor_file", "library", "read_factors", "resolve"]

_FILE = re.compile(r"(?P<path>.+\.(?:py|ipynb))(?::(?P<name>[^:/\\]+))?", re.IGNORECASE | re.DOTALL)
"""A file and what is meant in it; the greedy path leaves the colon of a Windows drive alone."""


@dataclass(frozen=True, slots=True)
class FactorRef:
    """A factor, and the column of it that is meant; None where it has several and none was named."""

    spec: FactorSpec
    column: str | None = None


@cache
def library() -> Mapping[str, FactorSpec]:
    """The factors that ship with dripstone, by name."""
    found: dict[str, FactorSpec] = {}
    for info in pkgutil.iter_modules(library_package.__path__, f"{library_package.__name__}."):
        if not info.ispkg:
            module = importlib.import_module(info.name)
            specs = marked_factors(module, inspect.getsource(module))
            found.update({spec.name: replace(spec, form="library", origin=info.name) for spec in specs})
    return MappingProxyType(found)


def resolve(argument: str, *, lake: BarLake) -> FactorRef:
    """What a FACTOR argument means.

    Parameters
    ----------
    argument : a library name; a column of a library factor; ``FILE.py`` or ``FILE.py:NAME_OR_COLUMN`` with ``@factor``
        functions; ``FILE.ipynb`` or ``FILE.py`` in dai spelling, with ``:COLUMN`` where it has several queries.
    lake : its latest day is the one a notebook is recorded on.

    Raises
    ------
    FactorError : no such name, with the nearest ones; a file that holds no factor, or several.
    DataError : a notebook, and a lake without bars.
    """
    path, name = factor_file(argument)
    if path is None:
        return _from_library(argument)
    if path.suffix.lower() == ".py" and _declares_factors(path):
        return _pick(read_factors(path.read_text(encoding="utf-8-sig"), origin=str(path)), name, argument)
    days = lake.dates()
    if not len(days):
        raise DataError(
            "a notebook is recorded on a day of bars, and the lake holds none",
            seen=str(lake.root),
            hint="run ingest or simulate first",
        )
    spec = record_notebook(path, lake=lake, date=days[-1], column=name).spec
    return FactorRef(spec, name or _only(spec.columns))


def factor_file(argument: str) -> tuple[Path | None, str | None]:
    """The file that a FACTOR argument names, and what is meant in it; (None, None) for a name of the library."""
    match = _FILE.fullmatch(argument)
    return (Path(match["path"]).expanduser(), match["name"]) if match else (None, None)


def read_factors(source: str, *, origin: str = "") -> tuple[FactorSpec, ...]:
    """The factors that a factor file declares, in its order; the file is run in a child process to learn them.

    Raises
    ------
    FactorError : it does not parse, raises, or marks no function with ``@factor``.
    """
    try:
        answer = run_child("dripstone.factors.kernel:declared", {"source": source}, timeout_s=60)
    except DripstoneError as error:
        raise revive(error.as_dict(), path=origin or None) from error
    specs = [FactorSpec.from_dict(data) for data in cast("Sequence[Mapping[str, Any]]", answer["specs"])]
    if not specs:
        raise FactorError(
            "the file declares no factor",
            seen=origin or source[:80],
            expected="a function marked @factor(...)",
            path=origin or None,
        )
    return tuple(replace(spec, origin=origin) for spec in specs)


def _from_library(argument: str) -> FactorRef:
    specs = library()
    if argument in specs:
        columns = specs[argument].columns
        return FactorRef(specs[argument], argument if argument in columns else _only(columns))
    emitting = [spec for spec in specs.values() if argument in spec.columns]
    if len(emitting) == 1:
        return FactorRef(emitting[0], argument)
    names = [*specs, *(column for spec in specs.values() for column in spec.columns)]
    near = difflib.get_close_matches(argument, names, n=3)
    raise FactorError(
        "unknown factor",
        seen=argument,
        expected="a library factor (" + ", ".join(specs) + "), one of their columns, a .py or an .ipynb file",
        hint=f"did you mean {' or '.join(near)}?" if near else "",
    )


def _pick(specs: Sequence[FactorSpec], name: str | None, argument: str) -> FactorRef:
    """The factor of a file that a name or a column means."""
    if name is None and len(specs) == 1:
        return FactorRef(specs[0], _only(specs[0].columns))
    for spec in specs:
        if spec.name == name:
            return FactorRef(spec, name if name in spec.columns else _only(spec.columns))
    emitting = [spec for spec in specs if name in spec.columns]
    if len(emitting) == 1:
        return FactorRef(emitting[0], name)
    raise FactorError(
        "the file holds several factors" if name is None else "the file holds no such factor or column",
        seen=argument,
        expected="one of " + ", ".join(spec.name for spec in specs),
        hint=f"write FILE.py:{specs[0].name}",
    )


def _declares_factors(path: Path) -> bool:
    """Whether a Python file has a function marked ``@factor``; one that does not parse or is missing has none."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return False  # reading it as a notebook says what is wrong, and where
    marks = [
        mark.func if isinstance(mark, ast.Call) else mark
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for mark in node.decorator_list
    ]
    return any(getattr(mark, "id", getattr(mark, "attr", "")) == "factor" for mark in marks)


def _only(columns: Sequence[str]) -> str | None:
    return columns[0] if len(columns) == 1 else None
