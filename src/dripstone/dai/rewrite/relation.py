"""The columns of every relation in a statement, as far as they can be told from its text."""

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from dripstone.dai.rewrite.item import item_names
from dripstone.dai.rewrite.source import Columns, Names, Source, Sources

__all__ = ["Relations"]

_ONE_COLUMN = frozenset({"range", "generate_series", "unnest"})


class Relations:
    """What each query of one statement reads and gives.

    Asked from the inside out, before a query is changed: an answer is kept.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._outputs: dict[int, Names] = {}

    def sources(self, scope: Scope) -> Sources:
        """What the FROM clause of a SELECT brings."""
        select = scope.expression
        origin = select.args.get("from_")
        joins = select.args.get("joins") or []
        places = [*([origin] if origin else []), *joins, *(select.args.get("laterals") or [])]
        nodes = [place.this if isinstance(place, exp.From | exp.Join) else place for place in places]
        sources = tuple(Source(node.alias_or_name, self._names(node, scope)) for node in nodes)
        merged = frozenset(name.lower() for join in joins for name in self._merged(join, sources))
        hidden = frozenset(join.alias_or_name for join in joins if {join.kind, join.side} & {"SEMI", "ANTI"})
        return Sources(sources, merged, hidden)

    def outputs(self, scope: Scope) -> Names:
        """The columns that a query gives."""
        key = id(scope)
        if key not in self._outputs:
            self._outputs[key] = None  # of a recursive CTE, while it is looked at
            self._outputs[key] = self._output_names(scope)
        return self._outputs[key]

    def _merged(self, join: exp.Join, sources: tuple[Source, ...]) -> set[str]:
        if join.method != "NATURAL":
            return {name.name for name in join.args.get("using") or ()}
        right = next(source for source in sources if source.name == join.alias_or_name)
        before = sources[: sources.index(right)]
        return {name for name in right.columns or () if any(source.has(name) for source in before)}

    def _output_names(self, scope: Scope) -> Names:
        query = scope.expression
        if scope.set_operation_scopes:
            return None if query.args.get("by_name") else self.outputs(scope.set_operation_scopes[0])
        if isinstance(query, exp.Values):
            return tuple(f"col{i}" for i in range(len(query.expressions[0].expressions)))
        if isinstance(query, exp.Select):
            return item_names(query.expressions, self.sources(scope))
        return None

    def _names(self, node: exp.Expr, scope: Scope) -> Names:
        """The columns of a relation, under the names that its alias gives the first of them."""
        names = self._own_names(node, scope)
        alias = node.args.get("alias")
        return _renamed(names, alias)

    def _own_names(self, node: exp.Expr, scope: Scope) -> Names:
        if node.args.get("pivots") or node.args.get("joins"):
            return None
        source = scope.sources.get(node.alias_or_name)
        if isinstance(source, Scope):
            if isinstance(source.expression, exp.Unnest):
                return (node.alias_or_name,)
            cte = source.expression.find_ancestor(exp.CTE) if isinstance(node, exp.Table) else None
            return _renamed(self.outputs(source), cte.args.get("alias") if cte is not None else None)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Func):
            return (node.alias or node.this.name,) if node.this.name.lower() in _ONE_COLUMN else None
        found = self._columns.get(node.name.lower()) if isinstance(node, exp.Table) else None
        return None if found is None else tuple(found)


def _renamed(names: Names, alias: exp.TableAlias | None) -> Names:
    given = tuple(column.name for column in alias.columns) if alias is not None else ()
    if names is None:
        return given or None
    return given + names[len(given) :]
