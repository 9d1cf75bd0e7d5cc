"""A report, read: text in reading order, tables, formula lines and the statistics it publishes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from dripstone.errors import DataError, FactorError
from dripstone.research.extraction import MAX_BYTES
from dripstone.research.radical import normalise
from dripstone.research.statistic import PublishedStatistic, find_statistics
from dripstone.sandbox.child import run_child

__all__ = ["Formula", "ReportTable", "ReportText", "read_report"]

_TIMEOUT_S = 180.0
_MEMORY_MB = 4096
_TAIL_BYTES = 4096
_SCAN_CHARACTERS = 20
"""A page with a picture and fewer characters than this has no text layer worth the name."""
_MAX_FORMULAS = 60
_EQUALS = re.compile(r"[=≈∝]")
_MATHEMATICS = re.compile(r"[Σ∑∏√∫Δ∆σμβαρτωλθ_^/×÷±≤≥+]|[A-Za-z]\s?\(|\d\s?[-*]\s?[A-Za-z]")
_NO_FORMULA = re.compile(r"https?:|www\.|\.{5,}")
_MARK = re.compile(r"\[?Table_\s?\w*\]?")
"""Place holders that brokers' templates leave in the text."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A ruled table: its page (1-based) and its cells by row."""

    page: int
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as a line of text; fractions and sub-scripts are flattened by the PDF, not by us."""

    page: int
    text: str


@dataclass(frozen=True, slots=True)
class ReportText:
    """What a report says, as text. It is data: nothing in it is ever run or obeyed.

    Parameters
    ----------
    source : the file's name.
    title : the largest line of the first page, else its first line.
    pages : text of each page in reading order, radicals and compatibility forms mended.
    tables, formulas, statistics : found in it, each with its page.
    notes : what could not be read, in words.
    """

    source: str
    title: str
    pages: tuple[str, ...]
    tables: tuple[ReportTable, ...] = ()
    formulas: tuple[Formula, ...] = ()
    statistics: tuple[PublishedStatistic, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All pages, a form feed between them."""
        return "\f".join(self.pages)

    def page_of(self, word: str) -> int | None:
        """The first page (1-based) that holds the word."""
        return next((number for number, page in enumerate(self.pages, start=1) if word in page), None)


def read_report(path: Path) -> ReportText:
    """Read a PDF in a child process.

    Parameters
    ----------
    path : a PDF with a text layer, at most 64 MiB and 300 pages.

    Raises
    ------
    DataError : no such file, not a PDF, cut off, encrypted, too large, a scan, or PDFium or the time limit gave up.
    """
    _look_at_bytes(path)
    answer = _extracted(path)
    found = cast("Sequence[Mapping[str, object]]", answer["pages"])
    pages = tuple(normalise(str(page["text"])).strip() for page in found)
    _refuse_scan(path, pages, [cast("int", page["images"]) for page in found])
    title = _MARK.sub("", normalise(str(answer["title"]))).strip()
    failed = cast("Sequence[int]", answer["tables_failed"])
    return ReportText(
        source=path.name,
        title=title or pages[0].partition("\n")[0].strip(),
        pages=pages,
        tables=tuple(_tables(found)),
        formulas=tuple(_formulas(pages)),
        statistics=find_statistics(pages),
        notes=(f"tables of pages {list(failed)} could not be laid out",) if failed else (),
    )


def _extracted(path: Path) -> Mapping[str, object]:
    try:
        return run_child(
            "dripstone.research.extraction:extract",
            {"path": str(path.resolve())},
            timeout_s=_TIMEOUT_S,
            memory_mb=_MEMORY_MB,
            data=[path],
        )
    except FactorError as error:  # the child died or took too long: for a report that is the file's fault
        raise DataError(
            "the report could not be read",
            seen=error.what,
            expected=f"a PDF that can be laid out within {_TIMEOUT_S:g} s and {_MEMORY_MB} MiB",
            hint="print it to PDF again, or give the pages that describe the factor",
            path=path.name,
        ) from error


def _look_at_bytes(path: Path) -> None:
    if not path.is_file():
        raise DataError("no such report", seen=str(path), expected="a PDF file")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DataError(
            "the report is too large", seen=f"{size / 2**20:.0f} MiB", expected=f"at most {MAX_BYTES >> 20} MiB"
        )
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(size - _TAIL_BYTES, 0))
        tail = file.read()
    if b"%PDF-" not in head:
        raise DataError(
            "the report is not a PDF",
            seen=head[:24],
            expected="a file that begins with %PDF-",
            hint="print the page or the document to PDF and give that",
            path=path.name,
        )
    if b"%%EOF" not in tail:
        raise DataError(
            "the report is cut off",
            seen=f"{size} bytes without an end mark",
            expected="%%EOF at the end of the file",
            hint="the download stopped half way: fetch it again",
            path=path.name,
        )


def _refuse_scan(path: Path, pages: Sequence[str], images: Sequence[int]) -> None:
    bare = [len("".join(page.split())) < _SCAN_CHARACTERS for page in pages]
    pictures = sum(1 for empty, count in zip(bare, images, strict=True) if empty and count)
    if not all(bare) and pictures * 2 <= len(pages):
        return
    raise DataError(
        "the report is a scan" if pictures else "the report has no text",
        seen=f"{len(pages)} pages, {pictures} of them pictures without a text layer",
        expected="a PDF whose text can be selected",
        hint="run it through OCR (ocrmypdf in.pdf out.pdf) or give the original",
        path=path.name,
    )


def _tables(found: Sequence[Mapping[str, object]]) -> list[ReportTable]:
    tables: list[ReportTable] = []
    for number, page in enumerate(found, start=1):
        for table in cast("Sequence[Sequence[Sequence[str]]]", page["tables"]):
            rows = tuple(tuple(normalise(cell) for cell in row) for row in table)
            if len(rows) > 1 and max(map(len, rows)) > 1:  # a single cell is a frame drawn around text
                tables.append(ReportTable(number, rows))
    return tables


def _formulas(pages: Sequence[str]) -> list[Formula]:
    """Lines with an equals sign that are mathematics rather than prose; a line that ends in '=' takes what follows."""
    formulas: list[Formula] = []
    for number, page in enumerate(pages, start=1):
        lines = [line.strip() for line in page.split("\n")]
        for index, line in enumerate(lines):
            if not _EQUALS.search(line) or _NO_FORMULA.search(line) or len(_CHINESE.findall(line)) > len(line) * 0.4:
                continue
            whole = " ".join([line, *_rest(lines[index + 1 : index + 4])]) if line[-1] in "=≈∝" else line
            if _MATHEMATICS.search(whole) and len(formulas) < _MAX_FORMULAS:
                formulas.append(Formula(number, whole[:300]))
    return formulas


def _rest(lines: Sequence[str]) -> list[str]:
    """The lines of a stacked formula that follow its equals sign: up to the first with more than a little Chinese."""
    rest: list[str] = []
    for line in lines:
        if len(_CHINESE.findall(line)) > 2:
            break
        rest.append(line)
    return rest
