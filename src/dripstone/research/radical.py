"""Characters as people type them: PDF fonts often map 日, 子 and 水 to look-alike radicals no search finds."""

import unicodedata

__all__ = ["normalise"]

_SUPPLEMENT = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌"
    "⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓"
    "⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝"
    "⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐"
    "⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
"""Radical, ideograph, radical, ideograph ...: U+2E80..2EFF, which NFKC leaves alone.

Source: Unicode 14 property Equivalent_Unified_Ideograph.
"""

_COMPATIBLE = (
    (0x2F00, 0x2FD5),  # Kangxi radicals
    (0xF900, 0xFAD9),  # compatibility ideographs
    (0xFF10, 0xFF19),  # full-width digits, letters and per cent
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
    (0xFF05, 0xFF05),
    (0x1D400, 0x1D7FF),  # mathematical letters
)
_DROPPED = (
    *range(0x0A),
    *range(0x0B, 0x20),
    *range(0x7F, 0xA0),
    0xAD,
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),  # line separators, and marks that turn the direction of text
    *range(0x2060, 0x2070),
    *range(0xD800, 0xE000),  # halves of a character
    0xFEFF,
    0xFFFE,
    0xFFFF,
)
_PRIVATE = range(0xE000, 0xF900)

_TABLE: dict[int, str | None] = (
    dict.fromkeys((*_DROPPED, *_PRIVATE), None)
    | {ord(_SUPPLEMENT[i]): _SUPPLEMENT[i + 1] for i in range(0, len(_SUPPLEMENT), 2)}
    | {c: unicodedata.normalize("NFKC", chr(c)) for first, last in _COMPATIBLE for c in range(first, last + 1)}
)


def normalise(text: str) -> str:
    """The text with radicals, compatibility forms and mathematical letters as plain characters.

    Control, direction, zero-width and private-use characters go; line ends are ``\\n``. Chinese punctuation stays
    full-width.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_TABLE)
