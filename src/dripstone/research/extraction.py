"""The part of reading that touches a stranger's PDF: runs in a child process, returns plain JSON."""

import logging
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pdfplumber
import pypdfium2 as pdfium
from pdfminer.pdfexceptions import PDFException
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import PdfminerException
from pypdfium2 import raw

from dripstone.errors import DataError

__all__ = ["MAX_BYTES", "MAX_PAGES", "extract"]

MAX_BYTES = 64 * 2**20
MAX_PAGES = 300
MAX_PAGE_CHARACTERS = 50_000
MAX_PAGE_TABLES = 20
MAX_CELL_CHARACTERS = 500
_TITLE_CHARACTERS = 4
_MAX_TITLE = 200
_BLANK_IN_CHINESE = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef]) | (?=[\u2e80-\u9fff\uff00-\uffef])")

_PASSWORD = 4
"""PDFium's error code for a document that wants a password."""


def extract(payload: Mapping[str, object]) -> dict[str, object]:
    """Text and tables of every page of ``payload["path"]``.

    Returns
    -------
    {"title": str, "pages": [{"text": str, "images": int, "tables": [[[str]]]}], "tables_failed": [page number]}

    Raises
    ------
    DataError : PDFium cannot open it, it wants a password, or it has too many pages.
    """
    path = Path(str(payload["path"]))
    document = _open(path)
    try:
        if len(document) > MAX_PAGES:
            raise DataError(
                "the report has too many pages",
                seen=len(document),
                expected=f"at most {MAX_PAGES}",
                hint="give the chapter that describes the factor",
                path=path.name,
            )
        pages = [_read_page(document[index]) for index in range(len(document))]
    finally:
        document.close()
    return {"pages": pages, **_lay_out(path, pages)}


def _open(path: Path) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise DataError(
                "the report is encrypted",
                seen=str(error),
                expected="a PDF that opens without a password",
                hint="save it without a password and try again",
                path=path.name,
            ) from error
        raise DataError(
            "the report cannot be opened as PDF",
            seen=str(error),
            expected="a whole PDF file",
            hint="it may be damaged or cut off: download it again",
            path=path.name,
        ) from error


def _read_page(page: pdfium.PdfPage) -> dict[str, object]:
    """Characters in the order the page draws them, which is reading order in both columns."""
    text_page = page.get_textpage()
    count = min(text_page.count_chars(), MAX_PAGE_CHARACTERS)
    text = text_page.get_text_range(0, count) if count else ""
    images = sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    text_page.close()
    page.close()
    return {"text": text, "images": images, "tables": []}


def _lay_out(path: Path, pages: list[dict[str, object]]) -> dict[str, object]:
    """Put the ruled tables into ``pages``; returns the title and the pages that could not be laid out."""
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    title, failed = "", list[int]()
    try:
        with pdfplumber.open(path) as document:
            for number, (page, target) in enumerate(zip(document.pages, pages, strict=False), start=1):
                try:
                    title = title if number > 1 else _largest_line(page)
                    target["tables"] = [_clean(table) for table in page.extract_tables()[:MAX_PAGE_TABLES]]
                except (PDFException, PdfminerException, ValueError, TypeError, KeyError, RecursionError):
                    failed.append(number)  # a page's odd drawing costs its tables, not its text
                page.close()
    except (PDFException, PdfminerException):
        failed = list(range(1, len(pages) + 1))
    return {"title": title, "tables_failed": failed}


def _largest_line(page: Page) -> str:
    """The text set largest, its lines joined; '' when one size has everything."""
    characters = [c for c in page.dedupe_chars().chars if c["upright"]]
    sizes = Counter(round(float(c["size"])) for c in characters if str(c["text"]).strip())
    large = [size for size, count in sizes.items() if count >= _TITLE_CHARACTERS]
    if len(large) < 2:
        return ""
    title, last = "", None
    for character in characters:
        if round(float(character["size"])) == max(large):
            line = round(float(character["top"]) / max(large))
            title += (" " if last not in (None, line) else "") + str(character["text"])
            last = line
    return _BLANK_IN_CHINESE.sub("", " ".join(title.split()))[:_MAX_TITLE]


def _clean(table: list[list[str | None]]) -> list[list[str]]:
    """Cells as text, empty rows and columns left out."""
    rows = [[(cell or "").strip()[:MAX_CELL_CHARACTERS] for cell in row] for row in table]
    keep = [index for index in range(max(map(len, rows), default=0)) if any(len(r) > index and r[index] for r in rows)]
    return [[row[index] if index < len(row) else "" for index in keep] for row in rows if any(row)]
