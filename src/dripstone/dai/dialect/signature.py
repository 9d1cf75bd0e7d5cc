"""How a function of the dialect is called: its parameters by place and by name, and what a call gives for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp

from dripstone.dai.dialect.spelling import read_expressions
from dripstone.errors import FactorError

__all__ = ["Arguments", "Parameter", "Signature", "refused"]

Arguments: TypeAlias = Mapping[str, exp.Expr]
"""Parameter -> what a call, or else the signature, gives for it."""

_KEYS = ("pb", "ob")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function; without a default it must be given."""

    name: str
    default: exp.Expr | None = None

    @property
    def by_name_only(self) -> bool:
        """Whether it may not be given by its place: the keys of a window, where they have a default."""
        return self.name in _KEYS and self.default is not None


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's name and parameters, read from a text such as ``m_lag(x, n, default_val:=null, pb:=instrument)``."""

    text: str
    name: str
    parameters: tuple[Parameter, ...]

    @classmethod
    def read(cls, text: str) -> "Signature":
        """The signature that a text spells, in the grammar of the SQL itself."""
        (call,) = read_expressions(text)
        return cls(text, call.name, tuple(map(_parameter, call.expressions)))

    def bind(self, call: exp.Anonymous) -> Arguments:
        """What a call gives for each parameter; a default where it gives nothing.

        Raises
        ------
        FactorError : too many or too few arguments, or one by a name that is none; with the place of the call.
        """
        given: dict[str, exp.Expr] = {}
        places = iter([parameter.name for parameter in self.parameters if not parameter.by_name_only])
        for argument in call.expressions:
            named = isinstance(argument, exp.PropertyEQ | exp.Kwarg)
            name = argument.this.name.lower() if named else next(places, "")
            if name in given or name not in self._names:
                raise self._misused(call, f"argument {name}" if named else "argument by place", seen=argument)
            given[name] = argument.expression if named else argument
        missing = [each.name for each in self.parameters if each.default is None and each.name not in given]
        if missing:
            raise refused(call, f"{self.name} needs {', '.join(missing)}", expected=self.text)
        defaults = {each.name: each.default for each in self.parameters if each.default is not None}
        return defaults | given

    @property
    def _names(self) -> frozenset[str]:
        return frozenset(parameter.name for parameter in self.parameters)

    def _misused(self, call: exp.Anonymous, what: str, *, seen: exp.Expr) -> FactorError:
        return refused(call, f"{self.name} takes no such {what}", seen=seen, expected=self.text)


def refused(
    call: exp.Anonymous, what: str, *, seen: exp.Expr | None = None, expected: str = "", hint: str = ""
) -> FactorError:
    """A FactorError at the line and column of a call; shows the call where nothing else is ``seen``."""
    at = call.meta
    return FactorError(
        what,
        seen=(seen or call).sql("duckdb", normalize_functions=False),
        expected=expected,
        hint=hint,
        line=at.get("line"),
        column=int(at["col"]) - len(call.name) + 1 if "col" in at else None,
    )


def _parameter(spelled: exp.Expr) -> Parameter:
    if isinstance(spelled, exp.PropertyEQ):
        return Parameter(spelled.this.name, spelled.expression)
    return Parameter(spelled.name)
