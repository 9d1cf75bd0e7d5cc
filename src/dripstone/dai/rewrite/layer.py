"""Windows in windows, worked out in layers of derived tables.

1. The first layer is the SELECT's FROM, WHERE, GROUP BY and HAVING; it gives the columns that are needed above, and
   the windows over them.
2. Each further layer reads the one below and adds the windows over what that one gives; a kernel's pass follows the
   layer that gives its series. Equal windows are worked out once.
3. The outermost holds no window: names and order of the columns, DISTINCT, ORDER BY, LIMIT; QUALIFY is its WHERE.

The level of an expression is the layer in which it can be worked out from columns: 1 for what the sources give, one
more than its layer for a window.
"""

from dataclasses import dataclass, field

from sqlglot import exp

from dripstone.dai.dialect.kernel import KERNELS
from dripstone.dai.rewrite.block import Block
from dripstone.dai.rewrite.refusal import misplaced
from dripstone.dai.rewrite.tree import closed, find_inside, is_aggregate, is_kernel, is_query, of_call, rebuilt

__all__ = ["Layer", "Layers"]

_LIGHT = 12
"""Nodes up to which an expression with a name is written again rather than given a column of its own."""


@dataclass(slots=True)
class Layer:
    """What one layer adds: name -> expression over the columns of the layer below."""

    values: dict[str, exp.Expr] = field(default_factory=dict[str, exp.Expr])
    kernels: dict[str, exp.Window] = field(default_factory=dict[str, exp.Window])
    names: dict[exp.Expr, str] = field(default_factory=dict[exp.Expr, str])


class Layers:
    """The layers under one SELECT, made as its expressions ask for them.

    Parameters
    ----------
    block : the SELECT, its named windows written out.
    keeps_names : whether a column may keep its name in the layers; not beside a ``*`` of unknown columns.
    """

    def __init__(self, block: Block, *, keeps_names: bool = True) -> None:
        self.block = block
        self.layers: list[Layer] = []
        self._keeps_names = keeps_names
        self.keys = block.keys
        self._levels: dict[int, int] = {}
        self._sizes: dict[int, int] = {}
        self._weights: dict[int, int] = {}
        self._names: dict[tuple[int, int], str] = {}
        self._within: list[exp.Expr] = []
        self._own: set[int] = set()

    def level(self, node: exp.Expr) -> int:
        """The first layer in which an expression can be worked out without a window."""
        if id(node) not in self._levels:
            self._levels[id(node)] = self._level(node)
        return self._levels[id(node)]

    def _level(self, node: exp.Expr) -> int:
        if isinstance(node, exp.Column):
            meant = self.block.meaning(node)
            if meant is None or _is_variable(node):
                return 1
            if any(meant is each for each in self._within):
                self._own.add(id(node))  # ``close * 2 AS close`` means the column
                return 1
            return self.level_of_named(meant) + (not self._is_light(meant))
        if isinstance(node, exp.Window):
            return 1 + max(map(self.level, self._parts(node)), default=1)
        if self.is_leaf(node):
            self._check_leaf(node)
            return 1
        return max(map(self.level, node.iter_expressions()), default=1)

    def level_of_named(self, expression: exp.Expr) -> int:
        """The level of what an alias stands for; its own name in it is not the alias."""
        self._within.append(expression)
        try:
            return self.level(expression)
        finally:
            self._within.pop()

    def at(self, node: exp.Expr, layer: int) -> exp.Expr:
        """An expression as it is written in a layer, not below its level."""
        if isinstance(node, exp.Column):
            return node.copy() if _is_variable(node) else self._column_at(node, layer)
        if isinstance(node, exp.Window):
            return self.block.fresh.column(self.define(node, self.level(node) - 1))
        if self.is_leaf(node):
            return self.inline(node) if layer == 1 else self.block.fresh.column(self.define(node, 1))
        return rebuilt(node, lambda child: self.at(child, layer))

    def _column_at(self, node: exp.Column, layer: int) -> exp.Expr:
        meant = self._meaning(node)
        if meant is None:
            return node.copy() if layer == 1 else self._placed(self.block.fresh.column(self.define(node, 1)), node)
        value = closed(self.value(meant, layer, as_column=True))
        if isinstance(value, exp.Column):
            self._placed(value, node)
        return exp.Dot(this=exp.Paren(this=value), expression=node.this.copy()) if node.table else value

    def value(self, expression: exp.Expr, layer: int, *, as_column: bool = False) -> exp.Expr:
        """What an alias stands for, as it is written in a layer: a column from below where it is not light."""
        own = self.level_of_named(expression)
        if own < layer and not isinstance(expression, exp.Window) and (as_column or not self._is_light(expression)):
            return self.block.fresh.column(self.define(expression, own))
        return self.at(expression, layer)

    def define(self, node: exp.Expr, layer: int) -> str:
        """The name of the column in which a layer gives an expression."""
        key = (id(node), layer)
        if key not in self._names:
            self._names[key] = self._define(node, layer)
        return self._names[key]

    def _define(self, node: exp.Expr, layer: int) -> str:
        while len(self.layers) < layer:
            self.layers.append(Layer())
        target = self.layers[layer - 1]
        if isinstance(node, exp.Window) and is_kernel(node):
            made: exp.Expr = self._kernel(node, layer)
        elif isinstance(node, exp.Window):
            made = self._window(node, layer)
        else:
            made = self.at(node, layer)
        if made not in target.names:
            name = target.names[made] = self._name(made)
            if isinstance(made, exp.Window) and is_kernel(made):
                target.kernels[name] = made
            elif not (layer > 1 and isinstance(made, exp.Column)):
                target.values[name] = made
            else:
                target.names[made] = made.name  # a column of a layer below is there already
        return target.names[made]

    def inline(self, node: exp.Expr, clause: str = "an aggregate") -> exp.Expr:
        """An expression with what its aliases stand for in their places, as WHERE and GROUP BY need it.

        Raises
        ------
        FactorError : it is worked out by a window; ``clause`` says where it stands.
        """
        if is_query(node) or (isinstance(node, exp.Column) and _is_variable(node)):
            return node.copy()
        meant = self._meaning(node) if isinstance(node, exp.Column) else None
        if isinstance(node, exp.Window) or (meant is not None and self.level(meant) > 1):
            raise misplaced(
                node,
                f"{clause} cannot use what a window function works out",
                hint="QUALIFY chooses rows by it; a CTE or subquery gives it to everything else",
            )
        return rebuilt(node, lambda child: self.inline(child, clause)) if meant is None else closed(self.inline(meant))

    def is_leaf(self, node: exp.Expr) -> bool:
        """Whether the first layer gives an expression as a whole: an aggregate, a query, a key of the groups."""
        if is_query(node) or isinstance(node, exp.Exists) or is_aggregate(node):
            return True
        if _asks_query(node):
            return True
        return bool(self.keys) and node in self.keys

    def _check_leaf(self, node: exp.Expr) -> None:
        if is_query(node) or isinstance(node, exp.Exists):
            return
        for inner in node.iter_expressions():
            if not is_query(inner) and self.level(inner) > 1:
                self.inline(inner, "GROUP BY" if node in self.keys else "an aggregate")

    def _meaning(self, node: exp.Column) -> exp.Expr | None:
        self.level(node)
        return None if id(node) in self._own else self.block.meaning(node)

    def _parts(self, window: exp.Window) -> list[exp.Expr]:
        parts: list[exp.Expr] = []

        def kept(part: exp.Expr) -> exp.Expr:
            parts.append(part)
            return part

        of_call(window.this, kept)
        return [*parts, *(child for child in window.iter_expressions() if child is not window.this)]

    def _window(self, window: exp.Window, layer: int) -> exp.Expr:
        call = of_call(window.this, lambda part: self.at(part, layer))
        return rebuilt(window, lambda child: call if child is window.this else self.at(child, layer))

    def _kernel(self, window: exp.Window, layer: int) -> exp.Expr:
        """A kernel's window over columns that its layer gives: series, keys and order."""

        def given(part: exp.Expr) -> exp.Expr:
            if isinstance(part, exp.Ordered):
                return rebuilt(part, given)
            if part.find(exp.Column) is None and not is_query(part):
                return part.copy()
            return self.block.fresh.column(self.define(part, layer))

        series = KERNELS[window.this.name].series
        for constant in window.this.expressions[series:]:
            if constant.find(exp.Column):
                raise misplaced(constant, "a parameter must be the same on every row", hint="write a number")
        call = rebuilt(window.this, given)
        made = exp.Window(this=call, partition_by=[given(key) for key in window.args.get("partition_by") or ()])
        order = window.args.get("order")
        if order is not None:
            made.set("order", exp.Order(expressions=[given(key) for key in order.expressions]))
        return made

    def weight(self, expression: exp.Expr) -> int:
        """The nodes that an expression has when every alias in it is written out."""
        if id(expression) not in self._weights:
            self._weights[id(expression)] = 1  # while it is looked at
            meant = (self.block.meaning(node) for node in find_inside(expression, exp.Column))
            below = sum(self.weight(each) for each in meant if each is not None)
            self._weights[id(expression)] = below + sum(1 for _ in find_inside(expression, exp.Expr))
        return self._weights[id(expression)]

    def _is_light(self, expression: exp.Expr) -> bool:
        return self._size(expression) <= _LIGHT

    def _size(self, node: exp.Expr) -> int:
        """The nodes that an expression has with its light aliases written out; a window is one, a query is heavy."""
        if id(node) not in self._sizes:
            self._sizes[id(node)] = 1  # while it is looked at
            self._sizes[id(node)] = self._counted(node)
        return self._sizes[id(node)]

    def _counted(self, node: exp.Expr) -> int:
        if is_query(node):
            return _LIGHT + 1
        if isinstance(node, exp.Column):
            meant = self.block.meaning(node)
            return self._size(meant) if meant is not None and self._is_light(meant) else 1
        return 1 if isinstance(node, exp.Window) else 1 + sum(map(self._size, node.iter_expressions()))

    def _name(self, made: exp.Expr) -> str:
        taken = {name for layer in self.layers for name in (*layer.values, *layer.kernels)}
        keeps = self._keeps_names and isinstance(made, exp.Column)
        if keeps and made.name.lower() not in {name.lower() for name in taken}:
            return made.name
        return self.block.fresh.take()

    def _placed(self, new: exp.Column, old: exp.Expr) -> exp.Column:
        """The new column at the author's place of the old one."""
        at = next((each.meta["at"] for each in old.walk() if "at" in each.meta), None)
        if at is not None:
            new.this.meta["at"] = at
        return new


def _is_variable(column: exp.Column) -> bool:
    """Whether a name is the variable of a list comprehension."""
    around = column.find_ancestor(exp.Comprehension, exp.Select)
    while isinstance(around, exp.Comprehension):
        if not column.table and column.name == around.expression.name:
            return True
        around = around.find_ancestor(exp.Comprehension, exp.Select)
    return False


def _asks_query(node: exp.Expr) -> bool:
    """Whether it compares with a query: ``x IN (SELECT ...)``, ``x > ALL (SELECT ...)``."""
    if isinstance(node, exp.In) and node.args.get("query") is not None:
        return True
    return any(isinstance(each, exp.Any | exp.All) and is_query(each.this) for each in node.iter_expressions())
