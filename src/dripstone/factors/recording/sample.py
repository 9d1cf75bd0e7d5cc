"""One day of the lake that answers queries, whatever days they ask for."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import pyarrow as pa

from dripstone.dai.engine import run_query
from dripstone.dai.result import QueryResult
from dripstone.dai.table import MemoryTables
from dripstone.dai.udf import DaiUDF
from dripstone.errors import DataError
from dripstone.factors.recording.crossing import changes_with_company
from dripstone.factors.recording.dayfree import DayFree
from dripstone.factors.recording.outline import Outline
from dripstone.factors.spec import Needs
from dripstone.factors.sql import TRADING_DAY, day_tables
from dripstone.lake.day import BAR_FIELDS, DayBars
from dripstone.lake.lake import BarLake, as_day
from dripstone.lake.schema import MINUTE_TABLE, TABLES
from dripstone.market.session import AUCTION, SESSION, label

__all__ = ["Sample"]

_FEW = 60


class Sample:
    """A day's bars with every table known by then, and for comparison the bars of a neighbouring day.

    Parameters
    ----------
    day : all fields, all minutes, all tables held.
    neighbour : the minute bars of another day as rows, or None where the lake holds one day only.
    """

    def __init__(self, day: DayBars, neighbour: pa.Table | None) -> None:
        self.day, self._neighbour = day, neighbour
        calendar = pa.table({"date": pa.array([day.date.astype("datetime64[us]")]), "market_code": ["CN"]})
        self._tables = {"all_trading_days": calendar, "trading_days": calendar, **day_tables(day)}

    @classmethod
    def of(cls, lake: BarLake, date: str) -> Self:
        """The day ``date`` of a lake."""
        day = as_day(date)
        others = [name for name in lake.table_names() if name != MINUTE_TABLE]
        known = tuple(name for name in others if lake.dates(name)[0] <= day)
        bars = lake.day(day, Needs(BAR_FIELDS, _WHOLE_DAY, tables=known))
        held = lake.dates()
        held = held[held != day]
        if not len(held):
            return cls(bars, None)
        nearest = held[np.argmin(np.abs(held - day))]
        return cls(bars, lake.day(nearest, Needs(BAR_FIELDS, _WHOLE_DAY)).table())

    def table(self, name: str) -> pa.Table:
        """The rows of one table on the day.

        Raises
        ------
        DataError : the lake does not hold it.
        """
        held = self._tables.get("cn_stock_bar1m" if name == "cn_stock_bar1m_c" else name)
        if held is None:
            raise DataError(
                "the lake does not hold a table that the notebook reads",
                seen=name,
                expected="one of " + ", ".join(self._tables),
                hint=f"dripstone ingest FILES --table {name}",
                table=name,
            )
        return held

    def answer(self, free: DayFree, udfs: Sequence[DaiUDF], bound: Mapping[str, object] | None = None) -> QueryResult:
        """The query on the day's own rows."""
        for name in Outline(free.sql).tables:
            if name in TABLES and name not in (bound or {}):
                self.table(name)
        return self._run(free, udfs, self._tables, bound)

    def looks_across(self, free: DayFree, udfs: Sequence[DaiUDF]) -> bool:
        """Whether a few instruments' rows of this day and its neighbour are others when both days are there."""
        if self._neighbour is None:
            return False
        few = self.day.instruments[:_FEW].tolist()
        days = [
            bars.filter(pa.array(np.isin(bars["instrument"].to_pylist(), few)))
            for bars in (self._tables[MINUTE_TABLE], self._neighbour)
        ]

        def run(bars: Sequence[pa.Table]) -> pa.Table:
            return self._run(free, udfs, {**self._tables, MINUTE_TABLE: pa.concat_tables(bars)}, None).arrow()

        return changes_with_company(run, days)

    def _run(
        self,
        free: DayFree,
        udfs: Sequence[DaiUDF],
        tables: Mapping[str, pa.Table],
        bound: Mapping[str, object] | None,
    ) -> QueryResult:
        return run_query(
            free.sql,
            tables=MemoryTables(tables),
            filters=free.filters,
            udfs=udfs,
            params={**free.params, TRADING_DAY: str(self.day.date)},
            bind_relations=bound,
            full_db_scan=True,
        )


_WHOLE_DAY = (label(AUCTION), label(int(SESSION[-1])))
