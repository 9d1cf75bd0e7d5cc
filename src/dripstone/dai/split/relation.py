"""Tables, subqueries and joins as the analysis sees them: do rows belong to a day, and which columns tell it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from dripstone.dai.split.reach import Reach, reach_of

__all__ = ["Inseparable", "Relation", "Sources", "conjuncts"]

_KINDS = ("", "INNER", "OUTER", "CROSS", "SEMI", "ANTI")


class Inseparable(Exception):  # noqa: N818  # a finding, not a failure: the query is run whole
    """A query, or a part of it, that does not give on each day alone what it gives of that day on all of them."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows, by name and reach of their columns.

    Parameters
    ----------
    dated : each row depends on rows of one day. Otherwise the relation is a constant, the same for every day.
    columns : (lower-case name, reach) in order; a name may be there twice. ``day`` is only told by a column that is
        never NULL.
    whole : ``columns`` are all there are.
    """

    dated: bool
    columns: tuple[tuple[str, Reach | None], ...] = ()
    whole: bool = True

    def reach(self, name: str) -> Reach | None:
        """What the column of that name tells; None also where two of the name differ."""
        found: set[Reach | None] = {reach for column, reach in self.columns if column == name}
        return found.pop() if len(found) == 1 else None

    def has(self, name: str) -> bool:
        """Whether a column of that name is known."""
        return any(column == name for column, _ in self.columns)

    def nullable(self) -> "Relation":
        """The same where a join puts NULLs for rows that found no partner: nothing tells the day any more."""
        return Relation(self.dated, tuple((name, None) for name, _ in self.columns), self.whole)

    def renamed(self, names: Sequence[str]) -> "Relation":
        """With the first columns called otherwise, as in ``AS t(a, b)``."""
        if not names:
            return self
        if not self.whole or len(names) > len(self.columns):
            raise Inseparable("columns renamed that are not all known")
        old = self.columns
        new: tuple[tuple[str, Reach | None], ...] = tuple(
            (name.lower(), reach) for name, (_, reach) in zip(names, old, strict=False)
        )
        return Relation(self.dated, new + old[len(names) :])


@dataclass
class Sources:
    """The FROM clause of one SELECT: its relations by name, joined so far.

    Parameters
    ----------
    relations : lower-case alias -> relation, in order.
    merged : columns joined with USING, of which an unqualified name means one.
    """

    relations: dict[str, Relation] = field(default_factory=dict[str, Relation])
    merged: dict[str, Reach | None] = field(default_factory=dict[str, Reach | None])

    @property
    def dated(self) -> bool:
        """Whether any of them is."""
        return any(relation.dated for relation in self.relations.values())

    def add(self, name: str, relation: Relation) -> None:
        """Put a relation beside the others."""
        if name in self.relations:
            raise Inseparable("two tables of one name")
        self.relations[name] = relation

    def join(self, node: exp.Join, name: str, relation: Relation, where: Sequence[exp.Expr]) -> None:
        """Join a relation to those that are there.

        Parameters
        ----------
        where : what the WHERE clause asks for, as far as it holds for a join without outer rows.
        """
        side, kind = node.side.upper(), node.kind.upper()
        if node.method or kind not in _KINDS or (kind == "OUTER" and not side):
            raise Inseparable(f"{node.method or kind} JOIN")
        inner = not side and kind in ("", "INNER", "CROSS")
        shared = [column.name.lower() for column in node.args.get("using") or ()]
        tests = [*conjuncts(node.args.get("on")), *(where if inner else ())]
        if self.dated and relation.dated:
            self._check_same_day(name, relation, shared, tests)
        elif (relation.dated and (side in ("LEFT", "FULL") or kind in ("SEMI", "ANTI"))) or (
            self.dated and side in ("RIGHT", "FULL")
        ):
            raise Inseparable("the rows of a table without days are kept whatever the day holds")
        if kind in ("SEMI", "ANTI"):
            return
        keys: dict[str, tuple[Reach | None, Reach | None]] = {
            column: (self.reach_of_name(column), relation.reach(column)) for column in shared
        }
        if side in ("RIGHT", "FULL"):
            self.relations = {alias: held.nullable() for alias, held in self.relations.items()}
            self.merged = dict.fromkeys(self.merged)
        self.add(name, relation.nullable() if side in ("LEFT", "FULL") else relation)
        for column, (left, right) in keys.items():
            self.merged[column] = _merged(left, right, side=side, inner=inner)

    def _check_same_day(self, name: str, relation: Relation, shared: list[str], tests: Sequence[exp.Expr]) -> None:
        """Raise where rows of two days may meet."""
        if any(self.reach_of_name(column) == relation.reach(column) == "day" for column in shared):
            return
        right = Sources({name: relation})
        for test in tests:
            if isinstance(test, exp.EQ):
                for here, there in ((test.left, test.right), (test.right, test.left)):
                    if self.reach(here) == "day" and right.reach(there) == "day":
                        return
        raise Inseparable("a join that does not ask for the same day on both sides")

    def has(self, name: str) -> bool:
        """Whether some relation has a column of that name."""
        return any(relation.has(name) for relation in self.relations.values())

    def reach_of_name(self, name: str) -> Reach | None:
        """What an unqualified name tells; None where it may be one of two columns that differ."""
        if name in self.merged:
            return self.merged[name]
        found: set[Reach | None] = {relation.reach(name) for relation in self.relations.values() if relation.has(name)}
        return found.pop() if len(found) == 1 else None

    def reach_of_column(self, column: exp.Column) -> Reach | None:
        """What a column tells, as it is written in the SELECT of these sources."""
        if column.args.get("db"):
            return None
        name = column.name.lower()
        if not column.table:
            return self.reach_of_name(name)
        relation = self.relations.get(column.table.lower())
        return relation.reach(name) if relation else None

    def reach(self, node: exp.Expr) -> Reach | None:
        """What an expression over these sources tells."""
        return reach_of(node, self.reach_of_column)

    def star(self, alias: str = "") -> list[tuple[str, Reach | None]] | None:
        """The columns of ``*`` or ``alias.*``, one joined with USING once; None where they are not all known."""
        chosen = [relation for name, relation in self.relations.items() if alias in ("", name)]
        if not chosen or not all(relation.whole for relation in chosen):
            return None
        columns: list[tuple[str, Reach | None]] = []
        seen: set[str] = set()
        for name, reach in (column for relation in chosen for column in relation.columns):
            merged = not alias and name in self.merged
            if not (merged and name in seen):
                columns.append((name, self.merged[name] if merged else reach))
            seen.add(name)
        return columns


def _merged(left: Reach | None, right: Reach | None, *, side: str, inner: bool) -> Reach | None:
    """What a column joined with USING tells: it is that of the side whose rows are all kept, or of both."""
    if side == "FULL":
        return left if left == right else None
    if side == "RIGHT" or (inner and right == "day"):
        return right
    return left


def conjuncts(condition: exp.Expr | None) -> list[exp.Expr]:
    """What must hold together for a condition to hold."""
    if condition is None:
        return []
    node = condition.unnest()
    return [*conjuncts(node.left), *conjuncts(node.right)] if isinstance(node, exp.And) else [node]
