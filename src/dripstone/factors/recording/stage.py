"""Where a notebook runs while it is recorded: statement by statement, with stand-ins for what only a desk has."""

import ast
import asyncio
import concurrent.futures
import linecache
import multiprocessing
import multiprocessing.dummy
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import NoReturn

from dripstone.errors import DripstoneError, FactorError
from dripstone.factors.blame import remember_source
from dripstone.factors.recording.notebook import Notebook
from dripstone.sandbox.report import revive

__all__ = ["Absent", "Stage"]

_NOTES = 20


class Absent:
    """Stands for a package that is not installed: takes any use, gives nothing. Plots are the usual case."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"<{self._name}, not installed>"

    def __getattr__(self, name: str) -> "Absent":
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._name}.{name}")

    def __call__(self, *_: object, **__: object) -> "Absent":  # noqa: D102  the class says it
        return self

    def __getitem__(self, _: object) -> "Absent":
        return self

    def __setitem__(self, _: object, __: object) -> None:
        pass

    def __iter__(self) -> Iterator["Absent"]:
        return iter((self, self))  # fig, ax = plt.subplots()

    def __enter__(self) -> "Absent":
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Stage:
    """The notebook's ``__main__``, its current line, and notes on what did not run.

    It changes modules of the process it lives in, so it belongs in a child process.
    """

    def __init__(self, notebook: Notebook, *, filename: str) -> None:
        self.notebook, self.filename = notebook, filename
        self.module = ModuleType("__main__")
        self.notes: list[str] = list(notebook.notes)
        self.line = 0

    def run(self, dai: ModuleType, *, found: Callable[[], bool]) -> None:
        """Execute the notebook with ``dai`` in the place of the package of that name.

        Parameters
        ----------
        found : whether a factor query has been answered; what raises after that is noted and passed over.

        Raises
        ------
        FactorError : the notebook raised before.
        """
        remember_source(self.filename, self.notebook.source)
        self._furnish(dai)
        for node in ast.parse(self.notebook.source).body:
            self.line = node.lineno
            try:
                self._execute(node)
            except (Exception, SystemExit) as error:  # noqa: BLE001  the author's code may raise anything at all
                if isinstance(error, ImportError) and isinstance(node, ast.Import | ast.ImportFrom):
                    self._stand_in(node, error)
                elif found():
                    self.note(f"{self.place(error)}: left aside, {type(error).__name__}: {error}")
                else:
                    self._fail(error)

    def _execute(self, node: ast.stmt) -> None:
        """Run one statement; it may ``await``, as in a notebook."""
        code = compile(ast.Module([node], []), self.filename, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        waiting = eval(code, vars(self.module))  # noqa: S307  running the author's notebook is the point
        if waiting is not None:
            asyncio.run(waiting)

    def note(self, text: str) -> None:
        """Keep a remark for the people who read the factor; the first twenty different ones."""
        if text not in self.notes and len(self.notes) < _NOTES:
            self.notes.append(text)

    def place(self, error: BaseException | None = None) -> str:
        """Where in the notebook the error was raised, or where the code is that is running now."""
        frames = traceback.extract_tb(error.__traceback__) if error else traceback.extract_stack()
        lines = [frame.lineno for frame in frames if frame.filename == self.filename and frame.lineno]
        return self.notebook.place(lines[-1] if lines else self.line)

    def _fail(self, error: BaseException) -> NoReturn:
        place = self.place(error)
        if isinstance(error, DripstoneError):
            raise revive(error.as_dict(), place=place) from error
        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        raise FactorError(
            f"the notebook raised {type(error).__name__}: {error}",
            seen=linecache.getline(self.filename, line or 0).strip(),
            hint="it raised before a factor query was answered; it must run from its first cell",
            place=place,
        ) from error

    def _stand_in(self, node: ast.Import | ast.ImportFrom, error: ImportError) -> None:
        self.note(f"{self.notebook.place(node.lineno)}: {error}; what uses it does nothing")
        for alias in node.names:
            name = alias.asname or (alias.name if isinstance(node, ast.ImportFrom) else alias.name.partition(".")[0])
            self.module.__dict__[name] = Absent(alias.name)

    def _furnish(self, dai: ModuleType) -> None:
        platform = ModuleType("bigquant")
        platform.__dict__.update(dai=dai, __getattr__=Absent)
        sys.modules.update({"__main__": self.module, "dai": dai, "bigquant": platform, "bigquant.dai": dai})
        sys.modules["dripstone.dai"] = vars(sys.modules["dripstone"])["dai"] = dai
        for name in ("udf", "udf.typing", "udf.functional"):
            sys.modules[f"dai.{name}"] = sys.modules[f"bigquant.dai.{name}"] = sys.modules[f"dripstone.dai.{name}"]
        self.module.__dict__.update(display=lambda *_, **__: None, get_ipython=lambda: Absent("get_ipython"))
        # A query in another process would not be seen: pools of processes become pools of threads.
        concurrent.futures.__dict__["ProcessPoolExecutor"] = lambda max_workers=None, **_: ThreadPoolExecutor(
            max_workers
        )
        multiprocessing.__dict__["Pool"] = multiprocessing.dummy.Pool
