"""What people see in the terminal after a verb."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from dripstone.dai.listing import KnownTable
    from dripstone.evaluation import Comparison, Evaluation
    from dripstone.evaluation.compare import SpanComparison
    from dripstone.evaluation.span import SpanEvaluation
    from dripstone.factors.check import Check
    from dripstone.history import ComputeReport
    from dripstone.lake import Finding, IngestReport
    from dripstone.report.number import Style
    from dripstone.research import Event, Study
    from dripstone.settings import Language
    from dripstone.store import Export, Trial
    from dripstone.workspace import KnownFactor, Status

__all__ = [
    "check",
    "comparison",
    "computed",
    "evaluation",
    "exported",
    "factors",
    "ingested",
    "status",
    "study",
    "study_event",
    "table",
    "tables",
    "trials",
    "written",
]

Numbers: TypeAlias = "tuple[tuple[str, Style], ...]"
"""Paths into one span's results, which are also the keys of their definitions, and how they are printed."""

_FEW_VOID = 40
_LONG_NAME = 36
_MEASURED: Numbers = (
    ("n_days", "count"),
    ("rank_ic.mean", "correlation"),
    ("rank_ic.ratio_annual", "ratio"),
    ("rank_ic.t", "ratio"),
    ("rank_ic.win_rate", "percent"),
    ("groups.long_excess.returns.mean", "bp"),
    ("groups.long_excess.turnover_per_day.mean", "percent"),
    ("rank_autocorrelation.mean", "ratio"),
    ("coverage.mean", "percent"),
    ("tie_share.mean", "percent"),
)
_PAIRED: Numbers = (
    ("variant.rank_ic.mean", "correlation"),
    ("baseline.rank_ic.mean", "correlation"),
    ("difference.mean", "correlation"),
    ("difference_low", "correlation"),
    ("difference_high", "correlation"),
    ("difference.t", "ratio"),
    ("p_bonferroni", "probability"),
    ("minimum_detectable", "correlation"),
)


def status(result: "Status", language: "Language") -> RenderableType:
    """The folder, its tables, and how much has been computed and tried."""
    lines = [Text.assemble(("workspace ", "bold"), str(result.root))]
    if not result.tables:
        lines.append(Text("no bars yet: dripstone ingest FILES, or dripstone simulate"))
    rows = ((t.name, t.days, t.first_day, t.last_day) for t in result.tables)
    if result.simulated:
        lines.append(
            Text(f"synthetic market ({result.simulated}): its answer is known, no real factor is measured here")
        )
    counts = f"factors with values: {result.factors}, trials: {result.trials}, studies: {len(result.studies)}"
    parts = [_table(("table", "days", "first", "last"), rows)] if result.tables else []
    return Group(*lines, *parts, Text(counts))


def tables(result: "list[KnownTable]", language: "Language", *, every: bool = False) -> RenderableType:
    """One line a table; those of the platform's catalogue that are empty are counted, or shown with ``every``."""
    shown = [t for t in result if every or t.listed]
    rows = ((t.name, t.kind, f"{t.days:,}" if t.days else "", _extent(t), t.column_count or "") for t in shown)
    hidden = len(result) - len(shown)
    more = f"and {hidden} empty tables of the platform's catalogue: dripstone tables --all" if hidden else ""
    heads = ("table", "kind", "days", "first..last", "columns")
    unbroken = 5 if max(len(t.name) for t in shown) <= _LONG_NAME else 0
    return Group(_table(heads, rows, unbroken=unbroken, numbers=("days", "columns")), Text(more, style="dim"))


def table(result: "KnownTable", language: "Language") -> RenderableType:
    """What it is and what is held of it, then a line a column."""
    days = f", {result.days:,} days {_span(result)}" if result.days else ""
    extent = days if result.rows is None else f", {result.rows:,} rows"
    columns = f", {result.column_count:,} columns" if result.column_count else ""
    lines = [Text.assemble((result.name, "bold"), f"  {result.kind}{extent}{columns}")]
    lines.append(Text(result.about))
    if result.other_names:
        lines.append(Text(f"also named {', '.join(result.other_names)}", style="dim"))
    void = sum(not column.known for column in result.columns)
    shown = [column for column in result.columns if column.known or void <= _FEW_VOID]
    if void:
        what = "not shown (--json lists them)" if void > _FEW_VOID else "marked NULL"
        lines.append(Text(f"{void:,} columns, {what}, are NULL in every row: nothing held gives them", style="dim"))
    rows = [(c.name, c.type, "" if c.known else "NULL", c.unit) for c in shown]
    fits = max((len(c.name) for c in shown), default=0) <= _LONG_NAME
    return Group(*lines, _table(("column", "type", "", "unit"), rows, unbroken=3 if fits else 0) if rows else Text())


def ingested(result: "IngestReport", language: "Language") -> RenderableType:
    """How much came in, and what is worth knowing about it."""
    head = (
        f"{result.table}: {result.rows:,} rows, {result.instruments} instruments, {result.days} days "
        f"{result.first_day}..{result.last_day}, {result.changed_days} days changed"
    )
    kinds = dict.fromkeys(finding.kind for finding in result.findings)
    rows = [_finding(kind, [f for f in result.findings if f.kind == kind]) for kind in kinds]
    return Group(Text(head), _table(("finding", "times", "first seen", "for example"), rows)) if rows else Text(head)


def factors(result: "list[KnownFactor]", language: "Language") -> RenderableType:
    """The library and the days of it that are stored."""
    rows = ((f.name, f.days, _about(f)) for f in result)
    return _table(("factor", "days", "what it is"), rows)


def check(result: "Check", language: "Language") -> RenderableType:
    """One line a column: coverage, ties, range."""
    rows = (
        (
            name,
            f"{result.coverage[name]:.1%}",
            f"{result.tie_share[name]:.1%}",
            "yes" if name in result.constant else "",
        )
        for name in result.columns
    )
    head = Text(f"{len(result.instruments)} instruments in {result.seconds:.2f} s")
    return Group(head, _table(("column", "coverage", "tie share", "constant"), rows))


def computed(result: "ComputeReport", language: "Language") -> RenderableType:
    """One line a factor: days computed, reused, without look-back; its error where it has one."""
    rows = (
        (run.name, run.computed, run.reused, run.short, f"{run.seconds:.1f}", str(run.error or ""))
        for run in result.factors
    )
    head = Text(f"{result.days} days in {result.seconds:.1f} s, {result.days_per_s:.1f} days/s")
    return Group(_table(("factor", "computed", "reused", "short", "seconds", "error"), rows), head)


def exported(result: "Export", language: "Language") -> RenderableType:
    """Where the file is, and what is in it."""
    return Text(f"{result.path}: {result.rows:,} rows, {result.first_day}..{result.last_day}")


def written(result: "Path", language: "Language") -> RenderableType:
    """Where the file is."""
    return Text(str(result))


def evaluation(result: "Evaluation", language: "Language") -> RenderableType:
    """Every number with its definition, a column a smoothing span."""
    head = Text.assemble(
        (result.factor, "bold"), f"  {result.n_instruments} instruments, {result.first_day}..{result.last_day}"
    )
    return Group(head, _numbers(result.spans, _MEASURED, language), *_refused(result.refused_spans))


def comparison(result: "Comparison", language: "Language") -> RenderableType:
    """Both factors, their difference and how sure it is, a column a smoothing span; then the verdict."""
    from dripstone.evaluation.definition import IN_SAMPLE_WARNING

    head = Text.assemble((result.variant, "bold"), " against ", (result.baseline, "bold"))
    verdict = Text(f"{result.verdict}, after {result.tries} tries x {len(result.spans)} spans", style="bold")
    warning = Text(IN_SAMPLE_WARNING[language], style="italic")
    return Group(head, _numbers(result.spans, _PAIRED, language), *_refused(result.refused_spans), verdict, warning)


def trials(result: "Sequence[Trial]", language: "Language") -> RenderableType:
    """The ledger, oldest first."""
    rows = (
        (t.id, (t.at or "")[:16].replace("T", " "), t.stage, t.column or t.factor, t.study, _outcome(t)) for t in result
    )
    return _table(("id", "UTC", "stage", "factor", "study", "outcome"), rows, unbroken=4)


def study_event(event: "Event") -> None:
    """One line of a study while it runs."""
    seconds = f"  {event.seconds:.1f} s" if event.seconds else ""
    line = Text.assemble((f"{event.step:>9}  ", "cyan"), event.text, (seconds, "dim"))
    Console(stderr=True).print(line, soft_wrap=True)


def study(result: "Study", language: "Language") -> RenderableType:
    """The variants against the baseline at every span, what failed, and where the report is."""
    spans = sorted({span for variant in result.variants for span in variant.comparison.spans})
    heads = ("factor", *(f"{span} d" for span in spans), "verdict")
    rows = [
        (v.label, *(_difference(v.comparison.spans.get(span)) for span in spans), v.comparison.verdict)
        for v in result.variants
    ]
    parts: list[RenderableType] = [
        Text("The baseline's RankIC, and by how much each variant's differs, with its t, at smoothing spans of days"),
        _table(
            heads,
            [
                (result.baseline.column, *(_rank_ic(result.evaluation.spans.get(span)) for span in spans), "baseline"),
                *rows,
            ],
        ),
        *(Text(f"{failure.draft}: {failure.error}", style="red") for failure in result.failures),
        Text(", ".join(f"{step} {seconds:.1f} s" for step, seconds in result.seconds.items()), style="dim"),
    ]
    if result.winner is not None:
        parts.append(Text(result.winner.words.in_language(language), style="bold"))
    parts.append(Text(f"report    {result.page}"))
    parts.append(Text(f"notebook  {result.notebook}") if result.notebook else Text("no variant could be measured"))
    return Group(*parts)


def _outcome(trial: "Trial") -> str:
    return trial.outcome if trial.error is None else f"{trial.outcome}: {trial.error['what']}"


def _about(known: "KnownFactor") -> str:
    several = len(known.columns) > 1
    return known.about + (f" Columns: {', '.join(known.columns)}." if several else "")


def _finding(kind: str, findings: "Sequence[Finding]") -> tuple[object, ...]:
    return kind, len(findings), findings[0].date or "", findings[0].detail


def _span(known: "KnownTable") -> str:
    return f"{known.first_day}..{known.last_day}" if known.days else ""


def _extent(known: "KnownTable") -> str:
    return _span(known) if known.rows is None else f"{known.rows:,} rows"


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], *, unbroken: int = 1, numbers: Collection[str] = ()
) -> Table:
    """A table whose first columns stay on one line, however narrow the terminal."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for at, head in enumerate(heads):
        justify = "right" if head in numbers else "left"
        table.add_column(head, overflow="fold", no_wrap=at < unbroken, justify=justify)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    return table


def _numbers(
    spans: "Mapping[int, SpanEvaluation] | Mapping[int, SpanComparison]", columns: Numbers, language: "Language"
) -> RenderableType:
    """A line a number with its value at each smoothing span; below, every number's definition once."""
    cells = [_cells(found, columns) for found in spans.values()]
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("平滑天数" if language == "zh" else "smoothing, days")
    for span in spans:
        table.add_column(str(span), justify="right", no_wrap=True)
    definitions = Table.grid(padding=(0, 2, 0, 0))
    definitions.add_column(no_wrap=True, style="dim")
    definitions.add_column(overflow="fold", style="dim")
    told: set[str] = set()
    for row, (path, style) in enumerate(columns):
        side, name, text = _definition(path, language)
        table.add_row(side + name + (", bp" if style == "bp" else ""), *(values[row] for values in cells))
        if name not in told:
            definitions.add_row(name, text)
        told.add(name)
    definitions.add_row(*_definition("label", language)[1:])
    return Group(table, Text(), definitions, Text())


def _refused(spans: "Mapping[int, str]") -> list[Text]:
    return [Text(f"span {span} not measured: {reason}") for span, reason in spans.items()]


def _rank_ic(found: "SpanEvaluation | None") -> str:
    return "" if found is None else _cells(found, (("rank_ic.mean", "correlation"),))[0]


def _difference(found: "SpanComparison | None") -> str:
    if found is None:
        return ""
    mean, t = _cells(found, (("difference.mean", "correlation"), ("difference.t", "ratio")))
    return f"{mean} {t}"


def _cells(found: object, columns: Numbers) -> list[str]:
    from dripstone.report.number import printed

    return [printed(_at(found, path), style) for path, style in columns]


def _at(found: object, path: str) -> float | None:
    for name in path.split("."):
        if found is None:
            return None
        found = getattr(found, name)
    return float(found)  # pyright: ignore[reportArgumentType]  # a path above ends at a number


def _definition(path: str, language: "Language") -> tuple[str, str, str]:
    """Whose number it is, where two are compared; its name; its definition."""
    from dripstone.evaluation import DEFINITIONS

    side, _, rest = path.partition(".")
    sides = {"variant": ("改进版 ", "variant "), "baseline": ("基准 ", "baseline ")}
    found = DEFINITIONS[rest if side in sides else path]
    name, text = (found.name_zh, found.zh) if language == "zh" else (found.name_en, found.en)
    return sides.get(side, ("", ""))[0 if language == "zh" else 1], name, text
