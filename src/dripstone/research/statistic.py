"""What a report publishes about its factor, found in its text: number, page and the words around it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["NAMES", "PublishedStatistic", "find_statistics", "headline"]

NAMES: dict[str, tuple[str, str]] = {
    "rank_ic": ("Rank IC", "Rank IC"),
    "rank_icir": ("Rank ICIR", "Rank ICIR"),
    "ic": ("IC", "IC"),
    "icir": ("ICIR", "ICIR"),
    "long_short_annual_return": ("多空年化收益", "Long-short annual return"),
    "annual_return": ("年化收益", "Annual return"),
    "information_ratio": ("信息比率", "Information ratio"),
    "sharpe_ratio": ("夏普比率", "Sharpe ratio"),
    "win_rate": ("胜率", "Win rate"),
    "max_drawdown": ("最大回撤", "Maximum drawdown"),
    "turnover": ("换手率", "Turnover"),
    "period": ("回测区间", "Period"),
    "rebalancing": ("调仓", "Rebalancing"),
    "universe": ("股票池", "Universe"),
    "groups": ("分组", "Groups"),
}
"""Key -> name in Chinese and English, in the order people ask for them."""

_LABELS = {
    "rank_icir": r"Rank\s?_?\s?IC[\s_]?IR",
    "icir": r"(?<![A-Za-z])(?<!Rank )(?<!Rank_)IC[\s_]?IR",
    "rank_ic": r"Rank\s?_?\s?IC(?![\s_]?IR)|秩相关系数",
    "ic": r"(?<![A-Za-z])(?<!Rank )(?<!Rank_)IC(?![A-Za-z])(?![\s_]IR)",
    "long_short_annual_return": (
        r"(?:多空(?:组合|对冲|收益)*|多空对冲净值)的?年化收益率?|年化多空收益率?|long-short annual(?:ised)? return"
    ),
    "annual_return": r"年化(?:超额)?收益率?|(?<!-short )annual(?:ised)? return",
    "information_ratio": r"信息比率?(?:\s?IR)?|(?:多空|对冲|年化)的?\s?IR|information ratio",
    "sharpe_ratio": r"夏普比?率?|Sharpe(?: ratio)?",
    "win_rate": r"(?:月度|周度|日度)?胜率|win(?:ning)? rate",
    "max_drawdown": r"最大回撤率?|max(?:imum)? drawdown",
    "turnover": (
        r"(?:组合|多头|空头|多空|月均|月度|年化|年|双边|单边|平均|策略)的?"
        r"(?:日均|月均|双边|单边|年化|平均)?换手率"
    ),
}
_COLUMNS = _LABELS | {
    "": r"t\s?值|t统计量|年化波动率?|波动率|累[积计]收益率?|多空收益|多空夏普比",
    "turnover": r"(?:月均|日均|双边|单边|年化|平均)?换手率",
}
_ROW_NAMES = re.compile(r"因子名称|样本空间|因子|指标|年度|年份|\(%\)|（%）|[\s|]")
_COLUMN = re.compile("|".join(f"({label})" for label in _COLUMNS.values()), re.IGNORECASE)
_YEAR = r"(?:19|20)\d{2}(?:\.\d{2})?(?![\d%])"
_NUMBER = rf"[-+−–]?\s?(?!{_YEAR})\d{{1,4}}(?:\.\d+)?(?:\s?%|(?![\d.%]|\s?[年个日只月组期天支篇倍分/]))"
_BETWEEN = (
    r"(?:[的为达是约到至有高可仅在于：:≈=~\s（()）,，]|均值|平均|绝对值|分别|位于|同比|分析|"
    r"高达|可以|能够|提升|超过|超|逾|接近|左右|值){0,8}"
)
_STATED = {
    key: re.compile(f"(?:{label})(?:{_BETWEEN})({_NUMBER}(?:(?:[、和与及]|以及){_NUMBER})*)", re.IGNORECASE)
    for key, label in _LABELS.items()
}
_ONE_NUMBER = re.compile(_NUMBER)
_NUMERIC_LINE = re.compile(r"[-+−–]?\d+(?:\.\d+)?%?")

_DAY = (
    r"(?:19|20)\d{2}(?:\s?[年/.\-]\s?\d{1,2}(?!\d)(?:\s?[月/.\-]\s?\d{1,2}\s?日?|\s?月(?:份|底|初|末)?)?"
    r"|\s?年(?:初|底|末)?)?"
)
_TIMES = r"(?:回测|测试|样本|统计|观[察测]|时间|研究|检验|区间|时段|结果)[^。；]{0,25}?"
_FREQUENCY = r"(?:月度|周度|日度|季度|半月|双周|月频|周频|日频|每月|每周|每日|逐月|按月|月末|月初|monthly|weekly|daily)"
_WORDS = {
    "period": re.compile(rf"{_TIMES}({_DAY}\s?(?:~|～|-|—|–|至|到)+\s?(?:{_DAY}|今))"),
    "rebalancing": re.compile(
        rf"({_FREQUENCY}(?:频率)?(?:末|初)?(?:进行|的)?(?:调仓|换仓|再平衡|rebalanc\w+))"
        rf"|(?:调仓|换仓)(?:频率|周期|方式)?[为：:是\s]{{1,2}}({_FREQUENCY})"
    ),
    "universe": re.compile(
        r"(?:股票池|样本池|选股范围|样本空间|股票范围|样本范围|测试范围|选股样本|样本选择)[为是：:]\s?([^。；\n]{2,40})"
        r"|(全部\s?A\s?股|全\s?A(?!\w)|全体\s?A\s?股|中证全指|全市场)"
    ),
    "groups": re.compile(r"((?:十|五|二十|10|5|20)\s?(?:分组|分位数?组|等分)|分[为成]\s?(?:十|五|二十|10|5|20)\s?组)"),
}
_LARGEST = {"rank_ic": 0.6, "ic": 0.6, "rank_icir": 30, "icir": 30, "win_rate": 1, "max_drawdown": 1}
"""Absolute values beyond these are page numbers, t values or chapter headings that stand beside the word."""
_SMALLEST = {"win_rate": 0.0, "turnover": 0.0}
_CONTENTS = re.compile(r"^.*(?:\.{5,}|…{3,}).*$", re.MULTILINE)
_WIDE = r"[\u3000-\u9fff\uff00-\uffef]"
_MAX_FOUND = 200
_CONTEXT = 24


@dataclass(frozen=True, slots=True)
class PublishedStatistic:
    """One figure as the report prints it.

    Parameters
    ----------
    key : a key of ``NAMES``.
    value : the text as printed ("8.69%", "2013-2025").
    number : the value as a number, per cents divided by 100; None for words.
    page : 1-based.
    context : the words around it, to tell which factor or universe it belongs to.
    """

    key: str
    value: str
    number: float | None
    page: int
    context: str = ""


def find_statistics(pages: Sequence[str]) -> tuple[PublishedStatistic, ...]:
    """Published figures of all pages in reading order, each (key, value) once, where it first stands.

    Sentences ("Rank IC 达 8.69%") and text tables (a line of column names over lines of numbers) are read;
    figures in charts and pictures are not.
    """
    found: dict[tuple[str, str], PublishedStatistic] = {}
    for number, text in enumerate(pages, start=1):
        for statistic in (*_from_sentences(_flowing(text), number), *_from_columns(text.split("\n"), number)):
            found.setdefault((statistic.key, statistic.value), statistic)
            if len(found) >= _MAX_FOUND:
                return tuple(found.values())
    return tuple(found.values())


def headline(statistics: Sequence[PublishedStatistic]) -> tuple[PublishedStatistic, ...]:
    """The first figure of each key; a figure said again under a looser name (ICIR after Rank ICIR) is left out."""
    first: dict[str, PublishedStatistic] = {}
    for statistic in statistics:
        first.setdefault(statistic.key, statistic)
    for loose, strict in (("ic", "rank_ic"), ("icir", "rank_icir"), ("annual_return", "long_short_annual_return")):
        if loose in first and strict in first and first[loose].value == first[strict].value:
            del first[loose]
    return tuple(first.values())


def _from_sentences(text: str, page: int) -> list[PublishedStatistic]:
    """Figures that follow their name; the first name in ``_LABELS`` that reaches a figure has it."""
    stated: dict[int, PublishedStatistic] = {}
    for key, pattern in _STATED.items():
        for match in pattern.finditer(text):
            context = text[max(match.start() - _CONTEXT, 0) : match.end() + 8]
            for figure in _ONE_NUMBER.finditer(match[1]):
                statistic = _figure(key, figure[0], page, context)
                if _plausible(statistic):
                    stated.setdefault(match.start(1) + figure.start(), statistic)
    for key, pattern in _WORDS.items():
        for match in pattern.finditer(text):
            value = next(group for group in match.groups() if group).strip()
            context = text[max(match.start() - _CONTEXT, 0) : match.end() + 8]
            stated.setdefault(match.start(), PublishedStatistic(key, value, None, page, context))
    return [stated[place] for place in sorted(stated)]


def _plausible(statistic: PublishedStatistic) -> bool:
    number = statistic.number or 0.0
    return abs(number) <= _LARGEST.get(statistic.key, 100) and number >= _SMALLEST.get(statistic.key, -100)


def _from_columns(lines: Sequence[str], page: int) -> Iterator[PublishedStatistic]:
    """Rows of numbers under a line of nothing but column names; it ends at the first line that does not fit."""
    keys: list[str] = []
    for line in lines:
        figures = _NUMERIC_LINE.findall(line)
        if names := _column_keys(line):
            keys = names
        elif keys and len(figures) >= len(keys):
            label = line[: line.find(figures[-len(keys)])].strip()
            for key, figure in zip(keys, figures[-len(keys) :], strict=True):
                statistic = _figure(key, figure, page, label)
                if key and _plausible(statistic):
                    yield statistic
        else:
            keys = []


def _column_keys(line: str) -> list[str]:
    """The columns of a header line by key, '' for a known column that is no statistic here; [] for any other line."""
    names = list(_COLUMNS)
    keys = [names[(match.lastindex or 1) - 1] for match in _COLUMN.finditer(line)]
    rest = _ROW_NAMES.sub("", _COLUMN.sub("", line))
    return keys if len(keys) >= 3 and not rest else []


def _figure(key: str, text: str, page: int, context: str) -> PublishedStatistic:
    value = text.replace("−", "-").replace("–", "-").replace(" ", "")
    number = float(value.rstrip("%")) / (100 if value.endswith("%") else 1)
    return PublishedStatistic(key, value, number, page, context)


def _flowing(text: str) -> str:
    """Lines joined into sentences, nothing between Chinese characters and a blank otherwise; a contents list goes."""
    text = _CONTENTS.sub("", text)
    return re.sub(rf"(?<={_WIDE})\s*\n\s*(?={_WIDE})", "", text).replace("\n", " ")
