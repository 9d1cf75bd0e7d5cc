"""A kernel's pass: each partition's series into lists, one call for each, the answers back beside their rows."""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from dripstone.dai.dialect.kernel import KERNELS
from dripstone.dai.rewrite.block import FreshNames
from dripstone.dai.rewrite.tree import parse_query, written

__all__ = ["with_kernels"]


def with_kernels(rows: exp.Query, kernels: Mapping[str, exp.Window], fresh: FreshNames) -> exp.Query:
    """All columns of ``rows``, and a column for every kernel's window over them.

    Parameters
    ----------
    rows : a query that gives every column that the windows name.
    kernels : column -> the window that it gives; of one partition and order are worked out in one pass.
    """
    number, numbered = fresh.take(), fresh.take()
    passes: dict[tuple[str, str], list[str]] = {}
    for name, window in kernels.items():
        keys = ", ".join(map(written, window.args.get("partition_by") or ()))
        order = written(window.args["order"]).strip() if window.args.get("order") else ""
        passes.setdefault((keys, order), []).append(name)
    tables = [
        (fresh.take(), _pass(numbered, number, keys, order, {name: kernels[name] for name in names}))
        for (keys, order), names in passes.items()
    ]
    ctes = ", ".join(f"{name} AS ({sql})" for name, sql in tables)
    joins = " ".join(f"JOIN {name} USING ({number})" for name, _ in tables)
    query = parse_query(
        f"WITH {numbered} AS MATERIALIZED (SELECT *, row_number() OVER () AS {number} FROM _rows), {ctes} "  # noqa: S608  # names are ours
        f"SELECT * EXCLUDE ({number}) FROM {numbered} {joins}"
    )
    place = next(table for table in query.find_all(exp.Table) if table.name == "_rows")
    place.replace(exp.Subquery(this=rows))
    return query


def _pass(rows: str, number: str, keys: str, order: str, kernels: Mapping[str, exp.Window]) -> str:
    """One row per row of ``rows``: its number, and what each kernel gives there.

    One sorted list of structs per partition is quicker than a sorted list for each series.
    """
    fields: dict[str, str] = {}
    answers = [f"unnest({_call(window.this, fields)}) AS {name}" for name, window in kernels.items()]
    packed = ", ".join([f"'n': {number}", *(f"'{field}': {column}" for column, field in fields.items())])
    collected = f"SELECT list({{{packed}}} {order}) AS s FROM {rows}" + (f" GROUP BY {keys}" if keys else "")  # noqa: S608  # names are ours
    items = ", ".join([f"unnest({_field('n')}) AS {number}", *answers])
    return f"SELECT {items} FROM ({collected})"  # noqa: S608  # names are ours


def _call(call: exp.Anonymous, fields: dict[str, str]) -> str:
    series: Sequence[exp.Expr] = call.expressions[: KERNELS[call.name].series]
    given = [_field(fields.setdefault(written(each), f"a{len(fields)}")) for each in series]
    return f"{call.name}({', '.join([*given, *map(written, call.expressions[len(series) :])])})"


def _field(name: str) -> str:
    return f"list_transform(s, lambda x: x.{name})"
