"""BigQuant-spelled SQL over DuckDB, with Python UDFs. ``import dai`` gives the same names."""

from dripstone.dai.platform import DEFAULT_PARTITION_FIELD, query
from dripstone.dai.result import QueryResult
from dripstone.dai.udf import DaiUDF, ExceptionHandling, FunctionNullHandling, UDFType

__all__ = [
    "DEFAULT_PARTITION_FIELD",
    "DaiUDF",
    "ExceptionHandling",
    "FunctionNullHandling",
    "QueryResult",
    "UDFType",
    "query",
]
