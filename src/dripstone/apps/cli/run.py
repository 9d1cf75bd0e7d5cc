"""One way to run a verb: open the workspace, show the answer or the error, set the exit code."""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

from dripstone.errors import DripstoneError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dripstone.history import Progress
    from dripstone.settings import Language
    from dripstone.workspace import Workspace

__all__ = ["run_verb"]

Result = TypeVar("Result")
INTERRUPTED = 130


def run_verb(
    context: typer.Context,
    verb: "Callable[[Workspace], Result]",
    show: "Callable[[Result, Language], RenderableType]",
    *,
    as_json: bool,
    make: bool = False,
) -> None:
    """Run a verb on the workspace that ``-w`` names, or the nearest one, and print what it gives back.

    People get a table in the workspace's language, ``--json`` one JSON object. Exit code 0; 1 with the error on one
    line (stderr), or with ``--json`` as ``{"error": {...}}`` (stdout); 130 when interrupted.

    Parameters
    ----------
    make : make the folder a workspace first.
    """
    try:
        from dripstone.workspace import Workspace

        workspace = Workspace.init(context.obj) if make else Workspace.open(context.obj)
        with _shown_progress(quiet=as_json) as on_progress:
            result = verb(workspace.watched(on_progress))
    except DripstoneError as error:
        _fail(error, as_json=as_json)
    except KeyboardInterrupt as interrupt:
        notes = getattr(interrupt, "__notes__", [])
        sys.stderr.write("; ".join(["interrupted", *notes]) + "\n")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        from dripstone.apps.answer import as_answer

        answer = as_answer(result)
        sys.stdout.write(json.dumps(answer if isinstance(answer, dict) else {"result": answer}, ensure_ascii=False))
        sys.stdout.write("\n")
    else:
        from rich.console import Console

        Console().print(show(result, workspace.settings.language))


@contextmanager
def _shown_progress(*, quiet: bool) -> "Generator[Callable[[Progress], None]]":
    """A bar on stderr with days done, rate and time left, from the first day that takes computing on."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    heads = TextColumn("compute"), BarColumn(), MofNCompleteColumn(), TextColumn("days {task.fields[rate]}")
    console = Console(stderr=True)
    bar = Bar(*heads, TimeRemainingColumn(), console=console, transient=True)
    task = bar.add_task("compute", total=None, rate="")

    def update(progress: "Progress") -> None:
        if progress.total_days and console.is_terminal and not quiet:
            bar.start()
        rate = f"{progress.days_per_s:.1f}/s" if progress.done_days else ""
        bar.update(task, completed=progress.done_days, total=progress.total_days, rate=rate)

    try:
        yield update
    finally:
        if bar.live.is_started:
            bar.stop()


def _fail(error: DripstoneError, *, as_json: bool) -> NoReturn:
    if as_json:
        sys.stdout.write(json.dumps({"error": error.as_dict()}, ensure_ascii=False) + "\n")
    else:
        from rich.console import Console
        from rich.text import Text

        line = Text.assemble((error.kind, "bold red"), " ", " ".join(str(error).split()))
        Console(stderr=True).print(line, soft_wrap=True)
    raise typer.Exit(1)
