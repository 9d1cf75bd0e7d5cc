"""Errors in the author's own code: which exception, which line of their source, which day."""

import linecache
import traceback
from collections.abc import Generator
from contextlib import contextmanager

from dripstone.errors import DripstoneError, FactorError
from dripstone.sandbox.report import revive

__all__ = ["author_code", "remember_source"]


def remember_source(filename: str, source: str) -> None:
    """Let tracebacks and ``inspect`` show lines of a source that is in no file."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)


@contextmanager
def author_code(filename: str, **facts: str) -> Generator[None]:
    """Whatever the code under ``filename`` raises leaves as a FactorError with its line and these facts.

    A dripstone error keeps its class and its words; it only gains the facts.
    """
    try:
        yield
    except DripstoneError as error:
        line = _last_line(error, filename)
        raise revive(error.as_dict(), **facts, line=line) from error
    except (Exception, SystemExit) as error:  # the author's code may raise anything at all
        line = _last_line(error, filename)
        raise FactorError(
            f"the factor's code raised {type(error).__name__}: {error}",
            seen=linecache.getline(filename, line).strip() if line else "",
            **facts,
            line=line,
        ) from error


def _last_line(error: BaseException, filename: str) -> int | None:
    """The deepest line of that source in the traceback."""
    if isinstance(error, SyntaxError) and error.filename == filename:
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
    return lines[-1] if lines else None
