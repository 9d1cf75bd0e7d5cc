"""From a call of a dialect function to the SQL it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from dripstone.dai.dialect.frame import rolling_frame, whole
from dripstone.dai.dialect.key import Keys
from dripstone.dai.dialect.row import Row
from dripstone.dai.dialect.signature import Arguments

__all__ = ["Expansion"]

_CLOSED = (
    *(exp.Column, exp.Literal, exp.Null, exp.Boolean, exp.Placeholder, exp.Parameter, exp.Star, exp.Array),
    *(exp.Anonymous, exp.Case, exp.If, exp.Cast, exp.Window, exp.Paren, exp.Subquery, exp.Bracket, exp.Columns),
)
"""What can stand in any expression without parentheses."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """One call, bound: its function, what it gives for each parameter, the keys of its windows.

    Parameters
    ----------
    row : the function.
    call : where it is called.
    arguments : parameter -> argument; ``w``, where the template names it, is a number of rows.
    keys : of the windows that the template opens.
    rows : the functions that templates may call.
    """

    row: Row
    call: exp.Anonymous
    arguments: Arguments
    keys: Keys
    rows: Mapping[str, Row]

    def tree(self) -> exp.Expr:
        """The SQL, with copies of the arguments in it; in parentheses where it could not stand anywhere without."""
        return _closed(self._filled(self.row.expression))

    def _filled(self, template: exp.Expr) -> exp.Expr:
        return template.transform(self._step)

    def _step(self, node: exp.Expr) -> exp.Expr:
        """What stands for a node of the template; of one that is returned as it is the parts come next."""
        if (argument := self._argument(node)) is not None:
            return _closed(argument.copy())
        if isinstance(node, exp.If) and isinstance(flag := self._argument(node.this), exp.Boolean):
            return self._filled(node.args["true" if flag.this else "false"])
        if isinstance(node, exp.Window):
            return self._opened(node)
        if isinstance(node, exp.Anonymous):
            return self._called(node)
        return node

    def _argument(self, node: exp.Expr) -> exp.Expr | None:
        return self.arguments.get(node.name) if isinstance(node, exp.Column) else None

    def _given(self, node: exp.Expr) -> exp.Expr:
        """What stands for an argument of a call in the template; it needs no parentheses."""
        argument = self._argument(node)
        return self._filled(node) if argument is None else argument.copy()

    def _called(self, call: exp.Anonymous) -> exp.Expr:
        """A call in the template: another function of the dialect works over the same keys."""
        if call.name == "whole":
            return whole(self._given(call.expressions[0]))
        row = self.rows.get(call.name)
        if row is None:
            return self._plain(call)
        arguments = {name: self._given(value) for name, value in row.signature.bind(call).items()}
        return Expansion(row, self.call, arguments, self.keys, self.rows).tree()

    def _plain(self, call: exp.Anonymous) -> exp.Anonymous:
        """A call of DuckDB's or of a kernel; what goes wrong in it went wrong at the author's call."""
        plain = exp.Anonymous(this=call.this, expressions=[self._given(each) for each in call.expressions])
        plain.meta.update(self.call.meta)
        return plain

    def _opened(self, window: exp.Window) -> exp.Window:
        """A known window written out, with what the template adds to it."""
        order, spec = window.args.get("order"), window.args.get("spec")
        ordered = {"part": (), "back": self.keys.turned}.get(window.alias, self.keys.order)
        added = [self._filled(key) for key in window.args.get("partition_by") or ()]
        if order is None and ordered:
            order = exp.Order(expressions=[key.copy() for key in ordered])
        elif order is not None:
            order = self._filled(order)
        if spec is None and window.alias == "roll":
            spec = rolling_frame(self.arguments["w"])
        return exp.Window(
            this=self._plain(window.this),
            partition_by=[*(key.copy() for key in self.keys.part), *added],
            order=order,
            spec=spec.copy() if spec else None,
            over="OVER",
        )


def _closed(tree: exp.Expr) -> exp.Expr:
    return tree if isinstance(tree, _CLOSED) else exp.Paren(this=tree)
