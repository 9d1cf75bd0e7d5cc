"""Minute bars and reference tables by trading day: ingest, check, version, serve, simulate."""

from dripstone.lake.day import BAR_FIELDS, DayBars
from dripstone.lake.finding import Finding
from dripstone.lake.ingest import IngestReport, ingest_table
from dripstone.lake.lake import BarLake, NeedsLike
from dripstone.lake.schema import MINUTE_TABLE, TABLES, Column, TableSpec, table_spec
from dripstone.lake.simulate import simulate

__all__ = [
    "BAR_FIELDS",
    "MINUTE_TABLE",
    "TABLES",
    "BarLake",
    "Column",
    "DayBars",
    "Finding",
    "IngestReport",
    "NeedsLike",
    "TableSpec",
    "ingest_table",
    "simulate",
    "table_spec",
]
