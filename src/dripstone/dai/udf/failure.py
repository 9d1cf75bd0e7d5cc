"""What a UDF's function raised, at the line of the author's own code."""

import sys
import traceback
from dataclasses import dataclass
from traceback import FrameSummary

from dripstone.dai.udf.author import is_library, plain_function
from dripstone.dai.udf.declaration import DaiUDF
from dripstone.errors import UNSEEN, FactorError
from dripstone.sandbox.report import revive

__all__ = ["Failure", "failure_of"]


@dataclass(frozen=True)
class Failure:
    """A call that ended in an error.

    Parameters
    ----------
    udf : whose function it was; None for a function of the dialect.
    error : a FactorError, or what must pass through as it is, such as KeyboardInterrupt.
    args : the arguments of the row, as Python values; None where the row cannot be told.
    """

    udf: DaiUDF | None
    error: BaseException
    args: tuple[object, ...] | None


def failure_of(udf: DaiUDF, error: BaseException, args: tuple[object, ...] | None) -> Failure:
    """The failure, with the exception and its line in the author's code where it is one."""
    if not isinstance(error, Exception):
        return Failure(udf, error, None)
    at = _place(udf, error)
    if isinstance(error, FactorError) and at is None:  # a check of ours on what the function returned
        raised = revive(error.as_dict(), udf=udf.name)
    else:
        raised = FactorError(
            f"UDF {udf.name} raised {type(error).__name__}: {error}",
            seen=UNSEEN if args is None else args,
            hint=f"line {at.lineno} of {_shown(at.filename)}, in {at.name}: {at.line}" if at else "",
            udf=udf.name,
            exception=type(error).__name__,
            line=at.lineno if at else None,
        )
    raised.__cause__ = error
    return Failure(udf, raised, args)


def _place(udf: DaiUDF, error: Exception) -> FrameSummary | None:
    """The deepest frame in the function's own file, else in a file that belongs to no library."""
    frames = traceback.extract_tb(error.__traceback__)
    function = plain_function(udf.function)
    own = [frame for frame in frames if function and frame.filename == function.__code__.co_filename]
    others = [frame for frame in frames if not is_library(frame.filename)]
    return next(reversed(own or others), None)


def _shown(filename: str) -> str:
    """The file as its author knows it: a cell of a notebook by its number."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    cell = shell.compile.format_code_name(filename) if shell else None
    return " ".join(cell) if cell else filename
