"""Cut one function out of a notebook or script, with all it needs and nothing else.

1. Cut the code into top-level statements; for each, the names it binds and the global names it reads.
2. Start from the function; take the last statement before the point of use that binds each name it reads.
3. Do the same for the names those statements read, until nothing new is needed; put them in their order again.

A name whose value at the point of use is a plain literal other than its statement says (set by a loop, changed by a
function) is written out as that value.
"""

import ast
import builtins
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import FunctionType, ModuleType
from typing import TypeAlias, cast

import numpy as np

from dripstone.errors import FactorError

__all__ = ["Piece", "Slicer"]

_LITERAL_CHARS = 20_000
_COMPOUND = (ast.For, ast.While, ast.If, ast.With, ast.Try)
_DEFINITION: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Piece:
    """A function and the self-contained source that defines it under ``name``."""

    name: str
    source: str


@dataclass(frozen=True)
class _Statement:
    """One top-level statement: its text, the names it binds and the global names it reads."""

    node: ast.stmt
    text: str

    @cached_property
    def names(self) -> tuple[frozenset[str], frozenset[str]]:
        """(bound, read)"""
        return _names(self.text)

    @property
    def place(self) -> tuple[int, int]:
        """Line and column, to put statements in their order again."""
        return self.node.lineno, self.node.col_offset

    @property
    def starred(self) -> bool:
        """``from x import *``, which binds nobody knows what."""
        return isinstance(self.node, ast.ImportFrom) and self.node.names[0].name == "*"

    @property
    def queries(self) -> bool:
        """A loop or block that asks dai for data: its values are taken, the block is not run again."""
        return isinstance(self.node, _COMPOUND) and any(
            isinstance(node, ast.Name) and node.id == "dai" for node in ast.walk(self.node)
        )


@dataclass
class _Cut:
    """What one function needs, as it is being found."""

    line: int
    parts: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    values: dict[str, str] = field(default_factory=dict[str, str])
    made: dict[str, str] = field(default_factory=dict[str, str])
    seen: set[str] = field(default_factory=set[str])

    @property
    def source(self) -> str:
        """Values first, then statements in their order, then functions that were defined inside others."""
        statements = (text for _, text in sorted(self.parts.items()))
        return "\n".join([*self.values.values(), *statements, *self.made.values()]) + "\n"


class Slicer:
    """Slices of one notebook or script.

    Parameters
    ----------
    source : its code.
    filename : the name it is executed under.
    namespace : the names as they are at the time of a slice.
    absent : the class of values that stand for a package which is not installed.
    """

    def __init__(
        self, source: str, *, filename: str, namespace: Mapping[str, object], absent: type | None = None
    ) -> None:
        self._source, self._filename, self._namespace, self._absent = source, filename, namespace, absent
        self._tree = ast.parse(source)
        self._statements = [_Statement(node, _text(node, source)) for node in self._tree.body]

    def cut(self, function: object, *, line: int) -> Piece:
        """The source of a function as it is when the statement at ``line`` runs.

        Raises
        ------
        FactorError : it cannot stand alone: a bound method, or a name whose value cannot be written down.
        """
        cut = _Cut(line)
        return Piece(self._function(function, cut), cut.source)

    def _function(self, function: object, cut: _Cut) -> str:
        """Add a function to the cut; return the name it has there."""
        for name in (getattr(function, "__name__", ""), *self._namespace):
            if self._namespace.get(name) is function and self._bindings(name, cut):
                self._need(name, cut)
                return name
        if isinstance(function, FunctionType) and function.__code__.co_filename == self._filename:
            return self._inner(function, cut)
        module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
        if module and module != "__main__" and name.isidentifier():
            cut.values[name] = f"from {module} import {name}"
            return name
        raise FactorError(
            "the UDF's function cannot be taken out of its source",
            seen=function,
            expected="a function defined with def at the top level",
        )

    def _inner(self, function: FunctionType, cut: _Cut) -> str:
        """A function defined inside another, or a lambda: made again inside a function that holds its closure."""
        node = self._definition(function)
        name = f"inner_{function.__code__.co_firstlineno}" if isinstance(node, ast.Lambda) else node.name
        text = f"{name} = {ast.unparse(node)}" if isinstance(node, ast.Lambda) else ast.unparse(node)
        held = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        body = [self._held(key, cell.cell_contents, cut) for key, cell in held.items() if key != name]
        for needed in _names(text)[1] - held.keys():
            self._need(needed, cut)
        lines = "\n".join([*body, text, f"return {name}"]).replace("\n", "\n    ")
        cut.made[name] = f"def make_{name}():\n    {lines}\n\n\n{name} = make_{name}()"
        return name

    def _held(self, name: str, value: object, cut: _Cut) -> str:
        if isinstance(value, FunctionType):
            return f"{name} = {self._function(value, cut)}"
        literal = _literal(value)
        if literal is None:
            raise _not_portable(name, value)
        return f"{name} = {literal}"

    def _definition(self, function: FunctionType) -> _DEFINITION:
        code = function.__code__
        found = [
            node
            for node in ast.walk(self._tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            and min(part.lineno for part in (node, *getattr(node, "decorator_list", ()))) == code.co_firstlineno
            and getattr(node, "name", "<lambda>") == code.co_name
        ]
        if len(found) != 1:
            raise FactorError(
                "the UDF's function cannot be found in its source", seen=code.co_name, hint="define it with def"
            )
        return found[0]

    def _bindings(self, name: str, cut: _Cut) -> list[_Statement]:
        return [s for s in self._statements if s.node.lineno <= cut.line and name in s.names[0]]

    def _need(self, name: str, cut: _Cut) -> None:
        """Add what binds a global name."""
        if name in cut.seen:
            return
        cut.seen.add(name)
        value = self._namespace.get(name)
        if self._absent is not None and isinstance(value, self._absent):
            raise FactorError(
                "a UDF needs a package that is not installed", seen=value, hint="install it beside dripstone", name=name
            )
        bindings = self._bindings(name, cut)
        if bindings and not bindings[-1].queries and not self._changed(name, bindings[-1]):
            self._take(bindings[-1], cut)
        elif name in self._namespace:
            self._write_down(name, self._namespace[name], cut)

    def _changed(self, name: str, statement: _Statement) -> bool:
        """Whether the name's value is a literal other than its plain assignment says."""
        now = _literal(self._namespace.get(name))
        if now is None or not isinstance(statement.node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            return False
        try:
            said = ast.literal_eval(statement.node.value) if statement.node.value else None
        except ValueError:
            return isinstance(statement.node, ast.AugAssign)
        single = not isinstance(statement.node, ast.Assign) or isinstance(statement.node.targets[0], ast.Name)
        return single and repr(said) != now

    def _take(self, statement: _Statement, cut: _Cut) -> None:
        cut.parts[statement.place] = statement.text
        for needed in statement.names[1]:
            self._need(needed, cut)

    def _write_down(self, name: str, value: object, cut: _Cut) -> None:
        literal = _literal(value)
        if literal is not None:
            cut.values[name] = f"{name} = {literal}"
        elif isinstance(value, ModuleType):
            cut.values[name] = f"import {value.__name__} as {name}"
        elif isinstance(value, FunctionType) and value.__code__.co_filename == self._filename:
            made = self._inner(value, cut)
            cut.made[made] += "" if made == name else f"\n{name} = {made}"
        elif not hasattr(builtins, name):
            stars = [s for s in self._statements if s.starred and s.node.lineno <= cut.line]
            if not stars:
                raise _not_portable(name, value)
            for star in stars:
                cut.parts[star.place] = star.text


def _names(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names a piece of module-level code binds, and the global names it reads at any depth."""
    top = symtable.symtable(text, "<piece>", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    read = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    for table in _nested(top):
        symbols = [symbol for symbol in table.get_symbols() if symbol.is_global()]
        read |= {symbol.get_name() for symbol in symbols if symbol.is_referenced()}
    return frozenset(bound), frozenset(read)


def _nested(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _nested(child)


def _text(node: ast.stmt, source: str) -> str:
    """The statement as written, with its decorators; normalised where it shares a line with another."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    text = "\n".join(source.split("\n")[first - 1 : node.end_lineno])
    try:
        alone = len(ast.parse(text).body) == 1
    except SyntaxError:
        alone = False
    return text if alone else ast.unparse(node)


def _literal(value: object) -> str | None:
    """The value as a Python literal, or None where it is none."""
    plain = cast("np.generic", value).item() if isinstance(value, np.generic) else value
    if not isinstance(plain, bool | int | float | str | bytes | tuple | list | dict | set | None):
        return None
    text = repr(cast("object", plain))
    try:
        return text if len(text) <= _LITERAL_CHARS and repr(ast.literal_eval(text)) == text else None
    except (ValueError, SyntaxError):
        return None


def _not_portable(name: str, value: object) -> FactorError:
    return FactorError(
        "a UDF uses a name whose value cannot be written down",
        seen=f"{name}: {type(value).__name__}",
        expected="a constant, a function, a class or an import at the top level",
        hint=f"compute {name} at the top level, or inside the UDF",
        name=name,
    )
