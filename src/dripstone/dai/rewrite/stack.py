"""A SELECT put together again over its layers."""

from collections.abc import Iterator, Sequence

from sqlglot import exp

from dripstone.dai.rewrite.block import Block
from dripstone.dai.rewrite.layer import Layers
from dripstone.dai.rewrite.refusal import misplaced
from dripstone.dai.rewrite.series import with_kernels
from dripstone.dai.rewrite.tree import find_inside, is_columns

__all__ = ["over_all_columns", "stack"]

_OUTERMOST = frozenset({"with_", "expressions", "distinct", "qualify", "order", "limit", "offset", "windows", "kind"})


def stack(block: Block, *, tests_hidden: bool) -> None:
    """Change the SELECT of the block, whose items all have names, into layers with the same result.

    Parameters
    ----------
    tests_hidden : ``QUALIFY COLUMNS(*)`` speaks of the columns named ``_...`` too.

    Raises
    ------
    FactorError : a window where none can be, or a ``*`` that cannot be told apart from other columns.
    """
    select = block.select
    star = _unknown_star(select)
    layers = Layers(block, keeps_names=star is None)
    named = [item for item in select.expressions if isinstance(item, exp.Alias)]
    over_all = over_all_columns(select)
    top = max([2, *(layers.level_of_named(item.this) for item in named), *_other_levels(block, layers)])
    if over_all:
        top = max([top, *(layers.level_of_named(item.this) + 1 for item in named)])
    outer = _Outer(block, layers, top)
    items = [outer.item(item, column_of_its_own=bool(over_all)) for item in select.expressions]
    order = select.args.get("order")
    distinct = outer.distinct()
    if order is not None:
        order = exp.Order(expressions=[outer.key(key) for key in order.expressions])
    where = outer.qualify(over_all, tests_hidden=tests_hidden)
    rows = _rows(_first(block, layers, star), layers, block)
    _exclude([*items, *([where] if where else [])], layers)
    for name in set(select.args) - _OUTERMOST - {"expressions"} | {"qualify", "windows"}:
        select.set(name, None)
    select.set("from_", exp.From(this=exp.Subquery(this=rows, alias=exp.TableAlias(this=exp.to_identifier("_rows")))))
    for name, clause in (("expressions", items), ("distinct", distinct), ("order", order), ("where", where)):
        select.set(name, clause)


class _Outer:
    """The outermost SELECT: its clauses over the columns of the last layer."""

    def __init__(self, block: Block, layers: Layers, top: int) -> None:
        self._block = block
        self._layers = layers
        self._top = top
        self._names = _item_names(block.select)
        self._columns: dict[str, exp.Expr] = {}

    def item(self, item: exp.Expr, *, column_of_its_own: bool) -> exp.Expr:
        if not isinstance(item, exp.Alias):
            return exp.Star()
        value = self._layers.value(item.this, self._top, as_column=column_of_its_own)
        self._columns.setdefault(item.alias.lower(), value)
        if isinstance(value, exp.Column) and not value.table and value.name == item.alias:
            return value
        return exp.Alias(this=value, alias=item.args["alias"].copy())

    def key(self, key: exp.Expr) -> exp.Expr:
        """A key of ORDER BY: a bare name is an item of that name before anything else."""
        node = key.this if isinstance(key, exp.Ordered) else key
        if isinstance(node, exp.Literal | exp.Var | exp.Null) or _is_bare(node, self._names):
            return key.copy()
        made = self._over_rows(self._layers.at(node, self._top))
        if not isinstance(key, exp.Ordered):
            return made
        return exp.Ordered(this=made, desc=key.args.get("desc"), nulls_first=key.args.get("nulls_first"))

    def distinct(self) -> exp.Distinct | None:
        distinct = self._block.select.args.get("distinct")
        if distinct is None or distinct.args.get("on") is None:
            return distinct
        keys = [self.key(key) for key in distinct.args["on"].expressions]
        return exp.Distinct(on=exp.Tuple(expressions=keys))

    def qualify(self, over_all: list[exp.Expr], *, tests_hidden: bool) -> exp.Where | None:
        qualify = self._block.select.args.get("qualify")
        if qualify is None:
            return None
        tests: list[exp.Expr] = []
        for test in _conjuncts(qualify.this):
            if test in over_all:
                tests.extend(self._of_every_column(test, tests_hidden=tests_hidden))
            else:
                tests.append(self._over_rows(self._layers.at(test, self._top)))
        return exp.Where(this=exp.and_(*tests, copy=False)) if tests else None

    def _of_every_column(self, test: exp.Expr, *, tests_hidden: bool) -> Iterator[exp.Expr]:
        """A test of ``COLUMNS(*)`` for each column that the SELECT gives."""
        call = next(each for each in test.walk() if is_columns(each))
        if call.expressions and not isinstance(call.expressions[0], exp.Star):
            raise misplaced(call, "QUALIFY takes COLUMNS(*) only", hint="name the columns")
        if len(self._columns) < len(self._block.select.expressions):
            rest = exp.Anonymous(this="columns", expressions=[exp.Star()])
            yield _with(test, rest)
        for name, value in self._columns.items():
            if tests_hidden or not name.startswith("_"):
                yield _with(test, value)

    def _over_rows(self, node: exp.Expr) -> exp.Expr:
        """The same with ``_rows.`` before its columns: a name alone would be an item's."""
        for column in list(find_inside(node, exp.Column)):
            if not column.table:
                column.set("table", exp.to_identifier("_rows"))
        return node


def _first(block: Block, layers: Layers, star: exp.Expr | None) -> exp.Select:
    """The first layer: all that the SELECT says before its windows."""
    args = {name: given for name, given in block.select.args.items() if name not in _OUTERMOST}
    where, having, group = (args.pop(name, None) for name in ("where", "having", "group"))
    first = exp.Select(**args)
    for name, clause in (("where", where), ("having", having)):
        if clause is not None:
            first.set(name, type(clause)(this=layers.inline(clause.this, name.upper())))
    if group is not None:
        plain = group.args.get("all") or not any(group.args.get(name) for name in ("grouping_sets", "rollup", "cube"))
        keys = [layers.inline(key, "GROUP BY") for key in layers.keys]
        first.set("group", exp.Group(expressions=keys) if plain and keys else None if plain else group)
    values = layers.layers[0].values if layers.layers else {}
    first.set("expressions", [*([star.copy()] if star is not None else []), *_aliased(values, block)])
    if not first.expressions:
        first.set("expressions", [exp.alias_(exp.null(), block.fresh.take())])
    return first


def _rows(first: exp.Select, layers: Layers, block: Block) -> exp.Query:
    rows: exp.Query = first
    for depth, layer in enumerate(layers.layers):
        if depth and layer.values:
            below = exp.Subquery(this=rows, alias=exp.TableAlias(this=exp.to_identifier("_rows")))
            rows = exp.Select(expressions=[exp.Star(), *_aliased(layer.values, block)], from_=exp.From(this=below))
        if layer.kernels:
            rows = with_kernels(rows, layer.kernels, block.fresh)
    return rows


def _aliased(values: dict[str, exp.Expr], block: Block) -> list[exp.Expr]:
    return [
        value
        if isinstance(value, exp.Column) and not value.table and value.name == name
        else exp.Alias(this=value, alias=block.fresh.column(name).this)
        for name, value in values.items()
    ]


def _unknown_star(select: exp.Select) -> exp.Expr | None:
    """The one ``*`` whose columns are not known, so that it is handed on as it is."""
    stars = [item for item in select.expressions if not isinstance(item, exp.Alias)]
    if len(stars) > 1 or any(not star.is_star for star in stars):
        raise misplaced(stars[0], "the columns that this stands for are not known here", hint="name the columns")
    return stars[0] if stars else None


def _exclude(clauses: Sequence[exp.Expr], layers: Layers) -> None:
    """Leave what the layers add out of every ``*``."""
    names = [name for layer in layers.layers for name in (*layer.values, *layer.kernels)]
    for star in [star for clause in clauses for star in find_inside(clause, exp.Star)]:
        if names and (not isinstance(star.parent, exp.Anonymous) or is_columns(star.parent)):
            star.set("except_", [exp.to_identifier(name) for name in names])


def over_all_columns(select: exp.Select) -> list[exp.Expr]:
    """The parts of QUALIFY that speak of every column."""
    qualify = select.args.get("qualify")
    return [test for test in _conjuncts(qualify.this) if any(map(is_columns, test.walk()))] if qualify else []


def _other_levels(block: Block, layers: Layers) -> Iterator[int]:
    """The levels of what QUALIFY, ORDER BY and DISTINCT ON work out."""
    select, names = block.select, _item_names(block.select)
    if select.args.get("qualify"):
        yield layers.level(select.args["qualify"])
    for key in [
        *_keys(select.args.get("order")),
        *_keys((select.args.get("distinct") or exp.Distinct()).args.get("on")),
    ]:
        if not _is_bare(key.this if isinstance(key, exp.Ordered) else key, names):
            yield layers.level(key)


def _keys(clause: exp.Expr | None) -> list[exp.Expr]:
    return clause.expressions if clause is not None else []


def _item_names(select: exp.Select) -> set[str]:
    return {item.alias.lower() for item in select.expressions if isinstance(item, exp.Alias)}


def _conjuncts(test: exp.Expr) -> list[exp.Expr]:
    if isinstance(test, exp.And):
        return [*_conjuncts(test.left), *_conjuncts(test.right)]
    return (
        _conjuncts(test.this) if isinstance(test, exp.Paren) and isinstance(test.this, exp.And | exp.Paren) else [test]
    )


def _with(test: exp.Expr, value: exp.Expr) -> exp.Expr:
    """The test with a value in the place of ``COLUMNS(*)``."""
    return test.transform(lambda node: value.copy() if is_columns(node) else node)


def _is_bare(node: exp.Expr, names: set[str]) -> bool:
    return isinstance(node, exp.Column) and not node.table and node.name.lower() in names
