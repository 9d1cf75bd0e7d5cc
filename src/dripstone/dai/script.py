"""The SQL that a caller hands over: cut into statements, held against closed lists, with its switches taken out."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, TokenError

from dripstone.dai.failure import nearest
from dripstone.errors import FactorError

__all__ = ["Edit", "Script", "Statement", "read_script"]

_SPECIAL_FORMS = frozenset({"CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION", "OVERLAY"})
_STATEMENTS = (exp.Query, exp.Values, exp.Pivot, exp.Describe, exp.Summarize)
_CREATES = frozenset({"TABLE", "VIEW", "MACRO", "FUNCTION"})
_REFUSED_INSIDE = (exp.Create, exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Command)
_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
_SWITCHES = ("full_db_scan", "memory_limit")


class _Grammar(DuckDB):
    """DuckDB's grammar, with every function a plain call by its name: which ones there are is DuckDB's to say."""

    class Parser(DuckDB.Parser):
        FUNCTIONS = {}  # noqa: RUF012  # as sqlglot declares it
        FUNCTION_PARSERS = {  # noqa: RUF012
            name: parse for name, parse in DuckDB.Parser.FUNCTION_PARSERS.items() if name in _SPECIAL_FORMS
        }

        def _warn_unsupported(self) -> None:
            """Nothing: what is not understood is refused with an error of ours, not with a line in a log."""


_GRAMMAR = _Grammar()


@dataclass(frozen=True, slots=True)
class Edit:
    """Text to put into the SQL before the character at ``at``."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a script: its place in the text as written, its syntax tree, and what is put into it.

    Everything but the edits goes to DuckDB letter by letter, so that its positions are the author's.
    """

    script: str
    tokens: tuple[Token, ...]
    tree: exp.Expr
    edits: tuple[Edit, ...] = ()

    @property
    def start(self) -> int:
        """Where it begins in the script."""
        return self.tokens[0].start

    @property
    def text(self) -> str:
        """The SQL that DuckDB gets."""
        text = self.script[self.start : self.tokens[-1].end + 1]
        for edit in sorted(self.edits, key=lambda edit: -edit.at):
            at = edit.at - self.start
            text = text[:at] + edit.text + text[at:]
        return text

    @property
    def created(self) -> str | None:
        """The lower-case name that a CREATE statement makes, else None."""
        return self._target.name.lower() if self._target else None

    @property
    def _target(self) -> exp.Table | None:
        return self.tree.this.find(exp.Table) if isinstance(self.tree, exp.Create) else None

    def tables(self) -> Iterator[exp.Table]:
        """The tables it reads by name; a CTE of its own is none."""
        ctes = {cte.alias.lower() for cte in self.tree.find_all(exp.CTE)}
        for table in self.tree.find_all(exp.Table):
            if table is not self._target and not isinstance(table.this, exp.Func) and table.name.lower() not in ctes:
                yield table

    def parameters(self) -> frozenset[str]:
        """The names of its ``$parameters``."""
        return frozenset(mark.name for mark in self.tree.find_all(exp.Placeholder, exp.Parameter))

    def place(self, byte: int) -> tuple[int, int]:
        """Line and column, from 1, in the script as written, of a byte of ``text``."""
        at = self.start + len(self.text.encode()[:byte].decode(errors="ignore"))
        for edit in sorted(self.edits, key=lambda edit: edit.at):
            if at > edit.at:
                at = max(edit.at, at - len(edit.text))
        return _line_column(self.script, at)


@dataclass(frozen=True, slots=True)
class Script:
    """The statements of one query, and the switches that were SET in its text."""

    statements: tuple[Statement, ...]
    full_db_scan: bool = False
    memory_limit: str | None = None

    def check_tables(self, known: Collection[str]) -> None:
        """Raise a FactorError at the first table that is neither known nor created by an earlier statement."""
        names = set(known)
        for statement in self.statements:
            for table in statement.tables():
                if table.name.lower() not in names:
                    line, column = _line_column(statement.script, int(table.this.meta.get("start", statement.start)))
                    raise FactorError(
                        "unknown table", seen=table.name, hint=nearest(table.name, names), line=line, column=column
                    )
            if statement.created:
                names.add(statement.created)

    def reads(self) -> dict[str, list[exp.Table]]:
        """Lower-case table name -> the places that read it."""
        found: dict[str, list[exp.Table]] = {}
        for statement in self.statements:
            for table in statement.tables():
                found.setdefault(table.name.lower(), []).append(table)
        return found


def read_script(sql: str) -> Script:
    """Parse the SQL and let through what is on the closed lists.

    Allowed: queries, PIVOT, VALUES, DESCRIBE, SUMMARIZE, CREATE TABLE | VIEW | MACRO (all of it gone after the
    query), the table functions range, generate_series and unnest, SET full_db_scan and SET memory_limit.

    Raises
    ------
    FactorError : it does not parse, holds no query, or asks for anything else.
    """
    script = Script(())
    for tokens in _split(_tokens(sql)):
        tree = _tree(tokens, sql)
        if isinstance(tree, exp.Set):
            script = _switched(script, tree)
            continue
        _check(tree, tokens[0])
        script = replace(script, statements=(*script.statements, Statement(sql, tuple(tokens), tree)))
    if not script.statements:
        raise FactorError("the SQL holds no statement", seen=sql, expected="SELECT ...")
    return script


def _tokens(sql: str) -> Sequence[Token]:
    try:
        return _GRAMMAR.tokenize(sql)
    except TokenError:
        lines = sql.split("\n")
        line = 1 + max(count for count in range(len(lines)) if _has_tokens("\n".join(lines[:count])))
        raise FactorError(
            "the SQL does not parse", seen=lines[line - 1], hint="a quote or comment is not closed", line=line
        ) from None


def _has_tokens(text: str) -> bool:
    try:
        _GRAMMAR.tokenize(text)
    except TokenError:
        return False
    return True


def _split(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    statement: list[Token] = []
    for token in tokens:
        if token.token_type is not TokenType.SEMICOLON:
            statement.append(token)
        elif statement:
            yield statement
            statement = []
    if statement:
        yield statement


def _tree(tokens: list[Token], sql: str) -> exp.Expr:
    try:
        tree = _GRAMMAR.parser().parse(tokens, sql)[0]
    except ParseError as error:
        found = error.errors[0]
        mark = str(found.get("highlight") or "")
        column = int(found.get("col") or 1) - len(mark) + 1
        what = "the SQL does not parse: " + str(found.get("description")).partition(" but got")[0]
        raise FactorError(what, seen=mark, line=found.get("line"), column=column) from None
    if tree is None:
        raise FactorError("the SQL does not parse", seen=sql)
    return tree


def _switched(script: Script, tree: exp.Set) -> Script:
    for item in tree.expressions:
        name, value = item.this.this.name.lower(), item.this.expression
        if tree.args.get("unset") or item.args.get("kind") or name not in _SWITCHES:
            raise _refused(f"SET {name}", hint="only full_db_scan and memory_limit may be SET")
        if name == "full_db_scan":
            script = replace(script, full_db_scan=value.sql().lower() in ("true", "1", "'true'"))
        else:
            script = replace(script, memory_limit=value.name)
    return script


def _check(tree: exp.Expr, first: Token) -> None:
    created = isinstance(tree, exp.Create) and str(tree.args.get("kind")).upper() in _CREATES
    if not created and not isinstance(tree, _STATEMENTS):
        raise _refused(first.text.upper(), line=first.line)
    for node in tree.walk():
        if node is not tree and isinstance(node, _REFUSED_INSIDE):
            raise _refused(type(node).__name__.upper(), line=first.line)
        source = node.this if isinstance(node, exp.Table | exp.Lateral) else None
        name = source.name if isinstance(source, exp.Anonymous) else ""
        if name and name.lower() not in _TABLE_FUNCTIONS:
            raise _refused(
                f"table function {name}", hint="tables come from the lake; bind_relations brings a frame of your own"
            )


def _refused(what: str, *, hint: str = "", line: int | None = None) -> FactorError:
    return FactorError(
        "not allowed in query SQL",
        seen=what,
        expected="SELECT, or CREATE TABLE | VIEW | MACRO before it",
        hint=hint,
        line=line,
    )


def _line_column(text: str, at: int) -> tuple[int, int]:
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
