"""What DuckDB says when a query fails, as an error of ours: who must act, where in the SQL, and what was meant."""

import difflib
import json
from collections.abc import Collection, Mapping
from typing import Protocol

import duckdb

from dripstone.dai.catalogue import functions
from dripstone.dai.dialect import FUNCTIONS, WINDOWED
from dripstone.errors import DataError, DripstoneError, FactorError

__all__ = ["as_error", "nearest"]

_BAD_RETURN = ("Failed to cast value", "Tried to create a STRUCT", "Unable to transform python value")
_OUT_OF_MEMORY = "query fewer days at a time, or raise it: SET memory_limit='8GB'; in the SQL"


class Placed(Protocol):
    """A statement that can say where in the author's text a byte of DuckDB's text is."""

    @property
    def script(self) -> str:
        """The author's text."""
        ...

    @property
    def text(self) -> str:
        """The SQL that DuckDB got."""
        ...

    def place(self, byte: int) -> tuple[int, int]:
        """Line and column, from 1."""
        ...


def nearest(name: str, names: Collection[str]) -> str:
    """A hint with the known name nearest to one that is not known; '' where nothing is near.

    One of the dialect's families (``m_average``) is looked for in its family first.
    """
    family = [each for each in names if each[:2] in ("m_", "c_") and each[:2] == name.lower()[:2]]
    near = difflib.get_close_matches(name.lower(), sorted(family), n=1)
    near = near or difflib.get_close_matches(name.lower(), sorted(names), n=1)
    return f"did you mean {near[0]}?" if near else ""


def as_error(
    error: duckdb.Error, *, statement: Placed | None = None, columns: Collection[str] = (), udfs: Collection[str] = ()
) -> DripstoneError:
    """DuckDB's error as ours, with line and column in the SQL as written.

    Parameters
    ----------
    error : raised by a connection with ``errors_as_json``.
    statement : the statement that was running.
    columns, udfs : the names in the query, to look for the one that was meant.
    """
    if isinstance(error, duckdb.OutOfMemoryException):
        return FactorError("the query needs more memory than it may have", seen=str(error), hint=_OUT_OF_MEMORY)
    facts = _facts(error)
    what = facts["exception_message"].partition("\n")[0]
    if ".parquet" in what:
        return DataError("a file of the lake cannot be read", seen=what, hint="ingest that day again")
    if what.startswith(_BAD_RETURN):
        return FactorError(what, expected="a value of the UDF's return_type", udf=", ".join(udfs) or None)
    if statement is None or "position" not in facts:
        return FactorError(what)
    line, column = statement.place(int(facts["position"]))
    span = _span(statement.text, facts.get("location", ""))
    name = facts.get("name") or (span if span in statement.script else "")
    hint = _hint(name, facts, {*columns, *udfs})
    signatures = facts["exception_message"].partition("Candidate functions:")[2].split("\n")
    expected = " or ".join(text for signature in signatures if (text := signature.strip()))
    return FactorError(what, expected=expected, hint=hint, line=line, column=column, name=name or None)


def _facts(error: duckdb.Error) -> Mapping[str, str]:
    """DuckDB's JSON, or just the message of an error that Python code of DuckDB's raised."""
    message = str(error)
    brace = message.find('{"exception_type"')
    return json.loads(message[brace:]) if brace >= 0 else {"exception_message": message}


def _span(text: str, location: str) -> str:
    """The piece of SQL that the error is about: ``location`` is "[first byte, length]"."""
    if not location:
        return ""
    first, length = json.loads(location)
    return text.encode()[first : first + length].decode(errors="ignore")


def _hint(name: str, facts: Mapping[str, str], names: Collection[str]) -> str:
    if facts.get("type") == "Scalar Function":
        names = {*names, *FUNCTIONS, *WINDOWED, *filter(str.isidentifier, functions())}
    candidates = [candidate.strip(' "') for candidate in facts.get("candidates", "").split(",")]
    short = name.rpartition(".")[2]
    found = nearest(short, {*(c for c in candidates if c.isidentifier()), *names})
    return "" if found == f"did you mean {short}?" else found
