"""Python functions that SQL calls by name."""

from dripstone.dai.udf import functional, typing
from dripstone.dai.udf.batch import Lists
from dripstone.dai.udf.declaration import DaiUDF
from dripstone.dai.udf.failure import Failure
from dripstone.dai.udf.functional import ExceptionHandling, FunctionNullHandling, UDFType
from dripstone.dai.udf.registration import register
from dripstone.dai.udf.usage import CalledUDF, called

__all__ = [
    "CalledUDF",
    "DaiUDF",
    "ExceptionHandling",
    "Failure",
    "FunctionNullHandling",
    "Lists",
    "UDFType",
    "called",
    "functional",
    "register",
    "typing",
]
