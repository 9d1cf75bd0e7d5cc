"""The rows a query gave, in whichever form the caller likes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd
import pyarrow as pa

from dripstone.dai.preview import preview_html, preview_text
from dripstone.errors import SettingsError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["QueryResult"]


@dataclass(frozen=True, eq=False, repr=False)
class QueryResult:
    """All rows of a finished query. Decimals and 128-bit integers are float64; columns named ``_...`` are left out."""

    table: pa.Table
    plan: Callable[[str], str]
    sql: str = ""
    """The last statement as DuckDB ran it."""

    def __len__(self) -> int:
        return self.table.num_rows

    def __repr__(self) -> str:
        return preview_text(self.table)

    def _repr_html_(self) -> str:
        """What a notebook shows: the first and the last rows, types, NULLs, and how many rows there are."""
        return preview_html(self.table)

    def arrow(self) -> pa.Table:
        """As an Arrow table."""
        return self.table

    def df(self) -> pd.DataFrame:
        """As a pandas frame; dates are datetime64, NULL is NaN or NaT."""
        return self.table.to_pandas(date_as_object=False)

    def pl(self) -> "pl.DataFrame":
        """As a polars frame.

        Raises
        ------
        SettingsError : polars is not installed.
        """
        try:
            import polars
        except ImportError as error:
            raise SettingsError("polars is not installed", hint="pip install polars") from error
        return polars.DataFrame(self.table)

    def fetchall(self) -> list[tuple[object, ...]]:
        """As a list of rows; NULL is None."""
        return list(zip(*(column.to_pylist() for column in self.table.columns), strict=True))

    def explain(self, explain_type: Literal["standard", "analyze"] = "standard") -> str:
        """DuckDB's plan of the query; "analyze" runs it again and adds times."""
        return self.plan("EXPLAIN ANALYZE " if explain_type == "analyze" else "EXPLAIN ")
