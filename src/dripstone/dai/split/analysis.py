"""Whether a query gives on each trading day alone what it gives of that day on all of them.

A relation is *by day* when it is the sum, over the days, of what it is on each day's rows alone. Tables with days
are; what keeps it so is on a closed list: filters, projections, GROUP BY, DISTINCT, windows and set operations that
hold the day, joins on the same day, tables without days beside them. Anything else is run whole. The proof is an
induction over the syntax tree, from the inside out; each step is told by which columns a row's day can be told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from dripstone.dai.catalogue import steady
from dripstone.dai.split.reach import Reach
from dripstone.dai.split.relation import Inseparable, Relation, Sources, conjuncts
from dripstone.dai.split.scope import Scope

__all__ = ["Assembly", "assembly_by_day"]

_SELECT = frozenset(
    ("with_", "expressions", "from_", "joins", "where", "group", "having", "windows", "qualify", "distinct")
)
_SET_OPERATION = frozenset(("with_", "this", "expression", "distinct"))
_SOURCE = frozenset(("this", "alias", "joins"))
_JOIN = frozenset(("this", "on", "using", "side", "kind", "method"))
_CALLS = (
    *(exp.Anonymous, exp.And, exp.Or, exp.Xor, exp.Case, exp.If, exp.Cast, exp.Exists, exp.Extract, exp.Pow),
    *(exp.Array, exp.List, exp.Map, exp.Struct, exp.Columns, exp.Unnest, exp.JSONExtract, exp.JSONExtractScalar),
    *(exp.StrPosition, exp.Substring, exp.Trim),
)
"""Functions that sqlglot has a class of and that give the same for the same arguments."""
_STEADY = frozenset(
    [
        *("coalesce", "columns", "date", "date_add", "fdiv", "fmod", "if", "ifnull", "nullif", "split_part", "unnest"),
        *("array_append", "array_prepend", "array_reverse", "list_any_value", "list_append", "list_avg", "list_count"),
        *("list_first", "list_last", "list_max", "list_median", "list_min", "list_prepend", "list_product"),
        *("list_reverse", "list_stddev_pop", "list_stddev_samp", "list_sum", "list_var_pop", "list_var_samp"),
    ]
)
"""The same of macros and of what DuckDB's grammar makes functions of."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """How the rows of a query come together from those of its days.

    Parameters
    ----------
    days : the rows of one day follow those of another.
    keys : positions of output columns, each with "" or such as " DESC NULLS LAST", to sort all rows by in the end.
    """

    days: Literal["ascending", "descending"] = "ascending"
    keys: tuple[tuple[int, str], ...] = ()


def assembly_by_day(tree: exp.Expr, tables: Mapping[str, Relation], *, functions: Collection[str] = ()) -> Assembly:
    """How to put the rows of a query together from those of its days.

    Parameters
    ----------
    tree : one query in standard SQL; a function of the dialect is one that is not known.
    tables : lower-case name -> relation, of all tables that it reads.
    functions : lower-case names of UDFs that give the same for the same arguments.

    Raises
    ------
    Inseparable : the query is to be run whole; the text says why.
    """
    _check_calls(tree, steady() | _STEADY | frozenset(functions))
    relation, scope = _query(tree, tables, allowed={"order"})
    if not relation.dated:
        raise Inseparable("it reads no table with days")
    order = tree.args.get("order")
    return _assembly(order, relation, scope) if order else Assembly()


def _check_calls(tree: exp.Expr, known: Collection[str]) -> None:
    """Raise at a function that may look at more than its arguments; one that is not known may be anything."""
    for call in tree.find_all(exp.Func):
        if not isinstance(call, _CALLS):
            raise Inseparable(type(call).__name__)
        if isinstance(call, exp.Anonymous) and call.name.lower() not in known:
            raise Inseparable(f"{call.name}()")


def _check_arguments(node: exp.Expr, known: Collection[str]) -> None:
    for name, value in node.args.items():
        if value and name not in known:
            raise Inseparable(name.strip("_").upper())


def _query(
    node: exp.Expr, tables: Mapping[str, Relation], *, allowed: Collection[str] = ()
) -> tuple[Relation, Scope | None]:
    """The relation that a query is; and its scope, where it is one SELECT.

    Parameters
    ----------
    allowed : further clauses that it may have.
    """
    if isinstance(node, exp.SetOperation):
        _check_arguments(node, {*_SET_OPERATION, *allowed})
        return _set_operation(node, _with_ctes(node, tables)), None
    if not isinstance(node, exp.Select):
        raise Inseparable(type(node).__name__)
    _check_arguments(node, {*_SELECT, *allowed})
    tables = _with_ctes(node, tables)
    scope = Scope(node, _sources(node, tables))
    for clause in scope.clauses():
        _check_rows(clause, tables)
        for window in clause.find_all(exp.Window):
            if not any(scope.reach(key) == "day" for key in scope.partition(window)):
                raise Inseparable("a window over several days")
    if scope.is_grouped() and not scope.groups_by_day():
        raise Inseparable("an aggregate over several days")
    relation = scope.outputs()
    if distinct := node.args.get("distinct"):
        on = distinct.args.get("on")
        told = [scope.reach(key) for key in on.expressions] if on else [reach for _, reach in relation.columns]
        if "day" not in told:
            raise Inseparable("DISTINCT over several days")
    return relation, scope


def _check_rows(node: exp.Expr, tables: Mapping[str, Relation]) -> None:
    """Raise where an expression looks at other rows than its own."""
    for inner in node.find_all(exp.Query):
        if _is_dated(inner, tables):
            raise Inseparable("a subquery in an expression")


def _is_dated(node: exp.Expr, tables: Mapping[str, Relation]) -> bool:
    """Whether a query reads a table with days, itself or through a CTE."""
    read = (tables.get(table.name.lower()) for table in node.find_all(exp.Table))
    return any(relation is not None and relation.dated for relation in read)


def _with_ctes(node: exp.Expr, tables: Mapping[str, Relation]) -> Mapping[str, Relation]:
    given = node.args.get("with_")
    if given is None:
        return tables
    if given.args.get("recursive"):
        raise Inseparable("WITH RECURSIVE")
    for cte in given.expressions:
        names = [column.name for column in cte.args["alias"].columns]
        tables = {**tables, cte.alias.lower(): _inner(cte.this, tables).renamed(names)}
    return tables


def _inner(node: exp.Expr, tables: Mapping[str, Relation]) -> Relation:
    """The relation that a query inside another is. One that reads no table with days is constant, whatever it does."""
    if not _is_dated(node, tables):
        return Relation(dated=False, whole=False)
    while isinstance(node, exp.Subquery):
        _check_arguments(node, {"this"})
        node = node.this
    return _query(node, tables)[0]


def _sources(node: exp.Select, tables: Mapping[str, Relation]) -> Sources:
    sources = Sources()
    first = node.args.get("from_")
    if first is None:
        return sources
    where = node.args.get("where")
    holds = conjuncts(where.this) if where else []
    sources.add(*_source(first.this, tables))
    # Where the first one is a subquery, the parser puts the joins there.
    for join in [*(first.this.args.get("joins") or ()), *(node.args.get("joins") or ())]:
        _check_arguments(join, _JOIN)
        _check_rows(join.args.get("on") or exp.Null(), tables)
        if join.this.args.get("joins"):
            raise Inseparable("a join inside a join")
        sources.join(join, *_source(join.this, tables), where=holds)
    return sources


def _source(node: exp.Expr, tables: Mapping[str, Relation]) -> tuple[str, Relation]:
    """An item of the FROM clause, and the name that its columns are written with."""
    if not isinstance(node, exp.Table | exp.Subquery):
        raise Inseparable(f"{type(node).__name__} in FROM")
    _check_arguments(node, _SOURCE)
    if isinstance(node, exp.Subquery):
        relation = _inner(node.this, tables)
    elif isinstance(node.this, exp.Func):
        relation = Relation(dated=False, whole=False)
    else:
        relation = tables[node.name.lower()]
    alias = node.args.get("alias")
    # No column can be written with the name that a nameless subquery gets here.
    name = node.alias_or_name.lower() or f" {id(node)}"
    return name, relation.renamed([column.name for column in alias.columns] if alias else ())


def _set_operation(node: exp.SetOperation, tables: Mapping[str, Relation]) -> Relation:
    left, right = _inner(node.left, tables), _inner(node.right, tables)
    if not (left.dated and right.dated):
        raise Inseparable("a set operation with a table without days")
    if not (left.whole and right.whole and len(left.columns) == len(right.columns)):
        raise Inseparable("a set operation of columns that are not all known")
    columns: tuple[tuple[str, Reach | None], ...] = tuple(
        (name, reach if reach == other else None)
        for (name, reach), (_, other) in zip(left.columns, right.columns, strict=True)
    )
    compares = node.args.get("distinct") or not isinstance(node, exp.Union)
    if compares and all(reach != "day" for _, reach in columns):
        raise Inseparable("a set operation over several days")
    return Relation(dated=True, columns=columns)


def _assembly(order: exp.Order, relation: Relation, scope: Scope | None) -> Assembly:
    """The last ORDER BY: rows in order within each day, and the days in order; or all to be sorted once more."""
    keys = order.expressions
    if isinstance(keys[0].this, exp.Var):  # ORDER BY ALL
        found = [(place, keys[0]) for place in range(len(relation.columns))]
    else:
        found = [(_place(key.this, relation), key) for key in keys]
    if not relation.whole:
        raise Inseparable("ORDER BY columns that are not all known")
    place, first = found[0]
    if _key_reach(place, first.this, relation, scope) == "day":
        return Assembly("descending" if first.args.get("desc") else "ascending")
    if any(place is None for place, _ in found):
        raise Inseparable("ORDER BY something that is no output column")
    return Assembly(keys=tuple((place, _direction(key)) for place, key in found if place is not None))


def _direction(key: exp.Expr) -> str:
    nulls = {True: " NULLS FIRST", False: " NULLS LAST", None: ""}[key.args.get("nulls_first")]
    return (" DESC" if key.args.get("desc") else "") + nulls


def _key_reach(place: int | None, node: exp.Expr, relation: Relation, scope: Scope | None) -> Reach | None:
    if place is not None:
        return relation.columns[place][1]
    return scope.reach(node) if scope else None


def _place(node: exp.Expr, relation: Relation) -> int | None:
    """Which output column a key of the last ORDER BY is; None where it is an expression."""
    if isinstance(node, exp.Literal) and not node.is_string:
        places = [int(node.name) - 1]
    elif isinstance(node, exp.Column) and not node.table:
        places = [i for i, (name, _) in enumerate(relation.columns) if name == node.name.lower()]
    else:
        places = []
    return places[0] if len(places) == 1 and 0 <= places[0] < len(relation.columns) else None
