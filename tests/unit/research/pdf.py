"""Small PDFs for the tests: text in Chinese, tables, two columns, scans, locked ones."""

import io
from pathlib import Path

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas


def write_pdf(path: Path, pages: list[list[str]], *, password: str | None = None) -> Path:
    """One line of text a line, from the top."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), encrypt=password, invariant=1)
    for lines in pages:
        canvas.setFont("STSong-Light", 11)
        for row, line in enumerate(lines):
            canvas.drawString(50, 780 - 20 * row, line)
        canvas.showPage()
    canvas.save()
    return path


def write_columns(path: Path, left: list[str], right: list[str]) -> Path:
    """Two columns whose lines stand at the same heights, the left one drawn first."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), invariant=1)
    for x, lines in ((50, left), (310, right)):
        canvas.setFont("STSong-Light", 11)
        for row, line in enumerate(lines):
            canvas.drawString(x, 780 - 20 * row, line)
    canvas.save()
    return path


def write_scan(path: Path, pages: int) -> Path:
    """Pages that are one picture each."""
    picture = io.BytesIO()
    Image.new("L", (200, 280), 230).save(picture, "PNG")
    canvas = Canvas(str(path), invariant=1)
    for _ in range(pages):
        picture.seek(0)
        canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return path
