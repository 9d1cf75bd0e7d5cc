"""Whether a query reads a part of a partitioned table, or all of it."""

from collections.abc import Iterator, Sequence

from sqlglot import exp

from dripstone.dai.script import Script
from dripstone.dai.split.reach import Reach, reach_of

__all__ = ["peeks", "tests_part"]

_COMPARISONS = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def peeks(places: Sequence[exp.Table]) -> bool:
    """Whether a table is only looked at: DESCRIBE reads no row of it, a LIMIT without ORDER BY just a few."""
    return all(map(_is_peek, places))


def tests_part(script: Script) -> bool:
    """Whether a WHERE holds days or instruments against values, as the platform accepts in the place of filters.

    A time of day leaves every day in, a comparison with another column any of them: neither is such a test.
    """
    wheres = (where for statement in script.statements for where in statement.tree.find_all(exp.Where))
    return any(_is_test(subject, values) for where in wheres for subject, values in _tests(where))


def _is_peek(place: exp.Table) -> bool:
    if place.find_ancestor(exp.Describe):
        return True
    select = place.find_ancestor(exp.Select)
    arguments = select.args if select else {}
    return bool(arguments.get("limit")) and not arguments.get("order") and not arguments.get("group")


def _tests(where: exp.Expr) -> Iterator[tuple[exp.Expr, list[exp.Expr]]]:
    """What a WHERE compares: the expression, and what it is held against."""
    for node in where.find_all(*_COMPARISONS, exp.Between, exp.In, exp.Like):
        if isinstance(node, exp.Between):
            yield node.this, [node.args["low"], node.args["high"]]
        elif isinstance(node, exp.In):
            yield node.this, node.expressions
        else:
            yield node.left, [node.right]
            yield node.right, [node.left]


def _is_test(subject: exp.Expr, values: Sequence[exp.Expr]) -> bool:
    if not values or any(value.find(exp.Column) for value in values):
        return False
    names = {column.name.lower() for column in subject.find_all(exp.Column)}
    return names == {"instrument"} or (names == {"date"} and reach_of(subject, _known) != "time")


def _known(column: exp.Column) -> Reach | None:
    return "day" if column.name.lower() == "date" else None
