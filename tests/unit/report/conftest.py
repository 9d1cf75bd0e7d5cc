"""Pages with made-up texts and numbers measured by the real evaluation on random panels."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import numpy as np
import pytest

from dripstone.evaluation import Evaluation, compare, evaluate
from dripstone.panel import Panel
from dripstone.report import (
    BaselineCard,
    Direction,
    Fidelity,
    LedgerLine,
    ReportSummary,
    Sample,
    Statistic,
    StudyPage,
    Timing,
    Variant,
)

# name -> how much of the hidden driver of returns the factor carries
STRENGTHS = {
    "drip_stone_mad": 0.010,
    "drip_stone_buy": 0.035,
    "drip_stone_sell": -0.005,
    "drip_stone_net": 0.060,
    "drip_stone_bands_1_2": 0.004,
    "drip_stone_bands_5_10": -0.010,
    "drip_stone_bands_10_20": -0.002,
    "drip_stone_bands": 0.018,
}
CODE = '''import dai
import numpy as np


def share(volumes, period=(2, 5)) -> float:
    x = np.asarray(volumes, dtype=np.float64)
    return float(x[x > 0].sum() / x.sum())


sql = """
SELECT date, instrument, share(array_agg(volume ORDER BY date)) AS drip_stone
FROM cn_stock_bar1m
WHERE date::TIME BETWEEN '09:32' AND '14:57' -- a < b & c > d
GROUP BY date::DATE, instrument
"""
'''


def market(n_days: int, n_instruments: int, seed: int = 7) -> tuple[Panel, dict[str, Panel]]:
    """Returns, and factor panels that share one persistent part."""
    rng = np.random.default_rng(seed)
    dates = np.busday_offset("2025-11-12", np.arange(n_days), roll="forward")
    names = np.array([f"{600000 + i}.SH" for i in range(n_instruments)])
    shape = (n_days, n_instruments)
    driver, common = rng.standard_normal(shape), rng.standard_normal(shape)
    returns = Panel(dates, names, 0.02 * rng.standard_t(5, shape) + 0.02 * driver, "vwap_open30")

    def panel(name: str, strength: float) -> Panel:
        values = strength * driver + 0.8 * common + 0.6 * rng.standard_normal(shape)
        return Panel(dates, names, np.where(rng.random(shape) < 0.03, np.nan, values), name)

    return returns, {name: panel(name, 2 * s) for name, s in {"drip_stone": 0.012, **STRENGTHS}.items()}


def shuffled(panel: Panel, returns: Panel) -> Evaluation:
    """What a factor without any knowledge scores."""
    noise = np.random.default_rng(len(panel.name)).permuted(panel.values, axis=1)
    return evaluate(panel.with_values(noise), returns)


def build_page(n_days: int = 60, n_instruments: int = 100) -> StudyPage:
    """A study of eight variants, one of them the best, and one direction that failed."""
    returns, factors = market(n_days, n_instruments)
    baseline = factors["drip_stone"]
    names = list(STRENGTHS)
    variants = tuple(
        Variant(
            name=name.removesuffix("_1_2"),
            column=name,
            evaluation=evaluate(factors[name], returns),
            comparison=compare(factors[name], baseline, returns).after(len(names) + 1),
            placebo=shuffled(factors[name], returns),
        )
        for name in names
    )
    directions = tuple(
        Direction(
            f"方向 {i}：{name}",
            "只看买入一侧：机构的节奏应当只在主动买入的成交量里。\n卖出一侧的节奏含义相反，合在一起会互相抵消。",
            CODE * 3,
        )
        for i, name in enumerate(names, 1)
    )
    failed = Direction(
        "频谱峰度",
        "能量越集中，节奏越单一。",
        CODE,
        state="failed",
        error="FactorError: the UDF raised [udf=kurtosis, line=3]; saw ZeroDivisionError('division by zero')",
    )
    stages = ("propose", "write", "check", "compute", "evaluate", "compare")
    ledger = tuple(
        LedgerLine(f"{i * 6 + j + 1}", stage, "ok", name, "")
        for i, name in enumerate(names)
        for j, stage in enumerate(stages)
    )
    return StudyPage(
        title="滴水穿石：成交量节奏的改进",
        prompt="这是篇高频因子低频化的研报，通过傅立叶变换寻找主力的痕迹。\n看看可以从什么角度改进。",
        created="2026-02-10T09:30:00+08:00",
        summary=ReportSummary(
            idea="机构分批买入，在日内成交量上留下 2 至 5 分钟的周期；该频段能量占比高的股票未来收益更高。",
            formula="DS = Σ P(f), 1/5 ≤ f ≤ 1/2  /  Σ P(f), f > 0",
            statistics=(
                Statistic("Rank IC", "8.69%", 2),
                Statistic("Rank ICIR", "4.63", 2),
                Statistic("多空年化收益", "32.69%", 3),
            ),
            source="report.pdf",
            title="多因子选股系列之二十四",
        ),
        baseline=BaselineCard(
            "drip_stone",
            CODE,
            evaluate(baseline, returns),
            Fidelity(equal=True, largest_difference=3.3e-16, days=60, instruments=100, values=5987),
            shuffled(baseline, returns),
        ),
        sample=Sample(
            n_instruments,
            n_days,
            "2025-11-12",
            "2026-02-09",
            excluded={"after_last_day": 200, "day_not_held": 0, "no_trade": 31, "gap_unchecked": 2, "ex_right": 4},
        ),
        tries=len(names) + 1,
        best="drip_stone_net",
        span_days=1,
        directions=(*directions, failed),
        variants=variants,
        ledger=(*ledger, LedgerLine("49", "check", "failed", "drip_stone_kurtosis", "division by zero")),
        timings=(Timing("reading", 1.9), Timing("baseline", 6.4), Timing("variants", 41.27), Timing("report", 0.2)),
    )


@pytest.fixture(scope="session")
def page() -> StudyPage:
    return build_page()


@pytest.fixture(scope="session")
def small_page(page: StudyPage) -> StudyPage:
    """The same with two variants, for tests that render many times."""
    return replace(page, variants=page.variants[2:4], directions=page.directions[-2:], ledger=page.ledger[-3:])


VOID = {"br", "meta"}


@dataclass
class Reading:
    """What a parser makes of a page: elements with attributes, text by element, and whether all tags close."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)

    def text(self, tag: str) -> str:
        return "\n".join(text for where, text in self.texts if where == tag)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.reading, self.open = Reading(), ["#document"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.reading.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.reading.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        self.reading.texts.append((self.open[-1], data))


def parse(html: str) -> Reading:
    parser = _Parser()
    parser.feed(html)
    parser.close()
    parser.reading.unbalanced += parser.open[1:]
    return parser.reading


@pytest.fixture(scope="session")
def read_html() -> Callable[[str], Reading]:
    return parse
