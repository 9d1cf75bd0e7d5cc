"""One SELECT on its way through the translation: what its names mean, and names that nothing in it has yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlglot import exp

from dripstone.dai.rewrite.source import Sources
from dripstone.dai.rewrite.tree import find_inside, is_aggregate

__all__ = ["Block", "FreshNames"]

_CLAUSES = ("expressions", "having", "qualify", "order")


@dataclass(slots=True)
class FreshNames:
    """Names that nothing in a statement has.

    Parameters
    ----------
    taken, quoted : lower-case names in the statement; those of them that are written in quotes.
    """

    taken: frozenset[str]
    quoted: frozenset[str] = frozenset()
    count: int = 0

    def take(self) -> str:
        """The next one."""
        self.count += 1
        name = f"_v{self.count}"
        return self.take() if name in self.taken else name

    def column(self, name: str) -> exp.Column:
        """A column by its name, in quotes where it needs them."""
        return exp.column(exp.to_identifier(name, quoted=name.lower() in self.quoted or None))


@dataclass
class Block:
    """One SELECT; its tree is changed in place.

    Parameters
    ----------
    sources : its FROM clause.
    fresh : names for what the translation makes.
    named : expressions that the translation has given a name, so that they are written once.
    """

    select: exp.Select
    sources: Sources
    fresh: FreshNames
    named: dict[str, exp.Expr] = field(default_factory=dict[str, exp.Expr])

    @property
    def aliases(self) -> Mapping[str, exp.Expr]:
        """Lower-case alias -> the expression it stands for; of two the first."""
        found: dict[str, exp.Expr] = {}
        for item in self.select.expressions:
            if isinstance(item, exp.Alias):
                found.setdefault(item.alias.lower(), item.this)
        return found

    def name(self, expression: exp.Expr) -> exp.Column:
        """A column that stands for an expression, which is then written once wherever it is used."""
        name = self.fresh.take()
        self.named[name] = expression
        return exp.column(name)

    def meaning(self, column: exp.Column) -> exp.Expr | None:
        """The expression that a name stands for; None where it is a column.

        A column of the sources comes before an alias of its name. In a SELECT that aggregates, a column that is no
        key of the groups cannot be meant: there it is the alias.
        """
        if not column.table and column.name in self.named:
            return self.named[column.name]
        name = (column.table or column.name).lower()
        alias = self.aliases.get(name)
        if alias is None or (column.table and self.sources.named(column.table)):
            return None
        taken = not column.table and self.sources.has(name) and not self._is_lost(column)
        return None if taken else alias

    def column(self, name: str, beside: Sequence[exp.Expr]) -> exp.Column:
        """The column that a default key of a window means (``dialect.Binding``).

        Where several sources have it: the one that a key of the groups names, else the one that the columns beside
        come from, else the first.
        """
        owners = [source for source in self.sources.sources if source.has(name)]
        if len(owners) < 2 or name.lower() in self.sources.merged:
            return self.sources.column(name)
        keys = [key for key in self.keys if isinstance(key, exp.Column) and key.name.lower() == name.lower()]
        seen = [self.sources.owner(column) for each in beside for column in self._columns(each)]
        wanted = [*(self.sources.owner(key) for key in keys), *seen]
        return self.sources.column(name, next((owner for owner in wanted if owner in owners), owners[0]))

    def _columns(self, node: exp.Expr) -> list[exp.Column]:
        """The columns of the sources in an expression, those behind its aliases too."""
        found: list[exp.Column] = []
        todo, seen = [node], set[int]()
        while todo:
            for column in todo.pop().find_all(exp.Column):
                meant = self.meaning(column)
                if meant is None:
                    found.append(column)
                elif id(meant) not in seen:
                    seen.add(id(meant))
                    todo.append(meant)
        return found

    @cached_property
    def aggregates(self) -> bool:
        """Whether one of its rows is made of several."""
        clauses = self.select.args
        if clauses.get("group") or clauses.get("having"):
            return True
        given = [each for name in _CLAUSES for each in _as_list(clauses.get(name))]
        return any(is_aggregate(call) for each in given for call in find_inside(each, exp.Anonymous))

    @property
    def keys(self) -> list[exp.Expr]:
        """The expressions it groups by, written out: ordinals, aliases, ALL."""
        group = self.select.args.get("group")
        if group is None:
            return []
        if group.args.get("all"):
            return [item.unalias() for item in self.select.expressions if self._is_key(item)]
        given = [*group.expressions]
        for sets in ("grouping_sets", "rollup", "cube"):
            given += [key for each in group.args.get(sets) or () for key in _flat(each)]
        return [self._key(key) for key in given]

    def _key(self, key: exp.Expr) -> exp.Expr:
        """What a key of GROUP BY says: the number of an item, an alias that is no column, or itself."""
        items = self.select.expressions
        if isinstance(key, exp.Literal) and not key.is_string and 0 < int(key.name) <= len(items):
            return items[int(key.name) - 1].unalias()
        bare = isinstance(key, exp.Column) and not key.table and not self.sources.has(key.name)
        return self.aliases.get(key.name.lower(), key) if bare else key

    def _is_key(self, item: exp.Expr, within: frozenset[str] = frozenset()) -> bool:
        """Whether GROUP BY ALL groups by an item: it holds a column, no aggregate and no window."""
        inside = list(find_inside(item.unalias(), exp.Column, exp.Anonymous, exp.Window))
        names = {each.name.lower() for each in inside if isinstance(each, exp.Column)}
        if not names or any(isinstance(each, exp.Window) or is_aggregate(each) for each in inside):
            return False
        within |= {item.alias.lower()}
        meant = [self.aliases[name] for name in names & self.aliases.keys() - within if not self.sources.has(name)]
        return all(self._is_key(each, within | names) for each in meant)

    def _is_lost(self, column: exp.Column) -> bool:
        """Whether a column of the sources can no longer be read: the groups are made, and it is no key of theirs."""
        if not self.aggregates:
            return False
        keys = self.keys
        if any(isinstance(key, exp.Column) and key.name.lower() == column.name.lower() for key in keys):
            return False
        around: exp.Expr | None = column
        while around is not None and around is not self.select:
            if is_aggregate(around) or around in keys:
                return False
            around = around.parent
        return True


def _flat(sets: exp.Expr) -> list[exp.Expr]:
    if isinstance(sets, exp.Tuple | exp.GroupingSets | exp.Cube | exp.Rollup):
        return [key for each in sets.expressions for key in _flat(each)]
    return _flat(sets.this) if isinstance(sets, exp.Paren) else [sets]


def _as_list(value: object) -> list[exp.Expr]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, exp.Expr) else []
