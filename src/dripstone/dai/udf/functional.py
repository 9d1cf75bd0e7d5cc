"""The choices of a UDF, under the names that the platform gives them."""

from enum import StrEnum

__all__ = ["ExceptionHandling", "FunctionNullHandling", "UDFType"]


class UDFType(StrEnum):
    """How rows reach the function.

    NATIVE: one call a row, with Python values. ARROW: one call a chunk of at most 2,048 rows, with Arrow columns.
    BATCH: one call a chunk, with numpy columns and lists as one matrix (``Lists``); dripstone's own.
    """

    NATIVE = "native"
    ARROW = "arrow"
    BATCH = "batch"


class FunctionNullHandling(StrEnum):
    """DEFAULT: a NULL argument gives NULL and the function does not see the row. SPECIAL: it sees it, as None."""

    DEFAULT = "default"
    SPECIAL = "special"


class ExceptionHandling(StrEnum):
    """DEFAULT: an exception fails the query. RETURN_NULL: it gives NULL for that row, of ARROW for that chunk."""

    DEFAULT = "default"
    RETURN_NULL = "return_null"
