"""The tables a lake can hold: columns, types, units and keys, in BigQuant's names.

A table's day files always have all of its columns in this order; an optional column the vendor does not give is NULL.
Dates and times are without zone, in Shanghai time.
"""

import difflib
from collections.abc import Mapping

from dripstone.errors import DataError
from dripstone.lake.schema.bar import BAR_MINUTES, BAR_TABLES, MINUTE_TABLE
from dripstone.lake.schema.catalogue import read_catalogue
from dripstone.lake.schema.prefactor import prefactors
from dripstone.lake.schema.reference import REFERENCE_TABLES
from dripstone.lake.schema.spec import Column, TableSpec

__all__ = ["BAR_MINUTES", "MINUTE_TABLE", "TABLES", "Column", "TableSpec", "table_spec"]

_KNOWN = {spec.name: spec for spec in (*BAR_TABLES, *REFERENCE_TABLES, *read_catalogue())}

TABLES: Mapping[str, TableSpec] = {**_KNOWN, "cn_stock_prefactors": prefactors(_KNOWN)}
"""Every table a lake can hold, by name."""


def table_spec(table: str) -> TableSpec:
    """The table of that name.

    Raises
    ------
    DataError : dripstone does not know the table.
    """
    try:
        return TABLES[table]
    except KeyError:
        raise DataError("unknown table", seen=table, hint=_nearest(table), table=table) from None


def _nearest(table: str) -> str:
    near = difflib.get_close_matches(table.lower(), TABLES, n=1)
    return f"did you mean {near[0]}?" if near else "dripstone tables lists them"
