"""What a UDF is: a Python function, the name that SQL calls, and its options."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from dripstone.dai.udf.functional import ExceptionHandling, FunctionNullHandling, UDFType
from dripstone.dai.udf.typing import annotated_type, cast_type, sql_type
from dripstone.errors import FactorError

__all__ = ["DaiUDF"]

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True)
class DaiUDF:
    """A Python function under the name that SQL calls.

    Parameters
    ----------
    name : as the SQL calls it; not a name that SQL has already.
    function : anything that can be called. NATIVE: one call a row; lists arrive as lists, ``(2, 5)`` as a tuple,
        decimals as floats; arguments with a default may be left out; a struct is returned as a tuple or a dict.
        ARROW and BATCH: one call a chunk (``UDFType``, ``Lists``).
    parameters : types of the arguments, which SQL values are cast to; None reads the annotations, and an argument
        that has none is taken as it is.
    return_type : of one row: "double", "double[]", "struct<a:double, b:double>", or a type (``typing.sql_type``);
        None reads the annotation.
    type, null_handling, exception_handling : see the enums; their values as text will do.
    side_effects : two calls with equal arguments may differ.

    Null value
    ----------
    None and NaN come back as NULL.

    Raises
    ------
    FactorError : the name is no name, the function no function, an option unknown. At the query: the name is one of
        SQL's own, a type is unknown, or there is neither return type nor annotation.
    """

    name: str
    function: Callable[..., Any]
    parameters: Sequence[object] | None = None
    return_type: object = None
    type: UDFType | str | None = UDFType.NATIVE
    null_handling: FunctionNullHandling | str | None = FunctionNullHandling.DEFAULT
    exception_handling: ExceptionHandling | str | None = ExceptionHandling.DEFAULT
    side_effects: bool = False

    def __post_init__(self) -> None:
        name = cast("object", self.name)
        if not (isinstance(name, str) and name.isidentifier()):
            raise FactorError("no name for a UDF", seen=name, expected="a letter, then letters, digits, underscores")
        if not callable(self.function):
            raise FactorError("a UDF needs a function", seen=self.function, udf=self.name)
        chosen = {
            "type": _choice(UDFType, self.type, self.name),
            "null_handling": _choice(FunctionNullHandling, self.null_handling, self.name),
            "exception_handling": _choice(ExceptionHandling, self.exception_handling, self.name),
        }
        for name, value in chosen.items():
            object.__setattr__(self, name, value)

    @property
    def sees_nulls(self) -> bool:
        """Whether rows with a NULL argument reach the function."""
        return self.null_handling == FunctionNullHandling.SPECIAL

    @property
    def is_forgiven(self) -> bool:
        """Whether an exception gives NULL."""
        return self.exception_handling == ExceptionHandling.RETURN_NULL

    def signature(self) -> inspect.Signature:
        """The function's own; one written in C that tells nothing of itself takes any arguments."""
        try:
            return inspect.signature(self.function, eval_str=True)
        except NameError:  # an annotation in quotes that means nothing where the function is defined
            return inspect.signature(self.function)
        except (TypeError, ValueError):
            return inspect.Signature([inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)])

    def returned_type(self) -> str:
        """The SQL type of one row's value.

        Raises
        ------
        FactorError : it is unknown, or there is neither a type nor an annotation that says one.
        """
        if self.return_type is not None:
            return self._known(self.return_type)
        annotation = self.signature().return_annotation
        text = None if annotation is inspect.Signature.empty else annotated_type(annotation)
        if text is None:
            raise FactorError(
                "Could not infer the return type, please set it explicitly",
                hint='return_type="double", or an annotation: def f(x) -> float',
                udf=self.name,
            )
        # A BATCH function is annotated with what it returns for all rows: an array of numbers is one number a row.
        return self._known(text.removesuffix("[]") if self.type == UDFType.BATCH else text)

    def parameter_types(self, count: int) -> tuple[str | None, ...]:
        """The SQL types that so many arguments are cast to; None where one is taken as it is.

        Annotations count as far as DuckDB itself reads them, so that the function gets what it gets on the platform.
        """
        if self.parameters is not None:
            return tuple(map(self._known, self.parameters))
        places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        own = [parameter.annotation for parameter in self.signature().parameters.values() if parameter.kind in places]
        types = [cast_type(annotation) for annotation in own[:count]]
        return (*types, *[None] * (count - len(types)))

    def _known(self, given: object) -> str:
        try:
            return sql_type(given)
        except FactorError as error:
            raise FactorError(error.what, seen=given, expected=error.expected, hint=error.hint, udf=self.name) from None


def _choice(choices: type[_Choice], given: object, name: str) -> _Choice:
    if given is None:
        return next(iter(choices))
    known = {choice.value: choice for choice in choices}
    if str(given).lower() not in known:
        raise FactorError(f"unknown {choices.__name__}", seen=given, expected=" or ".join(choices), udf=name)
    return known[str(given).lower()]
