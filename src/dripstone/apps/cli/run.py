"""One way to run a verb: open the workspace, show the answer or the error, set the exit code."""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

from dripstone.errors import DripstoneError, SettingsError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dripstone.history import Progress
    from dripstone.settings import Language
    from dripstone.workspace import Workspace

__all__ = ["run_verb"]

Result = TypeVar("Result")
INTERRUPTED = 130


class InterruptionError(DripstoneError):
    """Ctrl-C, with what the rooms it came through say of what is kept."""


def run_verb(
    context: typer.Context,
    verb: "Callable[[Workspace], Result]",
    show: "Callable[[Result, Language], RenderableType]",
    *,
    as_json: bool,
    make: bool = False,
) -> Result:
    """Run a verb on the workspace that ``-w`` names, or the nearest one, and print what it gives back.

    People get a table in the workspace's language, ``--json`` one JSON object. Exit code 0; 1 with the error on one
    line (stderr), or with ``--json`` as ``{"error": {...}}`` (stdout); 130, said the same way, when interrupted. A
    file or folder that the system refuses is an error of the operator, whichever room asked for it.

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
    except OSError as error:
        _fail(_refused(error), as_json=as_json)
    except KeyboardInterrupt as interrupt:
        notes = getattr(interrupt, "__notes__", ["stopped by Ctrl-C"])
        _fail(InterruptionError("; ".join(notes)), as_json=as_json, code=INTERRUPTED)
    if as_json:
        from dripstone.apps.answer import as_answer

        answer = as_answer(result)
        key = "path" if isinstance(result, Path) else "result"
        _write_json(answer if isinstance(answer, dict) else {key: answer})
    else:
        from rich.console import Console

        Console().print(show(result, workspace.settings.language))
    return result


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


def _refused(error: OSError) -> SettingsError:
    """What the operating system said, and about which file."""
    return SettingsError(
        "the system refuses a file or folder",
        seen=error.strerror or str(error),
        expected="a place that can be read and written, with space left",
        path=error.filename,
    )


def _fail(error: DripstoneError, *, as_json: bool, code: int = 1) -> NoReturn:
    if as_json:
        _write_json({"error": error.as_dict()})
    else:
        from rich.console import Console
        from rich.text import Text

        line = Text.assemble((error.kind, "bold red"), " ", " ".join(str(error).split()))
        Console(stderr=True).print(line, soft_wrap=True)
    raise typer.Exit(code) from None


def _write_json(answer: object) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False) + "\n")
