"""Of all queries a notebook ran, the one that is the factor."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import pyarrow as pa

from dripstone.errors import FactorError
from dripstone.factors.recording.dayfree import DayFree, without_universe
from dripstone.factors.recording.outline import MINUTE_TABLES, Outline
from dripstone.factors.spec import UdfSource

__all__ = ["Query", "choose"]


@dataclass(frozen=True, slots=True)
class Query:
    """One query as it was recorded.

    Parameters
    ----------
    free : the query without its dates.
    udfs : its functions, each able to stand alone.
    place : where the notebook asked.
    rows : the answer on the sample day.
    columns : the numeric columns of the answer.
    flaw : why its rows are no factor values, or ''.
    """

    free: DayFree
    udfs: tuple[UdfSource, ...]
    place: str
    rows: pa.Table
    columns: tuple[str, ...]
    flaw: str

    @property
    def identity(self) -> str:
        """Equal for queries that are one and the same on any day."""
        said = [self.free.sql, self.free.filters, self.free.params, [asdict(udf) for udf in self.udfs]]
        return json.dumps(said, sort_keys=True, default=str)

    def of_all_instruments(self) -> "Query":
        """The same query without its list of instruments."""
        filters = {name: values for name, values in self.free.filters.items() if name != "instrument"}
        return replace(self, free=replace(self.free, sql=without_universe(self.free.sql), filters=filters))


def choose(queries: Sequence[Query], *, column: str | None) -> tuple[Query, tuple[str, ...]]:
    """The factor query, and notes on what was passed over.

    Queries that are the same on any day count once, and so do those that only take the instruments in batches. Of
    several, the one that emits ``column`` is chosen; failing that, the only one that reads minute bars.

    Raises
    ------
    FactorError : no query gives one number or more per instrument and day, or several different ones do.
    """
    factors = _distinct(query for query in queries if not query.flaw)
    if not factors:
        raise _no_factor(queries)
    if column is not None:
        factors = [query for query in factors if column in query.columns] or _no_column(factors, column)
    batches = _distinct(query.of_all_instruments() for query in factors)
    notes: tuple[str, ...] = ()
    if len(factors) > len(batches):
        factors = batches
        notes = ("instruments were asked for in batches: the factor is for all of them",)
    minute = [query for query in factors if set(Outline(query.free.sql).tables) & set(MINUTE_TABLES)]
    if len(factors) > 1 and len(minute) == 1:
        notes += tuple(
            f"{query.place}: not the factor, it reads no minute bars" for query in factors if query not in minute
        )
        factors = minute
    if len(factors) > 1:
        raise FactorError(
            "the notebook has several factor queries",
            seen="; ".join(f"{query.place}: {', '.join(query.columns)}" for query in factors),
            expected="one",
            hint="say which by a column that only it emits: FILE.ipynb:COLUMN",
        )
    return factors[0], notes


def _distinct(queries: Iterable[Query]) -> list[Query]:
    kept: dict[str, Query] = {}
    for query in queries:
        kept.setdefault(query.identity, query)
    return list(kept.values())


def _no_column(factors: Sequence[Query], column: str) -> list[Query]:
    raise FactorError(
        "no query of the notebook emits that column",
        seen=column,
        expected="one of " + ", ".join(dict.fromkeys(name for query in factors for name in query.columns)),
        column=column,
    )


def _no_factor(queries: Sequence[Query]) -> FactorError:
    flaws = list(dict.fromkeys(f"{query.place}: {query.flaw}" for query in queries))
    raw = any("more than one row" in query.flaw for query in queries)
    return FactorError(
        "no query of the notebook gives factor values",
        seen="; ".join(flaws[:6]),
        expected="one row per instrument of the day: date, instrument and at least one number",
        hint="compute the value in SQL or a UDF, or write the Python as a factor file (@factor)" if raw else "",
    )
