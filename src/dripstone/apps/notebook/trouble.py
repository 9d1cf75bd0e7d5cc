"""An error as a notebook shows it: what it says, where in the SQL, and the author's own lines; no inside of ours."""

import sys
import traceback
from collections.abc import Iterator
from traceback import FrameSummary
from types import TracebackType

from IPython.core.interactiveshell import InteractiveShell

from dripstone.dai.udf.author import is_library

__all__ = ["show_error"]


def show_error(
    shell: InteractiveShell,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """Show an error of dripstone's in a few lines; ``%tb`` shows all of it."""
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
    lines = [f"{kind.__name__}: {error}", *getattr(error, "__notes__", ())]
    if error.__cause__ is not None:
        lines += _author_lines(shell, error.__cause__.__traceback__)
    lines += _author_lines(shell, trace)
    shell._showtraceback(kind, error, lines)  # pyright: ignore[reportPrivateUsage]  the way to any front end
    return lines


def _author_lines(shell: InteractiveShell, trace: TracebackType | None) -> Iterator[str]:
    """The frames of cells and of the author's files, outermost first."""
    for frame in traceback.extract_tb(trace):
        is_magic = (frame.line or "").startswith("get_ipython().run_")
        if frame.line and not is_magic and not is_library(frame.filename):
            yield f"  {_place(shell, frame)}: {frame.line}"


def _place(shell: InteractiveShell, frame: FrameSummary) -> str:
    named = shell.compile.format_code_name(frame.filename)
    where = f"{named[0]} {named[1]}" if named else frame.filename
    function = "" if frame.name == "<module>" else f", in {frame.name}"
    return f"{where}, line {frame.lineno}{function}"
