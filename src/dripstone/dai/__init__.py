"""BigQuant-spelled SQL over DuckDB, with Python UDFs. ``import dai`` gives the same names."""

from dripstone.dai.datasource import DataSource
from dripstone.dai.frame import DEFAULT_PARTITION_FIELD
from dripstone.dai.function import create_function, delete_function, list_functions
from dripstone.dai.mount import DataSourceMount
from dripstone.dai.platform import query
from dripstone.dai.result import QueryResult
from dripstone.dai.udf import DaiUDF, ExceptionHandling, FunctionNullHandling, Lists, UDFType

__all__ = [
    "DEFAULT_PARTITION_FIELD",
    "DaiUDF",
    "DataSource",
    "DataSourceMount",
    "ExceptionHandling",
    "FunctionNullHandling",
    "Lists",
    "QueryResult",
    "UDFType",
    "create_function",
    "delete_function",
    "list_functions",
    "query",
]
