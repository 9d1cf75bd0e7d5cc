"""Set report.md as report.pdf: A4, two columns, the same bytes every time.

    python make_report.py [OUT.pdf]

Needs the dev group: reportlab, fonttools and pylopdf-fonts-zh-cn (Noto Serif SC and Noto Sans SC, OFL 1.1).
The PDF carries the glyphs it uses, so it shows on a machine without Chinese fonts.
"""

import io
import math
import sys
from pathlib import Path

import pylopdf_fonts_zh_cn
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    KeepTogether,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

HERE = Path(__file__).parent
MARGIN, GUTTER, HEAD = 20 * mm, 9 * mm, 31 * mm
COLUMN = (A4[0] - 2 * MARGIN - GUTTER) / 2
BLUE = colors.HexColor("#1f3a5f")

BODY = ParagraphStyle("body", fontName="Song", fontSize=11, leading=18.4, firstLineIndent=22, wordWrap="CJK")
BULLET = ParagraphStyle("bullet", parent=BODY, firstLineIndent=0, leftIndent=11, bulletIndent=0, spaceAfter=3)
HEADING = ParagraphStyle(
    "heading",
    parent=BODY,
    fontName="Hei",
    fontSize=12,
    leading=20,
    firstLineIndent=0,
    textColor=BLUE,
    spaceBefore=8,
    keepWithNext=1,
)
CAPTION = ParagraphStyle("caption", parent=BODY, fontSize=8.5, leading=13, firstLineIndent=0, spaceAfter=6)
NOTE = ParagraphStyle("note", parent=CAPTION, textColor=colors.HexColor("#555555"))
TITLE = ParagraphStyle("title", parent=HEADING, fontSize=19, leading=28)


def register_font(name: str, path: Path, text: str) -> None:
    """Cut the font to the characters of ``text``, turn its curves quadratic and register it with reportlab."""
    font = TTFont(path, recalcTimestamp=False)
    cutter = subset.Subsetter(subset.Options(layout_features=[], hinting=False, notdef_outline=True))
    cutter.populate(text=text)
    cutter.subset(font)
    outlines = font.getGlyphSet()
    order = font.getGlyphOrder()
    glyphs = newTable("glyf")
    glyphs.glyphOrder, glyphs.glyphs = order, {}
    for glyph in order:
        pen = TTGlyphPen(None)
        outlines[glyph].draw(Cu2QuPen(pen, max_err=0.5, reverse_direction=True))
        glyphs.glyphs[glyph] = pen.glyph()
    font["glyf"], font["loca"] = glyphs, newTable("loca")
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    maximum = font["maxp"]
    maximum.tableVersion = 0x00010000
    for field in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
                  "maxStackElements", "maxSizeOfInstructions", "maxComponentElements"):  # fmt: skip
        setattr(maximum, field, 0)
    maximum.maxZones = 1
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"
    file = io.BytesIO()
    font.save(file)
    file.seek(0)
    pdfmetrics.registerFont(ttfonts.TTFont(name, file))


class Formula(Flowable):
    """``name = numerator over denominator``, numbered at the right edge."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.name, fraction = (part.strip() for part in source.split("=", 1))
        self.parts = [part.strip() for part in fraction.split("|")]
        self.width, self.height = COLUMN, 44

    def draw(self) -> None:
        """Write the left side, the numerator, the bar, the denominator and the number."""
        canvas, size = self.canv, 10.5
        left = 34
        wide = max(pdfmetrics.stringWidth(part, "Song", size) for part in self.parts)
        for text, x, y in ((f"{self.name} =", 0, 18), (self.parts[0], left, 28), (self.parts[1], left, 9)):
            canvas.setFont("Song", size)
            canvas.drawString(x, y, text)
        canvas.drawRightString(COLUMN, 18, "(1)")
        canvas.line(left - 2, 22, left + wide + 2, 22)


def spectrum_figure() -> list[Flowable]:
    """Power of a made-up day: a slow hump, an even floor and a beat every three minutes."""
    width, height, base = COLUMN, 104, 20
    drawing = Drawing(width, height)
    scale = (width - 20) / 120
    drawing.add(Rect(10 + 48 * scale, base, 72 * scale, height - base - 8, fillColor=colors.HexColor("#e3ecf7"),
                     strokeColor=None))  # fmt: skip
    points: list[float] = []
    for k in range(1, 121):
        power = 0.75 * math.exp(-k / 9) + 0.10 + 0.05 * math.sin(k * 1.7) * math.sin(k * 0.31)
        power += 0.62 * math.exp(-((k - 80) ** 2) / 6)
        points += [round(10 + k * scale, 2), round(base + power * (height - base - 12), 2)]
    drawing.add(PolyLine(points, strokeColor=BLUE, strokeWidth=1))
    drawing.add(Line(10, base, width - 10, base, strokeColor=colors.grey))
    for k, label in ((12, "20 分钟"), (48, "5 分钟"), (80, "3 分钟"), (118, "2 分钟")):
        drawing.add(String(10 + k * scale, 7, label, fontName="Song", fontSize=8, textAnchor="middle"))
    caption = "图 1 示意:带三分钟节拍的成交量频谱,阴影为 2-5 分钟频带(合成曲线,非真实数据)"
    return [Spacer(1, 4), drawing, Paragraph(caption, CAPTION)]


def ruled_table(rows: list[list[str]], caption: str) -> Flowable:
    """A table with every rule drawn, its first row shaded."""
    cell = ParagraphStyle("cell", parent=CAPTION, fontSize=9, leading=12, spaceAfter=0)
    table = Table(
        [[Paragraph(text, cell) for text in row] for row in rows], colWidths=[COLUMN * w for w in (0.4, 0.27, 0.33)]
    )
    table.setStyle(
        TableStyle([
            ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
            ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e3ecf7")),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ])
    )  # fmt: skip
    return KeepTogether([Spacer(1, 4), table, Spacer(1, 3), Paragraph(caption, CAPTION)])


def flowables(lines: list[str]) -> list[Flowable]:
    """The story that the text source tells; the abstract opens the columns under the head."""
    story: list[Flowable] = []
    rows: list[list[str]] = []
    for line in lines:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            story, rows = [*story, ruled_table(rows, line)], []
        elif line == "!figure":
            story += spectrum_figure()
        elif line.startswith("## "):
            opening = [FrameBreak(), NextPageTemplate("next")] if line == "## 摘要" else []
            story += [*opening, Paragraph(line[3:], HEADING)]
        elif line:
            story.append(one_line(line))
    return story


def one_line(line: str) -> Flowable:
    """A line that stands for itself."""
    mark, _, text = line.partition(" ")
    styles = {"#": TITLE, ">": NOTE}
    if mark in styles:
        return Paragraph(text, styles[mark])
    if mark == "-":
        return Paragraph(text, BULLET, bulletText="•")
    return Formula(line.strip("$ ")) if mark == "$$" else Paragraph(line, BODY)


def page_frame(canvas: object, document: BaseDocTemplate) -> None:
    """The running head and foot."""
    canvas.saveState()
    canvas.setFont("Hei", 8.5)
    canvas.setFillColor(BLUE)
    canvas.drawString(MARGIN, A4[1] - 12 * mm, "dripstone 示例报告")
    canvas.drawRightString(A4[0] - MARGIN, A4[1] - 12 * mm, "高频因子低频化")
    canvas.line(MARGIN, A4[1] - 13.5 * mm, A4[0] - MARGIN, A4[1] - 13.5 * mm)
    canvas.setFont("Song", 8)
    canvas.setFillColor(colors.black)
    canvas.drawCentredString(A4[0] / 2, 9 * mm, f"{document.page} / 3")
    canvas.restoreState()


def make(out: Path) -> None:
    """Write the PDF."""
    text = (HERE / "report.md").read_text(encoding="utf-8")
    shown = text + Path(__file__).read_text(encoding="utf-8") + "•/0123456789()"
    register_font("Song", pylopdf_fonts_zh_cn.serif_path(), shown)
    register_font("Hei", pylopdf_fonts_zh_cn.sans_path(), shown)
    lines = text.splitlines()
    low, high = 16 * mm, A4[1] - 16 * mm
    full = [Frame(x, low, COLUMN, high - low, 0, 0, 0, 0) for x in (MARGIN, MARGIN + COLUMN + GUTTER)]
    head = Frame(MARGIN, high - HEAD, A4[0] - 2 * MARGIN, HEAD, 0, 0, 0, 4)
    short = [Frame(f.x1, low, COLUMN, high - low - HEAD, 0, 0, 0, 0) for f in full]
    document = BaseDocTemplate(
        str(out), pagesize=A4, invariant=1, title=lines[0].strip("# "), author="dripstone", lang="zh-CN"
    )
    document.addPageTemplates([
        PageTemplate("first", [head, *short], onPage=page_frame),
        PageTemplate("next", full, onPage=page_frame),
    ])  # fmt: skip
    document.build(flowables(lines))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "report.pdf")
