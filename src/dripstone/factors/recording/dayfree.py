"""A query without its dates: what is left when the day is given from outside.

A notebook names the days it wants, in ``filters`` or in the SQL itself. A factor is asked for one day at a time, so
predicates on the day become ``TRUE``; those on the time of day stay. A query for a single day may also cut that day by
times written with the date ('2024-01-02 14:30:00'); they stay, as times. The text is edited in place, nothing else of
it changes, and the outcome is held against the syntax tree.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from sqlglot import Token, TokenType, exp, parse_one
from sqlglot.dialects import DuckDB

from dripstone.dai.filter import read_filters, read_moment
from dripstone.errors import FactorError
from dripstone.factors.recording.outline import Outline
from dripstone.factors.sql import TRADING_DAY
from dripstone.market.session import SESSION, label

__all__ = ["DayFree", "without_dates", "without_universe"]

Edit: TypeAlias = tuple[exp.Expr, str]
"""A node of the syntax tree, and the text that takes its place."""

_DATE = re.compile(r"\s*\d{4}[-/]?\d{2}[-/]?\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?\s*")
_OPERATORS: Mapping[type[exp.Expr], str] = {exp.EQ: "=", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<="}
_MIRRORED = {"=": "=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
_NO_NAME = {"WHERE", "AND", "OR", "ON", "NOT", "HAVING", "QUALIFY", "("}
_OPEN = np.datetime64("NaT", "s")


@dataclass(frozen=True, slots=True)
class DayFree:
    """A query whose day is given from outside.

    Parameters
    ----------
    sql : the text, edited only where it named days.
    filters : the filters other than date.
    params : the ``$params`` that the text still uses.
    session : first and last bar end that the date filter of a one-day query leaves, or the whole day.
    single_day : the query asked for one day, so that nothing in it can look across days.
    lifted : the predicates that were taken out.
    """

    sql: str
    filters: Mapping[str, Sequence[object]]
    params: Mapping[str, object]
    session: tuple[str, str]
    single_day: bool
    lifted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Predicate:
    """A conjunct that bounds the day: where it stands (which WHERE or ON), and what it compares."""

    node: exp.Expr
    place: int
    comparisons: tuple[tuple[exp.Expr, str, np.datetime64], ...]

    @property
    def times(self) -> str:
        """What is left of it when the day is given: the times it cuts by, or TRUE."""
        kept = [
            f"{subject.sql('duckdb')}::TIME {op} '{str(stamp)[11:]}'"
            for subject, op, stamp in self.comparisons
            if stamp != stamp.astype("datetime64[D]") and not str(stamp).endswith("23:59:59")
        ]
        return " AND ".join(kept) or "TRUE"


def without_dates(sql: str, filters: Mapping[str, object], params: Mapping[str, object]) -> DayFree:
    """Lift the date predicates out of a query and its filters.

    Raises
    ------
    FactorError : the SQL does not parse, a date is none, or a date predicate cannot be taken out of the text.
    """
    chosen = read_filters(filters)
    asked = [np.datetime64(bound, "s") for span in chosen.dates for bound in (span.start, span.end)]
    text = _inlined(sql, params)
    outline = Outline(text)
    predicates = list(_date_predicates(outline))
    days = {_day_of(min(asked), max(asked))} if asked else _days(predicates)
    day = days.pop() if len(days) == 1 else None
    text = _edited(outline, [(p.node, "TRUE" if day is None else p.times) for p in predicates])
    if day is not None:
        text = _with_parameter(text, day)
    used = set(re.findall(r"\$(\w+)", text))
    return DayFree(
        text,
        chosen.members,
        {name: value for name, value in params.items() if name in used},
        _session(min(asked), max(asked)) if asked and day is not None else (label(SESSION[0]), label(SESSION[-1])),
        day is not None,
        tuple(p.node.sql("duckdb") for p in predicates),
    )


def without_universe(sql: str) -> str:
    """The text without its lists of instruments, to see that queries differ in nothing else."""
    outline = Outline(sql)
    lists = [
        node
        for node in outline.walk(exp.In)
        if node.this.name.lower() == "instrument"
        and node.expressions
        and all(isinstance(value, exp.Literal) for value in node.expressions)
    ]
    return _edited(outline, [(node, "TRUE") for node in lists])


def _stamp(value: object) -> np.datetime64:
    return np.datetime64(read_moment(value)[0], "s")


def _day_of(low: np.datetime64, high: np.datetime64) -> np.datetime64 | None:
    """The one day between two bounds, or None."""
    day = low.astype("datetime64[D]")
    return day if not np.isnat(low) and day == high.astype("datetime64[D]") else None


def _session(low: np.datetime64, high: np.datetime64) -> tuple[str, str]:
    """The bars that a one-day filter leaves."""
    midnight = low.astype("datetime64[D]")
    first, last = (int((bound - midnight).astype("timedelta64[m]").astype(int)) for bound in (low, high))
    inside = SESSION[(first <= SESSION) & (last >= SESSION)]
    if not len(inside):
        raise FactorError("the date filter leaves no minute of the day", seen=(str(low), str(high)))
    return label(int(inside[0])), label(int(inside[-1]))


def _days(predicates: Sequence[_Predicate]) -> set[np.datetime64 | None]:
    """For every place that bounds the day: the one day it asks for, or None."""
    lows: dict[int, np.datetime64] = {}
    highs: dict[int, np.datetime64] = {}
    for predicate in predicates:
        lows.setdefault(predicate.place, _OPEN)
        highs.setdefault(predicate.place, _OPEN)
        for _, op, stamp in predicate.comparisons:
            if op in (">", ">=", "="):
                lows[predicate.place] = stamp
            if op in ("<", "<=", "="):
                before = op == "<" and stamp == stamp.astype("datetime64[D]")
                highs[predicate.place] = stamp - np.timedelta64(1, "s") if before else stamp
    return {_day_of(low, highs[place]) for place, low in lows.items()}


def _inlined(sql: str, params: Mapping[str, object]) -> str:
    """The text with ``$params`` that are dates written out, so that there is one way to spell a date."""
    tokens = DuckDB().tokenize(sql)
    for dollar, name in reversed(list(pairwise(tokens))):
        value = params.get(name.text)
        if dollar.token_type == TokenType.PARAMETER and (hasattr(value, "isoformat") or _DATE.fullmatch(str(value))):
            stamp = _stamp(value)
            day = stamp.astype("datetime64[D]")
            text = str(day if stamp == day else stamp).replace("T", " ")
            sql = f"{sql[: dollar.start]}'{text}'{sql[name.end + 1 :]}"
    return sql


def _date_predicates(outline: Outline) -> Iterator[_Predicate]:
    for clause in outline.walk(exp.Where, exp.Having, exp.Qualify, exp.Join):
        condition = clause.args.get("on") if isinstance(clause, exp.Join) else clause.this
        for node in _conjuncts(condition):
            if _bounds_day(node, outline):
                yield _Predicate(node, id(clause), tuple(_comparisons(node, outline)))


def _conjuncts(node: exp.Expr | None) -> Iterator[exp.Expr]:
    if isinstance(node, exp.And):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    elif isinstance(node, exp.Paren):
        yield from _conjuncts(node.this)
    elif node is not None:
        yield node


def _bounds_day(node: exp.Expr, outline: Outline) -> bool:
    """Whether it holds the day against constants, and nothing else."""
    if isinstance(node, exp.Paren):
        return _bounds_day(node.this, outline)
    if isinstance(node, exp.Or | exp.And):
        return _bounds_day(node.left, outline) and _bounds_day(node.right, outline)
    pairs = list(_pairs(node, outline))
    return bool(pairs) and all(
        outline.reach(subject) in ("day", "part") and _constant(value) for subject, _, value in pairs
    )


def _pairs(node: exp.Expr, outline: Outline) -> Iterator[tuple[exp.Expr, str, exp.Expr]]:
    """What one predicate compares: expression, operator, value."""
    if isinstance(node, exp.Between):
        yield node.this, ">=", node.args["low"]
        yield node.this, "<=", node.args["high"]
    elif isinstance(node, exp.In):
        for value in node.expressions:
            yield node.this, "=", value
    elif type(node) in _OPERATORS:
        left, right, op = node.args["this"], node.args["expression"], _OPERATORS[type(node)]
        yield (left, op, right) if outline.reach(left) else (right, _MIRRORED[op], left)


def _constant(node: exp.Expr) -> bool:
    texts = [literal.name for literal in node.find_all(exp.Literal) if literal.is_string]
    plain = isinstance(node, exp.Literal | exp.Cast)
    return not node.find(exp.Column, exp.Query) and (not plain or all(_DATE.fullmatch(text) for text in texts))


def _comparisons(node: exp.Expr, outline: Outline) -> Iterator[tuple[exp.Expr, str, np.datetime64]]:
    """The comparisons of a day with one that is written out; none of months, nor of alternatives."""
    pairs = [pair for pair in _pairs(node, outline) if "trunc" not in pair[0].sql().lower()]
    if isinstance(node, exp.In) and len(pairs) > 1:
        return
    for subject, op, value in pairs:
        while isinstance(value, exp.Cast | exp.Paren):
            value = value.this
        if _DATE.fullmatch(value.name):
            yield subject, op, _stamp(value.name)


def _edited(outline: Outline, edits: Sequence[Edit]) -> str:
    """The text with these nodes replaced.

    Raises
    ------
    FactorError : the edited text does not say what the edited tree says.
    """
    tokens = DuckDB().tokenize(outline.text)
    spans = sorted(((*_span(node, tokens), text) for node, text in edits), reverse=True)
    text = outline.text
    for start, end, replacement in spans:
        text = f"{text[:start]}{replacement}{text[end + 1 :]}"
    shown = [node.sql("duckdb") for node, _ in edits]
    for node, replacement in edits:
        node.replace(parse_one(replacement, dialect="duckdb"))
    if _meaning(Outline(text)) != _meaning(outline):
        raise FactorError(
            "a date in the SQL could not be taken out",
            seen="; ".join(shown),
            hint="give the days in filters={'date': [...]} instead",
        )
    return text


def _meaning(outline: Outline) -> list[str]:
    return [statement.tree.sql("duckdb", comments=False) for statement in outline.script.statements]


def _with_parameter(text: str, day: np.datetime64) -> str:
    """The text with ``$trading_day`` wherever it spells that day."""
    tokens = DuckDB().tokenize(text)
    for before, token in reversed(list(pairwise([tokens[0], *tokens]))):
        if token.token_type == TokenType.STRING and token.text in (str(day), str(day).replace("-", "")):
            typed = before.text.upper() in ("DATE", "TIMESTAMP")  # DATE '2024-01-02' takes no parameter, CAST does
            value = f"CAST(${TRADING_DAY} AS {before.text})" if typed else f"${TRADING_DAY}"
            text = f"{text[: before.start if typed else token.start]}{value}{text[token.end + 1 :]}"
    return text


def _span(node: exp.Expr, tokens: Sequence[Token]) -> tuple[int, int]:
    """First and last character of a predicate: its leaves, and the brackets, names and casts that belong to them."""
    marks = [leaf.meta for leaf in node.walk() if "start" in leaf.meta]
    first = next(i for i, t in enumerate(tokens) if t.end >= min(m["start"] for m in marks))
    last = max(i for i, t in enumerate(tokens) if t.start <= max(m["end"] for m in marks))
    first, last = _balanced(first, last, tokens)
    while last + 2 < len(tokens) and tokens[last + 1].token_type == TokenType.DCOLON:
        first, last = _balanced(first, last + 2, tokens)
    typed = first > 0 and tokens[first - 1].text.upper() in ("DATE", "TIMESTAMP")
    if typed and tokens[first].token_type == TokenType.STRING:
        first -= 1
    return tokens[first].start, tokens[last].end


def _balanced(first: int, last: int, tokens: Sequence[Token]) -> tuple[int, int]:
    """The range widened until its brackets close, with the function's name before an added bracket."""
    depth = lowest = 0
    for token in tokens[first : last + 1]:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        lowest = min(lowest, depth)
    for _ in range(-lowest):
        first = max(i for i in range(first) if tokens[i].token_type == TokenType.L_PAREN)
        if first and tokens[first - 1].text.upper() not in _NO_NAME:
            first -= 1
    for _ in range(depth - lowest):
        last = min(i for i in range(last + 1, len(tokens)) if tokens[i].token_type == TokenType.R_PAREN)
    return first, last
