"""Series that come in order are not sorted: ``array_agg(x ORDER BY k)`` said so that DuckDB looks before it sorts.

The lake holds a day's bars by instrument and time, and one thread reads them so: almost every group of a query comes
in order, and to sort it costs twice as much as all the rest of the aggregate. Written out, the keys are collected
beside the values, looked at, which is quick, and used to sort where they are not in order.
"""

from collections.abc import Iterator, Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import FunctionNullHandling, PythonUDFType
from sqlglot import Token, TokenType, exp

from dripstone.dai.script import Statement, read_script

__all__ = ["add_look", "looking_first"]

_LISTS = frozenset({"array_agg", "list"})
_LOOK = "in order"
_IN_ORDER = (
    f'CASE WHEN "{_LOOK}"(list({{key}}){{some}}) THEN list({{value}}){{some}} '
    "ELSE list_select(list({value}){some}, list_grade_up(list({key}){some})) END"
)
"""DuckDB computes equal aggregates once. NULLs are first in the database's order and in list_grade_up's."""


def add_look(connection: duckdb.DuckDBPyConnection) -> None:
    """Make callable in a database what ``looking_first`` writes."""
    connection.create_function(
        _LOOK, _are_in_order, None, "BOOLEAN", type=PythonUDFType.ARROW, null_handling=FunctionNullHandling.SPECIAL
    )


def _are_in_order(lists: pa.ChunkedArray) -> pa.Array:
    """Whether the values of each list ascend; a list with a NULL is taken for one where they do not."""
    rows = lists.combine_chunks()
    values, bounds = rows.flatten(), rows.offsets.to_numpy()
    falls = (
        pc.call_function("less", [values[1:], values[:-1]]).fill_null(fill_value=True).to_numpy(zero_copy_only=False)
    )
    ends = bounds[1:-1] - bounds[0] - 1
    falls[ends[(ends >= 0) & (ends < len(falls))]] = False  # from the last of a list to the first of the next
    found = np.ones(len(rows), np.bool_)
    if falls.any():
        found[np.searchsorted(bounds - bounds[0], np.flatnonzero(falls), side="right") - 1] = False
    if values.null_count:
        found[np.searchsorted(bounds - bounds[0], np.flatnonzero(values.is_null()), side="right") - 1] = False
    return pa.array(found)


def looking_first(statement: Statement) -> str:
    """The statement as DuckDB gets it, with every list ordered by one ascending key written out; names stay.

    Parameters
    ----------
    statement : its functions give the same for the same arguments.
    """
    calls = [call for call in statement.tree.find_all(exp.Anonymous) if _is_ordered(call)]
    if not calls:
        return statement.text
    again = read_script(statement.text).statements[0]  # with its places in the text that DuckDB gets
    text = again.script
    for start, end, written in sorted(_written_out(again), reverse=True):
        text = text[:start] + written + text[end:]
    return text


def _written_out(statement: Statement) -> Iterator[tuple[int, int, str]]:
    for call in statement.tree.find_all(exp.Anonymous):
        if _is_ordered(call):
            at = next(i for i, token in enumerate(statement.tokens) if token.start == call.meta["start"])
            yield _replaced(statement, at)


def _is_ordered(call: exp.Anonymous) -> bool:
    """Whether it is a list by one ascending key, in an expression that has a name of its own."""
    ordered = call.expressions[0] if len(call.expressions) == 1 else None
    if call.name.lower() not in _LISTS or not isinstance(ordered, exp.Order) or isinstance(ordered.this, exp.Distinct):
        return False
    if len(ordered.expressions) != 1 or ordered.find(exp.Query, exp.Collate):
        return False
    key = ordered.expressions[0]
    named = call.find_ancestor(exp.Alias, exp.Select)
    plain = not key.args.get("desc") and key.args.get("nulls_first") is None
    return plain and isinstance(named, exp.Alias) and call.find_ancestor(exp.Window, exp.Select) is named.parent


def _replaced(statement: Statement, at: int) -> tuple[int, int, str]:
    """The place of a call with its FILTER, and what stands there instead; ``at`` is the token of its name."""
    tokens, text = statement.tokens, statement.script
    close = _closing(tokens, at + 1)
    order = next(i for i in range(at, close) if tokens[i].token_type is TokenType.ORDER_BY)
    last = close - (tokens[close - 1].token_type is TokenType.ASC)
    end, some = close, ""
    if len(tokens) > close + 1 and tokens[close + 1].text.upper() == "FILTER":
        end = _closing(tokens, close + 2)
        some = " " + text[tokens[close + 1].start : tokens[end].end + 1]
    value = text[tokens[at + 2].start : tokens[order].start]
    key = text[tokens[order].end + 1 : tokens[last].start]
    return tokens[at].start, tokens[end].end + 1, _IN_ORDER.format(key=key.strip(), value=value.strip(), some=some)


def _closing(tokens: Sequence[Token], at: int) -> int:
    """The token that closes the parenthesis which the token ``at`` opens."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i].token_type is TokenType.L_PAREN) - (tokens[i].token_type is TokenType.R_PAREN)
        if depth == 0:
            return i
    raise AssertionError("what parsed is closed")
