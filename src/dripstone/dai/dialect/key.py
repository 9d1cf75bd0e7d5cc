"""The keys of a window, as ``pb:=`` and ``ob:=`` spell them: a column, several, or a text that lists them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp

from dripstone.dai.dialect.signature import Arguments, Signature, refused
from dripstone.dai.dialect.spelling import read_expressions

__all__ = ["Binding", "Keys", "read_keys"]


class Binding(Protocol):
    """The scope of a call, for the columns that nobody wrote: the default keys of its windows."""

    def column(self, name: str, beside: Sequence[exp.Expr]) -> exp.Column:
        """The column of this name, with its table where the name alone is ambiguous: that of the arguments beside."""
        ...


@dataclass(frozen=True, slots=True)
class Keys:
    """What the windows of one call are cut and ordered by."""

    part: tuple[exp.Expr, ...]
    order: tuple[exp.Ordered, ...]

    @property
    def turned(self) -> tuple[exp.Ordered, ...]:
        """The same order from its end."""
        return tuple(_ordered(key.this, descending=not key.args.get("desc")) for key in self.order)


def read_keys(signature: Signature, arguments: Arguments, call: exp.Anonymous, binding: Binding) -> Keys:
    """The keys that a call gives, or else its function's default columns.

    A key is an expression; a list ``(a, b)`` or ``[a, b]`` of them; or a text such as ``'t.date, -close'``, which
    names columns only. A minus before a column means descending. NULL and an empty text are no key.

    Raises
    ------
    FactorError : a text names anything but columns.
    """
    defaults = {each.name: each.default for each in signature.parameters}
    beside = [value for name, value in arguments.items() if name not in ("pb", "ob")]

    def keys(name: str) -> Iterator[exp.Ordered]:
        given = arguments.get(name, exp.null())
        if isinstance(given, exp.Column) and given is defaults.get(name):
            given = binding.column(given.name, beside)
        return _keys(given, call)

    return Keys(tuple(key.this for key in keys("pb")), tuple(keys("ob")))


def _keys(given: exp.Expr, call: exp.Anonymous) -> Iterator[exp.Ordered]:
    if isinstance(given, exp.Literal) and given.is_string:
        for column in _columns(given, call):
            yield from _keys(column, call)
    elif isinstance(given, exp.Tuple | exp.Array):
        for each in given.expressions:
            yield from _keys(each, call)
    elif isinstance(given, exp.Paren):
        yield from _keys(given.this, call)
    elif isinstance(given, exp.Neg) and isinstance(given.this, exp.Column):
        yield _ordered(given.this, descending=True)
    elif not isinstance(given, exp.Null):
        yield _ordered(given, descending=False)


def _ordered(key: exp.Expr, *, descending: bool) -> exp.Ordered:
    return exp.Ordered(this=key.copy(), desc=descending or None)


def _columns(text: exp.Literal, call: exp.Anonymous) -> Sequence[exp.Expr]:
    if not text.name.strip():
        return ()
    columns = read_expressions(text.name)
    named = [column.this if isinstance(column, exp.Neg) else column for column in columns]
    if not named or not all(isinstance(column, exp.Column) and not column.is_star for column in named):
        raise refused(call, f"{call.name} needs columns as its keys", seen=text, expected="such as 'date, -t.close'")
    return columns
