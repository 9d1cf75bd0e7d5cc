"""The items of a SELECT: the columns that each gives, and their names."""

import re
from collections.abc import Iterator, Sequence

import duckdb
from sqlglot import exp

from dripstone.dai.catalogue import column_name
from dripstone.dai.rewrite.source import Names, Sources
from dripstone.dai.rewrite.tree import is_columns, written

__all__ = ["explicit", "hides", "is_spread", "item_names", "named"]

_ALL_COLUMNS = re.compile(r"columns\(\*\)|\\0", re.IGNORECASE)


def item_names(items: Sequence[exp.Expr], sources: Sources) -> Names:
    """The names of the columns that the items of a SELECT give; None where they cannot be told."""
    given = [each for item in items for each in explicit(item, sources)]
    if any(is_spread(item) for item in given):
        return None
    return tuple(named(item, sources).alias for item in given)


def is_spread(item: exp.Expr) -> bool:
    """Whether an item may give several columns: ``*``, ``COLUMNS(...)``, ``unnest(...)`` without a name."""
    given = item.unalias()
    if given.is_star or any(is_columns(each) for each in given.walk()):
        return True
    called = isinstance(given, exp.Anonymous) and given.name.lower() == "unnest"
    return (called or isinstance(given, exp.Unnest)) and not isinstance(item, exp.Alias)


def named(item: exp.Expr, sources: Sources) -> exp.Alias:
    """An item with the name that it has in the result."""
    if isinstance(item, exp.Alias):
        return item
    if isinstance(item, exp.Column):
        name = sources.spelled(item)
    else:
        try:
            name = column_name(written(item))
        except duckdb.Error:  # what DuckDB cannot read it will say itself
            name = written(item)
    return exp.Alias(this=item, alias=exp.to_identifier(name, quoted=_is_odd(item, name)))


def hides(item: exp.Expr, sources: Sources) -> bool:
    """Whether an item is a ``*`` over a column named ``_...``, which it leaves out."""
    columns = sources.star(item.table if isinstance(item, exp.Column) else "") if item.is_star else None
    return any(name.startswith("_") for name, _ in columns or ())


def explicit(item: exp.Expr, sources: Sources) -> list[exp.Expr]:
    """The items that an item with ``*`` or ``COLUMNS(...)`` stands for; itself where its columns are not known."""
    if not is_spread(item):
        return [item]
    if item.is_star:
        columns = _starred(item, sources)
        return [item] if columns is None else [_as(name, column) for name, column in columns]
    calls = [each for each in item.walk() if is_columns(each)]
    if not calls or any(call != calls[0] for call in calls):
        return [item]
    columns = _matching(calls[0], sources)
    return [item] if columns is None else list(_for_each(item, columns))


def _for_each(item: exp.Expr, columns: Sequence[tuple[str, exp.Expr]]) -> Iterator[exp.Expr]:
    for name, column in columns:
        given = item.unalias().transform(lambda node, column=column: column.copy() if is_columns(node) else node)
        alias = _ALL_COLUMNS.sub(lambda _, name=name: name, item.alias) if isinstance(item, exp.Alias) else name
        yield _as(alias, given)


def _starred(item: exp.Expr, sources: Sources) -> list[tuple[str, exp.Expr]] | None:
    """The columns that ``*`` or ``t.*`` means with its EXCLUDE, REPLACE and RENAME."""
    star = item.this if isinstance(item, exp.Column) else item
    if not isinstance(star, exp.Star):
        return None
    columns = sources.star(item.table if isinstance(item, exp.Column) else "")
    if columns is None:
        return None
    excluded = {each.name.lower() for each in star.args.get("except_") or ()}
    replaced = {each.alias.lower(): each.this for each in star.args.get("replace") or ()}
    renamed = {each.this.name.lower(): each.alias for each in star.args.get("rename") or ()}
    if (excluded | replaced.keys() | renamed.keys()) - {name.lower() for name, _ in columns}:
        return None  # DuckDB says so
    return [
        (renamed.get(name.lower(), name), replaced.get(name.lower(), column).copy())
        for name, column in columns
        if name.lower() not in excluded and not name.startswith("_")
    ]


def _matching(call: exp.Expr, sources: Sources) -> list[tuple[str, exp.Expr]] | None:
    """The columns that ``COLUMNS(...)`` means: of ``*``, of a pattern, of a list of names."""
    given = call.expressions[0] if call.expressions else call.this
    if isinstance(given, exp.Star):
        return _starred(given, sources)
    columns = _starred(exp.Star(), sources)
    if columns is None:
        return None
    if isinstance(given, exp.Literal) and given.is_string:
        return [(name, column) for name, column in columns if re.search(given.name, name)]
    if isinstance(given, exp.Array):
        wanted = {each.name.lower() for each in given.expressions}
        return [(name, column) for name, column in columns if name.lower() in wanted]
    return None


def _as(name: str, given: exp.Expr) -> exp.Alias:
    return exp.Alias(this=given, alias=exp.to_identifier(name, quoted=_is_odd(given, name)))


def _is_odd(given: exp.Expr, name: str) -> bool:
    """Whether a name needs quotes; one of a column keeps those it has."""
    if isinstance(given, exp.Column) and given.name == name:
        return bool(given.this.args.get("quoted"))
    return re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) is None
