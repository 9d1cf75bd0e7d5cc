"""The words between the numbers, Chinese beside English. What a number *is* stands in ``evaluation.definition``."""

from dataclasses import dataclass
from typing import NamedTuple

from dripstone.evaluation.definition import DEFINITIONS
from dripstone.settings import Language

__all__ = ["PHRASES", "Phrase", "Phrasebook"]


class Phrase(NamedTuple):
    """One text in both languages, with the same ``{names}`` to fill in."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The phrases of one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The phrase, filled in; a key that is not there is a KeyError."""
        return getattr(PHRASES[key], self.language).format(**values)

    def name(self, key: str) -> str:
        """What a number is called."""
        definition = DEFINITIONS[key]
        return definition.name_zh if self.language == "zh" else definition.name_en

    def define(self, key: str) -> str:
        """What a number is, its unit and what it comes to when the factor knows nothing."""
        d = DEFINITIONS[key]
        what, unit, null = (d.zh, d.unit_zh, d.null_zh) if self.language == "zh" else (d.en, d.unit_en, d.null_en)
        known = self("definition.null", null=null) if null else ""
        return self("definition.line", what=what.rstrip("。."), unit=unit, null=known)

    def step(self, name: str) -> str:
        """A step of a study; a name that is not known stands for itself."""
        return self(f"step.{name}") if f"step.{name}" in PHRASES else name


PHRASES: dict[str, Phrase] = {
    "list.separator": Phrase("、", ", "),
    "days": Phrase("{n} 日", "{n} d"),
    "charts.missing": Phrase(
        "图表需要启用 JavaScript 的较新浏览器（2023 年以后，支持 DecompressionStream）；结果都在表格里。",
        "Charts need JavaScript and a browser with DecompressionStream (2023 or later). The results are in the tables.",
    ),
    "definition.line": Phrase("{what}。单位：{unit}{null}。", "{what}. Unit: {unit}{null}."),
    "definition.null": Phrase("；毫无信息的因子：{null}", "; of a factor that knows nothing: {null}"),
    "created": Phrase("生成于 {when}", "made {when}"),
    "sample.line": Phrase(
        "{instruments} 个标的 × {days} 个交易日，{start} 至 {end}",
        "{instruments} instruments × {days} trading days, {start} to {end}",
    ),
    "synthetic": Phrase(
        "模拟市场（{market}），不是真实行情。其中有没有规律、规律是什么，都由生成程序决定，答案事先已知。"
        "以下结果只检验 dripstone 能否量出这个已知答案，与任何真实因子无关。",
        "A synthetic market ({market}), not real bars. What there is to find, or that there is nothing, was put there "
        "by a program: the answer is known. What follows tests whether dripstone measures that answer, "
        "and says nothing about any real factor.",
    ),
    "verdict.candidate": Phrase(
        "候选：{span} 日平滑下，{variant} 的 RankIC 比基准因子高 {difference}"
        "（未校正的 95% 区间 {low} 至 {high}；校正后 {p}）。",
        "Candidate: at a smoothing span of {span} d, the RankIC of {variant} is {difference} above the baseline's "
        "(95% interval, not corrected: {low} to {high}; corrected {p}).",
    ),
    "verdict.no evidence": Phrase(
        "没有证据表明有改进版优于基准因子。最接近的是 {variant}：{span} 日平滑下 RankIC 之差 {difference}"
        "（未校正的 95% 区间 {low} 至 {high}；校正后 {p}）。",
        "No evidence that a variant is better than the baseline. The nearest is {variant}: RankIC difference "
        "{difference} at a smoothing span of {span} d (95% interval, not corrected: {low} to {high}; corrected {p}).",
    ),
    "verdict.none": Phrase("没有能与基准因子比较的改进版。", "No variant could be compared with the baseline."),
    "verdict.detectable": Phrase(
        "按 {looks} 次检验校正后，这段样本对 {minimum} 的真实差值有 80% 的机会检出；真实差值更小，检出的机会更低。",
        "Corrected for {looks} tests, this sample finds a true difference of {minimum} four times in five, "
        "and a smaller one less often.",
    ),
    "verdict.caveat": Phrase(
        "这是在同一样本上尝试过 {tries} 个改进版（失败的在内）之后测得的，未扣成本，未经样本外确认；"
        "不能说明因子能否赚钱。",
        "Measured after {tries} variants were tried on this sample, failures included; before cost, not confirmed on a "
        "holdout; it says nothing about earning money.",
    ),
    "verdict.evaluation": Phrase(
        "{factor}：{span} 日平滑下 RankIC 均值 {mean}（t = {t}，{days} 个交易日）。",
        "{factor}: mean RankIC {mean} at a smoothing span of {span} d (t = {t}, {days} trading days).",
    ),
    "verdict.evaluation.caveat": Phrase(
        "这是在一段样本上的测量，未扣成本，未经样本外确认；不能说明因子能否赚钱。",
        "A measurement on one sample, before cost, not confirmed on a holdout; it says nothing about earning money.",
    ),
    "verdict.compared.candidate": Phrase(
        "与基准因子 {baseline} 配对比较：候选（按 {tries} 次尝试、{looks} 次检验校正）。",
        "Paired with the baseline {baseline}: a candidate (corrected for {tries} tries, {looks} tests).",
    ),
    "verdict.compared.no evidence": Phrase(
        "与基准因子 {baseline} 配对比较：没有证据表明更好（按 {tries} 次尝试、{looks} 次检验校正）。",
        "Paired with the baseline {baseline}: no evidence that it is better "
        "(corrected for {tries} tries, {looks} tests).",
    ),
    "tile.tries": Phrase("尝试过的改进版", "variants tried"),
    "tile.variants": Phrase("测得结果的改进版", "variants measured"),
    "tile.failed": Phrase("失败的方向", "directions failed"),
    "tile.baseline": Phrase("基准因子 RankIC（{span} 日平滑）", "baseline RankIC ({span} d)"),
    "tile.best": Phrase("{variant} RankIC（{span} 日平滑）", "{variant} RankIC ({span} d)"),
    "results": Phrase("结果", "Results"),
    "results.note": Phrase(
        "每种平滑一段，基准因子在前。鼠标指向数字可看定义，全部定义在文末。名称前的“−”表示事先声明越低越好，按相反数衡量；其余按因子原值。收益均未扣成本。",
        "One block a smoothing span, the baseline first. Point at a number for its definition; all definitions are "
        "at the end. A minus before a name: declared before measuring that low values are good, and read so; all "
        "others as they are. Returns are before cost.",
    ),
    "column.factor": Phrase("因子", "factor"),
    "column.itself": Phrase("因子本身", "the factor itself"),
    "column.paired": Phrase("与基准因子配对", "paired with the baseline"),
    "column.placebo": Phrase("安慰剂", "placebo"),
    "head.rank_ic.mean": Phrase("RankIC", "RankIC"),
    "head.rank_ic.ratio": Phrase("ICIR", "ICIR"),
    "head.rank_ic.t": Phrase("t", "t"),
    "head.rank_ic.win_rate": Phrase("胜率", "win rate"),
    "head.groups.long_excess.returns.mean": Phrase("多头超额 基点/\u2060日", "long excess bp/d"),
    "head.groups.long_excess.turnover_per_day.mean": Phrase("单边换手 每日", "turn\u00adover/d"),
    "head.rank_autocorrelation.mean": Phrase("秩自相关", "rank AC"),
    "head.coverage.mean": Phrase("覆盖率", "cover\u00adage"),
    "head.tie_share.mean": Phrase("并列占比", "ties"),
    "head.difference.mean": Phrase("Δ RankIC", "Δ RankIC"),
    "head.difference_low": Phrase("95% 下限", "95% low"),
    "head.difference_high": Phrase("95% 上限", "95% high"),
    "head.difference.t": Phrase("t", "t"),
    "head.p_bonferroni": Phrase("校正 p", "adj. p"),
    "placebo.what": Phrase(
        "同一因子在打乱日内分钟次序的数据上的 RankIC。若与因子本身相近，则测到的不是时间上的节奏。",
        "RankIC of the same factor on bars whose minutes were shuffled within the day. Where it is near the "
        "factor's own, what was measured is not the rhythm in time.",
    ),
    "span.head": Phrase("{span} 日平滑", "smoothing span {span} d"),
    "span.refused": Phrase("{factor}，{span} 日平滑：无法测量。{why}", "{factor}, span {span} d: not measured. {why}"),
    "groups.refused": Phrase(
        "{factor}，{span} 日平滑：不分组，{days} 个交易日中有 {bad} 个退化（并列过多、取值过少或有空组）。",
        "{factor}, span {span} d: no groups, as {bad} of {days} days are degenerate "
        "(too tied, too few values or an empty group).",
    ),
    "charts": Phrase("图", "Charts"),
    "chart.rank_ic": Phrase("RankIC 均值，{span} 日平滑", "Mean RankIC, span {span} d"),
    "chart.rank_ic.note": Phrase(
        "横线为 ±1.96 倍 Newey-West 标准误；空心菱形为安慰剂（打乱分钟次序）。",
        "Lines: ±1.96 Newey-West standard errors. Hollow diamond: the placebo on shuffled minutes.",
    ),
    "chart.difference": Phrase("RankIC 之差，{span} 日平滑", "RankIC difference, span {span} d"),
    "chart.difference.note": Phrase(
        "改进版减基准因子，按日、按标的配对；横线为 95% 区间，未按尝试次数校正。",
        "Variant less baseline, paired by day and instrument. Lines: 95% interval, not corrected for the tries.",
    ),
    "chart.cumulative": Phrase("累计 RankIC，{span} 日平滑", "Cumulative RankIC, span {span} d"),
    "chart.cumulative.note": Phrase("逐日相加；未测量的交易日断开。", "Summed by day; a day not measured is a gap."),
    "chart.groups": Phrase("各组日均收益，{span} 日平滑", "Mean return of groups, span {span} d"),
    "chart.groups.note": Phrase(
        "单位：基点/日；第 1 组因子值最小，组内等权，未扣成本。",
        "Basis points a day; group 1 has the smallest factor values. Equal weight, before cost.",
    ),
    "chart.nav": Phrase("{factor}：各组净值，{span} 日平滑", "{factor}: NAV of groups, span {span} d"),
    "chart.nav.note": Phrase("从 1 起复利，未扣成本。", "Compounded from 1, before cost."),
    "chart.excess": Phrase("多头超额净值，{span} 日平滑", "NAV of long-only excess, span {span} d"),
    "chart.excess.note": Phrase(
        "最高组减全部参与标的均值，从 1 起复利，未扣成本。",
        "Last group less the mean of all, compounded from 1, before cost.",
    ),
    "chart.long_short": Phrase("多空净值，{span} 日平滑", "NAV of long-short, span {span} d"),
    "chart.long_short.note": Phrase(
        "最高组减最低组（总敞口 200%），从 1 起复利，未扣成本。",
        "Last group less the first (gross 200%), compounded from 1, before cost.",
    ),
    "chart.frontier": Phrase("平滑前沿：换手与 RankIC", "Smoothing frontier: turnover and RankIC"),
    "chart.frontier.note": Phrase(
        "每条线一个因子，点由小到大依次为 {spans} 日平滑。换手为最高组的单边换手。",
        "One line a factor, points from small to large: spans {spans} d. Turnover is one-sided, of the last group.",
    ),
    "chart.coverage": Phrase("每日覆盖率，{span} 日平滑", "Coverage by day, span {span} d"),
    "chart.coverage.note": Phrase(
        "有收益的标的中有因子值的比例。", "Share of the instruments with a return that have a factor value."
    ),
    "chart.daily": Phrase("每日 RankIC，{span} 日平滑", "RankIC by day, span {span} d"),
    "chart.daily.note": Phrase("每个交易日一根柱。", "One bar a day."),
    "group": Phrase("第 {n} 组", "group {n}"),
    "axis.turnover": Phrase("单边换手，%/日", "one-sided turnover, % a day"),
    "prompt": Phrase("研究需求", "What was asked"),
    "idea": Phrase("研报的思路与公式", "The report's idea and formula"),
    "idea.source": Phrase("来源：{source}", "Source: {source}"),
    "formula": Phrase("公式", "Formula"),
    "published": Phrase("研报公布的统计量", "Statistics the report publishes"),
    "published.note": Phrase(
        "研报自己的样本、股票池与调仓方式，不能与上表直接比较。",
        "On the report's own sample, universe and rebalancing: not to be compared with the table above.",
    ),
    "column.statistic": Phrase("统计量", "statistic"),
    "column.value": Phrase("数值", "value"),
    "column.page": Phrase("页", "page"),
    "baseline.section": Phrase("基准因子与复现核对", "Baseline and fidelity"),
    "fidelity.equal": Phrase(
        "内核实现与 SQL 取值一致：最大绝对差 {difference}（容许 {tolerance}），"
        "比较了 {days} 个交易日、{instruments} 个标的、{values} 个值。",
        "Kernel form and SQL form agree: largest absolute difference {difference} (allowed {tolerance}), "
        "over {days} days, {instruments} instruments, {values} values.",
    ),
    "fidelity.differs": Phrase(
        "内核实现与 SQL 取值不一致：最大绝对差 {difference}（容许 {tolerance}），"
        "比较了 {days} 个交易日、{instruments} 个标的、{values} 个值。",
        "Kernel form and SQL form differ: largest absolute difference {difference} (allowed {tolerance}), "
        "over {days} days, {instruments} instruments, {values} values.",
    ),
    "fidelity.none": Phrase(
        "因子库里没有哪个内核实现给出与该 SQL 相同的取值，基准因子按 SQL 本身计算。",
        "No kernel form in the library gives the SQL's values; the baseline is computed by the SQL itself.",
    ),
    "directions": Phrase("改进方向", "Directions"),
    "direction.ok": Phrase("已测量", "measured"),
    "direction.failed": Phrase("失败", "failed"),
    "code": Phrase("代码（{lines} 行）", "Code ({lines} lines)"),
    "ledger": Phrase("试验账本", "Ledger"),
    "ledger.note": Phrase(
        "每一步试验都在内，失败的也在内；结论按其中 {tries} 个改进版校正。",
        "Every step that was tried, failures too; the verdict pays for {tries} variants among them.",
    ),
    "column.trial": Phrase("编号", "trial"),
    "column.stage": Phrase("环节", "stage"),
    "column.outcome": Phrase("结果", "outcome"),
    "column.note": Phrase("说明", "note"),
    "stage.propose": Phrase("提出", "propose"),
    "stage.write": Phrase("编写", "write"),
    "stage.check": Phrase("检查", "check"),
    "stage.compute": Phrase("计算", "compute"),
    "stage.evaluate": Phrase("评估", "evaluate"),
    "stage.compare": Phrase("比较", "compare"),
    "outcome.ok": Phrase("成功", "ok"),
    "outcome.failed": Phrase("失败", "failed"),
    "timings": Phrase("用时", "Time taken"),
    "step.read": Phrase("读研报", "read"),
    "step.baseline": Phrase("复现基准因子", "baseline"),
    "step.propose": Phrase("提出方向", "propose"),
    "step.check": Phrase("检查", "check"),
    "step.compute": Phrase("计算历史", "compute"),
    "step.judge": Phrase("评估与比较", "judge"),
    "step.report": Phrase("写报告", "report"),
    "column.step": Phrase("步骤", "step"),
    "column.seconds": Phrase("秒", "seconds"),
    "sample": Phrase("样本", "Sample"),
    "sample.label": Phrase("收益：{label}", "Returns: {label}"),
    "sample.excluded": Phrase("没有收益的标的日，按原因", "Instrument-days without a return, by reason"),
    "days.excluded": Phrase(
        "测量的天数与未测量的原因，{span} 日平滑", "Days measured and why others were not, span {span} d"
    ),
    "column.reason": Phrase("原因", "reason"),
    "column.count": Phrase("数量", "count"),
    "definitions": Phrase("定义", "Definitions"),
    "definitions.note": Phrase(
        "单位是 JSON 输出里的单位；本页把小数印成百分数，把多头超额与各组收益印成基点（1 基点 = 0.0001）。",
        "Units are those of the JSON output. This page prints fractions in per cent, and the excess and group returns "
        "in basis points (1 bp = 0.0001).",
    ),
    "made.with": Phrase(
        "由 dripstone 生成。图表：Apache ECharts（Apache-2.0），已内嵌；本页不访问网络。",
        "Made by dripstone. Charts: Apache ECharts (Apache-2.0), inside this file; this page makes no request.",
    ),
}
