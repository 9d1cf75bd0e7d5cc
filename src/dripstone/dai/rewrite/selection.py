"""One SELECT: from what its author wrote to what DuckDB takes."""

from collections.abc import Callable
from typing import TypeVar

from sqlglot import exp

from dripstone.dai.dialect import FUNCTIONS, WINDOWED, expand
from dripstone.dai.rewrite.block import Block, FreshNames
from dripstone.dai.rewrite.frame import filled
from dripstone.dai.rewrite.item import explicit, hides, is_spread, named
from dripstone.dai.rewrite.layer import Layers
from dripstone.dai.rewrite.limit import limit_by
from dripstone.dai.rewrite.mark import mark_made
from dripstone.dai.rewrite.order import is_series, put_in_order
from dripstone.dai.rewrite.rank import ranked
from dripstone.dai.rewrite.refusal import misplaced
from dripstone.dai.rewrite.source import Sources
from dripstone.dai.rewrite.stack import over_all_columns, stack
from dripstone.dai.rewrite.tree import find_inside, is_kernel, is_query

__all__ = ["Selection", "expanded_body"]

E = TypeVar("E", bound=exp.Expr)

_HEAVY = 3000
"""Nodes of an expression, its aliases written out, from which DuckDB takes seconds to bind it."""


class Selection:
    """The translation of one SELECT, whose tree it changes.

    Parameters
    ----------
    select : the queries in it are translated before.
    sources : what its FROM clause brings.
    fresh : names for what the translation makes.
    own : lower-case functions of the caller's.
    """

    def __init__(self, select: exp.Select, sources: Sources, fresh: FreshNames, own: frozenset[str]) -> None:
        self._block = Block(select, sources, fresh)
        self._own = own
        self._changed = False

    def translate(self, *, full_frames: bool, tests_hidden: bool) -> bool:
        """Change the SELECT; whether there was anything to change."""
        block, select = self._block, self._block.select
        _open_windows(select)
        if full_frames:
            self._each(filled, exp.Window)
        self._name_items()
        self._each(self._expanded, exp.Anonymous, exp.Window)
        self._changed |= limit_by(block)
        layers = Layers(block)
        if self._needs_layers(layers):
            select.set(
                "expressions",
                [
                    named(each, block.sources) if not is_spread(each) else each
                    for item in select.expressions
                    for each in explicit(item, block.sources)
                ],
            )
            stack(block, tests_hidden=tests_hidden)
            self._changed = True
        elif any(find_inside(select, exp.Window)):
            _check_clauses(select, layers)
        return self._changed

    def _each(self, step: Callable[[E], exp.Expr | None], *kinds: type[E]) -> None:
        """Put what a step makes of a node in its place, of inner ones first."""
        for node in reversed(list(find_inside(self._block.select, *kinds))):
            made = step(node)
            if made is not None:
                mark_made(made, node)
                node.replace(made)
                self._changed = True

    def _name_items(self) -> None:
        """Give the items that a step may change the names that DuckDB would give them as they are."""
        select, items = self._block.select, list[exp.Expr]()
        for item in select.expressions:
            calls = [self._is_dialect(call) for call in find_inside(item, exp.Anonymous)]
            odd = any(calls) or (isinstance(item, exp.Alias) and "columns(*)" in item.alias.lower())
            odd |= hides(item, self._block.sources)
            spread = explicit(item, self._block.sources) if odd and is_spread(item) else [item]
            self._changed |= len(spread) != 1 or spread[0] is not item
            changes = any(calls) or any(map(is_series, find_inside(item, exp.Anonymous)))
            windowed = changes or any(find_inside(item, exp.Window))
            items += [named(each, self._block.sources) if windowed and not is_spread(each) else each for each in spread]
        select.set("expressions", items)

    def _is_dialect(self, call: exp.Expr) -> bool:
        name = call.name.lower()
        return name not in self._own and (name in FUNCTIONS or name in WINDOWED)

    def _expanded(self, node: exp.Anonymous | exp.Window) -> exp.Expr | None:
        """What stands for a call or window; None where it stays as it is."""
        if isinstance(node, exp.Window):
            return ranked(node, self._block)
        if is_series(node):
            self._changed |= put_in_order(node, self._block.sources)
            return None
        if not self._is_dialect(node):
            return None
        for argument in node.expressions:
            value = argument.expression if isinstance(argument, exp.PropertyEQ | exp.Kwarg) else argument
            if any(find_inside(value, exp.Window)):
                value.replace(self._block.name(value.copy()))
        made = expand(node, self._block)
        return None if made is None else self._ranked_inside(made)

    def _ranked_inside(self, tree: exp.Expr) -> exp.Expr:
        holder = exp.Paren(this=tree)
        for window in reversed(list(holder.find_all(exp.Window))):
            made = ranked(window, self._block)
            if made is not None:
                window.replace(made)
        return holder.this

    def _needs_layers(self, layers: Layers) -> bool:
        """Whether DuckDB does not take the SELECT as it is."""
        block, select = self._block, self._block.select
        windows = list(find_inside(select, exp.Window))
        if block.named or over_all_columns(select) or (select.args.get("qualify") and not windows):
            return True
        aliases = block.aliases.values()
        for alias in aliases:
            layers.level_of_named(alias)
        if any(is_kernel(window) or layers.level(window) > 2 for window in windows):
            return True
        if any(layers.weight(alias) > _HEAVY for alias in aliases):
            return True
        group = select.args.get("group")
        if windows and group is not None and group.args.get("all"):
            return True  # DuckDB takes a window's columns for keys
        return any(map(self._is_beyond_duckdb, find_inside(select, exp.Column)))

    def _is_beyond_duckdb(self, column: exp.Column) -> bool:
        """Whether a name means an alias that DuckDB would not find."""
        meant = self._block.meaning(column)
        if meant is None or not _is_expression(column, self._block.select):
            return False
        inside = column.find_ancestor(exp.Alias)
        if inside is not None and inside.this is meant:
            return False
        return bool(column.table) or self._block.sources.has(column.name) or any(map(is_query, meant.walk()))


def expanded_body(create: exp.Create, own: frozenset[str]) -> bool:
    """Expand the calls in the body of a scalar macro; whether there were any.

    Raises
    ------
    FactorError : one works over windows, whose columns a macro does not know.
    """
    block = Block(exp.Select(), Sources(()), FreshNames(frozenset()))
    changed = False
    for call in reversed(list(find_inside(create.expression, exp.Anonymous))):
        made = expand(call, block) if call.name.lower() not in own else None
        if made is None:
            continue
        if any(made.find_all(exp.Window)):
            raise misplaced(call, "a macro cannot hold a window function", hint="write it in the SELECT itself")
        mark_made(made, call)
        call.replace(made)
        changed = True
    return changed


def _open_windows(select: exp.Select) -> None:
    """Write the named windows of a SELECT out where they are used."""
    known = {window.name.lower(): window for window in select.args.get("windows") or ()}
    for window in list(find_inside(select, exp.Window)):
        name = window.args.get("alias")
        if (
            isinstance(name, exp.Identifier)
            and name.name.lower() in known
            and window is not known.get(window.name.lower())
        ):
            _open(window, known)
    if known:
        select.set("windows", None)


def _open(window: exp.Expr, known: dict[str, exp.Expr], depth: int = 0) -> None:
    name = window.args.get("alias")
    base = known.get(name.name.lower()) if isinstance(name, exp.Identifier) else None
    if base is None or depth > len(known):
        return
    _open(base, known, depth + 1)
    window.set("alias", None)
    for part in ("partition_by", "order", "spec"):
        given = base.args.get(part)
        if given and not window.args.get(part):
            window.set(part, [each.copy() for each in given] if isinstance(given, list) else given.copy())


def _check_clauses(select: exp.Select, layers: Layers) -> None:
    """Raise a FactorError where WHERE, GROUP BY or HAVING speaks of a window."""
    for name in ("where", "group", "having"):
        clause = select.args.get(name)
        if clause is not None:
            layers.inline(clause, "GROUP BY" if name == "group" else name.upper())


def _is_expression(column: exp.Expr, select: exp.Select) -> bool:
    """Whether it stands in an item, QUALIFY or a window, where DuckDB looks for a column first."""
    place = column.find_ancestor(exp.Alias, exp.Window, exp.Qualify, exp.Select)
    return place is not None and place is not select
