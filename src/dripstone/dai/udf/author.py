"""Which code is the author's own: the Python function under a callable, and files that belong to no library."""

import inspect
import os
import sysconfig
from pathlib import Path
from types import FunctionType

__all__ = ["is_library", "plain_function"]

_FOLDERS = (
    Path(__file__).parents[2],  # dripstone
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
)
_LIBRARIES = (*(f"{folder}{os.sep}" for folder in _FOLDERS), "<frozen ")
_INNER = ("__wrapped__", "func", "pyfunc", "py_func", "__func__")
_DEPTH = 8


def is_library(filename: str) -> bool:
    """Whether a file belongs to Python, an installed package or dripstone."""
    return filename.startswith(_LIBRARIES)


def plain_function(function: object) -> FunctionType | None:
    """The function written in Python under a decorator, a partial, a method, a callable object, or one that
    ``np.vectorize`` or numba made over; None where it is written in another language.
    """
    for _ in range(_DEPTH):
        if isinstance(function, FunctionType) and not hasattr(function, "__wrapped__"):
            return function
        inner = next((found for name in _INNER if (found := getattr(function, name, None)) is not None), None)
        function = inspect.getattr_static(type(function), "__call__", None) if inner is None else inner
    return None
