"""The researcher without a key: it knows one family of factors, the periodicity of minute volume, and says so."""

import re
from dataclasses import dataclass, replace
from importlib import resources

from dripstone.errors import DripstoneError, FactorError
from dripstone.factors.registry import library
from dripstone.factors.spec import FactorSpec
from dripstone.research.prompt import read_prompt
from dripstone.research.reading import ReportText
from dripstone.research.researcher import Direction, Draft, Summary, Words
from dripstone.research.statistic import NAMES, headline
from dripstone.settings import Language

__all__ = ["FAMILIES", "Playbook"]

FAMILIES = {
    "volume_spectrum": Words("分钟成交量的频谱（周期性能量占比）", "spectrum of minute volume (share of a period band)")
}
"""The families the Playbook knows."""

_EVIDENCE = {
    "spectrum": r"傅[里立]叶|FFT|频谱|频域|谱密度|Fourier|spectr(?:um|al)",
    "volume": r"成交量|成交额|volume",
    "period": r"周期|节拍|节奏|频带|频段|period|band|rhythm",
    "share": r"能量占比|功率占比|能量的?比|占比|share|ratio",
}
_NEEDED = 3
"""A report is of the family when it speaks of a spectrum and at least three of the four words in all."""

_IDEA = Words(
    "机构把大单切成许多小单、每隔几分钟成交一笔，会在当日分钟成交量里留下短周期的节拍。对去脉冲、去均值、加窗后的"
    "分钟成交量做傅里叶变换，取 2-5 分钟频带占全部非零频率能量的比例；占比越高，越可能有资金持续进出。",
    "An institution that works a large order in small slices every few minutes leaves a short beat in the day's minute "
    "volume. After despiking, mean removal and a window, the Fourier power at periods of 2-5 minutes over the power at "
    "all non-zero frequencies measures it: the higher the share, the likelier patient money is at work.",
)
_FORMULA = (
    "share = sum P(f), 1/5 <= f <= 1/2 [1/min], over sum P(f), f > 0;  P = |rFFT(hann * (clip(volume) - mean))|^2"
)
_UNKNOWN = Words(
    "报告不属于 Playbook 认识的因子族（认识的有：{families}）。标题：{title}。",
    "The report is of no family the Playbook knows (it knows: {families}). Title: {title}.",
)
_OPEN = Words(
    "报告没有写明{name}；比较时按工作区的数据与设置。",
    "The report does not state: {name}. Taken as the workspace has it.",
)
_OTHER_FAMILY = Words(
    "基准不属于报告的因子族：这不是对基准的改进，而是那一族的因子与基准并列比较。",
    "The baseline is of another family than the report: this is no improvement of it, but a factor of that family "
    "measured beside it.",
)
_FORMULA_AT = Words("报告第 {page} 页的公式：{text}", "The formula on page {page} of the report: {text}")

_DIRECTIONS = {
    "drip_stone_mad": Direction(
        "despike",
        Words("去脉冲改用 MAD", "Despike by MAD"),
        Words(
            "IQR 只看中间一半的分钟，右偏的成交量里上界很宽，大脉冲留下的能量会铺满整个频谱。"
            "中位数绝对偏差（MAD）的界更紧、对极端值更稳；只换尺度，其余步骤不动，差别就只来自去脉冲。",
            "The IQR looks at the middle half of the minutes; on right-skewed volume its upper bound is wide, and what "
            "is left of a spike spreads over the whole spectrum. The median absolute deviation is tighter and "
            "steadier. Only the scale changes, so any difference comes from despiking.",
        ),
        Words("与报告的因子同向：越高越好", "as the published factor: higher is better"),
    ),
    "drip_stone_sides": Direction(
        "sides",
        Words("买卖方向分离", "Buy and sell apart"),
        Words(
            "成交量没有方向：持续买入与持续卖出留下同样的节拍，却预示相反的收益。"
            "按分钟内收盘价在高低价之间的位置把成交量拆成买方与卖方，分别求占比，再相减；"
            "若节拍来自吸筹，买方与净值应当更强。",
            "Volume has no direction: patient buying and patient selling leave the same beat and should pay opposite "
            "ways. Each minute's volume is split by where it closes between its low and high; the share is taken of "
            "both sides and of their difference. If the beat is accumulation, buy and net should be the stronger.",
        ),
        Words("买方与净值越高越好，卖方越低越好", "buy and net: higher is better; sell: lower is better"),
    ),
    "drip_stone_bands": Direction(
        "bands",
        Words("多个频带", "Several bands"),
        Words(
            "2-5 分钟是一个选择而不是定律：不同算法的下单间隔不同。"
            "再看 5-10 与 10-20 分钟，以及各频带相对白噪声水平的合成。"
            "1-2 分钟只剩奈奎斯特一个频点，没有意义；2-5 分钟就是报告的原式：这两个频带不在此列。",
            "2-5 minutes is a choice, not a law: execution algorithms differ in their spacing. So 5-10 and 10-20 "
            "minutes are judged too, and the mean of the bands over their white-noise levels. 1-2 minutes is the "
            "single Nyquist bin and means nothing, 2-5 is the published form itself: neither is judged here.",
        ),
        Words("与报告的因子同向：越高越好", "as the published factor: higher is better"),
    ),
}
"""Library factor -> the direction it serves, in the order to try them."""

_JUDGED = {
    "drip_stone_mad": ("drip_stone_mad",),
    "drip_stone_sides": ("drip_stone_buy", "drip_stone_sell", "drip_stone_net"),
    "drip_stone_bands": ("band_5_10", "band_10_20", "drip_stone_bands"),
}
_SIGNS = {"drip_stone_sell": -1}
"""Columns whose low values are expected to pay; the directions say so in words."""
_MAX_HEAD = 200


@dataclass(frozen=True)
class Playbook:
    """Knows the drip-stone family and three directions for it: no key, no network, the same answer every time."""

    name: str = "Playbook"

    def summarise(self, report: ReportText, baseline: FactorSpec, prompt: str) -> Summary:
        """Recognise the family by its words; name what the report leaves open; read the prompt's small vocabulary."""
        asked = read_prompt(prompt)
        language = asked.language
        family = "volume_spectrum" if is_volume_spectrum(report.text) else ""
        title = report.title[:_MAX_HEAD]
        families = "; ".join(words.in_language(language) for words in FAMILIES.values())
        idea = _IDEA.in_language(language)
        if not family:
            idea = _UNKNOWN.in_language(language).format(families=families, title=title)
        return Summary(
            language=language,
            family=family,
            idea=idea,
            formula=_FORMULA if family else next((formula.text for formula in report.formulas), ""),
            statistics=headline(report.statistics),
            ambiguities=tuple(_left_open(report, language)),
            notes=(
                *asked.notes,
                *_apart(family, baseline, language),
                *_formulas_seen(report, language, family),
                *report.notes,
            ),
            wanted=asked.directions,
            sides=asked.sides,
        )

    def propose(self, summary: Summary, baseline: FactorSpec) -> tuple[Direction, ...]:
        """The directions asked for, or all three; where the baseline is of another family, each says so.

        Raises
        ------
        FactorError : neither the report nor the baseline is a volume spectrum.
        """
        of_family = is_volume_spectrum(_code(baseline))
        if not summary.family and not of_family:
            raise FactorError(
                "the Playbook knows no direction for this factor",
                seen=summary.idea,
                expected="one of: " + ", ".join(FAMILIES),
                hint="name another researcher, or write one: docs/research.md",
                factor=baseline.name,
            )
        wanted = (d for d in _DIRECTIONS.values() if not summary.wanted or d.key in summary.wanted)
        return tuple(d if of_family else replace(d, reason=_OTHER_FAMILY.then(d.reason)) for d in wanted)

    def write(self, direction: Direction, summary: Summary, baseline: FactorSpec) -> tuple[Draft, ...]:
        """The library factor of the direction and its script in dai spelling."""
        for name, served in _DIRECTIONS.items():
            if served.key == direction.key:
                columns = tuple(c for c in _JUDGED[name] if not _left_out(c, direction, summary))
                spec = replace(library()[name], parent=baseline.fingerprint)
                return (Draft(name, spec, _portable(name), columns, _SIGNS),)
        raise FactorError(
            "not a direction of the Playbook",
            seen=direction.key,
            expected="one of " + ", ".join(d.key for d in _DIRECTIONS.values()),
        )

    def repair(self, draft: Draft, error: DripstoneError) -> Draft | None:
        """Never: its code is tested with the package, so an error speaks of the data."""
        return None


def is_volume_spectrum(text: str) -> bool:
    """Whether a report, or a factor's code, is about periods in volume."""
    found = {key for key, pattern in _EVIDENCE.items() if re.search(pattern, text, re.IGNORECASE)}
    return "spectrum" in found and len(found) >= _NEEDED


def _left_out(column: str, direction: Direction, summary: Summary) -> bool:
    return direction.key == "sides" and bool(summary.sides) and column.removeprefix("drip_stone_") not in summary.sides


def _left_open(report: ReportText, language: Language) -> list[str]:
    stated = {statistic.key for statistic in report.statistics}
    place = 0 if language == "zh" else 1
    return [
        _OPEN.in_language(language).format(name=NAMES[key][place])
        for key in ("period", "universe", "rebalancing", "groups", "turnover")
        if key not in stated
    ]


def _apart(family: str, baseline: FactorSpec, language: Language) -> list[str]:
    apart = bool(family) and not is_volume_spectrum(_code(baseline))
    return [_OTHER_FAMILY.in_language(language)] if apart else []


def _formulas_seen(report: ReportText, language: Language, family: str) -> list[str]:
    seen = report.formulas[:3] if family else ()
    return [_FORMULA_AT.in_language(language).format(page=formula.page, text=formula.text) for formula in seen]


def _code(spec: FactorSpec) -> str:
    return "\n".join((spec.source, *(udf.source for udf in spec.udfs)))


def _portable(name: str) -> str:
    return resources.files("dripstone.factors.library.portable").joinpath(f"{name}.py").read_text(encoding="utf-8")
