"""Python functions that SQL calls by name."""

import inspect
import traceback
import typing
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

import duckdb
import numpy as np
from duckdb import PythonExceptionHandling as Handling
from duckdb.func import FunctionNullHandling as NullHandling
from duckdb.func import PythonUDFType
from sqlglot import exp
from sqlglot.errors import ParseError

from dripstone.errors import FactorError

__all__ = ["DaiUDF", "ExceptionHandling", "FunctionNullHandling", "UDFType", "register"]


class UDFType(StrEnum):
    """How rows reach the function: one call a row with Python values, or one call a chunk with Arrow columns."""

    NATIVE = "native"
    ARROW = "arrow"


class FunctionNullHandling(StrEnum):
    """DEFAULT: a NULL argument gives NULL and the function is not called. SPECIAL: it is called with None."""

    DEFAULT = "default"
    SPECIAL = "special"


class ExceptionHandling(StrEnum):
    """DEFAULT: an exception fails the query. RETURN_NULL: it gives NULL for that row."""

    DEFAULT = "default"
    RETURN_NULL = "return_null"


@dataclass(frozen=True)
class DaiUDF:
    """A Python function under the name that SQL calls.

    Parameters
    ----------
    name : as the SQL calls it; not a name that DuckDB has already.
    function : one call a row. Lists arrive as lists, ``(2, 5)`` as a tuple, decimals as floats; arguments with a
        default may be left out. For a struct it returns a tuple or a dict.
    parameters : types of the arguments, which SQL values are cast to; None takes them as they are.
    return_type : "double", "double[]", "struct<a:double, b:double>", or a type; None reads the annotation.
    type, null_handling, exception_handling : see the enums, or their values as text; None is the first of each.
    side_effects : two calls with equal arguments may differ.

    Null value
    ----------
    None and NaN come back as NULL.

    Raises
    ------
    FactorError : the name is no name, the function no function, an option unknown. At the query: the name is one of
        DuckDB's, a type is unknown, or there is neither return type nor annotation.
    """

    name: str
    function: Callable[..., Any]
    parameters: Sequence[object] | None = None
    return_type: object = None
    type: UDFType | str | None = None
    null_handling: FunctionNullHandling | str | None = None
    exception_handling: ExceptionHandling | str | None = None
    side_effects: bool = False

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or not callable(self.function):
            raise FactorError("a UDF is a name and a function", seen=(self.name, self.function), udf=self.name)
        for given, choices in (
            (self.type, UDFType),
            (self.null_handling, FunctionNullHandling),
            (self.exception_handling, ExceptionHandling),
        ):
            if given is not None and given not in tuple(choices):
                raise FactorError(
                    f"unknown {choices.__name__}", seen=given, expected=" or ".join(choices), udf=self.name
                )


def register(connection: duckdb.DuckDBPyConnection, udf: DaiUDF, failures: list[BaseException]) -> None:
    """Make the UDF callable in this database; the error its function ends in is appended to ``failures``.

    Raises
    ------
    FactorError : DuckDB has a function of that name, or a type is missing or unknown.
    """
    if udf.name.lower() in _builtin_names():
        raise FactorError("the UDF has the name of a DuckDB function", hint="rename it", udf=udf.name)
    arrow = udf.type == UDFType.ARROW
    special = udf.null_handling == FunctionNullHandling.SPECIAL
    call = _recorded(udf, failures)
    if not arrow:
        call = _plain_call(call, special=special)
    call.__signature__ = _signature(udf)  # type: ignore[attr-defined]  # DuckDB reads arity and return type from it
    try:
        connection.create_function(
            udf.name,
            call,
            None if udf.parameters is None else [_sql_type(given) for given in udf.parameters],
            None if udf.return_type is None else _sql_type(udf.return_type),
            type=PythonUDFType.ARROW if arrow else PythonUDFType.NATIVE,
            null_handling=NullHandling.SPECIAL if special or not arrow else NullHandling.DEFAULT,
            exception_handling=Handling.RETURN_NULL if _is_forgiven(udf) else Handling.DEFAULT,
            side_effects=udf.side_effects,
        )
    except (duckdb.Error, ParseError) as error:
        what = str(error).partition("\n")[0].partition(" Error: ")
        hint = 'return_type="double", or an annotation: def f(x) -> float' if "infer" in what[2] else ""
        raise FactorError(what[2] or what[0], hint=hint, udf=udf.name) from error


@cache
def _builtin_names() -> frozenset[str]:
    """What DuckDB defines itself: a UDF of such a name would be passed over in silence for some argument types."""
    with duckdb.connect(":memory:") as connection:
        return frozenset(
            name for (name,) in connection.execute("SELECT function_name FROM duckdb_functions()").fetchall()
        )


def _recorded(udf: DaiUDF, failures: list[BaseException]) -> Callable[..., Any]:
    forgiven = _is_forgiven(udf)

    def call(*args: object) -> object:
        if failures:  # another thread's call has failed the query: do not work through the rest of the chunk
            raise failures[0]
        try:
            return udf.function(*args)
        except Exception as error:  # the author's code may raise anything; it is raised on
            if not forgiven:
                failures.append(_failure(udf, error, args))
            raise
        except BaseException as error:  # Ctrl-C in the middle of a function must stay Ctrl-C
            failures.append(error)
            raise

    return call


def _is_forgiven(udf: DaiUDF) -> bool:
    return udf.exception_handling == ExceptionHandling.RETURN_NULL


def _failure(udf: DaiUDF, error: Exception, args: tuple[object, ...]) -> FactorError:
    """What the function raised, at the last line of the author's own file that it passed through."""
    code = getattr(udf.function, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)[1:]
    own = [frame for frame in frames if code is not None and frame.filename == code.co_filename]
    at = own[-1] if own else None
    failure = FactorError(
        f"UDF {udf.name} raised {type(error).__name__}: {error}",
        seen=args,
        hint=f"line {at.lineno} of {at.filename}, in {at.name}: {at.line}" if at else "",
        udf=udf.name,
        exception=type(error).__name__,
        line=at.lineno if at else None,
    )
    failure.__cause__ = error
    return failure


def _plain_call(function: Callable[..., Any], *, special: bool) -> Callable[..., Any]:
    """The function between DuckDB's values and plain Python ones."""

    def call(*args: object) -> object:
        if not special and any(value is None for value in args):
            return None
        return _returned(function(*map(_plain, args)))

    return call


def _plain(value: object) -> object:
    """Decimals as floats, at any depth; a list of plain numbers is passed as it is."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        first = next((item for item in value if item is not None), None)
        return [_plain(item) for item in value] if isinstance(first, Decimal | list | tuple | dict) else value
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _returned(value: object) -> object:
    """numpy values as the Python ones that DuckDB takes, at any depth."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return type(value)(map(_returned, value))
    if isinstance(value, dict):
        return {key: _returned(item) for key, item in value.items()}
    return value


def _signature(udf: DaiUDF) -> inspect.Signature:
    """As many arguments as ``parameters`` names; otherwise any number, so that defaults may be left out."""
    try:
        own = inspect.signature(udf.function)
    except ValueError:  # a function written in C tells nothing of itself
        own = inspect.Signature([inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)])
    returns = own.return_annotation if udf.return_type is None else inspect.Signature.empty
    if udf.parameters is None and own.parameters:
        return inspect.Signature(
            [inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)], return_annotation=returns
        )
    names = [f"arg{i}" for i in range(len(udf.parameters or ()))]
    kind = inspect.Parameter.POSITIONAL_ONLY
    return inspect.Signature([inspect.Parameter(name, kind) for name in names], return_annotation=returns)


def _sql_type(given: object) -> Any:
    """A type as DuckDB takes it: the platform's struct<...> spelled out, Iterable[float] as a list of double."""
    if isinstance(given, str):
        if "<" in given:
            return exp.DataType.build(given.lower().replace("list<", "array<"), dialect="hive").sql("duckdb")
        return given
    if typing.get_origin(given) in (Iterable, Sequence, Collection):
        return list[typing.get_args(given)[0]]
    return given
