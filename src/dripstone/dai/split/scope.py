"""One SELECT as the analysis sees it: its clauses, its groups and windows, and what its columns tell."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from dripstone.dai.catalogue import aggregates
from dripstone.dai.split.reach import Reach, reach_of
from dripstone.dai.split.relation import Relation, Sources

__all__ = ["Scope"]

_CLAUSES = ("expressions", "where", "group", "having", "windows", "qualify", "distinct", "order")
_AROUND_A_WINDOWED_CALL = (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup)


@dataclass(frozen=True, slots=True)
class Scope:
    """A SELECT and its FROM clause."""

    select: exp.Select
    sources: Sources

    def clauses(self) -> Iterator[exp.Expr]:
        """Its expressions, clause by clause; those of FROM are not among them."""
        for name in _CLAUSES:
            given = self.select.args.get(name)
            yield from given if isinstance(given, list) else [given] if given else []

    def reach(self, node: exp.Expr) -> Reach | None:
        """What an expression tells, wherever in the SELECT it stands.

        Which of a column and an alias of one name is meant differs between the clauses: here only what both tell.
        """
        return reach_of(node, self._reach_of_column)

    def _reach_of_column(self, column: exp.Column) -> Reach | None:
        name = column.name.lower()
        found: set[Reach | None] = set()
        if column.table or self.sources.has(name):
            found.add(self.sources.reach_of_column(column))
        if not column.table:
            found |= {self.sources.reach(item.this) for item in self.select.expressions if _alias(item) == name}
        return found.pop() if len(found) == 1 else None

    def partition(self, window: exp.Window) -> list[exp.Expr]:
        """The PARTITION BY of a window, its own or that of the one it names."""
        own: list[exp.Expr] = list(window.args.get("partition_by") or ())
        name = window.args.get("alias")
        if own or not isinstance(name, exp.Identifier):
            return own
        for given in self.select.args.get("windows") or ():
            if given.name.lower() == name.name.lower() and given is not window:
                return self.partition(given)
        return []

    def is_grouped(self) -> bool:
        """Whether one of its rows is made of several."""
        clauses = self.select.args
        return bool(clauses.get("group") or clauses.get("having")) or any(map(_aggregates, self.clauses()))

    def groups_by_day(self) -> bool:
        """Whether its groups are of one day each."""
        group = self.select.args.get("group")
        if group is None or any(value for name, value in group.args.items() if name not in ("expressions", "all")):
            return False
        keys = [item for item in self.select.expressions if not _aggregates(item)] if group.args.get("all") else []
        return any(self.reach(self._spelled_out(key)) == "day" for key in [*keys, *group.expressions])

    def _spelled_out(self, key: exp.Expr) -> exp.Expr:
        """The expression that ``GROUP BY 1`` means; ``date::DATE AS day`` without its alias."""
        items = self.select.expressions
        if isinstance(key, exp.Literal) and not key.is_string and not any(map(_is_star, items)):
            place = int(key.name) - 1
            key = items[place] if 0 <= place < len(items) else key
        return key.unalias()

    def outputs(self) -> Relation:
        """The relation that the SELECT gives."""
        columns: list[tuple[str, Reach | None]] = []
        whole = True
        for item in self.select.expressions:
            if _is_star(item):
                found = self._starred(item)
                whole = whole and found is not None
                columns += found or ()
            else:
                columns.append((item.alias_or_name.lower(), self.reach(item.unalias())))
        return Relation(self.sources.dated, tuple(columns), whole)

    def _starred(self, item: exp.Expr) -> list[tuple[str, Reach | None]] | None:
        """The columns of ``*`` or ``t.*``; None where that cannot be told."""
        star = item if isinstance(item, exp.Star) else item.this
        alias = item.table.lower() if isinstance(item, exp.Column) else ""
        if not isinstance(star, exp.Star) or any(value for name, value in star.args.items() if name != "except_"):
            return None
        found = self.sources.star(alias)
        dropped = {column.name.lower() for column in star.args.get("except_") or ()}
        return None if found is None else [column for column in found if column[0] not in dropped]


def _alias(item: exp.Expr) -> str | None:
    return item.alias.lower() if isinstance(item, exp.Alias) else None


def _is_star(item: exp.Expr) -> bool:
    columns = isinstance(item, exp.Anonymous) and item.name.lower() == "columns"
    starred = isinstance(item, exp.Column) and isinstance(item.this, exp.Star)
    return columns or starred or isinstance(item, exp.Star | exp.Columns)


def _aggregates(node: exp.Expr) -> bool:
    """Whether an expression holds an aggregate that is no window's own function."""
    calls = node.find_all(exp.Anonymous)
    return any(call.name.lower() in aggregates() and not _is_windowed(call) for call in calls)


def _is_windowed(call: exp.Expr) -> bool:
    parent = call.parent
    while isinstance(parent, _AROUND_A_WINDOWED_CALL):
        call, parent = parent, parent.parent
    return isinstance(parent, exp.Window) and parent.this is call
