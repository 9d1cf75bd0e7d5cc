"""The kernels by name, and how a database learns to call them."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import duckdb
from duckdb.func import FunctionNullHandling, PythonUDFType
from sqlglot import exp

from dripstone.dai.dialect import FUNCTIONS, WINDOWED, indicator, neutral, series
from dripstone.dai.dialect.partition import Kernel
from dripstone.dai.dialect.row import Row
from dripstone.dai.dialect.signature import refused
from dripstone.errors import FactorError

__all__ = ["KERNELS", "Kernel", "at_call", "register_kernels"]

KERNELS: Mapping[str, Kernel] = {
    kernel.name: kernel for kernel in (*series.KERNELS, *neutral.KERNELS, *indicator.KERNELS)
}
"""``kernel_...`` -> the kernel, as the templates of the dialect call it over a window."""


def register_kernels(
    connection: duckdb.DuckDBPyConnection, names: Iterable[str], report: Callable[[FactorError], None]
) -> None:
    """Make kernels callable in this database, with lists in the place of series and a list as the result.

    Parameters
    ----------
    connection : the database.
    names : of the kernels that its statements call.
    report : is told the error that a call ends in.
    """
    for name in sorted(set(names)):
        kernel = KERNELS[name]
        connection.create_function(
            name,
            _called(kernel, report),
            None,  # arguments of any type: what is no number is refused with the name of the function
            f"{kernel.returns}[]",
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )


def at_call(error: FactorError, trees: Iterable[exp.Expr]) -> FactorError:
    """A kernel's error at the call that its author wrote, with that function's signature; as it is where two may be.

    Parameters
    ----------
    error : as reported.
    trees : the statements before their translation.
    """
    kernel = f"kernel_{error.fields.get('function')}"
    asked = [call for tree in trees for call in tree.find_all(exp.Anonymous)]
    found = [(call, row) for call in asked if (row := _row(call)) is not None and _calls(row, kernel)]
    if len(found) != 1:
        return error
    call, row = found[0]
    what = error.what.removeprefix(f"{error.fields.get('function')}: ")
    placed = refused(call, f"{row.name}: {what}", expected=error.expected or row.signature.text, hint=error.hint)
    placed.__cause__ = error.__cause__
    return placed


def _row(call: exp.Anonymous) -> Row | None:
    over = WINDOWED if isinstance(call.parent, exp.Window) and call.arg_key == "this" else FUNCTIONS
    return over.get(call.name.lower())


def _calls(row: Row, kernel: str) -> bool:
    return any(call.name == kernel for call in row.expression.find_all(exp.Anonymous))


def _called(kernel: Kernel, report: Callable[[FactorError], None]) -> Callable[..., Any]:
    def call(*columns: Any) -> Any:
        try:
            return kernel(*columns)
        except FactorError as error:
            report(_named(kernel, error))
            raise

    call.__signature__ = inspect.Signature([inspect.Parameter("columns", inspect.Parameter.VAR_POSITIONAL)])  # type: ignore[attr-defined]  # DuckDB reads the arity from it
    return call


def _named(kernel: Kernel, error: FactorError) -> FactorError:
    """The error with the function's name in it."""
    name = kernel.name.removeprefix("kernel_")
    seen = f", {error.seen}" if error.seen else ""
    named = FactorError(f"{name}: {error.what}{seen}", expected=error.expected, hint=error.hint, function=name)
    named.__cause__ = error
    return named
