"""The grammar of the SQL that callers write: DuckDB's, with every function a plain call by its name."""

from collections.abc import Callable

from sqlglot import TokenType, exp
from sqlglot.dialects.duckdb import DuckDB

__all__ = ["GRAMMAR", "Grammar"]

_SPECIAL_FORMS = frozenset({"CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION", "OVERLAY"})


class Grammar(DuckDB):
    """Which functions there are is for the dialect's table and DuckDB to say; what was not said is not filled in."""

    class Parser(DuckDB.Parser):
        """Every call by its name; a NULL order only where the SQL has one."""

        FUNCTIONS = {}  # noqa: RUF012  # as sqlglot declares it
        ARRAY_CONSTRUCTORS = {}  # noqa: RUF012
        FUNCTION_PARSERS = {  # noqa: RUF012
            name: parse for name, parse in DuckDB.Parser.FUNCTION_PARSERS.items() if name in _SPECIAL_FORMS
        }

        def _warn_unsupported(self) -> None:
            """Nothing: what is not understood is refused with an error of ours, not with a line in a log."""

        def _parse_bracket(self, this: exp.Expr | None = None) -> exp.Expr | None:
            """``list(x)[1]`` is an element of it; sqlglot reads the list of 1, and of a column named so too."""
            opens = bool(self._curr) and self._curr.token_type is TokenType.L_BRACKET
            makes_list = opens and isinstance(this, exp.Column) and this.sql().upper() == "ARRAY"
            return super()._parse_bracket(None if makes_list else this)

        def _parse_in(self, this: exp.Expr | None, alias: bool = False) -> exp.In:
            """``x IN [a, NULL]`` looks into a list, where ``x IN (a, NULL)`` compares with each."""
            if self._curr and self._curr.token_type is TokenType.L_BRACKET:
                return self.expression(exp.In(this=this, field=self._parse_bitwise()))
            return super()._parse_in(this, alias)

        def _parse_ordered(self, parse_method: Callable[[], exp.Expr | None] | None = None) -> exp.Ordered | None:
            """Where NULLs go is a setting of the database unless the key says it; sqlglot fills in a default."""
            ordered = super()._parse_ordered(parse_method)
            if ordered is not None and self._prev.text.upper() not in ("FIRST", "LAST"):
                ordered.set("nulls_first", None)
            return ordered

    class Generator(DuckDB.Generator):
        """Writes what was parsed: sqlglot's own drops NULL orders and IGNORE NULLS, and spells calls its way."""

        def ordered_sql(self, expression: exp.Ordered) -> str:
            """A key with what its author said of its NULLS."""
            first = expression.args.get("nulls_first")
            direction = {True: " DESC", False: " ASC", None: ""}[expression.args.get("desc")]
            nulls = {True: " NULLS FIRST", False: " NULLS LAST", None: ""}[first]
            return self.sql(expression, "this") + direction + nulls

        def ignorenulls_sql(self, expression: exp.IgnoreNulls) -> str:
            """Also in a call that is no window's: DuckDB says where it can be."""
            return self.sql(expression, "this") + " IGNORE NULLS"

        def respectnulls_sql(self, expression: exp.RespectNulls) -> str:
            """As IGNORE NULLS."""
            return self.sql(expression, "this") + " RESPECT NULLS"

        def withingroup_sql(self, expression: exp.WithinGroup) -> str:
            """As it is written, not as an argument of the call."""
            return f"{self.sql(expression, 'this')} WITHIN GROUP ({self.sql(expression, 'expression').strip()})"

        def interval_sql(self, expression: exp.Interval) -> str:
            """The unit within the text, where DuckDB takes every name of it: ``min`` is none as a keyword."""
            amount, unit = expression.this, expression.args.get("unit")
            if not isinstance(amount, exp.Literal) or unit is None:
                return super().interval_sql(expression)
            return f"INTERVAL '{amount.name} {unit.name.lower()}'"

        def join_sql(self, expression: exp.Join, join_op: str | None = None) -> str:
            """``t, unnest(t.l)`` with its comma: what is right of a JOIN binds before a comma to its left."""
            plain = set(filter(expression.args.get, expression.args)) == {"this"}
            if plain and isinstance(expression.this, exp.Unnest):
                return f", {self.sql(expression, 'this')}"
            return super().join_sql(expression, join_op)

        def if_sql(self, expression: exp.If) -> str:
            """``if(a, b, c)`` stays a call, so that a column of it keeps its name."""
            return self.func("if", expression.this, expression.args.get("true"), expression.args.get("false"))

        def not_sql(self, expression: exp.Not) -> str:
            """``x IS NOT NULL`` rather than ``NOT x IS NULL``."""
            inner = expression.this
            if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
                return f"{self.sql(inner, 'this')} IS NOT NULL"
            return super().not_sql(expression)


GRAMMAR = Grammar()
