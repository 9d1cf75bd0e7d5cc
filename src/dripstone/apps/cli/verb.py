"""The verbs as commands. Heavy rooms load when a verb runs, so that ``--help`` is at hand at once."""

import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from dripstone.apps.cli import show
from dripstone.apps.cli.run import run_verb

__all__ = ["app"]

app = typer.Typer(
    name="dripstone",
    help="Factor research on minute bars: from a report and a baseline to a judged factor.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _iso_date(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date such as 2025-01-31") from None


Context = typer.Context
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
Start = Annotated[str | None, typer.Option(callback=_iso_date, metavar="DATE", help="First day (default: the lake's).")]
End = Annotated[str | None, typer.Option(callback=_iso_date, metavar="DATE", help="Last day, inclusive.")]
FactorName = Annotated[
    str,
    typer.Argument(
        metavar="FACTOR", help="Library name or column, file.py[:name], or a dai notebook file.ipynb[:column]."
    ),
]
Baseline = Annotated[str, typer.Option(metavar="FACTOR", help="The factor to compare with.")]


@app.callback()
def workspace(
    context: Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "-w",
            "--workspace",
            metavar="WS",
            help="The workspace. Default: $DRIPSTONE_WORKSPACE, else the nearest dripstone.toml upward.",
        ),
    ] = None,
) -> None:
    """Factor research on minute bars: from a report and a baseline to a judged factor."""
    context.obj = folder


@app.command()
def init(
    context: Context,
    folder: Annotated[Path, typer.Argument(metavar="WS", help="The folder to make a workspace.")],
    as_json: Json = False,
) -> None:
    """Make a folder a workspace; one that is one already stays as it is."""
    context.obj = folder
    run_verb(context, lambda ws: ws.status(), show.status, as_json=as_json, make=True)


@app.command()
def status(context: Context, as_json: Json = False) -> None:
    """Say what the workspace holds: tables and days, factors with values, trials, studies."""
    run_verb(context, lambda ws: ws.status(), show.status, as_json=as_json)


@app.command()
def tables(
    context: Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Show this table's columns.")] = None,
    every: Annotated[bool, typer.Option("--all", help="List the empty ones of the platform's catalogue too.")] = False,
    as_json: Json = False,
) -> None:
    """List the tables that SQL may name, or show one: columns, types, units, days."""
    if name is None:
        run_verb(context, lambda ws: ws.tables(), partial(show.tables, every=every), as_json=as_json)
    else:
        run_verb(context, lambda ws: ws.table(name), show.table, as_json=as_json)


@app.command()
def ingest(
    context: Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Parquet, CSV or TDX .lc1 files.")],
    preset: Annotated[str, typer.Option(help="Whose files: bigquant, qmt, joinquant, tushare or tdx.")] = "bigquant",
    table: Annotated[str, typer.Option(help="Into which table.")] = "cn_stock_bar1m",
    as_json: Json = False,
) -> None:
    """Bring vendor files into the lake, checked; all or nothing."""
    run_verb(context, lambda ws: ws.ingest(files, preset=preset, table=table), show.ingested, as_json=as_json)


@app.command()
def simulate(
    context: Context,
    twin: Annotated[
        Literal["planted", "null"], typer.Option(help="planted: direction pays later; null: it does not.")
    ] = "planted",
    instruments: Annotated[int, typer.Option(min=1)] = 200,
    days: Annotated[int, typer.Option(min=1)] = 60,
    seed: Annotated[int, typer.Option()] = 1,
    as_json: Json = False,
) -> None:
    """Fill the lake with a synthetic market."""
    run_verb(
        context,
        lambda ws: ws.simulate(twin=twin, instruments=instruments, days=days, seed=seed),
        show.ingested,
        as_json=as_json,
    )


@app.command()
def factors(context: Context, as_json: Json = False) -> None:
    """List the library, and what of it has values."""
    run_verb(context, lambda ws: ws.factors(), show.factors, as_json=as_json)


@app.command()
def check(
    context: Context,
    factor: FactorName,
    date: Annotated[
        str | None, typer.Option(callback=_iso_date, metavar="DATE", help="Default: the newest day.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a factor on one day, in a child process."""
    run_verb(context, lambda ws: ws.check(factor, date=date), show.check, as_json=as_json)


@app.command()
def compute(
    context: Context,
    factor: Annotated[list[str], typer.Argument(metavar="FACTOR...", help="One or more factors.")],
    start: Start = None,
    end: End = None,
    as_json: Json = False,
) -> None:
    """Compute every day that has no value yet; interrupt it and run it again to go on. Code 1 when a factor failed."""
    report = run_verb(context, lambda ws: ws.compute(factor, start=start, end=end), show.computed, as_json=as_json)
    if report.failed:
        raise typer.Exit(1)


@app.command()
def export(
    context: Context,
    factor: FactorName,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="out.parquet or out.csv")],
    start: Start = None,
    end: End = None,
    as_json: Json = False,
) -> None:
    """Write a factor's values as rows: date, instrument, value."""
    run_verb(context, lambda ws: ws.export(factor, out, start=start, end=end), show.exported, as_json=as_json)


@app.command()
def evaluate(context: Context, factor: FactorName, start: Start = None, end: End = None, as_json: Json = False) -> None:
    """Measure a factor against the returns that could have been traded."""
    run_verb(context, lambda ws: ws.evaluate(factor, start=start, end=end), show.evaluation, as_json=as_json)


@app.command()
def compare(
    context: Context,
    factor: FactorName,
    baseline: Baseline,
    start: Start = None,
    end: End = None,
    as_json: Json = False,
) -> None:
    """Measure the paired difference to a baseline, at the same smoothing."""
    run_verb(
        context,
        lambda ws: ws.compare(factor, baseline=baseline, start=start, end=end),
        show.comparison,
        as_json=as_json,
    )


@app.command()
def report(
    context: Context,
    factor: FactorName,
    baseline: Annotated[str | None, typer.Option(metavar="FACTOR", help="Compare with this factor.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Default: FACTOR.html in the workspace.")] = None,
    language: Annotated[Literal["zh", "en"] | None, typer.Option(help="zh or en (default: dripstone.toml).")] = None,
    as_json: Json = False,
) -> None:
    """Write the evaluation as one self-contained HTML file."""
    run_verb(
        context,
        lambda ws: ws.report(factor, baseline=baseline, out=out, language=language),
        show.written,
        as_json=as_json,
    )


@app.command()
def research(
    context: Context,
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="What you want, in Chinese or English.")],
    report: Annotated[Path, typer.Option(metavar="R.pdf", help="The report with the idea.")],
    baseline: Annotated[Path, typer.Option(metavar="B.ipynb", help="Your replication, in dai spelling.")],
    as_json: Json = False,
) -> None:
    """Read the report and the baseline, propose, compute and judge improvements, write a report."""
    from dripstone.research import research as run_research

    run_verb(
        context,
        lambda ws: run_research(
            ws,
            report=report,
            baseline=baseline,
            prompt=prompt,
            on_event=None if as_json else show.study_event,
        ),
        show.study,
        as_json=as_json,
    )


@app.command()
def trials(
    context: Context,
    study: Annotated[str | None, typer.Option(help="Only this study's.")] = None,
    as_json: Json = False,
) -> None:
    """List the ledger: every attempt so far, failures too."""
    run_verb(context, lambda ws: ws.trials(study), show.trials, as_json=as_json)
