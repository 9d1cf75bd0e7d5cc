"""The SQL that a caller hands over: cut into statements, held against closed lists, with its switches taken out."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from sqlglot import Token, TokenType, exp
from sqlglot.errors import ParseError, TokenError

from dripstone.dai.failure import nearest
from dripstone.dai.grammar import GRAMMAR
from dripstone.errors import FactorError

__all__ = ["Script", "Statement", "Writing", "read_script"]

_STATEMENTS = (exp.Query, exp.Values, exp.Pivot, exp.Describe, exp.Summarize)
_CREATES = frozenset({"TABLE", "VIEW", "MACRO", "FUNCTION"})
_REFUSED_INSIDE = (exp.Create, exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Command)
_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
_PRUNE = "prune"
_SWITCHES = ("full_db_scan", "memory_limit")


@dataclass(frozen=True, slots=True)
class Writing:
    """SQL written from a changed tree, and where its words come from.

    Parameters
    ----------
    text : what DuckDB gets.
    starts, places : ascending characters of the text, and the character of the script that each comes from.
    """

    text: str
    starts: tuple[int, ...]
    places: tuple[int, ...]

    def place(self, at: int) -> int | None:
        """The character of the script that the nearest known word up to ``at`` comes from."""
        i = bisect_right(self.starts, at) - 1
        return self.places[i] if i >= 0 else None


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a script: its place in the text as written, and its syntax tree, which is not to be changed.

    Parameters
    ----------
    writing : the tree as SQL, where the translation changed it. Else the statement goes to DuckDB letter by letter,
        so that its positions are the author's.
    """

    script: str
    tokens: tuple[Token, ...]
    tree: exp.Expr
    writing: Writing | None = None

    @property
    def start(self) -> int:
        """Where it begins in the script."""
        return self.tokens[0].start

    @property
    def text(self) -> str:
        """The SQL that DuckDB gets."""
        return self.writing.text if self.writing else self.script[self.start : self.tokens[-1].end + 1]

    @property
    def prunes(self) -> bool:
        """Whether it holds a PRUNE JOIN."""
        inner = (token for token in self.tokens if token.token_type is TokenType.INNER)
        return any(self.script[token.start : token.end + 1].lower() == _PRUNE for token in inner)

    @property
    def created(self) -> str | None:
        """The lower-case name that a CREATE statement makes, else None."""
        return self._target.name.lower() if self._target else None

    @property
    def makes_function(self) -> bool:
        """Whether it creates a macro, not a table or view."""
        return isinstance(self.tree, exp.Create) and str(self.tree.args.get("kind")).upper() in ("MACRO", "FUNCTION")

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
        at = len(self.text.encode()[:byte].decode(errors="ignore"))
        place = self.writing.place(at) if self.writing else self.start + at
        return _line_column(self.script, self.start if place is None else place)


@dataclass(frozen=True, slots=True)
class Script:
    """The statements of one query, and the switches that were SET in its text.

    Parameters
    ----------
    text : as written.
    statements : those of ``made``, then those of the text.
    made : statements run before it, each a text of its own, that make views kept in the workspace.
    """

    text: str
    statements: tuple[Statement, ...] = ()
    full_db_scan: bool = False
    memory_limit: str | None = None
    made: tuple[str, ...] = ()

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


@lru_cache(maxsize=128)
def read_script(sql: str, made: tuple[str, ...] = ()) -> Script:
    """Parse the SQL and let through what is on the closed lists.

    Allowed: queries, PIVOT, VALUES, DESCRIBE, SUMMARIZE, CREATE TABLE | VIEW | MACRO (all of it gone after the
    query), the table functions range, generate_series and unnest, SET full_db_scan and SET memory_limit.

    Raises
    ------
    FactorError : it does not parse, holds no query, or asks for anything else.
    """
    before = (statement for text in made for statement in read_script(text).statements)
    script = Script(sql, tuple(before), made=made)
    for tokens in map(_with_prune_join, _split(_tokens(sql))):
        tree = _tree(tokens, sql)
        if isinstance(tree, exp.Set):
            script = _switched(script, tree)
            continue
        _check(tree, tokens[0])
        script = replace(script, statements=(*script.statements, Statement(sql, tuple(tokens), tree)))
    if len(script.statements) == len(made):
        raise FactorError("the SQL holds no statement", seen=sql, expected="SELECT ...")
    return script


def _tokens(sql: str) -> Sequence[Token]:
    try:
        return GRAMMAR.tokenize(sql)
    except TokenError:
        lines = sql.split("\n")
        line = 1 + max(count for count in range(len(lines)) if _has_tokens("\n".join(lines[:count])))
        raise FactorError(
            "the SQL does not parse", seen=lines[line - 1], hint="a quote or comment is not closed", line=line
        ) from None


def _has_tokens(text: str) -> bool:
    try:
        GRAMMAR.tokenize(text)
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


def _with_prune_join(tokens: list[Token]) -> list[Token]:
    """``a PRUNE JOIN b`` as an inner join; to DuckDB's grammar it is a table called prune."""
    for i, (token, following) in enumerate(pairwise(tokens)):
        if token.text.lower() == _PRUNE and following.token_type is TokenType.JOIN:
            tokens[i] = Token(TokenType.INNER, "INNER", token.line, token.col, token.start, token.end)
    return tokens


def _complaint(description: str) -> str:
    """The parser's words without the names of its classes."""
    if description.startswith("Required keyword"):
        return "something is missing here"
    return description.partition(" but got")[0].replace("Invalid expression / Unexpected token", "unexpected here")


def _tree(tokens: list[Token], sql: str) -> exp.Expr:
    try:
        tree = GRAMMAR.parser().parse(tokens, sql)[0]
    except ParseError as error:
        found = error.errors[0]
        mark = str(found.get("highlight") or "")
        column = int(found.get("col") or 1) - len(mark) + 1
        what = f"the SQL does not parse: {_complaint(str(found.get('description')))}"
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
